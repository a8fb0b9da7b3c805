# clearsweep: every target that people and CI use. 'make help' lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO    ?= go
BIN   := bin/clearsweep
DEMO  := demo
TOOL  := $(GO) tool -modfile=tools/go.mod

# Rows of the demonstration.
ROWS  ?= 1000000

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-11s %s\n", $$1, $$2}'

.PHONY: build
build: ## build bin/clearsweep
	$(GO) build -o $(BIN) ./cmd/clearsweep

.PHONY: demo
demo: build ## make a synthetic extract of ROWS charges, sweep it, say what came out and where
	rm -rf $(DEMO)
	$(BIN) synth --rows $(ROWS) --files 4 --out $(DEMO)/extract
	$(BIN) sweep --config $(DEMO)/extract/params.yaml --layout generic/charges --input '$(DEMO)/extract/charges-*.csv' --out $(DEMO)/out

.PHONY: s3-server
s3-server: .bin/versitygw ## build the S3 server that tests start; those that need it skip without

.bin/versitygw: tools/versitygw/go.mod
	cd tools/versitygw && CGO_ENABLED=0 $(GO) build -ldflags '-s -w' -o ../../$@ github.com/versity/versitygw/cmd/versitygw

.PHONY: sqs-server
sqs-server: tools/fauxqs/node_modules ## install the SQS server that tests start; needs node, and those that need it skip without

tools/fauxqs/node_modules: tools/fauxqs/package-lock.json
	cd tools/fauxqs && npm ci --no-audit --no-fund --silent
	touch $@

.PHONY: test
test: ## run every test that a clean machine can run
	$(GO) test -shuffle=on ./...

.PHONY: race
race: ## run the tests under the race detector, which takes several times as long, but for the longest
	$(GO) test -race -short -shuffle=on -timeout 30m ./...

.PHONY: check
check: test race lint bench ## all that CI runs

.PHONY: lint
lint: ## formatting, vet, linters, policy packs, go.mod tidiness
	test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(TOOL) golangci-lint run ./...
	$(GO) run ./cmd/clearsweep policy lint

.PHONY: bench
bench: ## run every benchmark once, so that none rots
	$(GO) test -run '^$$' -bench . -benchtime 1x ./...

# Rows and pairs of the side-by-side benchmark, and further flags of benchmarks/peers.
BENCHROWS ?= 5000000
PAIRS     ?= 5
PEERFLAGS ?=
.PHONY: bench-peers
bench-peers: build benchmarks/peers/node_modules $(if $(findstring --polars,$(PEERFLAGS)),benchmarks/peers/polars/node_modules) ## run clearsweep and DuckDB on one extract in turn; needs node
	$(GO) run ./benchmarks/peers --rows $(BENCHROWS) --pairs $(PAIRS) $(PEERFLAGS)

benchmarks/peers/node_modules: benchmarks/peers/package-lock.json
	cd benchmarks/peers && npm ci --no-audit --no-fund --silent
	touch $@

# Not npm ci: Polars names packages for other machines, which a registry need not have.
benchmarks/peers/polars/node_modules: benchmarks/peers/polars/package-lock.json
	cd benchmarks/peers/polars && npm install --no-save --no-audit --no-fund --silent
	touch $@

FUZZTIME ?= 30s
.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME each
	@for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs grep -hoE '^func Fuzz[A-Za-z0-9]+' | awk '{print $$2}' | sort -u); do \
	  package=$$(dirname $$(grep -rl "^func $$target(" --include='*_test.go' .)); \
	  echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
	done

.PHONY: cover
cover: ## write coverage.html
	$(GO) test -coverprofile coverage.out -coverpkg ./... ./...
	$(GO) tool cover -html coverage.out -o coverage.html

.PHONY: golden
golden: ## rewrite expected outputs of the script tests; read the diff as a reviewer would
	$(GO) test ./cmd/clearsweep -update

.PHONY: vuln
vuln: ## look for known vulnerabilities; says so when the database cannot be reached
	$(TOOL) govulncheck ./... || { code=$$?; [ $$code -eq 3 ] && exit 3; echo "vuln: govulncheck could not finish (exit $$code); is its database in reach?" >&2; exit 1; }

.PHONY: tidy
tidy: ## tidy go.mod and format
	$(GO) mod tidy
	$(TOOL) gofumpt -w $$(git ls-files '*.go')

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf bin $(DEMO) coverage.out coverage.html
