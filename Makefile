# Every target is a line or two; the work is in stack/ and in the programs.
SHELL := /bin/bash -eu -o pipefail
.DEFAULT_GOAL := help
modules := $(shell sed -n 's|^\t\./||p' go.work)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' Makefile | expand -t 20

up: ## start Kafka, registry, Connect, S3 and Spark, with topics, schemas and tables
	@stack/up
	@$(MAKE) --no-print-directory topics schemas tables

topics: ## create the topics
	@stack/env go run ./setup topics

schemas: ## publish every version of every schema
	@stack/env go run ./setup schemas

tables: ## create the tables of the archive
	@stack/env go run ./spark-jobs tables

connectors: ## post or update the connectors, and wait until every task runs
	@stack/env go run ./setup connectors connectors/*.json

demo: ## the whole pipeline: four weeks of flight, live alerts, eight answers, an audit
	@demo/pipeline

demo-evolve: ## a schema grows while everything runs, after make demo
	@demo/evolve

status: ## how the parts of the stack are
	@stack/status

down: ## stop everything; the data stays
	@stack/down

clean: down ## stop everything and remove the data; the downloads stay
	@rm -rf .stack/$${STACK:-local}

test: lint unit e2e ## everything that CI checks

lint: ## golangci-lint over every module, shellcheck over the scripts
	@stack/lint $(modules)

unit: ## unit tests, golden bytes and fuzz seeds; each module also on its own (GOWORK=off)
	@go test work
	@before=$$(cat */go.mod | cksum); go work sync; [ "$$before" = "$$(cat */go.mod | cksum)" ] || \
	  { echo "the modules disagree on versions: go work sync has mended it, commit the go.mod files" >&2; exit 1; }
	@for m in $(modules); do (cd $$m && export GOWORK=off && go mod tidy -diff && go build -o /dev/null ./... && go vet ./...); done

e2e: ## the whole pipeline on a stack of its own, against a plain Go computation
	@go test -v -count=1 -timeout 20m -tags e2e -run TestPipeline ./e2e

chaos: ## a wave of reports while everything is killed at random, then the audit: MINUTES=10 SEED=7
	@MINUTES=$${MINUTES:-10} SEED=$${SEED:-7} e2e/chaos

bench: bench-simulator bench-alerter bench-archive ## every benchmark; each ends with a line per figure, "bench NAME VALUE UNIT"

bench-simulator: ## reports/s into a local Kafka, beside Kafka's own ProducerPerformance (4 minutes)
	@bench/simulator

bench-alerter: ## from riot to alert beside 1 wave, 5 waves and more than there is room for; catching up (15 minutes)
	@bench/alerter

bench-archive: ## what the sink commits beside 8 waves, how late, and from backlogs, by one worker and by two (25 minutes)
	@bench/archive

.PHONY: help up topics schemas tables connectors demo demo-evolve status down clean test lint unit e2e bench bench-simulator bench-alerter bench-archive chaos
