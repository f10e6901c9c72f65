"""The tables of this stage."""

import pyarrow as pa

from corpus.tables import Table

SPLIT_NAMES = ("train", "validation", "test")

SPLITS = Table(
    name="splits",
    key="item_id",
    columns={
        "item_id": (pa.string(), "the item"),
        "article_id": (pa.string(), "its article: what is drawn"),
        "bucket": (pa.int64(), "the article's bucket, 0 to 99"),
        "split": (pa.string(), "train, validation or test"),
        "salt": (pa.string(), "the salt of the draw, as in splits.toml"),
    },
)

PREDICTIONS = Table(
    name="baseline",
    key="prediction_id",
    columns={
        "prediction_id": (pa.string(), "item_id/question"),
        "item_id": (pa.string(), "the item"),
        "article_id": (pa.string(), "its article"),
        "question": (pa.string(), "stance or sanction_violation"),
        "split": (pa.string(), "train, validation or test"),
        "gold": (pa.string(), "the gold label"),
        "predicted": (pa.string(), "the baseline's label"),
        "majority": (pa.string(), "the most frequent label of the training split"),
        "probability": (pa.float64(), "the baseline's probability for its label, 0 to 1"),
        "probabilities": (
            pa.list_(pa.float64()),
            "of each label, in the order that models/<question>.json gives them, summing to 1",
        ),
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
        "target": (pa.string(), "what stance is asked about, empty without a target"),
        "text": (pa.string(), "the sentence"),
        "question": (pa.string(), "a question or a follow-up of the codebook; regime_russia for one family of regime"),
        "label": (pa.string(), "the label the model says"),
        "probability": (pa.float64(), "how likely that is to be right, 0 to 1, as far as the training data goes"),
        "unsure": (pa.bool_(), "the probability is too low for what is said to be right as often as model.toml wants"),
        "probabilities": (
            pa.list_(pa.float64()),
            "of each label, in the order that models/<question>.json gives them, summing to 1",
        ),
    },
)
