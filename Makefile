# Hesabu. `make help` lists what there is; a machine needs python3 >= 3.11 with venv, nothing else.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
UV := .venv/bin/uv
UV_VERSION := 0.13.9
PORT ?= 8080
# a company's own certificate authority is in the system's store, not in uv's
export UV_SYSTEM_CERTS := true
SHARED ?= ../shared
COMPILE := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q

.DEFAULT_GOAL := help
.PHONY: help setup run test lint lock reset bench scan

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hesabu needs Python 3.11 or newer; set PYTHON=python3.11"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/ready: .venv/uv-$(UV_VERSION) requirements.lock pyproject.toml
	@echo "installing Hesabu into .venv (once)" >&2
	@$(UV) pip install -q --compile-bytecode --require-hashes -r requirements.lock
	@$(UV) pip install -q --no-deps -e .
	@touch $@

.venv/ready-test: .venv/ready requirements-test.lock
	@echo "installing what the tests need into .venv (once)" >&2
	@$(UV) pip install -q --compile-bytecode --require-hashes -r requirements-test.lock
	@touch $@

setup: .venv/ready ## build the environment in .venv (pinned, hashed, bytecode compiled)

run: setup ## start the whole system on one port (PORT=8080) and load the demo; Ctrl-C stops it
	@$(PY) -m local run --port $(PORT) --demo

reset: setup ## forget everything the demo wrote (var/)
	@$(PY) -m local reset

test: .venv/ready-test ## run every test; emulator tests run where java and the gcloud emulators are
	@$(PY) -m pytest

lint: .venv/ready-test ## ruff, formatting, types, and the dependency rule
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy shared functions tools
	@.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports

scan: .venv/uv-$(UV_VERSION) ## known vulnerabilities of what is shipped; asks a public database, so not part of the tests
	@$(UV) tool run --from pip-audit==2.9.0 pip-audit --disable-pip --require-hashes -r requirements.lock

bench: .venv/ready-test ## cold start, callback and receipts, each one JSON line of ratios
	@$(PY) -m bench.cold_start
	@$(PY) -m bench.callback
	@test ! -d $(SHARED)/data/receipts || $(PY) -m bench.receipts --images $(SHARED)/data/receipts --labels $(SHARED)/data/receipts/labels.jsonl

lock: .venv/uv-$(UV_VERSION) ## resolve the dependencies again into the two lock files
	@$(UV) $(COMPILE) pyproject.toml -o requirements.lock
	@$(UV) $(COMPILE) --group test -c requirements.lock pyproject.toml -o requirements-test.lock
