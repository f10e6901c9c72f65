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

REHYDRATED = Table(
    name="rehydrated",
    key="sentence_id",
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
        "question": (pa.string(), "stance or sanction_violation"),
        "split": (pa.string(), "train, validation or test"),
        "gold": (pa.string(), "the gold label"),
        "predicted": (pa.string(), "the baseline's label"),
        "majority": (pa.string(), "the most frequent label of the training split"),
        "probability": (pa.float64(), "the baseline's probability for its label, 0 to 1"),
    },
)
