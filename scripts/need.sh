#!/usr/bin/env bash
# need.sh NAME...: sees that tools are there: cc (a C compiler, for the race detector), node, chromium, protoc. On Debian, root
# gets what is missing; everybody else is told.
set -euo pipefail

have() {
	case $1 in
	cc) command -v gcc || command -v clang ;;
	node) command -v node && command -v npm ;;
	chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
	*) command -v "$1" ;;
	esac >/dev/null
}

packages() {
	case $1 in
	cc) echo gcc libc6-dev ;;
	node) echo nodejs npm ;;
	chromium) echo chromium ;;
	protoc) echo protobuf-compiler ;;
	*) echo "$1" ;;
	esac
}

missing=()
for tool in "$@"; do
	have "$tool" || missing+=("$tool")
done
[ ${#missing[@]} -eq 0 ] && exit 0

wanted=$(for tool in "${missing[@]}"; do packages "$tool"; done | xargs)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Installing $wanted"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	apt-get install -qq -y --no-install-recommends $wanted >/dev/null
	exit 0
fi
echo "This needs ${missing[*]}. On Debian or Ubuntu: sudo apt-get install $wanted" >&2
echo "Elsewhere, install the packages of the same meaning; Node must be 20 or newer." >&2
exit 1
