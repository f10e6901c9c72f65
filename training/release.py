"""What a release holds: which rows, and which columns under which types and meanings."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from datasets import ClassLabel, Features, Value

from corpus.tables import ARTICLES, ITEMS
from labeling.codebook import Codebook, Label, Question
from labeling.tables import ANNOTATIONS, GOLD
from training.tables import SPLIT_NAMES

ANSWERED = "annotations"  # the config that holds one row an item and annotator
PRIVATE = "names_private_person"  # the flag that holds a row back
PUBLISHED = "published"
ORPHANED = "its item is no longer made"

Columns = dict[str, tuple[ClassLabel | Value, str]]


def fates(gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """What becomes of each gold row: published, or the reason why not.

    Only settled labels are published, and none of an item of which anybody said that it names a private person.
    """
    private = set(annotations.loc[annotations["flags"].map(lambda flags: PRIVATE in flags), "item_id"])
    fate = gold["outcome"].mask(gold["outcome"] == "settled", PUBLISHED)
    fate = fate.mask((fate == PUBLISHED) & gold["item_id"].isin(private), "names a private person")
    return fate.mask(~gold["item_id"].isin(items["item_id"]), ORPHANED)


def sizes(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, splits: pd.DataFrame, book: Codebook
) -> dict[str, dict[str, int]]:
    """Rows of each config's splits. What has no rows is left out: `load_dataset` refuses a file without any."""
    going = gold[fates(gold, annotations, items) == PUBLISHED]
    held = {question: going.loc[going["question"] == question, "item_id"] for question in book.questions}
    held[ANSWERED] = annotations.loc[annotations["item_id"].isin(items["item_id"]), "item_id"]
    where = splits.set_index("item_id")["split"]
    counts = {config: item_ids.map(where).value_counts() for config, item_ids in held.items()}
    return {
        config: {split: int(count[split]) for split in SPLIT_NAMES if split in count}
        for config, count in counts.items()
        if len(count)
    }


def read(path: Path) -> pd.DataFrame:
    """A published file's rows, with labels by name and not by number; a label that was not given is ""."""
    table = pq.read_table(path)
    frame: pd.DataFrame = table.to_pandas()
    for name, feature in Features.from_arrow_schema(table.schema).items():
        if isinstance(feature, ClassLabel):
            frame[name] = ["" if pd.isna(number) else feature.int2str(int(number)) for number in frame[name]]
    return frame


def question_columns(question: Question) -> Columns:
    """The columns of a question's config: text and what was shown around it, label, soft label, how it was settled."""
    return {
        **{name: (Value("string"), ITEMS.columns[name][1]) for name in ("item_id", "sentence_id", "article_id")},
        **{name: (Value("string"), ITEMS.columns[name][1]) for name in ("text", "before", "after", "title")},
        **{name: (Value("string"), ITEMS.columns[name][1]) for name in ("outlet", "published")},
        "url": (Value("string"), ARTICLES.columns["url"][1]),
        **{name: (Value("string"), ITEMS.columns[name][1]) for name in ("target", "proposition")},
        "label": (ClassLabel(names=list(question.labels)), "the label most annotators gave"),
        **{
            f"share_{label}": (Value("float64"), f"share of the answers that say {label}, 0 to 1")
            for label in question.labels
        },
        **{name: (Value("int64"), GOLD.columns[name][1]) for name in ("votes", "answers")},
        "method": (Value("string"), GOLD.columns["method"][1]),
        "demonstration": (Value("bool"), ITEMS.columns["demonstration"][1]),
    }


def annotation_columns(book: Codebook) -> Columns:
    """The columns of the annotators' config. Comments stay at home: people write names into them."""
    named: Mapping[str, Mapping[str, Label]] = {
        **{question.id: question.labels for question in book.questions.values()},
        **{one.id: one.labels for one in book.follow_ups.values() if one.choice == "single"},
    }
    several = [one.id for one in book.follow_ups.values() if one.choice == "multiple"]
    return {
        **{name: (Value("string"), ANNOTATIONS.columns[name][1]) for name in ("annotation_id", "item_id")},
        "article_id": (Value("string"), ITEMS.columns["article_id"][1]),
        **{name: (Value("string"), ANNOTATIONS.columns[name][1]) for name in ("annotator", "target")},
        **{
            name: (ClassLabel(names=list(labels)), ANNOTATIONS.columns[name][1].replace("empty", "null"))
            for name, labels in named.items()
        },
        **{name: (Value("string"), f"{ANNOTATIONS.columns[name][1]}; joined by a space") for name in several},
        **{f"flag_{flag}": (Value("bool"), f"the flag {flag} was ticked") for flag in book.flags},
        **{name: (Value("string"), ANNOTATIONS.columns[name][1]) for name in ("created_at", "updated_at")},
        "lead_time": (Value("float64"), ANNOTATIONS.columns["lead_time"][1]),
        "earlier": (Value("int64"), ANNOTATIONS.columns["earlier"][1]),
        **{name: (Value("string"), ANNOTATIONS.columns[name][1]) for name in ("codebook_version", "left_out")},
        "demonstration": (Value("bool"), ITEMS.columns["demonstration"][1]),
    }
