"""What a release holds: which rows, and which columns under which types and meanings."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from datasets import ClassLabel, Features, Value

from corpus.errors import ContractError
from corpus.tables import ARTICLES, ITEMS, Table
from labeling.codebook import Codebook, Label, Question
from labeling.tables import ANNOTATIONS, GOLD
from training.tables import PLACES

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
        config: {split: int(count[split]) for split in PLACES if split in count}
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


def rows(manifest: Path) -> dict[str, pd.DataFrame]:
    """The rows of each question's config in the manifest's folder, with their split and their label's name."""
    if not manifest.exists():
        raise ContractError(f"There is no dataset at {manifest.parent}. Run `make dataset` first.")
    found: dict[str, list[pd.DataFrame]] = {}
    for name in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
        config, _, file = name.partition("/")
        if file and config != ANSWERED:
            found.setdefault(config, []).append(read(manifest.parent / name).assign(split=file.split("-")[0]))
    return {config: pd.concat(parts, ignore_index=True) for config, parts in sorted(found.items())}


def strings(table: Table, *names: str) -> Columns:
    """Columns of text, as the table means them."""
    return {name: (Value("string"), table.columns[name][1]) for name in names}


def question_columns(question: Question) -> Columns:
    """The columns of a question's config: text and what was shown around it, label, soft label, how it was settled."""
    shares = {
        f"share_{one}": (Value("float64"), f"share of the answers that say {one}, 0 to 1") for one in question.labels
    }
    return {
        **strings(
            ITEMS, "item_id", "sentence_id", "article_id", "text", "before", "after", "title", "outlet", "published"
        ),
        **strings(ARTICLES, "url"),
        **strings(ITEMS, "target", "proposition"),
        "label": (ClassLabel(names=list(question.labels)), "the label most annotators gave"),
        **shares,
        **{name: (Value("int64"), GOLD.columns[name][1]) for name in ("votes", "answers")},
        **strings(GOLD, "method"),
        "demonstration": (Value("bool"), ITEMS.columns["demonstration"][1]),
    }


def label_columns(book: Codebook) -> Columns:
    """One column a question and a follow-up with a single answer, null where it was not given."""
    named: dict[str, Mapping[str, Label]] = {one.id: one.labels for one in book.questions.values()}
    named |= {one.id: one.labels for one in book.follow_ups.values() if one.choice == "single"}
    meaning = {name: ANNOTATIONS.columns[name][1].replace("empty", "null") for name in named}
    return {name: (ClassLabel(names=list(labels)), meaning[name]) for name, labels in named.items()}


def annotation_columns(book: Codebook) -> Columns:
    """The columns of the annotators' config. Comments stay at home: people write names into them."""
    several = [one.id for one in book.follow_ups.values() if one.choice == "multiple"]
    return {
        **strings(ANNOTATIONS, "annotation_id", "item_id"),
        **strings(ITEMS, "article_id"),
        **strings(ANNOTATIONS, "annotator", "target"),
        **label_columns(book),
        **{name: (Value("string"), f"{ANNOTATIONS.columns[name][1]}; joined by a space") for name in several},
        **{f"flag_{flag}": (Value("bool"), f"the flag {flag} was ticked") for flag in book.flags},
        **strings(ANNOTATIONS, "created_at", "updated_at"),
        "lead_time": (Value("float64"), ANNOTATIONS.columns["lead_time"][1]),
        "earlier": (Value("int64"), ANNOTATIONS.columns["earlier"][1]),
        **strings(ANNOTATIONS, "codebook_version", "left_out"),
        "demonstration": (Value("bool"), ITEMS.columns["demonstration"][1]),
    }
