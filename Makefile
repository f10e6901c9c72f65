# Nouns are files, verbs talk to the world. `make` prints what there is.

# A verb among several goals changes what the goals behind it are made from, and make has looked at that before: so each
# is made by itself, in the order in which they are named.
VERBS := answer fetch keep pull push withdraw
ifneq ($(and $(word 2,$(MAKECMDGOALS)),$(filter $(VERBS),$(MAKECMDGOALS))),)

.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:
$(MAKECMDGOALS):
	@$(MAKE) --no-print-directory $@ $(if $(filter batch,$@),,MORE=)

else

DATA    ?= data
ANSWERS ?= labeling/demo
DEMO    ?= data/demo
PYTHON3 ?= python3
VENV    := .venv
PYTHON  := $(VENV)/bin/python
READY   := $(VENV)/ready

# The raw articles: RAW=folder, or the folder this workspace was made from, or raw/ in it.
RAW = $(OWN)
OWN = $(or $(shell sed -n '1s/^"\(.*\)"$$/\1/p' $(DATA)/inventory.jsonl 2>/dev/null),$(DATA)/raw)

# What nobody means: a workspace of two words, or a variable that is not set.
$(if $(DATA),,$(error DATA is empty. Name a folder for the workspace.))
$(if $(word 2,$(DATA)),$(error DATA is '$(DATA)', and a workspace's name has no space. Give it another.))
$(if $(and $(filter command,$(origin RAW)),$(if $(RAW),,empty)),$(error RAW is empty. Name the folder of the articles.))

# Settings of a workspace's own: a file that stands in this folder is read instead of the one of its name beside the
# program. $(codebook.toml) is the codebook that is read, and so on.
SETTINGS = $(DATA)/settings
BESIDE  := $(filter-out corpus/splitting.toml,$(wildcard corpus/*.toml labeling/*.toml training/*.toml))
$(foreach file,$(BESIDE),$(eval $(notdir $(file)) := $(or $(wildcard $(SETTINGS)/$(notdir $(file))),$(file))))
$(if $(or $(filter file,$(origin SETTINGS)),$(wildcard $(SETTINGS))),,$(error There is no folder $(SETTINGS)))
$(foreach file,$(filter-out $(notdir $(BESIDE)),$(notdir $(wildcard $(SETTINGS)/*))), \
  $(error Nobody reads $(SETTINGS)/$(file). Take it out, or give it one of these names: $(sort $(notdir $(BESIDE)))))

# The annotators' real names, one a line, for the gate to look for; the file never goes out.
NAMES ?= $(DATA)/names.txt

# A rule's first prerequisite is the program, the other files are what it reads, the target is what it writes. Modules
# that the program imports, and the files that these read, are prerequisites too, but not passed.
run   = $(PYTHON) -m $(subst /,.,$(<:.py=)) $(filter-out %.py %.jinja corpus/splitting.toml,$^) $@
PARTS = corpus/partitions.py corpus/engine.py corpus/gather.py corpus/tables.py
again = $(MAKE) --no-print-directory --silent
same  = $(addprefix SETTINGS=,$(wildcard $(SETTINGS)))# for a workspace within this one

.DELETE_ON_ERROR:
# Made from what they were before, so never deleted when a step fails.
.PRECIOUS: $(DATA)/batch.parquet $(DATA)/assignments.parquet $(DATA)/forecasts.parquet $(DATA)/adjudication.parquet
.NOTPARALLEL:
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: FORCE help demo rounds test check files catalogue bench fuzz soak lock doctor studio push answer pull trace \
  publish release diff withdraw rehydrate keep contamination fetch articles repeated sentences duplicates items interface \
  relabel checks batch assignments annotations agreement rulings gold annotators adjudication status recall plan splits \
  dataset card baseline heldout \
  probabilities curve predict report summary edition

##@ Start here
demo: $(READY)                            ## the whole chain on demonstration articles, through a real Label Studio
	@$(again) DATA=$(DEMO) RAW=corpus/demo items interface assignments
	@$(PYTHON) -m labeling.server $(DEMO)/studio -- $(again) DATA=$(DEMO) rounds
	@$(again) DATA=$(DEMO) curve
	@$(again) DATA=$(DEMO) plan
	@$(again) DATA=$(DEMO) report status edition
	@$(again) DATA=$(DEMO) summary

# The annotators' answers first, then the rulings on what these leave open; a step sees what an earlier make has made.
# The rulings of a round that was there before are given with the answers.
rounds:
	@$(again) answer pull
	@test -e $(DATA)/adjudication.parquet || \
	  { $(again) probabilities && $(again) adjudication && $(again) answer pull; }

test: $(READY) $(VENV)/tools/ready        ## run every test; TESTS=tests/test_gold.py runs some
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile $(TESTS)

##@ corpus: articles in, items out
fetch: $(READY)                           ## fetch pages, feeds, sitemaps (FROM="address or file ...") into raw/
	@$(PYTHON) -m corpus.fetch $(fetch.toml) $(DATA)/raw $(FROM)

articles: $(DATA)/articles.parquet        ## one row an article of RAW=folder; what is none is in rejects
$(DATA)/articles.parquet: corpus/articles.py corpus/listing.py corpus/containers.py corpus/archives.py corpus/packed.py \
  corpus/rows.py corpus/records.py corpus/dates.py corpus/markdown.py corpus/pages.py corpus/reading.py \
  corpus/addresses.py corpus/boilerplate.py corpus/quality.py corpus/language.py $(PARTS) \
  $(DATA)/inventory.jsonl $(articles.toml) $(boilerplate.toml) $(quality.toml) | $(READY)
	@$(run) $(DATA)/rejects.parquet

# Rewritten only when a raw file came, went or changed.
$(DATA)/inventory.jsonl: corpus/inventory.py corpus/listing.py FORCE | $(READY)
	@$(PYTHON) -m corpus.inventory "$(RAW)" $@

repeated: $(DATA)/repeated.parquet        ## lines that return in an outlet's articles: its furniture
$(DATA)/repeated.parquet: corpus/repeated.py corpus/boilerplate.py $(PARTS) \
  $(DATA)/articles.parquet $(boilerplate.toml) $(repeated.toml)
	@$(run)

sentences: $(DATA)/sentences.parquet      ## one row a sentence, with its offsets in the article
$(DATA)/sentences.parquet: corpus/sentences.py corpus/paragraphs.py corpus/splitting.py corpus/splitting.toml \
  corpus/quotation.py corpus/boilerplate.py corpus/quality.py corpus/language.py $(PARTS) \
  $(DATA)/articles.parquet $(DATA)/repeated.parquet $(boilerplate.toml) $(quality.toml)
	@$(run)

duplicates: $(DATA)/duplicates.parquet    ## groups of copies; pairs that look like copies and are none: contrasts
$(DATA)/duplicates.parquet: corpus/duplicates.py corpus/alike.py corpus/bands.py corpus/copies.py corpus/guard.py \
  corpus/wording.py $(PARTS) $(DATA)/sentences.parquet $(guard.toml) $(duplicates.toml)
	@$(run) $(DATA)/contrasts.parquet

items: $(DATA)/items.parquet              ## one row a sentence and target; how far cues reach: coverage, audit
$(DATA)/items.parquet: corpus/items.py corpus/targets.py corpus/audit.py $(PARTS) \
  $(DATA)/sentences.parquet $(DATA)/articles.parquet $(targets.toml)
	@$(run) $(DATA)/coverage.parquet $(DATA)/audit.parquet

$(DATA)/rejects.parquet: $(DATA)/articles.parquet ;
$(DATA)/contrasts.parquet: $(DATA)/duplicates.parquet ;
$(DATA)/coverage.parquet $(DATA)/audit.parquet: $(DATA)/items.parquet ;

##@ labeling: items in, gold out
interface: $(DATA)/interface.xml          ## the annotators' screen and guidelines, made from the codebook
$(DATA)/interface.xml: labeling/interface.py labeling/codebook.py labeling/versions.py labeling/pages.py \
  labeling/guidelines.html.jinja labeling/screen.css.jinja $(codebook.toml) | $(READY)
	@$(run) $(DATA)/guidelines.html $(DATA)/adjudication.xml $(DATA)/codebooks

relabel: $(DATA)/relabel.parquet          ## items that a new codebook has asked again; relabel.html: old against new
$(DATA)/relabel.parquet: labeling/relabel.py labeling/versions.py labeling/moves.py labeling/measures.py \
  labeling/choices.py labeling/current.py labeling/codebook.py labeling/pages.py labeling/look.css.jinja \
  labeling/relabel.html.jinja $(DATA)/answers.parquet $(DATA)/items.parquet $(codebook.toml) | $(DATA)/interface.xml
	@$(run) $(DATA)/codebooks $(DATA)/relabel.html $(DATA)/relabel.json

checks: $(DATA)/checks.parquet            ## sentences whose labels are known: hidden checks and the qualification
$(DATA)/checks.parquet: labeling/checks.py labeling/answered.py labeling/codebook.py \
  $(checks.toml) $(codebook.toml) $(targets.toml) $(DATA)/items.parquet
	@$(run)

batch: $(DATA)/batch.parquet              ## which items are asked and why each was drawn; MORE=300 draws so many more
$(DATA)/batch.parquet: labeling/batch.py labeling/picks.py labeling/draw.py \
  $(batch.toml) $(DATA)/items.parquet $(DATA)/duplicates.parquet $(DATA)/contrasts.parquet $(if $(MORE),FORCE)
	@$(if $(and $(MORE),$(wildcard $(DATA)/annotations.parquet)),$(again) MORE= probabilities)
	@$(PYTHON) -m labeling.batch $(filter-out %.py FORCE,$^) $(DATA)/probabilities.parquet "$(MORE)" $@

assignments: $(DATA)/assignments.parquet  ## one row an item and annotator: who answers what
$(DATA)/assignments.parquet: labeling/assignments.py labeling/asking.py labeling/queue.py labeling/sharing.py \
  labeling/current.py labeling/codebook.py labeling/draw.py labeling/ids.py $(assignments.toml) \
  $(DATA)/batch.parquet $(DATA)/checks.parquet $(codebook.toml) \
  $(if $(wildcard $(DATA)/answers.parquet),$(DATA)/answers.parquet $(DATA)/relabel.parquet)
	@$(PYTHON) -m labeling.assignments $(assignments.toml) $(DATA)/batch.parquet $(DATA)/checks.parquet \
	  $(codebook.toml) $(DATA)/answers.parquet $(DATA)/relabel.parquet $@

annotations: $(DATA)/annotations.parquet  ## one row a person's current answer to an item
$(DATA)/annotations.parquet: labeling/annotations.py labeling/answered.py labeling/asking.py labeling/choices.py \
  labeling/codebook.py labeling/current.py labeling/ids.py labeling/versions.py \
  $(DATA)/answers.parquet $(DATA)/items.parquet $(DATA)/checks.parquet $(codebook.toml) | $(DATA)/interface.xml
	@$(PYTHON) -m labeling.annotations $(filter-out %.py,$^) $(DATA)/codebooks $@

agreement: $(DATA)/agreement.parquet      ## how far annotators agree beyond chance, by question, label, person, week
$(DATA)/agreement.parquet: labeling/agreement.py labeling/measures.py labeling/bootstrap.py labeling/codebook.py \
  $(DATA)/annotations.parquet $(codebook.toml) $(agreement.toml)
	@$(run)

rulings: $(DATA)/rulings.parquet          ## one row an adjudicator's current ruling on an item
$(DATA)/rulings.parquet: labeling/rulings.py labeling/answered.py labeling/choices.py labeling/codebook.py \
  labeling/current.py labeling/ids.py labeling/versions.py $(codebook.toml) $(DATA)/items.parquet \
  $(wildcard $(DATA)/decisions.parquet) | $(DATA)/interface.xml
	@$(PYTHON) -m labeling.rulings $(codebook.toml) $(DATA)/codebooks $(DATA)/items.parquet $(DATA)/decisions.parquet $@

gold: $(DATA)/gold.parquet                ## the label of each item, how it was settled, and how surely
$(DATA)/gold.parquet: labeling/gold.py labeling/settling.py labeling/aggregation.py labeling/codebook.py \
  $(codebook.toml) $(gold.toml) $(DATA)/annotations.parquet $(DATA)/rulings.parquet \
  $(wildcard $(DATA)/probabilities.parquet)
	@$(PYTHON) -m labeling.gold $(codebook.toml) $(gold.toml) $(DATA)/annotations.parquet \
	  $(DATA)/rulings.parquet $(DATA)/probabilities.parquet $@

annotators: $(DATA)/annotators.parquet    ## how each annotator works: checks, repeats, speed, agreement with the others
$(DATA)/annotators.parquet: labeling/annotators.py labeling/current.py labeling/workload.py labeling/answered.py \
  labeling/codebook.py $(codebook.toml) $(annotators.toml) $(DATA)/assignments.parquet \
  $(DATA)/annotations.parquet $(DATA)/agreement.parquet $(wildcard $(DATA)/checks.parquet)
	@$(PYTHON) -m labeling.annotators $(codebook.toml) $(annotators.toml) $(DATA)/assignments.parquet \
	  $(DATA)/annotations.parquet $(DATA)/agreement.parquet $(DATA)/checks.parquet $@

adjudication: $(DATA)/adjudication.parquet  ## who rules on what the votes leave open, with an audit mixed in
$(DATA)/adjudication.parquet: labeling/adjudication.py labeling/current.py labeling/workload.py labeling/codebook.py \
  labeling/draw.py labeling/ids.py $(codebook.toml) $(adjudication.toml) $(DATA)/items.parquet \
  $(DATA)/assignments.parquet $(DATA)/annotations.parquet $(DATA)/gold.parquet
	@$(run)

status: $(DATA)/status.html               ## who has done how much, agreement so far, what is stuck: a screen and a page
	@$(PYTHON) -m labeling.overview $(DATA)/status.json $<

$(DATA)/status.html: labeling/status.py labeling/current.py labeling/workload.py labeling/audits.py labeling/charts.py \
  labeling/figures.py labeling/pages.py labeling/look.css.jinja labeling/status.html.jinja labeling/codebook.py \
  $(codebook.toml) $(status.toml) $(DATA)/items.parquet $(DATA)/assignments.parquet $(DATA)/annotations.parquet \
  $(DATA)/agreement.parquet $(DATA)/rulings.parquet $(DATA)/gold.parquet $(DATA)/annotators.parquet \
  $(wildcard $(DATA)/adjudication.parquet)
	@$(PYTHON) -m labeling.status $(codebook.toml) $(status.toml) $(DATA)/items.parquet \
	  $(DATA)/assignments.parquet $(DATA)/annotations.parquet $(DATA)/agreement.parquet $(DATA)/rulings.parquet \
	  $(DATA)/gold.parquet $(DATA)/annotators.parquet $(DATA)/adjudication.parquet $@ $(DATA)/status.json

recall: $(DATA)/recall.parquet            ## how much of what speaks of a target its cues reach
$(DATA)/recall.parquet: labeling/recall.py labeling/codebook.py \
  $(recall.toml) $(codebook.toml) $(DATA)/coverage.parquet $(DATA)/items.parquet $(DATA)/batch.parquet \
  $(DATA)/gold.parquet
	@$(run)

plan: $(DATA)/plan.parquet                ## what the next 100, 300, 1,000 labels buy, and what past forecasts were worth
	@$(PYTHON) -m labeling.outlook $<
$(DATA)/plan.parquet: labeling/plan.py labeling/forecast.py labeling/codebook.py \
  $(plan.toml) $(codebook.toml) $(DATA)/agreement.parquet $(wildcard $(DATA)/curve.parquet)
	@$(PYTHON) -m labeling.plan $(plan.toml) $(codebook.toml) $(DATA)/agreement.parquet \
	  $(DATA)/curve.parquet $(DATA)/forecasts.parquet $@

$(DATA)/forecasts.parquet: $(DATA)/plan.parquet ;

# Pulled, never made: pull says what to do when it is not there.
$(DATA)/answers.parquet $(DATA)/decisions.parquet:
	@echo 'There are no answers at $@ yet. Run `make push`, let the annotators label, then `make pull`.' >&2; false

doctor: $(READY)                          ## what is well and what is wrong: machine, workspace, Label Studio, Hub, Dask
	@$(PYTHON) -m training.doctor requirements.lock "$(MAKE_VERSION)" $(DATA) "$(RAW)"

studio: $(READY)                          ## keep a Label Studio running for people, until Ctrl-C
	@$(PYTHON) -m labeling.server $(DATA)/studio

push: $(DATA)/items.parquet $(DATA)/assignments.parquet $(DATA)/interface.xml  ## send what is new to Label Studio
	@$(PYTHON) -m labeling.push "$(notdir $(DATA))" $(DATA)/items.parquet $(DATA)/checks.parquet \
	  $(DATA)/assignments.parquet $(DATA)/adjudication.parquet $(DATA)/answers.parquet $(codebook.toml) \
	  $(DATA)/interface.xml $(DATA)/adjudication.xml $(DATA)/guidelines.html

pull: $(DATA)/assignments.parquet         ## fetch the answers from Label Studio
	@$(PYTHON) -m labeling.pull "$(notdir $(DATA))" $(DATA)/assignments.parquet $(DATA)/adjudication.parquet \
	  $(DATA)/account.key $(DATA)/pulled $(DATA)/answers.parquet $(DATA)/decisions.parquet $(DATA)/strays.parquet

answer: push                              ## give recorded answers (ANSWERS=folder), each annotator by his own account
	@$(PYTHON) -m labeling.answer "$(notdir $(DATA))" $(ANSWERS) $(DATA)/assignments.parquet \
	  $(DATA)/adjudication.parquet $(codebook.toml)

##@ training: gold in, a dataset and a baseline out
splits: $(DATA)/splits.parquet            ## where each item stands in every suite; a leak fails it
$(DATA)/splits.parquet: training/splits.py training/suites.py training/kin.py training/leakage.py labeling/draw.py \
  labeling/codebook.py corpus/alike.py corpus/bands.py corpus/wording.py $(splits.toml) $(codebook.toml) \
  $(DATA)/items.parquet $(DATA)/batch.parquet $(DATA)/duplicates.parquet $(DATA)/contrasts.parquet \
  $(DATA)/annotations.parquet $(DATA)/gold.parquet
	@$(run)

dataset: $(DATA)/dataset/manifest.json    ## the folder that load_dataset reads, with all text: your own copy
$(DATA)/dataset/manifest.json: training/dataset.py training/release.py training/profiles.py training/withdrawn.py \
  $(codebook.toml) $(DATA)/items.parquet $(DATA)/articles.parquet $(DATA)/sentences.parquet \
  $(DATA)/duplicates.parquet $(DATA)/batch.parquet $(DATA)/annotations.parquet $(DATA)/gold.parquet \
  $(DATA)/splits.parquet $(guard.toml) $(withdrawn.toml)
	@$(run)

card: $(DATA)/card.md                     ## the dataset card, its licence and its citation
$(DATA)/card.md: training/card.py training/pages.py labeling/pages.py training/release.py training/gate.py training/card.md.jinja \
  training/license.txt.jinja $(card.toml) $(codebook.toml) $(profiles.toml) $(withdrawn.toml) \
  $(DATA)/dataset/manifest.json $(DATA)/articles.parquet $(DATA)/items.parquet $(DATA)/annotations.parquet \
  $(DATA)/agreement.parquet $(DATA)/gold.parquet $(DATA)/splits.parquet
	@$(run) $(DATA)/LICENSE $(DATA)/CITATION.cff

# Every setting that shaped the data goes out with it; what says how to fetch, whom to cite and where to send stays.
STAYS  = $(addsuffix .toml,fetch card gate publish rehydrate withdrawn)
SHAPED = $(foreach file,$(filter-out $(STAYS),$(notdir $(BESIDE))),$($(file))) corpus/splitting.toml

$(DATA)/LICENSE $(DATA)/CITATION.cff: $(DATA)/card.md ;

model = training/model.py training/learning.py training/calibrate.py training/encoder.py training/grams.py \
  training/keeping.py training/readable.py training/telling.py training/tone.py
baseline: $(DATA)/baseline.parquet        ## a scikit-learn model for each question, and its predictions
$(DATA)/baseline.parquet: training/baseline.py training/abstain.py training/folder.py training/followups.py \
  training/release.py training/standing.py $(model) $(model.toml) $(tone.toml) $(DATA)/dataset/manifest.json
	@$(run) $(DATA)/models

probabilities: $(DATA)/probabilities.parquet  ## what a model says of every item, of answered ones as if they were not
$(DATA)/probabilities.parquet: training/probabilities.py $(model) labeling/codebook.py \
  $(model.toml) $(tone.toml) $(codebook.toml) $(DATA)/annotations.parquet $(DATA)/items.parquet
	@$(run)

curve: $(DATA)/curve.parquet              ## macro F1 by the number of items learned from
$(DATA)/curve.parquet: training/curve.py training/folder.py training/release.py $(model) \
  $(model.toml) $(tone.toml) $(DATA)/dataset/manifest.json
	@$(run)

# In a workspace of its own, so that articles which are only to be predicted are never labelled or learned from.
predict: $(READY)                         ## label new articles by the models (RAW=folder): predict.parquet and .jsonl
	@test "$(origin RAW)" = "command line" || { echo 'No new articles are named. Name them: make predict RAW=folder' >&2; false; }
	@$(again) RAW="$(OWN)" baseline
	@$(again) DATA=$(DATA)/new $(same) RAW="$(RAW)" items
	@$(PYTHON) -m training.predict $(codebook.toml) $(DATA)/new/items.parquet $(DATA)/new/sentences.parquet \
	  $(DATA)/models $(DATA)/new/predict.parquet $(DATA)/new/predict.jsonl

heldout: $(DATA)/heldout.parquet          ## what the baseline says of targets, outlets, years it learned nothing of
$(DATA)/heldout.parquet: training/heldout.py training/standing.py training/folder.py training/release.py $(model) \
  corpus/partitions.py corpus/engine.py $(heldout.toml) $(model.toml) $(tone.toml) \
  $(DATA)/dataset/manifest.json $(DATA)/splits.parquet \
  $(DATA)/baseline.parquet
	@$(PYTHON) -m training.heldout $(heldout.toml) $(model.toml) $(tone.toml) $(DATA)/dataset/manifest.json $(DATA)/splits.parquet $(DATA)/models $@

ifdef DATASET
# Of any dataset folder, in a place of its own: what needs votes, batches or held-out suites is left out.
elsewhere = $(DATA)/external/$(notdir $(abspath $(DATASET)))-$(QUESTION)
report: $(READY)
	@test -n "$(QUESTION)" || { echo 'No question is named. Name it too: make report DATASET=folder QUESTION=its-config' >&2; false; }
	@$(PYTHON) -m training.baseline $(model.toml) $(tone.toml) "$(DATASET)" $(elsewhere)/baseline.parquet \
	  $(elsewhere)/models $(QUESTION)
	@$(PYTHON) -m training.external $(evaluation.toml) $(elsewhere)/baseline.parquet $(elsewhere)/models \
	  $(elsewhere)/report.html $(elsewhere)/report.json
else
report: $(DATA)/report.html               ## scores and plots, one page and report.json; DATASET=folder QUESTION=... too
endif
# What a workspace may lack: a learning curve and a plan, a former baseline (make keep), a look into benchmarks.
may    = $(addprefix $(DATA)/,curve.parquet plan.parquet former.parquet contamination.parquet)
SCORES = training/calibration.py training/evaluation.py training/scores.py training/significance.py
$(DATA)/report.html: training/report.py training/findings.py training/rules.py training/slices.py training/stages.py \
  training/unseen.py training/votes.py $(SCORES) training/pictures.py training/figures.py labeling/figures.py \
  training/pages.py labeling/pages.py labeling/look.css.jinja training/report.html.jinja training/report.css.jinja \
  training/sections.html.jinja $(evaluation.toml) \
  $(rules.toml) $(codebook.toml) $(DATA)/articles.parquet $(DATA)/rejects.parquet $(DATA)/sentences.parquet \
  $(DATA)/items.parquet $(DATA)/batch.parquet $(DATA)/answers.parquet $(DATA)/annotations.parquet \
  $(DATA)/agreement.parquet $(DATA)/gold.parquet $(DATA)/dataset/manifest.json $(DATA)/baseline.parquet \
  $(DATA)/heldout.parquet $(wildcard $(may))
	@$(PYTHON) -m training.report $(filter-out %.py %.jinja $(may),$^) $(DATA)/models $(may) $@ $(DATA)/report.json

keep: $(READY)                            ## keep the baseline that is there, for the report to compare later ones with
	@test -e $(DATA)/baseline.parquet || { echo 'There is no baseline yet. Run `make baseline` first.' >&2; false; }
	@cp $(DATA)/baseline.parquet $(DATA)/former.parquet
	@echo 'keep: $(DATA)/baseline.parquet -> $(DATA)/former.parquet'

$(DATA)/guidelines.html $(DATA)/adjudication.xml: $(DATA)/interface.xml ;
$(DATA)/relabel.html $(DATA)/relabel.json: $(DATA)/relabel.parquet ;

summary: $(DATA)/report.html              ## the same in brief, on the screen
	@$(PYTHON) -m training.summary $(DATA)/report.json $< $(DATA)/status.html $(DATA)/edition

contamination: $(DATA)/items.parquet      ## which of our sentences stand in public benchmarks (BENCHMARKS=folder)
	@test -n "$(BENCHMARKS)" || { echo 'No benchmarks are named. Name their folder: make contamination BENCHMARKS=folder' >&2; false; }
	@$(PYTHON) -m training.contamination $(contamination.toml) $< "$(BENCHMARKS)" $(DATA)/contamination.parquet

trace: $(READY)                           ## ID=...: from any id back to the raw file and on to the release; JSON=file
	@$(PYTHON) -m training.trace "$(ID)" $(DATA) $(withdrawn.toml) "$(JSON)"

##@ the release: what may go out, and what became of it
edition: $(DATA)/edition/manifest.json    ## what may go out: by licence, without what was withdrawn, past the gate
$(DATA)/edition/manifest.json: training/edition.py training/release.py training/gate.py training/croissant.py \
  $(DATA)/dataset/manifest.json $(codebook.toml) $(profiles.toml) $(gate.toml) \
  $(withdrawn.toml) $(DATA)/splits.parquet $(DATA)/card.md $(DATA)/interface.xml $(SHAPED) \
  $(DATA)/articles.parquet $(DATA)/items.parquet $(DATA)/annotations.parquet $(DATA)/gold.parquet
	@$(PYTHON) -m training.edition $(DATA)/dataset/manifest.json $(codebook.toml) $(profiles.toml) \
	  $(gate.toml) $(withdrawn.toml) $(NAMES) $(DATA)/splits.parquet $(DATA)/card.md $(DATA)/LICENSE \
	  $(DATA)/CITATION.cff $(DATA)/interface.xml $(DATA)/guidelines.html $@ $(SHAPED) \
	  $(addprefix $(DATA)/,$(addsuffix .parquet,articles items annotations gold splits))

publish: $(DATA)/edition/manifest.json    ## send it to the Hub: REPO=org/name TAG=v1, MODEL=org/name too; DRY_RUN=1
	@$(PYTHON) -m training.publish $(publish.toml) $(gate.toml) $(profiles.toml) \
	  $(withdrawn.toml) $(codebook.toml) $(NAMES) $(DATA)/edition $(DATA)/models $(DATA)/report.json \
	  "$(REPO)" "$(MODEL)" "$(TAG)"

# A release's models are chosen anew, by nothing that stood before: who makes them from the same data gets the same.
release: $(READY)                         ## all of it: bring everything up to date, publish the next release
	@rm -rf $(DATA)/models $(DATA)/baseline.parquet
	@$(again) report publish

diff: $(READY)                            ## A=v1 B=v2: what changed between two releases (folders, tags of REPO); JSON=file
	@test -n "$(A)" || { echo 'No releases are named. Name one or two: make diff A=v1 B=v2 REPO=org/name' >&2; false; }
	@$(PYTHON) -m training.diff "$(A)" "$(or $(B),$(DATA)/edition)" "$(REPO)" "$(JSON)" "$(CHANGELOG)"

withdraw: export WHY = $(value REASON)# as it was written: neither make nor the shell reads it
withdraw: $(DATA)/items.parquet           ## ID=id-or-address REASON="...": out of every later release, and listed there
	@$(PYTHON) -m training.withdraw "$(ID)" "$$WHY" $(DATA)/articles.parquet $(DATA)/items.parquet \
	  $(DATA)/duplicates.parquet $(withdrawn.toml)

# Your own copies first, then the live pages, then an archive: each is asked for what those before it do not have.
FOUND = $(DATA)/rehydrated
rehydrate: $(READY)                       ## RELEASE=folder-or-org/name@v1: find its sentences, in COPY=folder, on the web
	@test -n "$(RELEASE)" || { echo 'No release is named. Name one: make rehydrate RELEASE=folder' >&2; false; }
	@$(if $(COPY),$(again) DATA=$(FOUND)/copy $(same) RAW="$(COPY)" articles)
	@for source in $(if $(OFFLINE),,live archive) none; do \
	  $(PYTHON) -m training.rehydrate $(rehydrate.toml) "$(RELEASE)" $$source $(FOUND) || exit 1; \
	  [ -s $(FOUND)/wanted.txt ] || break; \
	  $(again) DATA=$(FOUND)/$$source $(same) FROM=$(FOUND)/wanted.txt fetch || exit 1; \
	  $(again) DATA=$(FOUND)/$$source $(same) RAW=$(FOUND)/$$source/raw articles || exit 1; \
	done

##@ the house
check: $(READY)                           ## formatter, linter, types
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

files: docs/files.md                      ## docs/files.md: every file and column, from the tables' declarations
docs/files.md: training/files.py training/files.md.jinja corpus/tables.py labeling/tables.py training/tables.py \
  labeling/answered.py training/release.py $(codebook.toml) | $(READY)
	@$(PYTHON) -m training.files $(codebook.toml) $@
catalogue: $(READY)                       ## docs/errors.md: every message that a person's mistake can bring
	@$(PYTHON) -m tests.catalogue

bench: $(VENV)/bench                      ## measure side by side what claims to be fast or good
	$(PYTHON) -m tests.benchmarks.bench_splitting
	$(PYTHON) -m tests.benchmarks.bench_duplicates
	$(PYTHON) -m tests.benchmarks.bench_corpus
	$(PYTHON) -m tests.benchmarks.bench_draws
	$(PYTHON) -m tests.benchmarks.bench_measures
	$(PYTHON) -m tests.benchmarks.bench_studio
	$(PYTHON) -m tests.benchmarks.bench_model
	$(PYTHON) -m tests.benchmarks.bench_active
	$(PYTHON) -m tests.benchmarks.bench_predict
	$(PYTHON) -m tests.benchmarks.bench_loop

fuzz: $(READY)                            ## damaged files against every reader, FUZZ=100 times as many as a test run has
	FUZZ=$(or $(FUZZ),100) $(PYTHON) -m pytest tests/test_fuzz.py

soak: $(READY)                            ## MINUTES=60 of rounds, from articles to edition, in which all is killed; SEED=7
	$(PYTHON) -m tests.soak $(DATA)/soak "$(or $(MINUTES),60)" "$(SEED)"

exported = $(VENV)/bin/uv export --quiet --no-emit-project --no-header --format requirements-txt

lock: $(READY)                            ## lock the newest versions that pyproject.toml admits
	$(VENV)/bin/uv lock --quiet --upgrade
	$(exported) --group dev --no-group bench --output-file requirements.lock
	$(exported) --only-group bench --output-file bench.lock
	$(VENV)/bin/uv pip compile --quiet --system-certs --universal --generate-hashes --no-header --no-annotate \
	  --output-file tools.lock tests/tools.in
	rm uv.lock

# One virtual environment for all of it, remade when the lock changes.
$(READY): requirements.lock installer.lock
	@$(PYTHON3) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo 'Python 3.11, 3.12 or 3.13 is needed. Name it: make PYTHON3=/path/to/python3.12 ...' >&2; false; }
	@echo 'Setting up $(VENV) from requirements.lock: a minute or two, once.'
	@$(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r installer.lock
	@$(VENV)/bin/uv pip sync --quiet --system-certs --require-hashes --python $(PYTHON) requirements.lock
	@touch $@

# What `make bench` compares us with; nothing else needs it.
$(VENV)/bench: bench.lock $(READY)
	@$(VENV)/bin/uv pip install --quiet --system-certs --require-hashes --python $(PYTHON) -r bench.lock
	@touch $@

# What strangers check a release with: it wants older versions than ours, and so has an environment of its own.
$(VENV)/tools/ready: tools.lock $(READY)
	@$(PYTHON3) -m venv $(VENV)/tools
	@$(VENV)/bin/uv pip sync --quiet --system-certs --require-hashes --python $(VENV)/tools/bin/python tools.lock
	@touch $@

help:
	@awk 'BEGIN {FS = ":.*## *"} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

endif
