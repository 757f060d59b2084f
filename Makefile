# Truepoint: everything a contributor runs. `make` alone lists the targets.
SHELL := /bin/bash
GO    ?= go
export CGO_ENABLED ?= 0
FUZZTIME ?= 5s
# Go makes each new input smaller for up to a minute, which looks like a hang and leaves no time to find others.
MINIMIZE ?= 1x
LONGFORM := $(if $(LONG),TRUEPOINT_LONG=1)

.DEFAULT_GOAL := help
.PHONY: help build demo test check lint race mutants test-faults test-stores fuzz bench generate clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/truepoint
	$(GO) build -trimpath -tags disable_grpc_modules -ldflags '-s -w' -o bin/truepoint ./cmd/truepoint

demo: build ## the whole life of a feature in a temporary directory (PLANT=1: with one corrupted value, must fail)
	@$(GO) run ./internal/demo -binary bin/truepoint $(if $(PLANT),-plant)

test: ## the quick suite: every package, below five minutes on two cores
	$(GO) test ./...

check: lint race mutants ## lint, the quick suite under the race detector, and the mutants of the meaning

lint: ## formatting and vet
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not formatted:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...

race:
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...

mutants: ## show that each mutant of the meaning fails a script or a property
	$(GO) run ./internal/mutants

test-faults: ## killed, stopped and raced processes, disturbed ports (LONG=1: 50 kills, 100,000 races)
	$(LONGFORM) $(GO) test -count=1 -timeout 30m -run '^Test(Fault_|Long)' ./...
	$(LONGFORM) $(GO) test -count=1 -timeout 30m -run '^TestConformance.*/Concurrency' ./online/...

# Each script starts servers, runs the rest of the line with their addresses in the environment, and stops them.
STORES := scripts/objectstores.sh scripts/postgres.sh scripts/redis.sh scripts/dynamodb.sh
STORE_TESTS := ./internal/objectstore ./offline/... ./registry/... ./state/... ./online/postgresonline ./online/redisonline ./online/dynamodbonline ./drivers

test-stores: ## conformance on real servers (S3, Google Cloud Storage, Azure, PostgreSQL, Redis, DynamoDB) and 500 random plans on each SQL engine
	$(STORES) $(GO) test -count=1 -timeout 15m $(STORE_TESTS)
	$(STORES) $(GO) test -count=1 -timeout 15m ./internal/conformance # by itself: tests of drivers move and disturb the servers
	CGO_ENABLED=1 $(GO) test -count=1 -timeout 15m -tags duckdb ./offline/duckdboffline
	CGO_ENABLED=1 $(STORES) $(GO) test -count=1 -timeout 15m -tags duckdb -run 'StoreScripts$$' ./cmd/truepoint

fuzz: ## every fuzz target for FUZZTIME (MINIMIZE=60s: make what is found small)
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime $(MINIMIZE) $$p; done; done

bench: build ## performance against the yardsticks of this run; prints the rows of bench/RESULTS.md
	./bench/run.sh

generate: build ## everything generated: code of api/, reference pages and the JSON Schema
	./scripts/protoc.sh
	./bin/truepoint schema > docs/reference/definitions.schema.json
	$(GO) run ./internal/reference

clean: ## remove what was built
	rm -rf bin bench/data
