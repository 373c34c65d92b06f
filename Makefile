# Showcaller: `make run` to try it, `make check` before a commit. `make help` lists the rest.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev test check generate fresh lint fmt bench fuzz clean seed-large measure-large

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## the panel with a demo room, on http://localhost:8080; needs nothing but Go
	go run ./cmd/web

dev: ## the same, built anew and started again at each change
	@scripts/dev.sh

# SQLite is C translated to Go, one connection of it is used by one goroutine at a time, and database/sql sees to that: watching its
# every memory access finds nothing of ours and makes the tests of the database five times as slow.
UNWATCHED = -gcflags=modernc.org/...=-race=false

test: node_modules ## every test: Go with the race detector, TypeScript, Chromium
	@scripts/need.sh cc node chromium
	go test -race $(UNWATCHED) -timeout 25m ./...

check: fresh lint test ## all that must hold before a commit: generated code fresh, linters, types, every test

generate: node_modules ## templates, browser bundles, wire types, protobuf, OpenAPI
	@scripts/generate.sh

fresh: node_modules ## fails if `make generate` changes anything
	@scripts/fresh.sh

lint: node_modules bin/golangci-lint ## go vet, golangci-lint and tsc
	go vet ./...
	bin/golangci-lint run
	node_modules/.bin/tsc --noEmit

fmt: bin/golangci-lint ## formats Go and templates
	bin/golangci-lint fmt
	go tool templ fmt web/templates

bench: ## every benchmark, a second each
	go test -timeout 90m -run '^$$' -bench . -benchmem -benchtime 1s ./...

fuzz: ## every fuzz target, 20 seconds each
	@scripts/fuzz.sh 20s

EVENTS ?= 10000000

seed-large: ## data/large.db: 100 rooms, 1,000 sessions, 10 million events (EVENTS=2000000 for fewer)
	go run ./internal/db/seedlarge -file data/large.db -events $(EVENTS)

measure-large: ## every page and list against data/large.db, each with its limit, and its exports
	SHOWCALLER_LARGE_DATABASE=$(CURDIR)/data/large.db go test ./internal/server -run '^TestLargeDatabase$$' -v -count 1 -bench BenchmarkLargeExport -benchtime 1x

clean: ## removes what was built, but no data
	rm -rf bin node_modules

# The linter has a module of its own, so that its hundred libraries are not ours.
bin/golangci-lint: tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && go build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

node_modules: package-lock.json
	@scripts/need.sh node
	npm ci
	@touch $@
