# make help lists what there is.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
RUNTIME_PACKAGES := ffmpeg tesseract-ocr tesseract-ocr-chi-sim fonts-noto-cjk fontconfig libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libglib2.0-0
# npm brings the handwriting fonts of the test material.
TEST_PACKAGES := chromium postgresql clamav-daemon rabbitmq-server redis-server mediainfo poppler-utils $(shell command -v npm >/dev/null || echo npm)
VENV_PACKAGES := $(shell $(PYTHON) -c "import ensurepip, venv" 2>/dev/null || echo python3 python3-venv)
# pdqhash comes as source only.
VENV_PACKAGES += g++ $(shell $(PYTHON) -c "import os, sysconfig; os.stat(sysconfig.get_path('include') + '/Python.h')" 2>/dev/null || echo python3-dev)

.DEFAULT_GOAL := help
.PHONY: help packages setup setup-dev demo serve doctor test test-all bench chaos check docs samples format lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: .venv/.runtime ## system packages, virtual environment, locked libraries

packages:
	@infra/system-packages.sh $(VENV_PACKAGES) $(RUNTIME_PACKAGES)

demo: setup ## verify the sample claims and say where the reports are
	@$(BIN)/hezheng demo

serve: setup ## API, worker and reviewer's pages on one port
	@$(BIN)/hezheng serve

doctor: setup ## what is missing on this machine and how to mend it
	@$(BIN)/hezheng doctor

test: setup-dev check ## lint, types, import rules, and the tests that run in minutes
	$(BIN)/pytest -m "not slow" -n 2 --dist loadfile

test-all: setup-dev check ## the slow tests too
	$(BIN)/pytest

bench: setup-dev ## the benchmarks; their figures are kept in docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks

chaos: setup-dev ## kill parts of the service at random while claims come in: nothing may be lost (an hour or more)
	$(BIN)/python -m tests.chaos --topology embedded
	$(BIN)/python -m tests.chaos --topology rabbitmq
	$(BIN)/python -m tests.chaos --topology redis

check: setup-dev ## lint, types, import rules, reference pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python infra/write_docs.py --check

docs: setup-dev ## write the reference pages that come out of the program
	$(BIN)/python infra/write_docs.py

samples: setup-dev ## make the sample claims anew (needs npm for the handwriting fonts)
	$(BIN)/python -m tests.generators.samples samples

format: setup-dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## renew the locks (needs uv)
	uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U -o requirements/lock.txt
	uv pip compile pyproject.toml --extra dev -c requirements/lock.txt --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U -o requirements/dev.txt

clean: ## remove the environment and what the demo wrote
	rm -rf .venv demo-reports

setup-dev: setup .venv/.dev
	@infra/system-packages.sh $(TEST_PACKAGES)

.venv/.created: | packages
	@echo "Making the virtual environment"
	@$(PYTHON) -m venv .venv
	@touch $@

# Runtime libraries by their hashes; the faces' two need --no-deps (see requirements/faces.in) and setuptools, which the lock brings.
.venv/.runtime: .venv/.created requirements/lock.txt requirements/faces.txt pyproject.toml | packages
	@echo "Installing the locked libraries (about two minutes)"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --require-hashes -r requirements/faces.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@echo "Installing the locked tools for tests"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
