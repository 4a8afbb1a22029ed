# make          set up .venv and compute everything with all cores
# make test     set up .venv and run the tests
# make help     the other targets

PYTHON ?= python3
CORES ?= $(shell getconf _NPROCESSORS_ONLN)
BIN := .venv/bin
GIGABYTES := 9
BENCHMARKS := throughput dlib_speed feature_store large_forms regression_speed svm_speed scaling large_features audit_calibration learning_curve shift rows erasers croma_parity audit_speed audit_beside_sklearn
SNAKEMAKE := PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --cores $(CORES)

.DEFAULT_GOAL := run
.PHONY: run test lint docs demo-audit report bench bars setup lock clean help

run: setup ## compute every figure and the scorecard (the default)
	@echo "Computing everything with $(CORES) cores; results appear under results/."
	@$(SNAKEMAKE)

test: setup ## run the tests
	@echo "Running the tests with $(CORES) processes."
	@OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(BIN)/pytest -n $(CORES)

lint: setup ## check style and types: ruff, snakefmt, mypy, snakemake --lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/snakemake --lint

docs: setup ## the documentation as a site: site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@for field in speech faces pathology single-cells text; do \
	  $(BIN)/python -m exoprobe demo --field $$field --out site/demo/$$field --quiet >/dev/null || exit 1; done
	@echo "Open site/index.html in a browser."

demo-audit: run ## audit the networks of the default run: results/audit/index.html
	@$(SNAKEMAKE) audit --configfile examples/audit_digits.yaml
	@echo "Open results/audit/index.html in a browser."

report: run ## one HTML page with every figure, the scorecard and the training curves
	@$(SNAKEMAKE) --report report.html
	@echo "Open report.html in a browser."

bench: setup .bench/.ready ## measure speed beside other libraries; prints each ratio with its bar, and how often verdicts are right (several hours)
	@$(SNAKEMAKE) data face_data
	@for what in $(BENCHMARKS); do .bench/bin/python -m benchmarks.$$what || exit 1; done

bars: run ## hold the results against what they have to reach (speed: after make bench)
	@$(BIN)/python -m benchmarks.bars

# The other libraries have an environment of their own, on top of .venv; the benchmarks do without what is missing.
.bench/.ready: .venv/.ready benchmarks/requirements.txt
	@$(BIN)/python -m venv .bench
	@.bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/requirements.txt || \
	  echo "Other solvers could not be installed; the benchmarks leave them out."
	@packages='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  echo "import site; site.addsitedir('$$($(BIN)/python -c "$$packages")')" > "$$(.bench/bin/python -c "$$packages")/exoprobe.pth"
	@touch $@

setup: .venv/.ready ## make .venv from the lock file

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "exoprobe needs Python 3.11 or newer as $(PYTHON); found: $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@free=$$(df -Pk . | awk 'NR == 2 {print int($$4 / 1048576)}'); [ -x $(BIN)/python ] || [ $$free -ge $(GIGABYTES) ] || \
	  { echo "Setting up needs $(GIGABYTES) GB of free disk space in $(CURDIR); there are $$free."; exit 1; }
	@echo "Setting up .venv from requirements.lock (a few minutes, once) …"
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) -m venv failed; on Debian and Ubuntu: apt install python3-venv."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . || \
	  { echo "Setting up .venv failed; the reason is above. Mend it and run make again."; exit 1; }
	@touch $@

lock: setup ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra all --group cluster --group dev --universal --python-version 3.11 --upgrade \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock

clean: ## delete results (keeps .venv)
	rm -rf results report.html

help: ## this list, and the workflow's targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile
	@[ ! -x $(BIN)/snakemake ] || $(SNAKEMAKE) --list-target-rules --quiet 2>/dev/null | sed -n 's/^\([a-z_0-9]*\) (\(.*\))$$/snakemake --cores N \1: \2/p'
