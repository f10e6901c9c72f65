# Nouns are files, verbs talk to the world. `make` prints what there is.

DATA    ?= data
ANSWERS ?= labeling/demo
PYTHON3 ?= python3
VENV    := .venv
PYTHON  := $(VENV)/bin/python
READY   := $(VENV)/ready

# The raw articles: RAW=folder, or the folder this workspace was made from, or raw/ in it.
RAW = $(or $(shell sed -n '1s/^"\(.*\)"$$/\1/p' $(DATA)/inventory.jsonl 2>/dev/null),$(DATA)/raw)

# A rule's first prerequisite is the program, the other files are what it reads, the target is what it writes. Modules
# that the program imports, and the files that these read, are prerequisites too, but not passed.
run   = $(PYTHON) -m $(subst /,.,$(<:.py=)) $(filter-out %.py %.jinja corpus/splitting.toml,$^) $@
PARTS = corpus/partitions.py corpus/engine.py corpus/gather.py corpus/tables.py
again = $(MAKE) --no-print-directory

.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: FORCE help demo test check bench lock studio push answer pull trace \
  fetch articles repeated sentences duplicates items interface assignments annotations agreement gold recall splits card dataset baseline probabilities curve predict report summary

##@ Start here
demo: $(READY)                            ## the whole chain on demonstration articles, through a real Label Studio
	@$(again) DATA=data/demo RAW=corpus/demo items interface assignments
	@$(PYTHON) -m labeling.server data/demo/studio -- $(again) DATA=data/demo answer pull
	@$(again) DATA=data/demo report
	@$(again) DATA=data/demo summary

test: $(READY)                            ## run every test; TESTS=tests/test_gold.py runs some
	$(PYTHON) -m pytest $(TESTS)

##@ corpus: articles in, items out
fetch: $(READY)                           ## fetch pages, feeds, sitemaps (FROM="address or file ...") into raw/
	@$(PYTHON) -m corpus.fetch corpus/fetch.toml $(DATA)/raw $(FROM)

articles: $(DATA)/articles.parquet        ## one row an article of RAW=folder; what is none is in rejects
$(DATA)/articles.parquet: corpus/articles.py corpus/containers.py corpus/records.py corpus/pages.py corpus/reading.py \
  corpus/addresses.py corpus/boilerplate.py corpus/quality.py corpus/language.py $(PARTS) \
  $(DATA)/inventory.jsonl corpus/articles.toml corpus/boilerplate.toml corpus/quality.toml | $(READY)
	@$(run) $(DATA)/rejects.parquet

# Rewritten only when a raw file came, went or changed.
$(DATA)/inventory.jsonl: corpus/inventory.py FORCE | $(READY)
	@$(PYTHON) -m corpus.inventory "$(RAW)" $@

repeated: $(DATA)/repeated.parquet        ## lines that return in an outlet's articles: its furniture
$(DATA)/repeated.parquet: corpus/repeated.py corpus/boilerplate.py $(PARTS) \
  $(DATA)/articles.parquet corpus/boilerplate.toml corpus/repeated.toml
	@$(run)

sentences: $(DATA)/sentences.parquet      ## one row a sentence, with its offsets in the article
$(DATA)/sentences.parquet: corpus/sentences.py corpus/splitting.py corpus/splitting.toml corpus/quotation.py \
  corpus/boilerplate.py corpus/quality.py corpus/language.py $(PARTS) \
  $(DATA)/articles.parquet $(DATA)/repeated.parquet corpus/boilerplate.toml corpus/quality.toml
	@$(run)

duplicates: $(DATA)/duplicates.parquet    ## groups of copies; pairs that look like copies and are none: contrasts
$(DATA)/duplicates.parquet: corpus/duplicates.py corpus/alike.py corpus/bands.py corpus/copies.py corpus/guard.py \
  corpus/wording.py $(PARTS) $(DATA)/sentences.parquet corpus/guard.toml corpus/duplicates.toml
	@$(run) $(DATA)/contrasts.parquet

items: $(DATA)/items.parquet              ## one row a sentence and target; how far cues reach: coverage, audit
$(DATA)/items.parquet: corpus/items.py corpus/targets.py corpus/audit.py $(PARTS) \
  $(DATA)/sentences.parquet $(DATA)/articles.parquet corpus/targets.toml
	@$(run) $(DATA)/coverage.parquet $(DATA)/audit.parquet

