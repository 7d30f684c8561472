# Every command that a person or CI needs. `make` alone lists them.
# Each target installs what it misses; nothing is installed outside this folder but Maven and a JDK.

.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
INSTALLED := .venv/.installed
JARS := .cache/kafka/jars/.complete
# One more than the two cores for which the suite is made: some tests wait for brokers and disks.
WORKERS ?= 3
# Whole files to a worker: pytest-xdist 3.8 no longer sees its groups under pytest 9.2, and some files
# tell one installation's story in order. In the order of collection, as the longest come first.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PATIENT := $(PYTEST) --timeout 14400 -o faulthandler_timeout=0

# Where it is set, every start compiles all imports anew: seconds instead of half a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run demo test torture lint format schema migrate bench docs distributed kafka-jars

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) kafka-jars ## Install all that the other targets need

run: $(INSTALLED) ## Start everything in one process, on http://127.0.0.1:8080
	$(BIN)/huikuan serve

demo: $(INSTALLED) ## Tell one debtor's story, from shipment to stop and back
	$(BIN)/huikuan demo

test: $(INSTALLED) ## Run the tests, with a real Kafka and a real PostgreSQL
	@$(MAKE) --no-print-directory kafka-jars || echo "No Kafka jars: its tests fail in CI and are skipped elsewhere."
	$(PYTEST)

torture: $(INSTALLED) kafka-jars ## Kill services 200 times, and try the laws on 10,000 examples each
	HUIKUAN_KILLS=$${HUIKUAN_KILLS:-200} $(PATIENT) -m "torture or thorough" -rP
	HUIKUAN_EXAMPLES=$${HUIKUAN_EXAMPLES:-10000} $(PATIENT) -m hypothesis

lint: $(INSTALLED) ## Check style, types, import rules and generated files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m huikuan.events.schema --check

format: $(INSTALLED) ## Put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

schema: $(INSTALLED) ## Write the schemas of events and policies again
	$(BIN)/python -m huikuan.events.schema
	$(BIN)/python -m services.notifier.policy_schema

docs: schema ## Write all generated documents again

migrate: $(INSTALLED) ## Bring the databases to the newest schema
	$(BIN)/huikuan migrate

bench: $(INSTALLED) ## Measure how fast it is on this machine
	$(BIN)/huikuan bench

distributed: $(INSTALLED) kafka-jars ## Start each service as a process of its own, over Kafka and PostgreSQL
	$(BIN)/python -m deploy.local.distributed

kafka-jars: ## Fetch the Kafka broker, unless KAFKA_BOOTSTRAP or Docker gives one
	@if [ -z "$$KAFKA_BOOTSTRAP" ] && ! docker version >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory $(JARS); fi

$(INSTALLED): pyproject.toml uv.lock
	@$(MAKE) --no-print-directory $(UV)
	$(UV) sync --quiet --frozen --compile-bytecode --extra librdkafka
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet uv

$(JARS): tests/kafka/pom.xml
	@command -v mvn >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends maven default-jdk-headless; } || \
		{ echo "Kafka's jars need Maven and a JDK >= 17: please install them (Debian: maven)." >&2; exit 1; }
	rm -rf $(@D)
	mvn -B -q -f $< dependency:copy-dependencies
	@touch $@
