"""A dataset folder -> rows to learn from: one that `make dataset` made, or any that `load_dataset` reads.

A folder holds the splits train and test, and validation if it likes, each as one or more files whose names begin with
the split's: `train.csv`, `test-00000-of-00002.parquet`. They lie in it, or in a folder of it named after the question,
or `data`. Formats are Parquet, CSV, TSV and JSON lines. The columns `text` and `label` are needed; `target` says what
the label is about; `share_<label>` what part of the annotators gave each label; `article_id` what must not be cut
apart, and `item_id` names a row. Labels are words, or numbers that a Parquet file's ClassLabel feature names.
"""

import hashlib
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa

from corpus.errors import ContractError
from corpus.records import told
from training.release import ANSWERED, read
from training.tables import PLACES

NEEDED = ["text", "label"]
FORMATS = (".parquet", ".csv", ".tsv", ".jsonl")


def opened(path: Path) -> pd.DataFrame:
    """A file's rows, or why there are none."""
    try:
        return held(path)
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError, pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # of the disk, and not of what stands on it
            raise
        raise ContractError(f"{path} is no {path.suffix} file that can be read: {told(error)}. Correct it.") from error


def held(path: Path) -> pd.DataFrame:
    """A file's rows; CSV and TSV hold words alone, so that a label 1 or NA is no number and no gap."""
    if path.suffix == ".parquet":
        return read(path)
    if path.suffix == ".jsonl":
        return pd.read_json(path, lines=True, dtype=False)
    return pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",", dtype=str, keep_default_na=False)


def rows(folder: Path, question: str) -> pd.DataFrame:
    """The rows of every split, each with text, target, label, split, item_id, article_id and group."""
    parts = [part(split, found[split]) for found in [files(folder, question)] for split in PLACES if found[split]]
    frame = pd.concat(parts, ignore_index=True)
    shares = [name for name in frame.columns if name.startswith("share_")]
    try:
        frame[shares] = frame[shares].astype(float)
    except (ValueError, TypeError) as error:
        raise ContractError(
            f"{folder}: a column {', '.join(shares)} holds no number: {told(error)}. Correct it."
        ) from error
    if twice := frame.loc[frame["item_id"].duplicated(), "item_id"].tolist():
        raise ContractError(f"{folder}: the item_id {twice[0]!r} stands twice. Name every row once.")
    return frame.assign(group=frame["article_id"])


def questions(folder: Path) -> list[str]:
    """The questions of a folder that `make dataset` made: each has a folder of its own."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name != ANSWERED)


def files(folder: Path, question: str) -> dict[str, list[Path]]:
    """The files of each split, in the first place that has any; a split without rows has none."""
    for place in (folder / question, folder, folder / "data"):
        found = {split: sorted(path for path in place.glob(f"{split}*") if named(path, split)) for split in PLACES}
        if any(found.values()):
            return found
    raise ContractError(
        f"{folder} has no train or test files for {question!r}: {', '.join(FORMATS)}, named train.csv, "
        f"test-00000-of-00001.parquet or so, in it or in {question}/ or data/. Add them, or name another folder by "
        "DATASET=folder."
    )


def named(path: Path, split: str) -> bool:
    """Whether a file is of a split: its name is the split's, or goes on behind it with no letter."""
    return path.suffix in FORMATS and not re.match("[a-z]", path.name.removeprefix(split).removesuffix(path.suffix))


def part(split: str, paths: list[Path]) -> pd.DataFrame:
    """The rows of one split."""
    frame = pd.concat([opened(path) for path in paths], ignore_index=True)
    if missing := [name for name in NEEDED if name not in frame.columns]:
        raise ContractError(
            f"{paths[0]} has no column {missing[0]!r}, only {', '.join(map(str, frame.columns))}. Name the columns "
            f"{' and '.join(NEEDED)}, and target if there is one."
        )
    empty = frame["text"].isna() | frame["label"].isna() | (frame["label"] == "")
    if empty.any():
        raise ContractError(f"{paths[0]}: row {int(empty.argmax()) + 1} has no text or no label. Leave such rows out.")
    found = frame.assign(split=split, text=frame["text"].astype(str), label=frame["label"].astype(str))
    found["target"] = frame["target"].fillna("").astype(str) if "target" in frame else ""
    found["item_id"] = frame["item_id"].astype(str) if "item_id" in frame else [f"{split}-{at}" for at in frame.index]
    found["article_id"] = frame["article_id"].astype(str) if "article_id" in frame else found["text"].map(group)
    return found


def group(text: str) -> str:
    """What rows of one text share, where no article is named: the same text must not be learned from and asked about.

    >>> group("Rain  fell.") == group("rain fell.")
    True
    """
    words = " ".join(text.lower().split())
    return hashlib.sha1(words.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:10]
