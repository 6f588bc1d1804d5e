# Two commands: `make run` and `make test`. Each does all of its own set-up.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TWO_AT_ONCE := $(addprefix tests/,planner district docks bus command fleet mavlink)
TEST_PACKAGES := chromium mosquitto fonts-noto-cjk redis-server

.PHONY: run test long check lint types imports bench soak contract fleet-25 web lock clean help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | column -t -s $$'\t'

run: $(STAMP) web ## set up, start the whole system, print the console's address
	$(BIN)/dockfleet up $(ARGS)

# Those that fly by the clock, or start the whole system, have the machine for themselves.
test: $(STAMP) web debian lint types imports ## set up, check, run the whole test suite
	@failed=0; \
	$(BIN)/pytest -n 2 --dist loadfile $(TWO_AT_ONCE) $(ARGS) || failed=$$?; \
	$(BIN)/pytest $(addprefix --ignore=,$(TWO_AT_ONCE)) $(ARGS) || failed=$$?; \
	exit $$failed

long: $(STAMP) web debian ## the tests that take too long for every day
	$(BIN)/pytest -m long $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

check: lint types imports ## everything but the tests

bench: $(STAMP) web ## timed figures
	$(BIN)/pytest tests/benchmarks -o addopts=--import-mode=importlib -s $(ARGS)

soak: $(STAMP) debian ## half an hour with 50 consoles: whether the console's memory stays as it is
	SOAK_MINUTES=$${SOAK_MINUTES:-30} $(BIN)/pytest tests/benchmarks/test_console_load.py \
	  -k memory -o addopts=--import-mode=importlib -o timeout=0 -s $(ARGS)

contract: $(STAMP) ## what a vehicle must do, flown on both kinds; writes the README's table
	$(BIN)/pytest tests/vehicle_contract --ignore tests/vehicle_contract/test_contract_table.py \
	  -o junit_family=xunit1 --junitxml=artifacts/contract.xml $(ARGS)
	$(BIN)/python tests/vehicle_contract/table.py artifacts/contract.xml

fleet-25: $(STAMP) ## 25 real arducopter processes fly at once in real time
	$(BIN)/pytest tests/benchmarks/test_fleet_bench.py -o addopts=--import-mode=importlib -o timeout=0 -s $(ARGS)

web: $(STAMP) ## build the console's page, unless it is that of the present sources
	$(BIN)/python command/build_web.py

lock: $(STAMP) ## resolve the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url \
	  --no-header --quiet --upgrade --universal -o requirements.lock

# A fresh Debian's Python may lack its venv module; as root we may add it.
$(BIN)/python:
	@python3 -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "dockfleet: Python's venv module is missing; install the package python3-venv" >&2; exit 1; }
	python3 -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

# Debian packages that the tests use; without root they are looked for and named.
.PHONY: debian
debian:
	@missing=""; for p in $(TEST_PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "dockfleet: not installed:$$missing; tests that need them will be skipped" >&2; fi; fi

clean: ## remove what was built
	rm -rf $(VENV) command/static command/web/node_modules var artifacts
