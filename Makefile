# `make run` is all it takes: it needs make and Python 3.11 to 3.13, and makes its own environment in .venv.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
INSTALLED := .venv/installed-$(notdir $(PYTHON))
NEURON := .venv-neuron

.DEFAULT_GOAL := help
.PHONY: help run test validate verify attack test-slurm bench bench-peers neuron-reference estimators docs lint constraints clean

help:
	@echo 'make run          simulate and draw the default experiment, into results/'
	@echo 'make test         check style and types, and run the fast tests (minutes)'
	@echo 'make validate     run the slow tests: published results, accuracy, both back ends'
	@echo 'make verify       measure every claim anew, and write VERIFICATION.md and its figure (a few minutes)'
	@echo 'make attack       kill it, damage what it keeps, feed it what nobody should, and write ATTACKS.md (hours)'
	@echo 'make test-slurm   start a Slurm of one node, and sweep, kill and requeue on it (as root on Debian; minutes)'
	@echo 'make bench        time it against its peers and the limit of the machine, and write BENCHMARKS.md (half an hour)'
	@echo 'make bench-peers  install NEURON for it, in .venv-neuron (the other peers are here, given a C++ compiler)'
	@echo 'make neuron-reference  recompute the reference data with NEURON, in .venv-neuron, and compare (minutes)'
	@echo 'make estimators   sign the estimators of fit/infer for code that has changed since (half a minute), or train them'
	@echo '                  anew if it simulates something else (half an hour; fit/train each)'
	@echo 'make docs         build the documentation into docs/_build/html (a minute)'
	@echo 'make lint         check style and types only'
	@echo 'make constraints  pin the newest versions that fit pyproject.toml, in constraints.txt'
	@echo 'make clean        remove the environment and caches, but no results'
	@echo 'PYTHON=python3.12 after any of these chooses another Python. Other experiments: $(BIN)/sherrington --help'

run: $(INSTALLED)
	$(BIN)/sherrington
	@echo 'The command is  $(BIN)/sherrington  (with --help it says what it can do); its pages begin with README.md.'

test: lint
	$(BIN)/python -m pytest -n 2 -m "not slow"

validate: $(INSTALLED)-test
	$(BIN)/python -m pytest -n 2 -m slow

verify: $(INSTALLED)-test
	$(BIN)/python -m experiments.verification

attack: $(INSTALLED)-test
	$(BIN)/python -m tests.attack

test-slurm: $(INSTALLED)-test
	$(BIN)/python tests/slurm/check.py

bench: $(INSTALLED)-test
	$(BIN)/python -m benchmarks

bench-peers: $(NEURON)/compiled

neuron-reference: $(NEURON)/compiled
	@for setting in '0.8' '1.0' '1.2' '1.0 --like converged'; do \
		$(NEURON)/bin/python benchmarks/neuron/pool.py --compare --multiplier $$setting || exit 1; \
	done

estimators: $(INSTALLED)-test
	$(BIN)/python -m experiments.fit.shipped

docs: $(INSTALLED)-docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo 'the site begins with docs/_build/html/index.html'

lint: $(INSTALLED)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

constraints: $(INSTALLED)
	$(INSTALL) uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-header --no-annotate --python-version 3.11 --all-extras \
		pyproject.toml -o constraints.txt
	@! grep -n '://' constraints.txt

clean:
	rm -rf .venv $(NEURON) docs/_build .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# An environment made by another Python is made anew; one that is only out of date is brought up to date.
$(INSTALLED): pyproject.toml constraints.txt
	@found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	case "$$found" in \
	3.11 | 3.12 | 3.13) exit 0 ;; \
	"") found='does not run' ;; \
	*) found="is $$found" ;; \
	esac; \
	echo "Sherrington needs Python 3.11, 3.12 or 3.13, but $(PYTHON) $$found; name another: make PYTHON=python3.12 run" >&2; \
	exit 1
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Sherrington is installed in a virtual environment, but' \
		'$(PYTHON) cannot make one; install its venv module (on Debian and Ubuntu: apt install python3-venv).' >&2; exit 1; }
	@echo 'installing into .venv (about a minute, 1 GB) ...'
	@test -e $@ || $(PYTHON) -m venv --clear .venv
	@$(INSTALL) -e .
	@touch $@

$(INSTALLED)-test: $(INSTALLED)
	@echo 'installing what the tests need ...'
	@$(INSTALL) -e '.[test]'
	@touch $@

$(INSTALLED)-docs: $(INSTALLED)
	@echo 'installing what the site needs ...'
	@$(INSTALL) -e '.[docs]'
	@touch $@

# NEURON has an environment of its own; only this one needs a C++ compiler.
$(NEURON)/installed: constraints.txt
	@echo 'installing NEURON into $(NEURON) ...'
	@$(PYTHON) -m venv --clear $(NEURON)
	@$(NEURON)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt neuron==9.0.2 numpy pyyaml
	@touch $@

$(NEURON)/compiled: $(NEURON)/installed $(wildcard benchmarks/neuron/*.mod)
	@command -v c++ >/dev/null || { echo 'NEURON compiles MOD files, but there is no c++; install a C++ compiler (on' \
		'Debian and Ubuntu: apt install g++).' >&2; exit 1; }
	@rm -rf $(NEURON)/mechanisms && mkdir $(NEURON)/mechanisms
	@cd $(NEURON)/mechanisms && PATH="$(CURDIR)/$(NEURON)/bin:$$PATH" nrnivmodl $(CURDIR)/benchmarks/neuron >compile.log 2>&1 || \
		{ echo 'nrnivmodl failed; $(NEURON)/mechanisms/compile.log says why.' >&2; exit 1; }
	@touch $@
