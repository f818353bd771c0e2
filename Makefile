# Everything a person needs: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BANGFU := $(BIN)/bangfu
DEMO_DIR ?= demo
DEMO_HOUSEHOLDS ?= 12000

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/base.stamp: requirements/base.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/python tools/link_package.py
	$(BIN)/python tools/messages.py compile
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/base.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/base.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

setup: $(VENV)/base.stamp ## install into .venv; the command is .venv/bin/bangfu

demo: $(VENV)/base.stamp ## a synthetic county, two monthly runs, and what they found
	$(BIN)/python tools/demo.py --out $(DEMO_DIR) --households $(DEMO_HOUSEHOLDS)

test: $(VENV)/test.stamp ## the tests
	@tools/machine.sh
	$(BIN)/python -m pytest -n 2
	$(BIN)/python tests/office/support/postgres.py $(BIN)/python -m pytest -n 2 tests/office

check: $(VENV)/test.stamp ## lint, types, layers, rulebooks, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py check
	@for book in rulebook/*/; do echo "$$book"; $(BANGFU) rulebook check $$book --quiet && $(BANGFU) rulebook test $$book || exit 1; done
	$(BIN)/python -m pytest -q tests/docs

bench: $(VENV)/bench.stamp ## rules and linking beside their peers
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/linking.py
	$(BIN)/python bench/linking.py --unseen --seeds 103,104

clean: ## remove what the commands made
	rm -rf $(VENV) $(DEMO_DIR) bench/.data
