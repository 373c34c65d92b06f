#!/usr/bin/env bash
# Runs the panel, and at each change of a source builds it anew and starts it again. A build that fails leaves the old one up.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
pid=
trap 'kill $pid 2>/dev/null; wait' EXIT

build() {
	go tool templ generate -path web/templates -log-level warn &&
		{ [ ! -d node_modules ] || go run ./internal/assets; } &&
		go build -o bin/web ./cmd/web
}

changed() {
	find cmd internal web -type f \( -name '*.go' -o -name '*.templ' -o -name '*.ts' -o -name '*.css' -o -name '*.json' -o -name '*.sql' \) \
		-not -name '*_templ.go' -not -name '*.gen.ts' -not -path '*/dist/*' -newer bin/built -print -quit
}

while true; do
	touch bin/built
	if build; then
		if [ -n "$pid" ]; then
			kill "$pid" && wait "$pid" || true
		fi
		bin/web &
		pid=$!
	fi
	until [ -n "$(changed)" ]; do sleep 1; done
done
