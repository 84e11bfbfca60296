# `make run` and `make test` do everything on a fresh machine with Python 3.11 or newer.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT

.PHONY: help run test bench lighthouse lint audit format requirements clean

help:
	@echo "make run       the site with a demo archive on http://127.0.0.1:$(PORT)/ (PORT= changes it)"
	@echo "make test      all tests, on SQLite and on PostgreSQL, in a real browser"
	@echo "make bench     measured times of pages and searches, of the server and of a slow line"
	@echo "make lighthouse   what Lighthouse says of the demo archive; needs Node"
	@echo "make lint      ruff; make format mends what it can"
	@echo "make audit     what is known to be unsafe in the code and in the packages; asks PyPI"
	@echo "make requirements   compile requirements*.in again"

# As in production, but that a person reads along.
run: export DEBUG := off
run: export LOG_FORMAT := plain
run: .venv/runs
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py load_demo --if-empty
	@$(BIN)/python manage.py demo_editor
	@SITE_PORT=$(PORT) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/honcho --env /dev/null start

test: .venv/tests
	@$(BIN)/python -m tests

bench: .venv/tests
	@$(BIN)/python -m tests.bench

lighthouse: .venv/tests
	@$(BIN)/python -m tests.bench.lighthouse

lint: .venv/tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

audit: .venv/tests
	@$(BIN)/python -m tests.audits

format: .venv/tests
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

requirements: .venv/tests
	@cd $(CURDIR) && for name in requirements requirements-dev; do \
	  $(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url \
	    --no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in; done

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis test-results

# The virtual environment; its marks say what is installed in it.

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bitsletter needs Python 3.11 or newer; PYTHON= names another one.")'
	@$(PYTHON) -m venv .venv || { test "$$(id -u)" = 0 && apt-get install -y -q python3-venv && $(PYTHON) -m venv .venv; }
	@touch $@

.venv/runs: .venv/made requirements.txt
	@echo "Installing what the site runs on …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/tests: .venv/runs requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
