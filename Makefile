# `make run` and `make test` need only Python 3.11 or newer, git and make; `make test-spark` needs Java 17 as well.
.DEFAULT_GOAL := help
.PHONY: help run test test-spark java ui lint reference clean

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
# many small queries: to compile their code well takes longer than to run it
QUICK_JAVA := -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=512m -XX:+UseSerialGC
export UV_PROJECT_ENVIRONMENT := .venv
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := yes
export GX_ANALYTICS_ENABLED := false

help: ## tell the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: .venv/ready ## land the sample company, build, check, publish, tell what happened
	@$(BIN)/lifecycle run

test: .venv/ready ## run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --durations=20

test-spark: java .venv-spark/ready ## compare every mart on Apache Spark and DuckDB
	@JAVA_TOOL_OPTIONS="$(QUICK_JAVA) $(JAVA_TOOL_OPTIONS)" .venv-spark/bin/python -m pytest \
		tests/engines/test_parity.py tests/engines/test_portable_sql.py -k "not duckdb" --durations=5

java: .venv/ready
	@$(BIN)/python -m orchestration.engine

ui: .venv/ready ## open the lineage, runs and checks in the browser, port 3000
	@$(BIN)/lifecycle ui

lint: .venv/ready ## check style, conventions, generated pages
	@$(BIN)/uv lock --check --quiet
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lifecycle reference --check
	@$(BIN)/dbt-bouncer --config-file dbt-bouncer.yml
	@$(BIN)/dg check defs
	@LIFECYCLE_WORKING_DATABASE=:memory: $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar \
		dbt_project/models dbt_project/tests

reference: .venv/ready ## make the generated pages anew
	@$(BIN)/lifecycle reference

clean: ## remove the environment and the warehouse
	@rm -rf .venv .venv-spark warehouse dbt_project/target dbt_project/logs

.venv/ready: pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; set PYTHON=/path/to/python."; exit 1; }
	@echo "Setting up .venv with $(PYTHON), once."
	@$(PYTHON) -m venv .venv || { echo "Python lacks venv; on Debian: apt install python3-venv."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv sync --frozen --quiet --compile-bytecode
	@touch $@

.venv-spark/ready: .venv/ready
	@echo "Setting up .venv-spark, once; PySpark is 450 MB."
	@UV_PROJECT_ENVIRONMENT=.venv-spark $(BIN)/uv sync --frozen --quiet --compile-bytecode --extra spark --python $(BIN)/python
	@touch $@
