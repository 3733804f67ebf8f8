# Every target is a line or two; the work is in stack/ and in the programs.
SHELL := /bin/bash -eu -o pipefail
.DEFAULT_GOAL := help
modules := $(shell sed -n 's|^\t\./||p' go.work)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' Makefile | expand -t 20

up: ## start Kafka, registry, Connect, S3 and Spark, with topics, schemas and tables
	@stack/up
	@$(MAKE) --no-print-directory topics schemas tables

up-scaled: ## the same with two Connect workers, a Spark cluster of two workers, and two alerters (needs 9 GB of memory)
	@CONNECT_WORKERS=2 SPARK_WORKERS=2 stack/up
	@$(MAKE) --no-print-directory topics schemas tables connectors
	@go build -o .stack/$${STACK:-local}/bin/ ./alerter
	@stack/part start alerter-1 && stack/part start alerter-2

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

demo-maintenance: ## which drone fails next: a year of 500 drones, a model trained, judged beside its ceiling, and in another world (a stack of its own)
	@demo/maintenance

notebook: ## run notebooks/peacestate.ipynb against the stack that runs
	@notebooks/run

web: ## build the page of the control room, which the dashboard embeds
	@dashboard/web/build

web-test: ## types, lint and unit tests of the page
	@dashboard/web/build --test

dashboard: web ## the control room, at http://localhost:8080
	@stack/env go run ./dashboard

status: ## how the parts of the stack are
	@stack/status

down: ## stop everything; the data stays
	@stack/down

clean: down ## stop everything and remove the data; the downloads stay
	@rm -rf .stack/$${STACK:-local}

test: web ## everything that CI checks: lint, unit tests, the page, the running system with two minutes of chaos, Docker Compose
	@$(MAKE) --no-print-directory -j2 static tests
	@SCALED=no $(MAKE) --no-print-directory test-compose

test-all: web ## the same, with ten minutes of chaos and with three brokers in Docker Compose
	@MINUTES=$${MINUTES:-10} $(MAKE) --no-print-directory -j2 static tests
	@$(MAKE) --no-print-directory test-compose

tests: ## unit tests, the page's tests, the running system
	@MAKEFLAGS= $(MAKE) --no-print-directory unit web-test e2e

static: ## what waits for nothing, with the processor time that the tests leave over: lint, and the images of Docker Compose
	@mkdir -p .stack
	@MAKEFLAGS= stack/low-priority $(MAKE) --no-print-directory lint images >.stack/static.log 2>&1 || { cat .stack/static.log; exit 1; }
	@cat .stack/static.log

lint: ## golangci-lint over every module, shellcheck over the scripts
	@stack/lint $(modules)

unit: ## unit tests, golden bytes and fuzz seeds; each module also on its own (GOWORK=off)
	@go test work
	@before=$$(cat */go.mod | cksum); go work sync; [ "$$before" = "$$(cat */go.mod | cksum)" ] || \
	  { echo "the modules disagree on versions: go work sync has mended it, commit the go.mod files" >&2; exit 1; }
	@for m in $(modules); do (cd $$m && export GOWORK=off && go mod tidy -diff && go vet ./...); done

e2e: ## every behaviour of the running system, on a stack of its own; one alone: go test -tags e2e -run TestX ./e2e
	@go test -v -count=1 -timeout 0 -tags e2e ./e2e

chaos: ## a wave of reports while everything is killed at random, then the audit: MINUTES=10 SEED=7 WAVES=1
	@MINUTES=$${MINUTES:-10} go test -v -count=1 -timeout 0 -tags e2e -run TestChaos ./e2e

chaos-short: ## two minutes of it
	@MINUTES=2 $(MAKE) --no-print-directory chaos

images: ## the images of Docker Compose, for test-compose
	@PEACESTATE_TAG=test compose/engine docker compose build --quiet

test-compose: ## Docker Compose, run whole: images, up, crashes, an upgrade, three brokers; brings up an engine where there is none
	@compose/engine compose/test

bench: bench-simulator bench-alerter bench-archive bench-analysis bench-dashboard ## every benchmark; each ends with a line per figure, "bench NAME VALUE UNIT"

bench-simulator: ## reports/s into a local Kafka, beside Kafka's own ProducerPerformance (4 minutes)
	@bench/simulator

bench-alerter: ## from riot to alert beside 1 wave, 5 waves and more than there is room for; catching up (15 minutes)
	@bench/alerter

bench-archive: ## what the sink commits beside 8 waves, how late, and from backlogs, by one worker and by two (15 minutes)
	@bench/archive

bench-analysis: ## each question over 20 million reports: Spark cold, warm and as a cluster, DuckDB on the same files (25 minutes)
	@bench/analysis

bench-dashboard: ## from a riot's message to a browser's screen beside 1 wave; two hundred listeners (4 minutes)
	@bench/dashboard

.PHONY: help test-all tests static images test-compose up up-scaled topics schemas tables connectors demo demo-evolve demo-maintenance notebook web web-test dashboard status down clean test lint unit e2e bench bench-simulator bench-alerter bench-archive bench-analysis bench-dashboard chaos chaos-short
