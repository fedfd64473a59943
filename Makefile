# Needs Python 3.11 or newer, and nothing else: everything is installed into .venv.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
QUIET := -qq
PIP := $(BIN)/python -m pip install $(QUIET) --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest --quiet --numprocesses auto --maxprocesses 8

# Examples per operation and dtype, more where a case is cheap: 1,044,000 cases in all.
SOAK := layers=20000 activations=25000 losses=30000 networks=8000 optimizers=2000
SEED := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install report test lint ruff format mypy imports pytest nightly soak clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: install ## verify, train, compare; the page and its tables go to build/ (ARGS="--out DIR …"; data: CIFAR10_DIR)
	@echo "==> nnparity report $(ARGS)"
	@$(BIN)/nnparity report $(ARGS)

test: lint pytest ## all that a change has to pass

lint: ruff format mypy imports ## style, types and import rules only

ruff: install
	@echo "==> ruff check"
	@$(BIN)/ruff check --quiet .

format: install
	@echo "==> ruff format --check"
	@$(BIN)/ruff format --quiet --check --output-format concise . || { echo "write them anew with: $(BIN)/ruff format ." >&2; exit 1; }

mypy: install
	@echo "==> mypy"
	@$(BIN)/mypy --no-error-summary

imports: install
	@echo "==> import-linter"
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log >&2; exit 1; }

pytest: install ## tests and doctests only (ARGS="-k conv2d -x")
	@echo "==> pytest $(ARGS)"
	@$(PYTEST) $(ARGS)

soak: install ## a million random cases, all of which must agree (most of an hour; SEED=2)
	@for part in $(SOAK); do \
		echo "==> nnparity check $${part%=*} --examples $${part#*=} --seed $(SEED)"; \
		$(BIN)/nnparity check $${part%=*} --examples $${part#*=} --seed $(SEED) || exit 1; \
	done

nightly: install ## all tests with many more examples, and those that take minutes
	@echo "==> pytest, nightly"
	@HYPOTHESIS_PROFILE=nightly $(PYTEST) -m "nightly or not nightly" $(ARGS)

install: $(INSTALLED) ## install what pyproject.toml names, in the versions of constraints.txt

# PyTorch goes first and alone: asked for together with others it may come in another build.
# The stamp is removed first, so that an interrupted installation is repeated.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "nnparity needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "==> install into $(VENV) (once; PyTorch is large)"
	@rm -f $@
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV)
	@{ $(PIP) "$$(grep '^torch==' constraints.txt)" && $(PIP) --editable '.[dev]'; } || { \
		echo "not installed; to see all that pip says: make install QUIET=" >&2; exit 1; }
	@touch $@

clean: ## remove everything generated, the environment too
	rm -rf build dist $(VENV) *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
