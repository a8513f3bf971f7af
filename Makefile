# Every target makes the virtual environment it needs, so each works as the first command run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help test faults check format demo schema clerk-js clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: $(VENV)/.dev ## Run the test suite
	$(BIN)/pytest -n auto

faults: $(VENV)/.dev ## Break every request of an apply in every way, and run it again
	FAULTS=all $(BIN)/pytest -n auto tests/faults

check: $(VENV)/.dev ## Lint, format check, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(VENV)/.user ## Plan, apply and drift on the embedded sandbox
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/quickstart/demo.sh

schema: $(VENV)/.user ## Write schema.json again
	$(BIN)/clerkform schema -o schema.json

clerk-js: ## Install Clerk's JavaScript clients, which judge the sandbox where they are there
	sh tests/conformance/sandbox/js/install.sh

clean: ## Remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "clerkform needs Python 3.11 or newer as '$(PYTHON)'. Install it, or name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.user: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@ $(VENV)/.user
