# Every target makes the virtual environment it needs, so each works as the first command run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NEWEST := .venv-newest
LOWEST := .venv-lowest
TESTS ?=

INSTALL := -m pip install --quiet --disable-pip-version-check
INSTALL_LOCKED := $(INSTALL) --require-hashes --requirement
INSTALL_SELF := $(INSTALL) --no-deps --no-build-isolation --editable .
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml
# What leans on a dependency most: YAML, models, requests, crypto, terminal, server.
SMOKE := tests/manifest/test_parse.py tests/manifest/test_validation.py tests/schema \
  tests/test_scenarios.py tests/test_examples.py tests/client tests/report tests/jwt \
  tests/cli/test_plan.py tests/cli/test_apply.py tests/cli/test_output.py \
  tests/sandbox/test_serve.py tests/sandbox/test_app.py tests/sandbox/test_organizations.py

# The core, scenarios and examples: what most changes break first.
QUICK := tests/model tests/kinds tests/manifest tests/live tests/ledger tests/diff tests/plan \
  tests/apply tests/schema tests/test_desired.py tests/test_everything.py tests/test_scenarios.py \
  tests/test_examples.py

.DEFAULT_GOAL := help
.PHONY: help test quick properties test-newest test-lowest smoke faults check format demo schema lock \
  clerk-js clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: $(VENV)/.dev ## Run the test suite, or TESTS=tests/cli
	$(BIN)/pytest -n auto $(TESTS)

quick: $(VENV)/.dev ## The core, scenarios and examples, in less than a minute
	$(BIN)/pytest -n auto -m "not slow" $(QUICK)

properties: $(VENV)/.dev ## Look for new counterexamples: the properties with other examples each time
	PROPERTIES=new $(BIN)/pytest -n auto tests/properties

test-newest: $(NEWEST)/bin/pip ## The same with every dependency at its newest, as of now
	$(NEWEST)/bin/python $(INSTALL) --upgrade pip
	$(NEWEST)/bin/python $(INSTALL) --upgrade --upgrade-strategy eager --editable . --group dev
	$(NEWEST)/bin/pytest -n auto $(TESTS)

test-lowest: $(LOWEST)/.dev ## The same with every dependency at the lowest that pyproject.toml allows
	$(LOWEST)/bin/pytest -n auto $(TESTS)

smoke: ## A quick part of the suite at both of these ends
	@$(MAKE) test-newest test-lowest TESTS="$(SMOKE)"

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

lock: $(VENV)/.dev ## Write requirements/ again: the newest of today, and the lowest allowed
	$(LOCK) --group build --output-file requirements/run.txt
	$(LOCK) --group build --group dev --group lock --constraint requirements/run.txt \
	  --output-file requirements/dev.txt
	$(LOCK) --group build --group dev --resolution lowest-direct --output-file requirements/lowest.txt

clerk-js: ## Install Clerk's JavaScript clients, which judge the sandbox where they are there
	sh tests/conformance/sandbox/js/install.sh

clean: ## Remove what the targets made
	rm -rf $(VENV) $(NEWEST) $(LOWEST) .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .import_linter_cache .coverage

%/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "clerkform needs Python 3.11 or newer as '$(PYTHON)'. Install it, or name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $*

$(VENV)/.user: pyproject.toml requirements/run.txt | $(VENV)/bin/pip
	$(BIN)/python $(INSTALL_LOCKED) requirements/run.txt
	$(BIN)/python $(INSTALL_SELF)
	@touch $@

$(VENV)/.dev: pyproject.toml requirements/dev.txt | $(VENV)/bin/pip
	$(BIN)/python $(INSTALL_LOCKED) requirements/dev.txt
	$(BIN)/python $(INSTALL_SELF)
	@touch $@ $(VENV)/.user

$(LOWEST)/.dev: pyproject.toml requirements/lowest.txt | $(LOWEST)/bin/pip
	$(LOWEST)/bin/python $(INSTALL_LOCKED) requirements/lowest.txt
	$(LOWEST)/bin/python $(INSTALL_SELF)
	@touch $@
