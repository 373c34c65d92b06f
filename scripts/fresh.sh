#!/usr/bin/env bash
# Generates everything anew and fails if a file changes, appears or goes. It compares with the files as they are, not with the
# last commit, so it can be run in the middle of work.
set -euo pipefail
cd "$(dirname "$0")/.."

generated() {
	find web/templates internal/tiktok/webcast docs/api web/static/dist -type f \
		\( -name '*_templ.go' -o -name '*.pb.go' -o -path 'docs/api/*' -o -path 'web/static/dist/*' \) -exec sha256sum {} +
	sha256sum web/static/ts/wire.gen.ts
}

before=$(generated | sort -k2)
scripts/generate.sh
after=$(generated | sort -k2)
if [ "$before" != "$after" ]; then
	echo "Generated files were stale; \`make generate\` made these anew, commit them:" >&2
	diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] *[0-9a-f]* */  /p' | sort -u >&2
	exit 1
fi

# In CI the checkout is what was committed, so nothing may differ from it, and nothing generated may be left out of it.
if [ -n "${CI:-}" ] && git rev-parse --git-dir >/dev/null 2>&1; then
	git diff --exit-code
	untracked=$(git ls-files --others --exclude-standard)
	if [ -n "$untracked" ]; then
		printf 'Not committed:\n%s\n' "$untracked" >&2
		exit 1
	fi
fi
