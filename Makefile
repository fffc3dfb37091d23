# What a newcomer and CI type. `make help` lists it; every target prepares what it needs.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -q -n 2 --dist loadgroup --timeout 300 --timeout-method thread
POSTGRESQL := $(or $(DATABASE_URL),postgres://root:test@127.0.0.1:5432/test)
PROOFS := crash or repeats or slow
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
UV_COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header \
	--no-annotate --python-version 3.11 --universal --strip-extras pyproject.toml
# As a deployment would have it, so that `check --deploy` judges what production gets.
KEY := only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF
PRODUCTION := VAR_DIR=var/check DEBUG=False THANX_BASE_URL=https://api.thanx.com THANX_CLIENT_ID=check THANX_ACCESS_TOKEN=check \
	THANX_USER_AGENT=check PORTAL_URL=https://portal.example.com ALLOWED_HOSTS=portal.example.com SECRET_KEY=$(KEY) \
	IDENTITY_KEY=$(KEY) DATABASE_URL=postgres://check@localhost/check CELERY_BROKER_URL=redis://localhost/0 \
	EMAIL_URL=smtp+tls://check:check@localhost:587

# Without byte code every process would compile all modules anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: read-score crash crash-ci crash-quick bench-discovery bench-events bench-exports bench-gate bench-ingest bench-merchants hosts-check bench-pages bench-staff bench-strangers bench-webhooks identifiers image-check help demo dev test test-slow test-browser check lint types format lock screens clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed (on Debian: python3-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

demo: $(VENV)/run.stamp ## the whole product on this machine, against a simulated Thanx
	@TRIAL=True $(BIN)/python manage.py demo

dev: $(VENV)/dev.stamp ## an environment with everything for working on the code

test: $(VENV)/dev.stamp ## the test suite, without a browser and without killed workers
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-slow: $(VENV)/dev.stamp ## what takes seconds each, such as both ways to migrate
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m slow

test-browser: $(VENV)/dev.stamp ## the pages in Chromium
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m browser tests/browser

check: lint types ## everything that has to be clean before a commit
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

lint: $(VENV)/dev.stamp ## style of code and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@! LC_ALL=C.UTF-8 grep -rnE '.{141}' templates || { echo "No template line is longer than 140 characters."; exit 1; }

types: $(VENV)/dev.stamp ## mypy, strict
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## bring the code into shape
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

lock: $(VENV)/dev.stamp ## pin every dependency with its hashes
	$(UV_COMPILE) -o requirements.txt
	$(UV_COMPILE) --extra dev -o requirements-dev.txt

screens: $(VENV)/dev.stamp ## take the pictures of docs/screens, from a demo of its own that it starts and ends
	DJANGO_SETTINGS_MODULE=thanxportal.settings $(BIN)/python -m tests.browser.screens

crash-quick: $(VENV)/dev.stamp ## kill workers at every step for about a minute, and count what was issued
	@$(BIN)/python -m tests.crash --quick

crash-ci: $(VENV)/dev.stamp ## the same for some minutes, on SQLite and on the PostgreSQL of DATABASE_URL
	CRASH_SIZE=ci $(BIN)/python -m pytest -q -n 2 -m "$(PROOFS)"
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.webhook_endurance 15 2500
	@$(BIN)/python -m tests.crash --ci

crash: $(VENV)/dev.stamp ## every proof of exactly-once at full size, on both databases: some hours
	env -u DATABASE_URL CRASH_SIZE=full $(BIN)/python -m pytest -q -n 2 -m "$(PROOFS) or hypothesis"
	CRASH_SIZE=full DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m pytest -q -n 2 -m "$(PROOFS) or hypothesis"
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.webhook_endurance
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m tests.crash --full

identifiers: $(VENV)/dev.stamp ## 200,000 made-up emails and as many phones in each of four countries, against the libraries
	IDENTIFIER_VALUES=$(or $(VALUES),200000) $(BIN)/python -m pytest -q -n 2 tests/issuance/parsing/test_identifiers.py

read-score: $(VENV)/dev.stamp ## read over 700 made-up exports, and count strangers, needless questions and needless refusals
	$(BIN)/python -m tests.corpus

bench-ingest: $(VENV)/dev.stamp ## reading guest lists, against a bare load of the same rows: make bench-ingest ROWS=100000 PARTS=floor
	$(BIN)/python -m benchmarks.ingest --rows $(or $(ROWS),1000000) --rounds $(or $(ROUNDS),5) $(if $(PARTS),--parts $(PARTS))

bench-webhooks: $(VENV)/dev.stamp ## signed events: against a bare insert, and 10,000 in a minute at a real server on both databases
	$(BIN)/python -m benchmarks.webhooks
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.webhook_endurance

bench-discovery: $(VENV)/dev.stamp ## a simulated day of 2,000 merchants: age of the mirror, share of Thanx's limit
	$(BIN)/python -m benchmarks.discovery

bench-events: $(VENV)/dev.stamp ## 50 events of a program a second for ten minutes, until Thanx has each, then as many as go: SECONDS=60
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.events $(or $(SECONDS),600)

bench-exports: $(VENV)/dev.stamp ## loading exports and a read-out, against a bare load, on both databases: PURCHASES=100000
	@env -u DATABASE_URL $(BIN)/python -m benchmarks.exports $(or $(PURCHASES),5000000)
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.exports $(or $(PURCHASES),5000000)

bench-gate: $(VENV)/dev.stamp ## slots of the rate gate for four processes, against an UPDATE of a single row, on both databases
	@env -u DATABASE_URL $(BIN)/python -m benchmarks.gate
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.gate

bench-pages: $(VENV)/dev.stamp ## CPU of pages and polls, against a bare view: make bench-pages GUESTS=20000000 ONLY=poll
	@$(BIN)/python -m benchmarks.pages --guests $(or $(GUESTS),1000000) --rounds $(or $(ROUNDS),7) $(if $(ONLY),--only $(ONLY))

bench-staff: $(VENV)/dev.stamp ## lists of the admin with long logs, on the PostgreSQL of DATABASE_URL: LINES=200000
	@DATABASE_URL=$(POSTGRESQL) $(BIN)/python -m benchmarks.staff_pages $(or $(LINES),2000000)

bench-strangers: $(VENV)/dev.stamp ## whether anybody waits for slow strangers, or for a merchant with very much: ROWS=1000000
	@$(BIN)/python -m benchmarks.strangers $(or $(ROWS),1000000)

bench-merchants: $(VENV)/dev.stamp ## 2,000 merchants of one credential, 200 of whom launch in the same minute: LISTS=50
	$(BIN)/python -m benchmarks.merchants 2000 $(or $(LISTS),200)

hosts-check: $(VENV)/dev.stamp ## three machines in network namespaces, one list, and whatever may happen to them; needs root: ROWS=20000
	@$(BIN)/python -m tests.hosts $(or $(ROWS),1000000)

image-check: ## the steps of the Dockerfile in a clean root, without a container engine; needs root and debootstrap
	@python3 -m tests.image

clean: ## remove the environment and caches, but no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