$(DATA)/rejects.parquet: $(DATA)/articles.parquet ;
$(DATA)/contrasts.parquet: $(DATA)/duplicates.parquet ;
$(DATA)/coverage.parquet $(DATA)/audit.parquet: $(DATA)/items.parquet ;

##@ labeling: items in, gold out
interface: $(DATA)/interface.xml          ## the annotators' screen and guidelines, made from the codebook
$(DATA)/interface.xml: labeling/interface.py labeling/codebook.py labeling/guidelines.html.jinja \
  labeling/codebook.toml | $(READY)
	@$(run) $(DATA)/guidelines.html

assignments: $(DATA)/assignments.parquet  ## one row an item and annotator: who answers what
$(DATA)/assignments.parquet: labeling/assignments.py labeling/codebook.py labeling/ids.py \
  labeling/assignments.toml $(DATA)/items.parquet labeling/codebook.toml
	@$(run)

annotations: $(DATA)/annotations.parquet  ## one row a person's current answer to an item
$(DATA)/annotations.parquet: labeling/annotations.py labeling/choices.py labeling/codebook.py \
  $(DATA)/answers.parquet $(DATA)/items.parquet labeling/codebook.toml
	@$(run)

agreement: $(DATA)/agreement.parquet      ## how far annotators agree beyond chance, by question
$(DATA)/agreement.parquet: labeling/agreement.py labeling/codebook.py $(DATA)/annotations.parquet labeling/codebook.toml
	@$(run)

gold: $(DATA)/gold.parquet                ## the label of each item and how it was settled
$(DATA)/gold.parquet: labeling/gold.py labeling/codebook.py \
  $(DATA)/annotations.parquet labeling/codebook.toml labeling/gold.toml
	@$(run)

recall: $(DATA)/recall.parquet            ## how much of what has a stance the targets' cues reach
$(DATA)/recall.parquet: labeling/recall.py \
  labeling/recall.toml $(DATA)/coverage.parquet $(DATA)/items.parquet $(DATA)/gold.parquet
	@$(run)

# Pulled, never made: pull says what to do when it is not there.
$(DATA)/answers.parquet:
	@echo 'There are no answers at $@ yet. Run `make push`, let the annotators label, then `make pull`.' >&2; false

studio: $(READY)                          ## keep a Label Studio running for people, until Ctrl-C
	@$(PYTHON) -m labeling.server $(DATA)/studio

push: $(DATA)/items.parquet $(DATA)/assignments.parquet $(DATA)/interface.xml  ## send what is new to Label Studio
	@$(PYTHON) -m labeling.push "$(notdir $(DATA))" $(DATA)/items.parquet $(DATA)/assignments.parquet \
	  labeling/codebook.toml $(DATA)/interface.xml $(DATA)/guidelines.html

pull: $(DATA)/assignments.parquet         ## fetch the answers from Label Studio
	@$(PYTHON) -m labeling.pull "$(notdir $(DATA))" $(DATA)/assignments.parquet labeling/codebook.toml \
	  $(DATA)/answers.parquet

answer: push                              ## give recorded answers (ANSWERS=folder), each annotator by his own account
	@$(PYTHON) -m labeling.answer "$(notdir $(DATA))" $(ANSWERS) $(DATA)/items.parquet labeling/codebook.toml

##@ training: gold in, a dataset and a baseline out
splits: $(DATA)/splits.parquet            ## one row an item: train, validation or test, whole articles together
$(DATA)/splits.parquet: training/splits.py training/splits.toml $(DATA)/items.parquet $(DATA)/gold.parquet
	@$(run)

card: $(DATA)/card.md                     ## the dataset card
$(DATA)/card.md: training/card.py training/pages.py training/release.py training/card.md.jinja \
  training/card.toml labeling/codebook.toml $(DATA)/articles.parquet $(DATA)/items.parquet \
  $(DATA)/annotations.parquet $(DATA)/agreement.parquet $(DATA)/gold.parquet $(DATA)/splits.parquet
	@$(run)

dataset: $(DATA)/dataset/manifest.json    ## the folder that load_dataset reads, with its card
$(DATA)/dataset/manifest.json: training/dataset.py training/release.py \
  labeling/codebook.toml $(DATA)/card.md $(DATA)/items.parquet $(DATA)/articles.parquet \
  $(DATA)/annotations.parquet $(DATA)/gold.parquet $(DATA)/splits.parquet
	@$(run)

MODEL = training/model.py training/calibrate.py training/encoder.py training/grams.py training/keeping.py \
  training/readable.py training/telling.py training/tone.py
