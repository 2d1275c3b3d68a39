# What one does here. Each target sets up what it needs; `make demo` is the place to begin.
SHELL := /bin/sh
BIN := .venv/bin
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: setup demo test check trace bench shots lock clean
.PHONY: check-style check-format check-types check-layers check-django

setup: ## install everything, once
	@tools/setup.sh

demo: setup ## the whole house with a simulated world around it, until Ctrl-C
	@exec $(BIN)/hpf demo

test: setup ## all tests
	@$(BIN)/pytest -n auto -q

check: setup ## style, types, layers; no tests
	@$(MAKE) --no-print-directory --output-sync -k -j 3 check-style check-format check-layers check-types check-django

check-style:
	@$(BIN)/ruff check -q
check-format:
	@$(BIN)/ruff format -q --check
check-types:
	@$(BIN)/mypy --no-error-summary
check-layers:
	@$(BIN)/lint-imports --no-logo
check-django:
	@$(BIN)/hpf manage check --fail-level WARNING
	@$(BIN)/hpf manage makemigrations --check --dry-run

trace: setup ## which requirements have a test: make trace ARGS="--section 2.4.1"
	@$(BIN)/python tools/trace.py $(ARGS)

bench: setup ## the figures, each beside the floor it is measured against
	@$(BIN)/python -m bench $(ARGS)

shots: setup ## a picture of every page and state in build/shots/
	@$(BIN)/python -m tools.shots $(ARGS)

lock: setup ## pin the newest versions that requirements/*.in allow, with hashes and without addresses
	@for name in base demo dev; do $(PIP_COMPILE) -U -o requirements/$$name.txt requirements/$$name.in; done
	@npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --silent

clean: ## remove what was built; the data under var/ stays
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache src/*.egg-info
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
