# Each target sees to its own set-up, so that a fresh clone needs one command.

SHELL      := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# How long one package's tests may take. With the race detector, two cores and
# a cold cache, the packages that compile generated code need the most.
TEST_TIMEOUT ?= 20m

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## generate the reference application and run the quickstart on a real PostgreSQL
	@.ci/setup postgres
	@echo "building sqlc (the first time takes a minute or three)"
	@go tool -n sqlc >/dev/null
	@echo "generating gen/ from models/, schema/ and queries/"
	@go run ./cmd/tenantc generate
	@go run ./examples/quickstart

.PHONY: generate
generate: ## write gen/ anew from models/, schema/ and queries/
	go generate ./models

.PHONY: test
test: setup tools ## set up and run all tests with the race detector
	go test -race -timeout $(TEST_TIMEOUT) ./...
	cd tenant/tenantotel && go test -race -timeout $(TEST_TIMEOUT) ./...
	cd bench && go test -timeout $(TEST_TIMEOUT) ./...

.PHONY: verify
verify: tools ## check that gen/ is current, and what gofmt, vet, staticcheck and the import table say
	go run ./cmd/tenantc generate -verify
	@unformatted=$$(find . -name '*.go' -not -path '*/testdata/*' -print0 | xargs -0 gofmt -l); \
	if [[ -n $$unformatted ]]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	@staticcheck=$$(go tool -n staticcheck); for module in bench tenant/tenantotel; do \
		(set -x; cd $$module; go vet ./...; "$$staticcheck" ./...); done
	go test -count=1 -run '^TestLayers$$' .

.PHONY: bench
bench: tools ## measure tenantc beside sqlc and print the ratios
	cd bench && go run .

# Which parts of bench/ `make bench-report` measures (all), and the folder of a
# copy of pebble-orm, which needs a newer Go than this.
PARTS  ?=
PEBBLE ?=

.PHONY: bench-report
bench-report: tools ## measure beside sqlc, pgx and other libraries, and write docs/benchmarks.md
	@page=$$(mktemp -d); trap 'rm -rf "$$page"' EXIT; \
	(cd bench; go run . -markdown -only "$(PARTS)") >"$$page/all"; \
	cd bench/orms; flags=; \
	if [[ -n "$(PEBBLE)" ]]; then \
		cp go.mod go.sum "$$page"; \
		go mod edit -go=1.27.0 -require=github.com/marshallshelly/pebble-orm@v0.0.0 \
			-replace=github.com/marshallshelly/pebble-orm="$(PEBBLE)" "$$page/go.mod"; \
		flags="-modfile=$$page/go.mod -mod=mod -tags=pebble"; \
	fi; \
	go run $$flags . -markdown >>"$$page/all"; \
	cp "$$page/all" ../../docs/benchmarks.md

# How many statements `make oracle` tries, from which seed, and the folder for
# what it finds.
N    ?= 200000
SEED ?= 1
OUT  ?=

.PHONY: oracle
oracle: setup ## hunt false acceptances on a real PostgreSQL: N=200000 SEED=1 OUT=folder
	go test ./internal/oracle -count=1 -v -timeout 0 -run '^TestLong$$' -oracle.n $(N) -oracle.seed $(SEED) -oracle.out '$(abspath $(OUT))'

# UPDATE=1 takes what is noticed by now off what testdata/mutants.txt owes.
UPDATE ?=
# ONLY='regexp' runs the mutants whose file or name it matches; CASES=1 leaves the random statements out.
ONLY ?=
CASES ?=

.PHONY: mutants
mutants: setup ## switch off each condition of the prover in turn: a case or the oracle has to notice
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	go run ./internal/mutants/weave -out "$$dir" internal/prove; \
	go test ./internal/prove -tags mutants -overlay "$$dir/overlay.json" -count=1 -v -timeout 0 -run '^TestMutants$$' \
		-mutants.sites "$$dir/sites.json" $(if $(UPDATE),-update) $(if $(ONLY),-mutants.only '$(ONLY)') $(if $(CASES),-mutants.cases)

.PHONY: test-pg18
test-pg18: setup ## run the tests of the runtime on PostgreSQL 18 as well
	bin=$$(.ci/postgres18); TENANTC_PG_BIN="$$bin" go test -race -count=1 -timeout $(TEST_TIMEOUT) ./tenant/... ./examples/...

# How long `make fuzz` fuzzes each target.
TIME ?= 10m

.PHONY: fuzz
fuzz: ## fuzz the readers and the prover, each for a while: TIME=30m
	go test ./internal/query -run '^$$' -fuzz '^FuzzParse$$' -fuzztime $(TIME) -fuzzminimizetime 5s
	go test ./internal/catalog -run '^$$' -fuzz '^FuzzBuild$$' -fuzztime $(TIME) -fuzzminimizetime 5s
	go test ./internal/prove -run '^$$' -fuzz '^FuzzAll$$' -fuzztime $(TIME) -fuzzminimizetime 5s

.PHONY: soak
soak: setup ## run ten thousand tenants over fifty databases for a while: TIME=1m
	go test ./tenant -tags soak -count=1 -v -timeout 0 -run '^TestSoak$$' -soak.for $(if $(filter file,$(origin TIME)),1m,$(TIME))

.PHONY: tools
tools: ## build sqlc and staticcheck, so that no test or check waits for it
	@echo "building sqlc and staticcheck (the first time takes a minute or three)"
	@go tool -n sqlc >/dev/null
	@go tool -n staticcheck >/dev/null

.PHONY: setup
setup:
	@.ci/setup postgres cc pgbouncer
