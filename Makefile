# Átrio. `make run` and `make test` each do all they need on a machine with Python >= 3.11, make and a shell.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: run test check bench prove pictures lock words clean
.DEFAULT_GOAL := run

run: .venv/installed
	@exec $(BIN)/python -m portal run

test: .venv/installed-dev
	@sh tests/run.sh

check: .venv/installed-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright && $(BIN)/lint-imports && $(BIN)/pytest -q tests/house

bench: .venv/installed-dev
	@$(BIN)/python -m tests.bench

# The book's promises at full length: docs/proof.md. About half an hour.
prove: .venv/installed-dev
	@$(BIN)/python -m tests.prove

# The two pictures in the README, taken by the browser tests.
pictures: .venv/installed-dev
	@ATRIO_PICTURES=docs/images sh tests/run.sh tests/journeys/test_pictures.py

# Pinned with hashes and without addresses, so that the same versions come from whichever index pip is set up to use.
lock: .venv/installed-dev
	@$(BIN)/uv lock --quiet
	@$(BIN)/uv export --quiet --format requirements-txt --no-dev --no-emit-project --no-annotate --no-header -o requirements.txt
	@$(BIN)/uv export --quiet --format requirements-txt --only-group dev --no-emit-project --no-annotate --no-header -o requirements-dev.txt
	@rm uv.lock

# Collect new sentences into every language's catalogue.
words: .venv/installed-dev
	@$(BIN)/python -m tests.house.words

.venv/installed: requirements.txt deploy/install.sh
	@PYTHON=$(PYTHON) sh deploy/install.sh requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@PYTHON=$(PYTHON) sh deploy/install.sh requirements.txt requirements-dev.txt
	@touch $@

clean:
	@rm -rf .venv .web .bench .pytest_cache .ruff_cache .hypothesis
