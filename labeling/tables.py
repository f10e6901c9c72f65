"""The tables of this stage."""

import pyarrow as pa

from corpus.tables import Table

ASSIGNMENTS = Table(
    name="assignments",
    key="assignment_id",
    columns={
        "assignment_id": (pa.string(), "item_id/annotator"),
        "item_id": (pa.string(), "the item to be answered"),
        "annotator": (pa.string(), "who answers it, a pseudonym of assignments.toml"),
    },
)

ANSWERS = Table(
    name="answers",
    key="answer_id",
    columns={
        "answer_id": (pa.string(), "item_id/annotator/annotation"),
        "item_id": (pa.string(), "the item that was answered"),
        "annotator": (pa.string(), "whose project it was answered in, a pseudonym of assignments.toml"),
        "annotation": (pa.int64(), "Label Studio's number of the answer"),
        "account": (pa.int64(), "Label Studio's number of the account that answered; no name, no address"),
        "created_at": (pa.string(), "when it was first given, ISO 8601 in UTC"),
        "updated_at": (pa.string(), "when it was last changed, ISO 8601 in UTC"),
        "lead_time": (pa.float64(), "seconds the screen was open, 0 if not measured"),
        "skipped": (pa.bool_(), "the annotator pressed Skip"),
        "codebook_version": (pa.string(), "the codebook it was given under"),
        "result": (pa.string(), "the answer as Label Studio returns it, JSON"),
    },
)

ANNOTATIONS = Table(
    name="annotations",
    key="annotation_id",
    columns={
        "annotation_id": (pa.string(), "item_id/annotator"),
        "item_id": (pa.string(), "the item that was answered"),
        "annotator": (pa.string(), "who answered it, a pseudonym"),
        "target": (pa.string(), "the item's target, empty if stance was not asked"),
        "stance": (pa.string(), "the stance label, empty if not asked"),
        "holder": (pa.string(), "whose stance it is, empty if not asked"),
        "sanction_violation": (pa.string(), "the violation label"),
        "regime": (pa.list_(pa.string()), "the families of measures, none if not asked"),
        "none_reason": (pa.string(), "why the violation label is none, empty if not said"),
        "flags": (pa.list_(pa.string()), "the flags that were ticked"),
        "comment": (pa.string(), "what the annotator wrote, often nothing"),
        "created_at": (pa.string(), "when it was first given, ISO 8601 in UTC"),
        "updated_at": (pa.string(), "when it was last changed, ISO 8601 in UTC"),
        "lead_time": (pa.float64(), "seconds the screen was open, 0 if not measured"),
        "codebook_version": (pa.string(), "the codebook it was given under"),
        "earlier": (pa.int64(), "how many other answers to the item in this annotator's project this one stands for"),
        "left_out": (pa.string(), "why it does not count, empty if it does"),
    },
)

AGREEMENT = Table(
    name="agreement",
    key="agreement_id",
    columns={
        "agreement_id": (pa.string(), "question/measure"),
        "question": (pa.string(), "what was asked; any_violation is sanction_violation with all but none merged"),
        "measure": (pa.string(), "alpha (Krippendorff, nominal) or percent (mean pairwise agreement)"),
        "value": (pa.float64(), "alpha at most 1, percent 0 to 100; NaN where undefined"),
        "items": (pa.int64(), "items with two answers or more"),
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
        "question": (pa.string(), "stance or sanction_violation"),
        "label": (pa.string(), "the label most annotators gave, empty unless settled"),
        "votes": (pa.int64(), "answers for the leading label"),
        "answers": (pa.int64(), "answers that count"),
        "outcome": (pa.string(), "settled, tied, too few votes, no majority, or cannot tell"),
        "method": (pa.string(), "how it was settled: majority"),
        "shares": (pa.list_(pa.float64()), "share of answers for each label, in codebook order, summing to 1"),
    },
)

RECALL = Table(
    name="recall",
    key="target",
    columns={
        "target": (pa.string(), "the target, as in targets.toml"),
        "sentences": (pa.int64(), "sentences that might have named it"),
        "matched": (pa.int64(), "of these, sentences that hold its cues"),
        "held": (pa.int64(), "sentences that hold its cues and have a settled stance label"),
        "held_stance": (pa.int64(), "of these, those whose label is not none"),
        "drawn": (pa.int64(), "sentences drawn from those without its cues that have a settled stance label"),
        "drawn_stance": (pa.int64(), "of these, those whose label is not none"),
        "recall": (pa.float64(), "share of sentences with a stance that the cues reach, 0 to 1; NaN where unknown"),
        "low": (pa.float64(), "the lower end of its interval, NaN where unknown"),
        "high": (pa.float64(), "the upper end of its interval, NaN where unknown"),
        "verdict": (pa.string(), "estimated, or what the estimate lacks"),
    },
)
