# Two commands for a fresh machine: `make demo` and `make test`. Each sets up .venv from the lock by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.from-lock
# More than the two cores: many tests wait for a server to start or a job to be rescued.
JOBS ?= 4

# Else each worker, and each process that a test starts, would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test laws bench check format lock clean help

help: ## these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## review the bundled pull request, whole, on this machine
	@$(BIN)/lintel demo --once

test: $(STAMP) ## every test
	@$(BIN)/python -m compileall -q app tests
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

laws: $(STAMP) ## look for values that break a law, other ones at each run
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m hypothesis --laws 1500 --timeout 1800

bench: $(STAMP) ## speed and memory, as ratios in one run on this machine; fails if a bound is broken
	$(BIN)/python -m tests.bench

check: $(STAMP) ## lint, formatting, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports

format: $(STAMP) ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve pyproject.toml into requirements.lock again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml

clean: ## remove what the commands made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
