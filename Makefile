# One entry to the repository: `make demo` shows the centre, `make test` proves it. Nothing needs to be set up before.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check alerts healthy bench bench-peers chaos broken mutants clients format clean
MAKEFLAGS += --no-print-directory
# Compiled modules are kept: hundreds of processes start here, and each would compile what it imports.
unexport PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

# Any Python from 3.11 on; name another one with `make setup PYTHON=/path/to/python3`.
PYTHON ?=
ARGS ?=
MINUTES ?= 30
SEED ?= 1
VENV := .venv
BIN := $(VENV)/bin
DISTS := contracts services/kit services/lab services/console .
PINS := requirements-dev.lock $(addsuffix /pyproject.toml,contracts services/kit services/lab services/console) infra/setup.sh
# Named after the pins and the folder, so that other pins or a moved folder are installed anew.
READY := $(VENV)/ready-$(shell { pwd; cat $(PINS); } | cksum | cut -d ' ' -f 1)

# Where ARGS choose tests, one of the two runs may have none of them (pytest's 5); without ARGS that is a failure.
NONE_OF_THESE = $(if $(ARGS),[ $$? -eq 5 ],false)

# Of the whole suite, the few tests that fail are run once more, alone, and named (decision 42).
PYTEST := $(if $(ARGS),pytest,tests.second_look)

PEERS := .venv-peers
PEERS_PINS := bench/requirements-peers.lock
PEERS_READY := $(PEERS)/ready-$(shell cksum < $(PEERS_PINS) | cut -d ' ' -f 1)
CLIENTS := .venv-clients
CLIENTS_PINS := tests/clients/requirements-clients.lock
CLIENTS_READY := $(CLIENTS)/ready-$(shell cksum < $(CLIENTS_PINS) | cut -d ' ' -f 1)

help:  ## show what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(READY)  ## install the pinned packages into .venv (the other targets do so by themselves)

$(READY):
	@PYTHON='$(PYTHON)' VENV='$(VENV)' sh infra/setup.sh $(DISTS)
	@touch '$@'

demo: $(READY)  ## run the six agencies and the simulator, e.g. make demo ARGS="--once --json"
	@$(BIN)/ieum demo $(ARGS) </dev/null

test: $(READY)  ## pass every test against a real Kafka and a real PostgreSQL
	@$(BIN)/python -m $(PYTEST) --numprocesses $(if $(ARGS),2,3) --no-loadscope-reorder -m 'not quiet' $(ARGS) </dev/null || $(NONE_OF_THESE)
	@$(BIN)/python -m $(PYTEST) $(if $(ARGS),,--numprocesses 2 --no-loadscope-reorder) -m quiet $(ARGS) </dev/null || $(NONE_OF_THESE)

check: $(READY)  ## lint, format, types, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Promtool comes with Prometheus and from no package that is installed here: name it by PROMTOOL.
PROMTOOL ?= promtool
alerts:  ## test the alarms of Prometheus by its own promtool, e.g. make alerts PROMTOOL=/path/to/promtool
	@command -v $(PROMTOOL) >/dev/null || { echo "There is no $(PROMTOOL) here. It comes with Prometheus; with Docker: docs/observability.md." >&2; exit 1; }
	@$(PROMTOOL) check rules infra/observe/alerts.yml
	@$(PROMTOOL) test rules infra/observe/alerts_test.yml

PROMETHEUS ?= prometheus
healthy: $(READY)  ## run a healthy centre under load beside a real Prometheus, and show that no alarm rings, for an hour
	@$(BIN)/python -m tests.healthy --prometheus $(PROMETHEUS) $(ARGS) </dev/null

bench: $(READY)  ## measure speed beside plain Kafka and plain FastStream, e.g. make bench ARGS=--quick
	@$(BIN)/python -m bench $(ARGS) </dev/null

bench-peers: $(READY) $(PEERS_READY)  ## the same beside faststream-outbox and faust-streaming as well
	@$(BIN)/python -m bench side-by-side --peers $(ARGS) </dev/null

$(PEERS_READY): $(READY)
	@rm -rf $(PEERS) && $(BIN)/python -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $(PEERS_PINS) </dev/null
	@touch '$@'

chaos: $(READY)  ## harm a running centre on a seeded schedule and judge it, e.g. make chaos MINUTES=30 SEED=1
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) --seed $(SEED) $(ARGS) </dev/null

broken: $(READY)  ## break the product in every known way, and show by which verdict or test each is caught
	@$(BIN)/python -m tests.chaos.broken $(ARGS) </dev/null

mutants: $(READY)  ## break the product in small ways, one by one, and show which test notices, e.g. make mutants ARGS=heads
	@$(BIN)/python -m tests.mutants $(ARGS) </dev/null

clients: $(READY) $(CLIENTS_READY)  ## generate clients in Python, TypeScript and Java, and drive a referral with each
	@$(BIN)/python -m tests.clients $(ARGS) </dev/null

$(CLIENTS_READY): $(READY)
	@rm -rf $(CLIENTS) && $(BIN)/python -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $(CLIENTS_PINS) </dev/null
	@touch '$@'

format: $(READY)  ## put the code into its one format
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

clean:  ## remove what was installed and cached here; the data of the embedded stack stays in .ieum
	@rm -rf $(VENV) $(PEERS) $(CLIENTS) .clients .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find bench contracts services tests -name __pycache__ -type d -prune -exec rm -rf {} +
