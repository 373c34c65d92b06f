#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target for that long. What it finds is kept under testdata/fuzz, and is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd internal web | sed 's/:func / /' | sort |
	while read -r file target; do
		echo "== $target in $(dirname "$file")"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "./$(dirname "$file")"
	done
