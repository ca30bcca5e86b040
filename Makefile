# Carveout. `make serve` and `make test` set up everything they need; nothing outside this folder is changed but
# the cache of the compiled core (CARVEOUT_CACHE_DIR, by default ~/.cache/carveout).
SHELL := bash
.SHELLFLAGS := -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
# How tests run beside each other: a file's tests stay together. Those that measure speed run alone, at the end.
BESIDE ?= -n 3 --dist loadfile --no-loadscope-reorder
# ARGS may select tests of one of the two kinds only; 5 is pytest's word for "none".
MAYBE_NONE = $(if $(ARGS),|| [ $$? -eq 5 ])
NODE_TESTS = $(shell find tests -name node_modules -prune -o -name "*.test.mjs" -print -o -name "*.test.js" -print)
NPM := tests/npm

# One line that counts up; whatever else is said stays.
PROGRESS = /^[0-9]+\/[0-9]+ / { printf "\rcompiling the core, once: %-50s", $$0; n++; next } { print } END { if (n) print "" }

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help serve test test-fast test-python test-node setup core cores lint lint-page types bench bench-page pictures lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

serve: $(VENV)/.runtime ## set up everything, then start the dashboard (HOST=, PORT=)
	@exec $(BIN)/carveout serve --host $(HOST) --port $(PORT) $(ARGS)

test: test-node test-python ## set up everything, then run all tests

test-python: $(VENV)/.dev cores
	$(BIN)/python -m pytest -m "not alone" $(BESIDE) $(ARGS) $(MAYBE_NONE)
	$(BIN)/python -m pytest -m alone $(ARGS) $(MAYBE_NONE)

test-node: ## the tests of static/lib, which need no browser
	@if ! command -v node >/dev/null 2>&1; then echo "skipped: the tests of static/lib need node, which is not installed"; \
	elif [ -z "$(NODE_TESTS)" ]; then echo "skipped: there are no tests/**/*.test.js or .mjs"; \
	else node --test $(NODE_TESTS); fi

setup: $(VENV)/.dev ## the virtual environment with everything for development

test-fast: $(VENV)/.dev cores ## core, machine and service, without browser
	$(BIN)/python -m pytest tests/core tests/machine tests/app -m "not alone and not slow" $(BESIDE) $(ARGS)

core: | $(VENV)/bin/python ## compile the core once (later runs find it in the cache; `make serve` does it beside the service)
	@$(BIN)/python -m sim.core.jit.warm 2>&1 | awk '$(PROGRESS)'

cores: core
	@$(BIN)/python -m sim.core.jit.warm compiled replay 2>&1 | awk '$(PROGRESS)'
	@$(BIN)/python -m sim.core.jit.warm checked 2>&1 | awk '$(PROGRESS)'

lint: $(VENV)/.dev lint-page ## ruff, the import contracts, and the types of the page's scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

lint-page: ## tsc --checkJs over static/
	@if ! command -v npm >/dev/null 2>&1; then echo "skipped: tsc needs node and npm, which are not installed"; \
	else $(MAKE) -s $(NPM)/node_modules/.package-lock.json && node $(NPM)/node_modules/typescript/bin/tsc -p jsconfig.json; fi

$(NPM)/node_modules/.package-lock.json: $(NPM)/package-lock.json
	@echo "installing what tests/npm/package.json names, once"
	@cd $(NPM) && npm ci --no-fund --no-audit --ignore-scripts --silent
	@touch $@

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

bench: $(VENV)/.dev core ## speed of the core, of the event loop while a run plays, and of 200 viewers
	$(BIN)/python -m bench.core
	$(BIN)/python -m bench.loop_lag
	$(BIN)/python -m bench.viewers

bench-page: $(VENV)/.dev core ## pictures a second of the page, long tasks, memory, the map (ARGS="--minutes 10")
	$(BIN)/python -m bench.page_run $(ARGS)
	$(BIN)/python -m bench.page_map

pictures: $(VENV)/.dev core ## a twin of every picture of the drawing, into build/pictures; those of the docs into docs/pictures
	$(BIN)/python -m tests.docs.pictures $(ARGS)

lock: ## write the lock files anew (needs uv)
	uv pip compile pyproject.toml requirements-build.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml requirements-build.in --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q -c requirements.lock -o requirements-dev.lock

clean: ## remove what setup and the tests made
	rm -rf $(VENV) $(NPM)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 15) else f"Carveout needs Python 3.11 to 3.14, this is {v.major}.{v.minor}; say make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV), once"
	@$(PIP) install -q --require-hashes -r requirements.lock
	@$(PIP) install -q --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV), with the tools for development, once"
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@$(PIP) install -q --no-deps --no-build-isolation --no-index -e .
	@touch $@ $(VENV)/.runtime
