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
    },
)
