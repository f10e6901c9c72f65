"""The tables of this stage."""

import pyarrow as pa

from corpus.tables import Filter, Table

SPLIT_NAMES = ("train", "validation", "test")  # the more protected the later
ASIDE = "aside"  # neither learned from nor measured on
PLACES = (*SPLIT_NAMES, ASIDE)

SPLITS = Table(
    name="splits",
    key="split_id",
    columns={
        "split_id": (pa.string(), "suite/fold/item_id"),
        "item_id": (pa.string(), "an item that is asked"),
        "article_id": (pa.string(), "its article"),
        "suite": (
            pa.string(),
            "random (the dataset's own splits), folds, temporal, target, source, or a follow-up of the codebook",
        ),
        "fold": (
            pa.string(),
            "what is held out: a fold's number, a period, a target, a group of outlets, a label; all in random",
        ),
        "split": (
            pa.string(),
            "train, validation, test, or aside: of a copy, twin or article on a more protected side",
        ),
        "reason": (pa.string(), "why it stands there"),
        "salt": (pa.string(), "the salt of the draw, as in splits.toml"),
    },
)
MAIN = "random"  # the suite whose splits are the dataset's own
DATASET_SPLITS: Filter = [("suite", "==", MAIN)]  # the rows that say where an item stands in the dataset
HELD_OUT: Filter = [("suite", "!=", MAIN)]  # the others

CONTAMINATION = Table(
    name="contamination",
    key="contamination_id",
    columns={
        "contamination_id": (pa.string(), "sentence_id/source"),
        "sentence_id": (pa.string(), "a sentence of ours that is asked about"),
        "source": (
            pa.string(),
            "where it stands: the benchmark's file from its folder, with #number for a record in it",
        ),
        "kind": (
            pa.string(),
            "exact (the same words), within (as a part of a longer text), or near (most of its words)",
        ),
        "similarity": (pa.float64(), "the words both have, of all words that either has, 0 to 1"),
        "text": (pa.string(), "our sentence"),
        "theirs": (pa.string(), "the benchmark's text, its first 500 characters"),
    },
)

REHYDRATED = Table(
    name="rehydrated",
    key="sentence_id",
    made_by="rehydrate",
    columns={
        "sentence_id": (pa.string(), "a sentence of a release"),
        "article_id": (pa.string(), "the article it stands in"),
        "outlet": (pa.string(), "who published it"),
        "url": (pa.string(), "where it was published, empty if unknown"),
        "status": (
            pa.string(),
            "exact: the same characters at the same place; moved: elsewhere in its article; changed: edited since; "
            "missing: its article was not found",
        ),
        "text": (pa.string(), "its words; empty if they were not found, or edited in a way that can turn their sense"),
        "detail": (pa.string(), "what is other, empty if nothing is"),
        "source": (pa.string(), "where it was found: copy, live or archive; empty if it was not"),
    },
)

PREDICTIONS = Table(
    name="baseline",
    key="prediction_id",
    columns={
        "prediction_id": (pa.string(), "item_id/question"),
        "item_id": (pa.string(), "the item"),
        "article_id": (pa.string(), "its article"),
        "question": (pa.string(), "a question of the codebook"),
        "target": (pa.string(), "what it is asked about, empty without a target"),
        "split": (pa.string(), "train, validation, test, or aside"),
        "gold": (pa.string(), "the gold label"),
        "predicted": (
            pa.string(),
            "the baseline's label: not always the likeliest, since each label counts as much as another, however rare",
        ),
        "majority": (pa.string(), "the most frequent label of the training split"),
        "probability": (pa.float64(), "the baseline's probability for its label, 0 to 1"),
        "probabilities": (
            pa.list_(pa.float64()),
            "of each label, in the order that models/<question>.json gives them, summing to 1",
        ),
    },
)

HELDOUT = Table(
    name="heldout",
    key="heldout_id",
    columns={
        "heldout_id": (pa.string(), "question/suite/fold/item_id"),
        "item_id": (pa.string(), "an item that was held out"),
        "article_id": (pa.string(), "its article"),
        "question": (pa.string(), "a question of the codebook"),
        "suite": (pa.string(), "folds, temporal, target, source, or a follow-up of the codebook, as in splits"),
        "fold": (pa.string(), "what was held out, as in splits"),
        "learned": (pa.int64(), "rows that the model learned from, none of which tells this one's label"),
        "gold": (pa.string(), "the gold label"),
        "predicted": (pa.string(), "the label of the model that learned without it"),
        "majority": (pa.string(), "the most frequent label that this model learned from"),
        "probability": (pa.float64(), "the model's probability for its label, 0 to 1"),
    },
)

PREDICTED = Table(
    name="predict",
    key="prediction_id",
    columns={
        "prediction_id": (pa.string(), "item_id/question"),
        "item_id": (pa.string(), "the item, which nobody has labelled"),
        "sentence_id": (pa.string(), "its sentence"),
        "article_id": (pa.string(), "its article"),
        "start": (pa.int64(), "offset of the sentence's first character in the article's text"),
        "end": (pa.int64(), "offset behind its last character in the article's text"),
        "target": (pa.string(), "what it is asked about, empty without a target"),
        "text": (pa.string(), "the sentence"),
        "question": (
            pa.string(),
            "a question or a follow-up of the codebook; of one with several answers, it and the label: regime_russia",
        ),
        "label": (
            pa.string(),
            "the label the model says: not always the likeliest, since each counts as much as another, however rare",
        ),
        "probability": (pa.float64(), "how likely that is to be right, 0 to 1, as far as the training data goes"),
        "unsure": (pa.bool_(), "the probability is too low for what is said to be right as often as model.toml wants"),
        "probabilities": (
            pa.list_(pa.float64()),
            "of each label, in the order that models/<question>.json gives them, summing to 1",
        ),
    },
)
