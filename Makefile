# What a person who works on the code needs. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
export AMPARO_DATA ?= $(CURDIR)/.amparo
# With bytecode everything starts three times as fast; what is set in a shell for other work must not take it away.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env demo test test-spark check fix docs bench screenshots lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 22

env: .venv/.made ## Make .venv from the lock file (quick when nothing changed)

.venv/.made: requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" tools/make_environment

demo: env ## Start a training installation on http://127.0.0.1:8000/ (ARGS="--cases 500 --port 8080")
	@$(BIN)/amparo demo $(ARGS)

# As many as there are cores on the smallest machine that is meant: a third costs more in what every worker reads than it gains.
test: env ## Run the whole suite (ARGS="tests/cases -x")
	@$(BIN)/pytest -q -n 2 --dist loadgroup $(ARGS)

# Without the conftest of the suite and its plugins, which need the platform; SPARK_LOCAL_IP keeps Spark to this machine.
# Warnings are errors, but for two of PySpark's and Ibis's that pandas tells, and what PySpark leaves open until its process ends.
test-spark: .venv-spark/.made ## Count tables with Spark as well (needs Java; an environment of its own)
	@SPARK_LOCAL_IP=127.0.0.1 .venv-spark/bin/python -m pytest -q -c /dev/null --rootdir=. --noconftest -p no:cacheprovider \
		--import-mode=importlib -o pythonpath="src ." -o markers=spark \
		-W error -W "ignore:The copy keyword" -W "ignore:The 'future.infer_string'" -W "ignore::ResourceWarning" \
		tests/stats/disclosure/test_spark.py $(ARGS)

.venv-spark/.made: requirements.lock pyproject.toml tools/make_spark_environment
	@PYTHON="$(PYTHON)" tools/make_spark_environment

check: env ## Style, types, ladder, templates, migrations, freshness of generated docs
	@$(BIN)/python -m tools.check

fix: env ## Put right what can be put right by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

docs: env ## Write the generated pages and build the documentation
	@$(BIN)/python -m tools.messages
	@$(BIN)/python -m tools.generate
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: env ## Run the benchmarks; each prints its figure
	@for each in bench/*.py; do case $$each in */_*|*/__*) ;; *) echo "== $$each"; $(BIN)/python $$each || exit 1;; esac; done

screenshots: env ## Take the pictures of the documentation anew
	@AMPARO_SCREENSHOTS=1 $(BIN)/pytest -q tests/journeys -m screenshot

lock: env ## Resolve the dependencies anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --extra web --extra pkcs11 --group dev --universal --generate-hashes --python-version 3.11 --no-emit-index-url --quiet -o requirements.lock

clean: ## Remove everything that was made here, the demo's data too
	@rm -rf .venv .venv-spark .cache .amparo build dist docs/_build
