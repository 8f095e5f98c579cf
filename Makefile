# make demo and make test need nothing but Python 3.11; they set up .venv themselves.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.simpul-installed
JOBS ?= 2
RUFF := $(BIN)/ruff

.PHONY: help setup demo demo-real test test-real histories check check-deep mutate bench faults format wheel clean

help:
	@echo 'demo        shows the main job, then leaves the hub serving until Ctrl-C'
	@echo 'demo-real   the same against a real app (django-helpdesk)'
	@echo 'test        the fast suite: no services, under two minutes'
	@echo 'test-real   services, real apps and the browser'
	@echo 'check       types, lint, format and layers'
	@echo 'histories   the state machines of the engine at length, on both databases'
	@echo 'check-deep  everything that needs no service, with many more examples; hours'
	@echo 'mutate      takes the safety rules out one by one; what caught each is printed'
	@echo 'bench       how fast it is beside what people would use instead; exit status says whether the limits are met'
	@echo 'faults      ten minutes of everything that dies, cuts and fills up; nothing may be lost, doubled, echoed or diverged'
	@echo 'format      puts the code in the agreed form'
	@echo 'clean       removes what these made'

setup: $(STAMP)

$(STAMP): setup.cfg pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[hub,mysql,postgresql,test,dev]'
	@touch $@

demo: setup
	$(BIN)/simpul demo

demo-real: setup
	$(BIN)/python -m tests.apps.django_helpdesk.demo

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m 'not real and not slow and not long and not browser'

test-real: setup
	SIMPUL_REAL=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m '(real or browser or long) and not slow'

check: setup
	$(RUFF) check --config .ci/ruff.toml .
	$(RUFF) format --check --config .ci/ruff.toml .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The engine's state machines, so many histories each, on SQLite and on PostgreSQL, spread over the cores.
histories: setup
	SIMPUL_REAL=1 SIMPUL_STEPS=30 SIMPUL_HISTORIES=$${SIMPUL_HISTORIES:-200} SIMPUL_SHARDS=$(JOBS) $(BIN)/python -m pytest -n $(JOBS) -rA tests/sync/test_machine.py

# Everything without a service with many more examples, 2,000 histories of each machine, and every safety rule taken out once.
check-deep: setup
	SIMPUL_EXAMPLES=$${SIMPUL_EXAMPLES:-5000} SIMPUL_STEPS=30 SIMPUL_HISTORIES=2000 SIMPUL_SHARDS=$(JOBS) \
		$(BIN)/python -m pytest -n $(JOBS) --timeout=3600 -m 'not real and not browser'
	$(BIN)/python -m tests.sync.mutate --jobs $(JOBS)

mutate: setup
	$(BIN)/python -m tests.sync.mutate --jobs $(JOBS)

format: setup
	$(RUFF) check --fix --config .ci/ruff.toml .
	$(RUFF) format --config .ci/ruff.toml .

# Measured side by side in one run, against thresholds; needs PostgreSQL, and installs dlt in an environment of its own.
bench: setup
	$(BIN)/python benchmarks/ingest.py $(QUICK)
	$(BIN)/python benchmarks/backfill.py $(QUICK)
	$(BIN)/python benchmarks/scale.py $(QUICK)
	$(BIN)/python benchmarks/latency.py $(QUICK)
	$(BIN)/python benchmarks/million.py $(QUICK)
	$(BIN)/python benchmarks/upgrade.py $(QUICK)

# A database and a broker of its own, so PostgreSQL and RabbitMQ must be installed, not running.
faults: setup
	$(BIN)/python benchmarks/faults.py $(FAULTS)

wheel: setup
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf .venv .venv-bench build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find contracts connectors hub tests -name __pycache__ -prune -exec rm -rf {} +