baseline: $(DATA)/baseline.parquet        ## a scikit-learn model for each question, and its predictions
$(DATA)/baseline.parquet: training/baseline.py training/abstain.py training/folder.py training/followups.py \
  training/release.py $(MODEL) training/model.toml training/tone.toml $(DATA)/dataset/manifest.json
	@$(run) $(DATA)/models

probabilities: $(DATA)/probabilities.parquet  ## what a model says of every item, of answered ones as if they were not
$(DATA)/probabilities.parquet: training/probabilities.py $(MODEL) labeling/codebook.py \
  training/model.toml training/tone.toml labeling/codebook.toml $(DATA)/annotations.parquet $(DATA)/items.parquet
	@$(run)

curve: $(DATA)/curve.parquet              ## macro F1 by the number of items learned from
$(DATA)/curve.parquet: training/curve.py training/folder.py training/release.py $(MODEL) \
  training/model.toml training/tone.toml $(DATA)/dataset/manifest.json
	@$(run)

# In a workspace of its own, so that articles which are only to be predicted are never labelled or learned from.
predict: $(DATA)/baseline.parquet         ## label new articles by the models (RAW=folder): predict.parquet and .jsonl
	@test "$(origin RAW)" = "command line" || { echo 'Name the new articles: make predict RAW=folder' >&2; false; }
	@$(again) DATA=$(DATA)/new RAW="$(RAW)" items
	@$(PYTHON) -m training.predict labeling/codebook.toml $(DATA)/new/items.parquet $(DATA)/new/sentences.parquet \
	  $(DATA)/models $(DATA)/new/predict.parquet $(DATA)/new/predict.jsonl

report: $(DATA)/report.html               ## scores and plots, one page; the same in report.json
$(DATA)/report.html: training/report.py training/scores.py training/figures.py training/pages.py \
  training/report.html.jinja training/report.toml labeling/codebook.toml $(DATA)/articles.parquet \
  $(DATA)/rejects.parquet $(DATA)/sentences.parquet $(DATA)/items.parquet $(DATA)/answers.parquet \
  $(DATA)/annotations.parquet $(DATA)/agreement.parquet $(DATA)/gold.parquet $(DATA)/dataset/manifest.json \
  $(DATA)/baseline.parquet
	@$(run) $(DATA)/report.json

$(DATA)/guidelines.html: $(DATA)/interface.xml ;

summary: $(DATA)/report.html              ## the same in brief, on the screen
	@$(PYTHON) -m training.summary $(DATA)/report.json $<

trace: $(READY)                           ## ID=...: every row of an article, sentence or item, from raw file to dataset
	@$(PYTHON) -m training.trace "$(ID)" $(DATA)

##@ the house
check: $(READY)                           ## formatter, linter, types
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(VENV)/bench                      ## measure side by side what claims to be fast or good
	$(PYTHON) -m tests.benchmarks.bench_splitting
	$(PYTHON) -m tests.benchmarks.bench_duplicates
	$(PYTHON) -m tests.benchmarks.bench_corpus
	$(PYTHON) -m tests.benchmarks.bench_model
	$(PYTHON) -m tests.benchmarks.bench_active
	$(PYTHON) -m tests.benchmarks.bench_predict

exported = $(VENV)/bin/uv export --quiet --no-emit-project --no-header --format requirements-txt

lock: $(READY)                            ## lock the newest versions that pyproject.toml admits
	$(VENV)/bin/uv lock --quiet --upgrade
	$(exported) --group dev --no-group bench --output-file requirements.lock
	$(exported) --only-group bench --output-file bench.lock
	rm uv.lock

# One virtual environment for all of it, remade when the lock changes.
$(READY): requirements.lock installer.lock
	@$(PYTHON3) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo 'Python 3.11, 3.12 or 3.13 is needed; name it: make PYTHON3=/path/to/python3.12 ...' >&2; false; }
	@echo 'Setting up $(VENV) from requirements.lock: a minute or two, once.'
	@$(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r installer.lock
	@$(VENV)/bin/uv pip sync --quiet --system-certs --require-hashes --python $(PYTHON) requirements.lock
	@touch $@

# What `make bench` compares us with; nothing else needs it.
$(VENV)/bench: bench.lock $(READY)
	@$(VENV)/bin/uv pip install --quiet --system-certs --require-hashes --python $(PYTHON) -r bench.lock
	@touch $@

help:
	@awk 'BEGIN {FS = ":.*## *"} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
