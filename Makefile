# Hesabu. `make help` lists what there is; a machine needs python3 >= 3.11 with venv, nothing else.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
UV := .venv/bin/uv
UV_VERSION := 0.13.9
PORT ?= 8080
STORE ?= sqlite
BUS ?= local
# a company's own certificate authority is in the system's store, not in uv's
export UV_SYSTEM_CERTS := true
SHARED ?= ../shared
WORKERS ?= 4
COMPILE := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q

.DEFAULT_GOAL := help
.PHONY: help setup run test train train-matching lint lock reset bench bench-likeness bench-splink scan package package-check check-settings

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	@$(PY) -m local run --port $(PORT) --store $(STORE) --bus $(BUS) --demo

reset: setup ## forget everything the demo wrote (var/)
	@$(PY) -m local reset

# ---- infrastructure: checked anywhere, deployed from here
.PHONY: infra-check lock-infra bootstrap secrets plan deploy outputs rollout

# checkov pins much and owns the module hcl2: an environment of its own
.venv-infra/ready: .venv/uv-$(UV_VERSION) requirements-infra.lock
	@echo "installing the security scanner into .venv-infra (once)" >&2
	@test -x .venv-infra/bin/python || $(PYTHON) -m venv .venv-infra
	@$(UV) pip install -q --python .venv-infra/bin/python --compile-bytecode --require-hashes -r requirements-infra.lock
	@touch $@

lock: lock-infra

lock-infra: .venv/uv-$(UV_VERSION)
	@$(UV) $(COMPILE) --group infra -o requirements-infra.lock

infra-check: .venv/ready-test .venv-infra/ready ## Terraform: format, schema, tests, rehearsals, security scan, assertions
	@HESABU_SHARED="$${HESABU_SHARED:-$(abspath $(SHARED))}" $(PY) -m tools.infra_check

# ---- a real project; infra/terraform/README.md says what each step needs
ENV ?= dev
TF_ROOT := infra/terraform
TF = TF_DATA_DIR=$(CURDIR)/build/terraform-$(ENV) terraform -chdir=$(TF_ROOT)
TF_INIT = $(TF) init -input=false -reconfigure -backend-config=envs/backend-$(ENV).hcl
TF_VARS = -input=false -var-file=envs/$(ENV).tfvars $(if $(HOLD),-var=hold_traffic=true) $(if $(READONLY),-lock=false)
TF_PLAN = $(CURDIR)/build/$(ENV).tfplan

BOOT = TF_DATA_DIR=$(CURDIR)/build/bootstrap-$(ENV) terraform -chdir=$(TF_ROOT)/bootstrap

bootstrap: ## once for each project (ENV=dev): state bucket, deployer, federation for workflows
	@mkdir -p build
	@$(BOOT) init -input=false -reconfigure -backend-config=path=$(CURDIR)/$(TF_ROOT)/bootstrap/$(ENV).tfstate
	@$(BOOT) apply -var-file=$(ENV).tfvars

secrets: ## the places of the secrets (ENV=dev), to be filled before the first deploy
	@mkdir -p build
	@$(TF_INIT)
	@$(TF) apply $(TF_VARS) -auto-approve -target=google_secret_manager_secret.this

plan: ## what a deploy would change (ENV=dev HOLD=1); READONLY=1 takes no lock, for the planner
	@mkdir -p build
	@$(MAKE) --no-print-directory package
	@$(TF_INIT)
	@$(TF) plan $(TF_VARS) -out=$(TF_PLAN)

deploy: ## package, plan and apply (ENV=dev); with HOLD=1 traffic stays on what runs now
	@$(if $(HOLD),$(MAKE) --no-print-directory rollout DO=hold RUN=1)
	@$(MAKE) --no-print-directory plan
	@$(TF) apply -input=false $(TF_PLAN)

outputs: ## address for the host's A record, URLs, accounts (ENV=dev)
	@$(TF_INIT) >/dev/null
	@$(TF) output

rollout: setup ## shift traffic: DO=status, "shift 10", finish or back (ENV=dev ONLY=stk_push); RUN=1 does it
	@$(PY) -m tools.rollout --env $(ENV) $(if $(RUN),--run) $(foreach name,$(ONLY),--only $(name)) $(or $(DO),status)

# ---- the code

test: .venv/ready-test ## run every test in WORKERS=4 processes; emulator tests run where java and the gcloud emulators are
	@$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: .venv/ready-test ## ruff, formatting, types, and the dependency rule
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy shared functions tools
	@.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports

N ?= 2000
SEED ?= 0
JOBS ?= 2
WINDOW ?= 25
.PHONY: simulate crash-points mutants

simulate: .venv/ready-test ## the handlers in N=2000 worlds that fail by seed (SEED=123 N=1 TRACE=1 prints one)
	@$(PY) -m tests.simulation --n $(N) --seed $(SEED) --jobs $(JOBS) $(if $(TRACE),--trace)

crash-points: .venv/ready-test ## one payment, dying at every step and at every pair of steps within WINDOW=25
	@$(PY) -m tests.simulation.crash_points --window $(WINDOW) --jobs $(JOBS)

