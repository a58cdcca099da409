# The two commands: `make ask Q="..."` and `make test`. Both make what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
Q ?= who led Russia's delegation?

.PHONY: ask bot test lint types evaluate benchmarks clean

# Status 3 is a refusal, which is no fault of the command's.
ask: $(INSTALLED)
	@$(BIN)/talks ask "$(subst ",\",$(Q))" || test $$? -eq 3

bot: $(INSTALLED)
	@$(BIN)/talks bot

test: lint types
	$(BIN)/python -m pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

evaluate: $(INSTALLED)
	TALKS_DATA=$(VENV)/evaluation $(BIN)/talks evaluate tests/questions/test.jsonl \
		--readme README.md --save index/models/measured.json

benchmarks: $(INSTALLED)
	$(BIN)/python -m benchmarks.budgets --write
	$(BIN)/python -m benchmarks.scale --sizes 1000,10000

# Installed again only when what is asked for has changed.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name it like this: make PYTHON=python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes the first time) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
