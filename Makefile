# The book's commands. `make help` lists them.

PYTHON ?= python3
PORT ?= 8000
VENV = .venv
BIN = $(VENV)/bin
GRADER = $(VENV)/grading
READY = $(VENV)/.ready
CORES := $(shell getconf _NPROCESSORS_ONLN)

# Parallel steps start a process for each core: one thread each, or they fight for the cores.
ONE_THREAD = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
PYTEST = $(ONE_THREAD) $(BIN)/python -m pytest --numprocesses $(CORES) --maxprocesses 8 --durations 10

.PHONY: help book test test-all serve lab publish notebooks bench lint unit cells browser faults clean dist links oldest newest
.PHONY: student key pdf epub slides assignment

help: ## List the commands (the default)
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

# The environment: made once, brought up to date when what it is made from changes.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"The book needs Python 3.11 or newer, and $(PYTHON) is %d.%d: try make PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || { echo "Creating $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --editable .
	@touch $@
	@echo "The environment is ready in $(VENV)"

book: $(READY) ## Build the book into _build/html (only what changed)
	@$(ONE_THREAD) $(BIN)/jupyter-book build . -W --keep-going
	@echo "The book is built, $$(find _build/html -name '*.html' | wc -l | tr -d ' ') pages: open _build/html/index.html"

test: $(READY) ## Check everything: lint, unit tests, notebook cells, the book, its pages in a browser
	@MAKE="$(MAKE)" $(BIN)/python tools/steps.py lint unit cells book browser

test-all: ## The same at length: all that is combined, ten times what is drawn (before a release)
	@THOROUGH=1 $(MAKE) --no-print-directory test

serve: book ## Show the book on localhost (PORT=8000)
	@echo "The book is at http://localhost:$(PORT)/ (Ctrl-C stops)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: book ## Open the chapters in JupyterLab, as notebooks to work in (they are in _build/notebooks)
	@$(BIN)/jupyter lab --ServerApp.root_dir=_build/notebooks

# The editions are made from the built pages, and the one for students from sources without answers.
EDITION = @$(ONE_THREAD) PYTHONPATH=tools $(BIN)/python -m editions

student: $(READY) ## The pages and notebooks without solutions and answers, into _build/student
	$(EDITION).student

key: book ## The answers to all of its questions, for instructors, into _build/answers
	$(EDITION).key

pdf: book ## The book as one file, _build/book.pdf
	$(EDITION).pdf

epub: book ## The book for e-book readers, _build/book.epub
	$(EDITION).epub

slides: book ## Slides of each chapter, their figures at work, into _build/slides
	$(EDITION).slides

# nbgrader sees the book's packages, and changes nothing in their environment.
$(GRADER)/.ready: $(READY) tools/editions/grading.txt
	@$(BIN)/python -m venv $(GRADER)
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> $$($(GRADER)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/book.pth
	$(GRADER)/bin/python -m pip install --disable-pip-version-check --requirement tools/editions/grading.txt
	@touch $@

assignment: $(GRADER)/.ready ## A chapter for nbgrader, into _build/grading (NB=chapters/x.ipynb)
	$(EDITION).grading $(NB)
	@cd _build/grading && PATH="$(abspath $(GRADER))/bin:$$PATH" nbgrader generate_assignment $(notdir $(basename $(NB))) --force
	@echo "What students get is in _build/grading/release/$(notdir $(basename $(NB)))"

publish: book ## Push these notebooks to the branch "notebooks" (a workflow does; REMOTE=URL)
	@$(BIN)/python tools/publish.py $(REMOTE)

# Those of _toc.yml, and the one to copy for a chapter of your own.
NOTEBOOKS = $(wildcard $(addsuffix .ipynb,$(shell sed -n 's/^[^\#]*file: *["'\'']*\([^"'\'' ]*\).*/\1/p' _toc.yml \
	| sed 's/\.ipynb$$//')) tools/chapter.ipynb)

# A notebook is executed again when it, convkit, the pinned versions or a file beside it changed since
# it was last. NB names the ones to execute whatever changed.
CHOSEN = $(if $(NB),$(or $(wildcard $(NB)),$(NB)),$(NOTEBOOKS))
STAMPS = $(CHOSEN:%.ipynb=_build/executed/%)

notebooks: $(READY) ## Execute, clean and save the notebooks that changed (NB=chapters/x.ipynb: that one)
	@for nb in $(CHOSEN); do test -f $$nb || { echo "There is no $$nb. NB= takes one of these, or more:"; \
		printf '  %s\n' $(NOTEBOOKS); exit 1; }; done
	@$(if $(NB),rm -f $(STAMPS))
	@$(ONE_THREAD) $(MAKE) --no-print-directory --jobs $(CORES) $(STAMPS)
	@echo "The notebooks are executed and clean: $(words $(STAMPS)) of them"

_build/executed/%: %.ipynb _build/executed/.state
	@$(BIN)/python tools/notebooks.py $<
	@mkdir -p $(@D) && touch $@

# All that the outputs depend on besides the notebook; it is newer only where that changed.
_build/executed/.state: FORCE
	@mkdir -p $(@D)
	@$(BIN)/python _ext/house/fresh.py . > $@.now
	@cmp -s $@.now $@ && rm $@.now || mv $@.now $@

FORCE:

lint: $(READY) ## Step of test: style, spelling, convkit's types
	$(BIN)/ruff check . $$($(BIN)/python tests/contents.py)
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	@echo "No fault in style, spelling or types"

unit: $(READY) ## Step of test: unit tests, property tests, convkit's doctests
	$(PYTEST) --doctest-modules --ignore tests/browser tests convkit

cells: $(READY) ## Step of test: every cell's stored output against a fresh run
	PYTHONPATH=tools $(PYTEST) -p cells --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout 120 $(NOTEBOOKS)

browser: $(READY) ## Step of test: the built pages in Chromium
	$(PYTEST) tests/browser

faults: $(READY) ## Plant deliberate bugs in a copy of convkit: do the tests notice? (ONLY=fft: some)
	@$(ONE_THREAD) $(BIN)/python tools/faults.py $(ONLY)

# What else a table needs, and the settings that benchmarks/timing.py explains.
MEASURABLE = $(VENV)/.measurable
FAIR = MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=8000000000

$(MEASURABLE): $(READY) benchmarks/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --requirement benchmarks/requirements.txt
	@touch $@

bench: $(MEASURABLE) book ## Print the tables of benchmarks/README.md (ONLY=convolution: that one)
	@for table in $(or $(ONLY),convolution growth book page); do \
		$(FAIR) $(BIN)/python benchmarks/$$table.py $(OPTIONS) || exit 1; done

# Before a release, and every week.
RELEASABLE = $(VENV)/.releasable

$(RELEASABLE): $(READY) tools/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --requirement tools/requirements.txt
	@touch $@

dist: $(RELEASABLE) ## Build wheel and sdist into dist/, and try them where nothing else is installed
	$(BIN)/python tools/release.py

oldest: ## Test convkit with the oldest NumPy, SciPy and PyTorch that it works with
newest: ## Test convkit with the newest
oldest newest: $(READY)
	@$(ONE_THREAD) $(BIN)/python tools/versions.py $@

links: $(READY) ## Follow the links that lead elsewhere (needs the network)
	@$(ONE_THREAD) $(BIN)/jupyter-book build . --builder custom --custom-builder linkcheck
	@echo "Every link to elsewhere leads somewhere: _build/linkcheck/output.txt lists them"

clean: ## Remove what was built; .venv stays
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	@echo "Removed what was built; 'rm -rf $(VENV)' removes the environment too"
