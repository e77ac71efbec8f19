# The README's two lines by name, and the few other things a maintainer types.
VENV ?= .venv
INSTALL = python3 -m venv $(VENV) && $(VENV)/bin/pip install -q uv && $(VENV)/bin/uv pip install -q --compile-bytecode --python $(VENV) -r
COMPILE = $(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command "make lock" pyproject.toml

COVERED = sim/runs,sim/scenario,sim/model/rules,sim/files

.PHONY: demo test lint coverage mutants docs experiments records lock approve
demo:
	$(INSTALL) requirements.lock
	$(VENV)/bin/python run.py compare baseline tariff_escalation tight_controls open_door --seeds 50

test:
	$(INSTALL) requirements-test.lock
	$(VENV)/bin/python -m pytest

lint:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# Branches that the tests take. Compiled code cannot be watched, so that the rules are watched uncompiled and all else compiled.
coverage:
	$(VENV)/bin/uv pip install -q --python $(VENV) coverage
	NUMBA_DISABLE_JIT=1 $(VENV)/bin/python -m coverage run --branch --source=sim/model/rules -m pytest -q tests/rules
	$(VENV)/bin/python -m coverage run -a --branch --source=$(COVERED) -m pytest -q tests/scenario tests/runs tests/cli tests/test_files.py
	$(VENV)/bin/python -m coverage report --skip-covered

# Mutation tests of the rules and of the store: hours. PARTS=1/6 tries every sixth mutant.
PARTS ?= 1/1
mutants:
	$(VENV)/bin/uv pip install -q --python $(VENV) cosmic-ray
	$(VENV)/bin/python -m tests.mutants rules $(PARTS)
	$(VENV)/bin/python -m tests.mutants store $(PARTS)

# The generated parts of docs/, from declarations and docstrings.
docs:
	$(VENV)/bin/python -m sim.documents

# All experiments (minutes), what came out into records/, and the tables of docs/experiments.md made again.
experiments:
	$(VENV)/bin/python run.py experiment all --budget small --record records/experiments.json
	$(VENV)/bin/python -m sim.documents

# What docs/evidence.md and docs/backtest.md tell of the parameter sets that are shipped, and their tables made again.
records:
	$(VENV)/bin/python run.py scorecard --variants --json records/evidence.json
	$(VENV)/bin/python run.py backtest --leave-out each --json records/backtest.json
	$(VENV)/bin/python -m sim.documents

# Writes down today's outcomes as approved, under a new entry of CHANGELOG.md, and prints what moved.
approve:
	$(VENV)/bin/python -m tests.approved

# Newest versions that fit pyproject.toml; the second lock holds the first, so that one environment serves both.
lock:
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --extra test -c requirements.lock -o requirements-test.lock
