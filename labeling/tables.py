"""The tables of this stage."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from corpus.tables import ITEMS, Table


def if_there(table: Table, path: Path) -> pd.DataFrame:
    """A table that a workspace may lack; empty if it does."""
    return table.read(path) if path.exists() else table.frame([])


CHECKS = Table(
    name="checks",
    key="item_id",
    open="why",  # before it stands a column for each question of the codebook: see labeling/answered.py
    columns={
        **ITEMS.columns,
        "drawn": (pa.string(), "written: nobody found it in an article"),
        "demonstration": (pa.bool_(), "always: it is no real news"),
        "use": (pa.string(), "check (hidden among the others) or qualification (answered first)"),
        "why": (pa.string(), "why these labels and no others"),
    },
)

BATCH = Table(
    name="batch",
    key="item_id",
    grown=True,
    columns={
        "item_id": (pa.string(), "an item that is asked"),
        "article_id": (pa.string(), "the article it stands in"),
        "batch": (pa.int64(), "which draw it came with, from 1; the first is the probability sample"),
        "place": (pa.int64(), "its place in the draw, from 0"),
        "reason": (
            pa.string(),
            "why it was drawn: sample, all (of a small workspace), audit (of the targets' cues), or, of a later draw, "
            "random, uncertainty, rare class, contrast or diversity",
        ),
        "probability": (
            pa.float64(),
            "how likely it was to be drawn for this reason, above 0 to 1; of random, from its population; NaN where a "
            "model or the targets' cues had a say",
        ),
        "population": (pa.int64(), "wordings that might have been drawn instead, its own among them"),
        "copies": (pa.int64(), "items of its wording in the population, itself among them, for all of which it stands"),
        "score": (pa.float64(), "what the model said of it when it was drawn, 0 to 1; NaN where it was not asked"),
        "withdrawn": (pa.string(), "why it is asked no more, empty if it is"),
    },
)

ASSIGNMENTS = Table(
    name="assignments",
    key="assignment_id",
    grown=True,
    columns={
        "assignment_id": (pa.string(), "item_id/annotator/codebook version, and /again for a hidden repeat"),
        "task_key": (pa.string(), "its name in Label Studio, which tells nobody what it is for"),
        "item_id": (pa.string(), "the item to be answered, or a check"),
        "annotator": (pa.string(), "who answers it, a pseudonym of assignments.toml"),
        "codebook_version": (pa.string(), "the codebook it is to be answered under"),
        "purpose": (pa.string(), "batch, repeat, check or qualification"),
        "batch": (pa.int64(), "the draw its item came with, 0 for checks and qualification"),
        "place": (pa.int64(), "its place in the annotator's project, from 0"),
        "withdrawn": (pa.string(), "why it is asked no more, empty if it is"),
    },
)

RELABEL = Table(
    name="relabel",
    key="relabel_id",
    columns={
        "relabel_id": (pa.string(), "item_id/question/from_version"),
        "item_id": (pa.string(), "an item whose label may change under a new codebook"),
        "question": (pa.string(), "the question it may change for"),
        "from_version": (pa.string(), "the codebook whose answers to the item are asked for anew"),
        "to_version": (pa.string(), "the codebook it is to be answered under"),
        "why": (pa.string(), "what the new codebook changes that touches it"),
    },
)

GIVEN: dict[str, tuple[pa.DataType, str]] = {
    "answer_id": (pa.string(), "assignment_id/Label Studio's number of the answer/when it was last changed"),
    "assignment_id": (pa.string(), "what was answered by whom, as in assignments or adjudication"),
    "item_id": (pa.string(), "the item that was answered"),
    "annotator": (pa.string(), "whose project it was answered in, a pseudonym of assignments.toml"),
    "purpose": (pa.string(), "batch, repeat, check, qualification or adjudication"),
    "annotation": (pa.int64(), "Label Studio's number of the answer; used again after a deletion"),
    "account": (
        pa.string(),
        "a keyed pseudonym of the account that answered, empty if it is gone; no name, no address",
    ),
    "created_at": (pa.string(), "when it was first given, ISO 8601 in UTC"),
    "updated_at": (pa.string(), "when it was last changed, ISO 8601 in UTC"),
    "lead_time": (pa.float64(), "seconds the screen was open, 0 if not measured"),
    "skipped": (pa.bool_(), "the annotator pressed Skip"),
    "ground_truth": (pa.bool_(), "Label Studio's mark for an answer that others are measured by"),
    "prediction": (pa.string(), "Label Studio's number of the prediction it began from, empty if none"),
    "last_action": (pa.string(), "what Label Studio says was done last, empty if nothing"),
    "codebook_version": (pa.string(), "the codebook it was given under"),
    "gone": (pa.string(), "empty if it stands; changed, if a later row is the same answer changed; or deleted"),
    "result": (pa.string(), "the answer as Label Studio returns it, JSON"),
}

SAID = {
    name: GIVEN[name]
    for name in (
        "annotation", "account", "created_at", "updated_at", "lead_time", "skipped", "ground_truth", "prediction",
        "last_action", "gone", "result",
    )
}  # fmt: skip

PULLED = Table(
    name="pulled",
    key="pulled_id",
    made_by="pull",
    columns={
        "pulled_id": (pa.string(), "project/task/annotation/when it was last changed"),
        "project": (pa.string(), "Label Studio's number of the project, and when it was made: numbers are used again"),
        "task": (pa.int64(), "Label Studio's number of the task"),
        "key": (pa.string(), "the name that we gave the task, empty if it is none of ours"),
        **SAID,
    },
)

STRAYS = Table(
    name="strays",
    key="stray_id",
    made_by="pull",
    columns={
        "stray_id": (pa.string(), "project/task/annotation/when it was last changed"),
        "title": (pa.string(), "the title of the project it stands in"),
        "task": (pa.int64(), "Label Studio's number of a task that neither assignments nor adjudication knows"),
        "key": (pa.string(), "the name that we gave the task, empty if it is none of ours"),
        **SAID,
    },
)

ANSWERS = Table(name="answers", key="answer_id", columns=GIVEN, made_by="pull")  # of annotators
DECISIONS = Table(name="decisions", key="answer_id", columns=GIVEN, made_by="pull")  # of adjudicators

ANNOTATIONS = Table(
    name="annotations",
    key="annotation_id",
    open="comment",  # before it stands a column for all that the codebook asks: see labeling/answered.py
    columns={
        "annotation_id": (pa.string(), "item_id/annotator/codebook version, and /again for a hidden repeat"),
        "item_id": (pa.string(), "the item that was answered"),
        "annotator": (pa.string(), "who answered it, a pseudonym"),
        "purpose": (pa.string(), "batch, repeat, check or qualification; only a batch's answers count as votes"),
        "target": (pa.string(), "the item's target, empty if it has none"),
        "comment": (pa.string(), "what the annotator wrote, often nothing"),
        "created_at": (pa.string(), "when it was first given, ISO 8601 in UTC"),
        "updated_at": (pa.string(), "when it was last changed, ISO 8601 in UTC"),
        "lead_time": (pa.float64(), "seconds the screen was open, 0 if not measured"),
        "codebook_version": (pa.string(), "the codebook it was given under"),
        "earlier": (pa.int64(), "how many other answers to the same assignment this one stands for"),
        "left_out": (pa.string(), "why it does not count as a vote, empty if it does"),
    },
)

RULINGS = Table(
    name="rulings",
    key="ruling_id",
    open="reason",  # before it stands a column for all that the codebook asks: see labeling/answered.py
    columns={
        "ruling_id": (pa.string(), "item_id/adjudicator/codebook version"),
        "item_id": (pa.string(), "the item that was ruled on"),
        "adjudicator": (pa.string(), "who ruled, a pseudonym of assignments.toml"),
        "reason": (pa.string(), "why the votes differed, a reason code of the codebook; empty if not said"),
        "guideline_gap": (pa.bool_(), "the adjudicator says that no rule of the codebook decides it"),
        "comment": (pa.string(), "what the adjudicator wrote, often nothing"),
        "created_at": (pa.string(), "when it was first given, ISO 8601 in UTC"),
        "updated_at": (pa.string(), "when it was last changed, ISO 8601 in UTC"),
        "codebook_version": (pa.string(), "the codebook it was given under"),
        "left_out": (pa.string(), "why it does not count, empty if it does"),
    },
)

PROBABILITIES = Table(
    name="probabilities",
    key="probability_id",
    columns={
        "probability_id": (pa.string(), "item_id/question"),
        "item_id": (pa.string(), "the item, answered or not"),
        "question": (pa.string(), "a question of the codebook"),
        "fold": (pa.int64(), "the fold that was held out, from 0; -1 if the item is unanswered and all of them taught"),
        "probabilities": (pa.list_(pa.float64()), "of each label, in codebook order, summing to 1"),
    },
)

CURVE = Table(
    name="curve",
    key="curve_id",
    columns={
        "curve_id": (pa.string(), "question/draw/items"),
        "question": (pa.string(), "a question of the codebook"),
        "items": (pa.int64(), "training items that were learned from"),
        "draw": (pa.int64(), "which draw of articles, from 0; each holds other articles out"),
        "macro_f1": (pa.float64(), "macro F1 on the training articles held out, 0 to 1"),
    },
)

AGREEMENT = Table(
    name="agreement",
    key="agreement_id",
    columns={
        "agreement_id": (pa.string(), "question/measure/slice/part"),
        "question": (
            pa.string(),
            "a question or follow-up of the codebook, or, under its own name, any label of a question against none",
        ),
        "measure": (
            pa.string(),
            "alpha (Krippendorff, nominal), ac1 (Gwet), fleiss, cohen (mean over pairs, or of one pair), or percent; "
            "where several labels may be ticked, two answers agree if they tick the same",
        ),
        "slice": (
            pa.string(),
            "all, label (against the rest), pair, annotator (against the others), week (its answers against all), "
            "codebook (version), or repeats (an annotator asked again)",
        ),
        "part": (pa.string(), "which label, pair (a+b), annotator, ISO week or codebook version, or all"),
        "value": (pa.float64(), "at most 1, percent 0 to 100; NaN where undefined"),
        "low": (pa.float64(), "the lower end of its interval, NaN where unknown"),
        "high": (pa.float64(), "the upper end of its interval, NaN where unknown"),
        "no_interval": (pa.string(), "why it has no interval, empty if it has one"),
        "items": (pa.int64(), "items with two answers or more"),
        "articles": (pa.int64(), "articles these stand in, the unit of the bootstrap"),
        "annotators": (pa.int64(), "annotators among them"),
        "threshold": (pa.float64(), "the codebook's default gate for this question, NaN where there is none"),
        "verdict": (pa.string(), "reached, below threshold, no threshold, or why it is undefined"),
    },
)

GOLD = Table(
    name="gold",
    key="gold_id",
    columns={
        "gold_id": (pa.string(), "item_id/question"),
        "item_id": (pa.string(), "the item"),
        "question": (pa.string(), "a question of the codebook"),
        "label": (pa.string(), "the gold label, empty unless settled"),
        "votes": (pa.int64(), "answers for the label, or for the leading one where none is settled"),
        "answers": (pa.int64(), "answers that count"),
        "outcome": (pa.string(), "settled, tied, too few votes, no majority, or cannot tell"),
        "provenance": (
            pa.string(),
            "unanimous (all answers), majority (of answers, or as the method weighs them), adjudicated, or unresolved",
        ),
        "method": (pa.string(), "how it was settled: majority, dawid-skene, mace, or adjudication"),
        "because": (pa.string(), "why this method and no other, in words"),
        "shares": (pa.list_(pa.float64()), "share of answers for each label, in codebook order, summing to 1"),
        "soft": (pa.list_(pa.float64()), "how likely each label is under the method, in codebook order, summing to 1"),
        "majority": (pa.string(), "what the majority says, empty without one"),
        "dawid_skene": (pa.string(), "what Dawid and Skene's model says, empty if it could not be asked"),
        "mace": (pa.string(), "what MACE says, empty if it could not be asked"),
        "crowdlab": (pa.string(), "what CROWDLAB says, empty if it could not be asked"),
        "sensitive": (
            pa.bool_(),
            "the label depends on the method: majority, Dawid and Skene's and MACE differ, or only some say one",
        ),
        "quality": (pa.float64(), "CROWDLAB's quality of the leading label, 0 to 1; NaN if it could not be asked"),
        "recheck": (pa.string(), "why it should be looked at again, empty if nothing speaks for that"),
        "priority": (pa.int64(), "its place among all rows to be adjudicated, from 0; -1 if it need not be"),
    },
)

ADJUDICATION = Table(
    name="adjudication",
    key="assignment_id",
    grown=True,
    columns={
        "assignment_id": (pa.string(), "item_id/adjudicator/codebook version"),
        "task_key": (pa.string(), "its name in Label Studio, which tells nobody what it is for"),
        "item_id": (pa.string(), "the item to be ruled on"),
        "annotator": (pa.string(), "who rules, a pseudonym of adjudication.toml"),
        "codebook_version": (pa.string(), "the codebook it is to be ruled under"),
        "place": (pa.int64(), "its place in the adjudicator's project, from 0"),
        "why": (
            pa.string(),
            "disagreement, sensitive to the method, suspected error, split votes, or audit (all agreed)",
        ),
        "votes": (
            pa.string(),
            "the answers as they are shown, JSON: a list, A first, in random order and without names; of each what "
            "was answered, by its name on the screen",
        ),
    },
)

ANNOTATORS = Table(
    name="annotators",
    key="annotator",
    columns={
        "annotator": (pa.string(), "a pseudonym of assignments.toml"),
        "assigned": (pa.int64(), "assignments of any purpose, without those withdrawn"),
        "answered": (pa.int64(), "answers given, without skips; those among them that do not count are here too"),
        "skipped": (pa.int64(), "assignments skipped"),
        "open": (pa.int64(), "assignments that are neither answered nor skipped nor withdrawn"),
        "seconds": (pa.float64(), "median seconds an answer took, NaN if none was measured"),
        "checks": (pa.int64(), "hidden checks answered"),
        "checks_passed": (pa.int64(), "of these, with every expected label"),
        "checks_verdict": (pa.string(), "passed, below the pass mark, too few answered to say, or no checks answered"),
        "qualification": (pa.int64(), "qualification items answered"),
        "qualification_passed": (pa.int64(), "of these, with every expected label"),
        "qualification_verdict": (
            pa.string(),
            "passed, below the pass mark, too few answered to say, or none answered",
        ),
        "repeats": (pa.int64(), "hidden repeats answered"),
        "repeats_same": (pa.int64(), "of these, with the same labels as before"),
        "against_question": (pa.string(), "the question on which the annotator agrees least with the others, or empty"),
        "against_others": (pa.float64(), "alpha against the others' answers to it, NaN if undefined"),
        "against_low": (pa.float64(), "the lower end of its interval, NaN where unknown"),
        "against_high": (pa.float64(), "the upper end of its interval, NaN where unknown"),
        "suspected": (pa.string(), "why the answers look as if items were not read, empty if they do not"),
    },
)

FORETOLD: dict[str, tuple[pa.DataType, str]] = {
    "forecast_id": (pa.string(), "measure/question/labels/more"),
    "measure": (
        pa.string(),
        "half width (of the interval of Krippendorff's alpha) or macro F1 (mean of the learning curve's draws)",
    ),
    "question": (pa.string(), "a question, or another measure with a threshold, as in agreement"),
    "labels": (pa.int64(), "labels there were: items with two answers or more; for macro F1, items learned from"),
    "more": (pa.int64(), "so many labels later; 0 is what was measured when there were as many as `labels`"),
    "value": (pa.float64(), "the forecast, or what was measured; NaN where nothing can be said"),
    "low": (pa.float64(), "the lower end of the forecast's band, NaN where nothing can be said"),
    "high": (pa.float64(), "the upper end of the forecast's band, NaN where nothing can be said"),
}

FORECASTS = Table(  # append-only: one forecast for each number of labels, as it was made when there were so many
    name="forecasts",
    key="forecast_id",
    grown=True,
    made_by="plan",
    columns=FORETOLD,
)

PLAN = Table(
    name="plan",
    key="forecast_id",
    columns={
        **FORETOLD,
        "now": (pa.bool_(), "it is made from the labels there are now; the others are past forecasts"),
        "then": (
            pa.int64(),
            "labels there were when the forecast could be held against what was measured, 0 if not yet",
        ),
        "came": (pa.float64(), "what was measured then, NaN if nothing was yet"),
        "verdict": (
            pa.string(),
            "forecast, or why nothing can be said; of a past one: not yet, passed by (nothing was measured near it), "
            "within the band, above it, or below it",
        ),
    },
)

RECALL = Table(
    name="recall",
    key="target",
    columns={
        "target": (pa.string(), "the target, as in targets.toml"),
        "sentences": (pa.int64(), "sentences that might have named it"),
        "matched": (pa.int64(), "of these, sentences that hold its cues"),
        "held": (pa.int64(), "sentences that hold its cues and have a settled label of the question about targets"),
        "held_named": (pa.int64(), "of these, those whose label says that they speak of it"),
        "drawn": (pa.int64(), "sentences drawn from those without its cues that have such a label"),
        "drawn_named": (pa.int64(), "of these, those whose label says that they speak of it"),
        "recall": (pa.float64(), "share of sentences that speak of it that the cues reach, 0 to 1; NaN where unknown"),
        "low": (pa.float64(), "the lower end of its interval, NaN where unknown"),
        "high": (pa.float64(), "the upper end of its interval, NaN where unknown"),
        "verdict": (pa.string(), "estimated, or what the estimate lacks"),
    },
)