mutants: .venv/ready-test ## the product with one promise taken out, many times: each must be noticed
	@$(PY) -m tests.simulation.hunt --jobs $(JOBS)

TRAIN ?= var/kenya
train: .venv/ready-test ## refit receipts' confidence (drawn ones, ../shared's, CORRECTIONS=FILE), expense categories, questions
	@$(PY) -m tools.train expenses
	@$(PY) -m tools.train questions
	@test -d $(TRAIN) || $(PY) -m bench.kenya --out $(TRAIN) --count 100 --seed 11 --split train
	@$(PY) -m tools.train receipts --images $(TRAIN) --labels $(TRAIN)/labels.jsonl \
	  $(if $(wildcard ../shared/data/receipts),--images ../shared/data/receipts --labels ../shared/data/receipts/labels.jsonl) \
	  $(if $(CORRECTIONS),--corrections $(CORRECTIONS))

SETS ?= var/matching
GENERATE = $(PY) ../shared/bench/make_reconciliation_data.py --invoices 6000
train-matching: .venv/ready-test ## fit how sure a match is to generated sets (needs ../shared); kept only when it wins a replay
	@test -d $(SETS)/a || $(GENERATE) --out $(SETS)/a --seed 401
	@test -d $(SETS)/b || $(GENERATE) --out $(SETS)/b --seed 402 --set number_style=short --set ref_typo_rate=0.2
	@test -d $(SETS)/c || $(GENERATE) --out $(SETS)/c --seed 403 --set number_style=monthly --set third_party_rate=0.3
	@test -d $(SETS)/d || $(GENERATE) --out $(SETS)/d --seed 404 --set number_style=check --set one_off_payer_rate=0.08
	@test -d $(SETS)/e || $(GENERATE) --out $(SETS)/e --seed 405 --set keypad=qwerty --set ref_typo_rate=0.25
	@test -d $(SETS)/f || $(GENERATE) --out $(SETS)/f --seed 407 --set stranger_rate=0.15 --set phone_stale_rate=0.2
	@test -d $(SETS)/g || $(PY) -m bench.payment_noise --data $(SETS)/b --out $(SETS)/g --kinds words,shape
	@test -d $(SETS)/held-a || $(GENERATE) --out $(SETS)/held-a --seed 502 --set number_style=monthly --set keypad=qwerty
	@test -d $(SETS)/held-b || $(GENERATE) --out $(SETS)/held-b --seed 503 --set number_style=short --set v1_share=0.7
	@$(PY) -m tools.fit_matching --fit $(addprefix $(SETS)/,a b c d e f g) --hold $(SETS)/held-a $(SETS)/held-b

scan: .venv/uv-$(UV_VERSION) ## known vulnerabilities of what is shipped; asks a public database, so not part of the tests
	@$(UV) tool run --from pip-audit==2.9.0 pip-audit --disable-pip --require-hashes -r requirements.lock

package: .venv/ready ## build dist/<function>.zip: what each function reaches, the same bytes every time
	@$(PY) -m tools.package

package-check: .venv/ready ## load and ask every zip in an environment that holds its own requirements alone
	@$(PY) -m tools.package_check

check-settings: .venv/ready ## say what is wrong with the settings in the environment (ARGS="--cloud --connect")
	@$(PY) -m tools.check_settings $(ARGS)

bench: .venv/ready-test ## cold start, callback and receipts, each one JSON line of ratios
	@$(PY) -m bench.cold_start
	@$(PY) -m bench.callback
	@test ! -d $(SHARED)/data/receipts || $(PY) -m bench.receipts --images $(SHARED)/data/receipts --labels $(SHARED)/data/receipts/labels.jsonl

# Splink is the peer of `python -m bench.reconcile --throughput`, in an environment of its own: never shipped
var/splink/ready: bench/requirements-splink.txt
	@test -x var/splink/bin/python || $(PYTHON) -m venv var/splink
	@var/splink/bin/python -m pip install -q --disable-pip-version-check -r bench/requirements-splink.txt
	@touch $@

var/likeness/ready: bench/requirements-likeness.txt
	@test -x var/likeness/bin/python || $(PYTHON) -m venv var/likeness
	@var/likeness/bin/python -m pip install -q --disable-pip-version-check -r bench/requirements-likeness.txt
	@touch $@

bench-likeness: .venv/ready-test var/likeness/ready ## names and numbers: our clues beside n-grams and an embedding
	@$(PY) -m bench.name_likeness

bench-splink: .venv/ready-test var/splink/ready ## speed of matching beside Splink 5, to 10^6 invoices (takes minutes)
	@$(PY) -m bench.reconcile --throughput

lock: .venv/uv-$(UV_VERSION) ## resolve the dependencies again: the two lock files, and each function's requirements
	@$(UV) $(COMPILE) pyproject.toml -o requirements.lock
	@$(UV) $(COMPILE) --group test -c requirements.lock pyproject.toml -o requirements-test.lock
	@$(MAKE) --no-print-directory .venv/ready
	@$(PY) -m tools.requirements
