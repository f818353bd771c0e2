# Everything a person needs: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BANGFU := $(BIN)/bangfu
DEMO_DIR ?= demo
DEMO_HOUSEHOLDS ?= 12000
DEMO_PORT ?= 8000
# what was seen whole on both databases; the rest joins as it is
ON_POSTGRES ?= tests/office

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench bundle clean

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

demo: $(VENV)/base.stamp ## a synthetic county, two monthly runs, what they found, and the office (SERVE=0: without the site)
	$(BIN)/python tools/demo.py --out $(DEMO_DIR) --households $(DEMO_HOUSEHOLDS)
	$(BIN)/python tools/demo_office.py --county $(DEMO_DIR)/county --home $(DEMO_DIR)/office --port $(DEMO_PORT)

test: $(VENV)/test.stamp ## the tests
	@tools/machine.sh
	$(BIN)/python -m pytest -n 2
	$(BIN)/python tests/office/support/postgres.py $(BIN)/python -m pytest -n 2 $(ON_POSTGRES) -k "not browser and not stories and not replayed"

check: $(VENV)/test.stamp ## lint, types, layers, rulebooks, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py check
	@for book in rulebook/*/; do echo "$$book"; $(BANGFU) rulebook check $$book --quiet && $(BANGFU) rulebook test $$book || exit 1; done
	$(BIN)/python -m pytest -q tests/docs

bench: $(VENV)/bench.stamp ## rules and linking beside their peers, and imports
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/linking.py
	$(BIN)/python bench/linking.py --unseen --seeds 103,104
	$(BIN)/python bench/office_imports.py

bundle: $(VENV)/base.stamp ## a folder that installs on a machine without a network
	$(BIN)/python tools/bundle.py

clean: ## remove what the commands made
	rm -rf $(VENV) $(DEMO_DIR) bench/.data
