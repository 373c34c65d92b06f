#!/usr/bin/env bash
# Writes everything anew that is generated and committed. `make fresh` runs this too, so what is not done here is not checked.
set -euo pipefail
cd "$(dirname "$0")/.."

go tool templ generate -path web/templates -log-level warn
go run ./internal/assets

# The generated file names its compiler, so only the one that wrote it may write it again.
protoc_version=$(sed -n 's,^//.*protoc *v,libprotoc ,p' internal/tiktok/webcast/webcast.pb.go)
if [ "$(protoc --version 2>/dev/null)" = "$protoc_version" ]; then
	go build -o bin/ google.golang.org/protobuf/cmd/protoc-gen-go
	PATH="$PWD/bin:$PATH" go generate ./internal/tiktok/webcast
else
	echo "Not generated: internal/tiktok/webcast, which needs $protoc_version (found: $(protoc --version 2>/dev/null || echo none))"
fi

go test ./internal/server -run '^TestOpenAPI' -update >/dev/null
