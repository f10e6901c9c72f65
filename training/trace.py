"""One id -> its rows in every table, from the published row back to the raw file, on the screen."""

import re
import shutil
import textwrap
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS, SENTENCES, parts
from labeling.tables import ANNOTATIONS, ANSWERS, ASSIGNMENTS, GOLD
from training import release
from training.tables import DATASET_SPLITS, PREDICTIONS, SPLITS

# From the baseline back to the article; what is published stands before them all.
WAY = [PREDICTIONS, SPLITS, GOLD, ANNOTATIONS, ANSWERS, ASSIGNMENTS, ITEMS, SENTENCES, ARTICLES]
IDS = ["item_id", "sentence_id", "article_id"]  # the finest a table has says what its rows are of
LONGEST = 400  # characters of a value that are shown


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of the workspace whose rows are of an article, sentence or item; the published ones first."""
    kept = {name(parts(path)[0]): path for path in folder.glob("*.parquet")}
    found = {f"published: {path.relative_to(folder)}": release.read(path) for path in published(folder)}
    only = {SPLITS.name: DATASET_SPLITS}
    found |= {
        one.name: pq.read_table(parts(kept[one.name]), filters=only.get(one.name)).to_pandas()
        for one in WAY
        if one.name in kept
    }
    if not found:
        raise ContractError(
            f"There are no tables in {folder}. Run `make dataset` first, or name another folder by DATA=folder."
        )
    return found


def name(path: Path) -> str:
    """What a file says it is the table of, "" if it does not."""
    told = (pq.read_schema(path).metadata or {}).get(b"table", b"")
    return str(told, "utf-8")


def published(folder: Path) -> list[Path]:
    """The files of the workspace's dataset folder: config by config, split by split."""
    files = sorted(folder.glob("*/*/*.parquet"))
    return [path for path in files if b"huggingface" in (pq.read_schema(path).metadata or {})]


def finest(frame: pd.DataFrame) -> pd.Series:
    """What each row is of: its item, or else its sentence, or else its article."""
    return frame[next(name for name in IDS if name in frame.columns)]


def line(wanted: str) -> list[str]:
    """An id and what it is of: ids grow to the right.

    >>> line("3f9a1c20d4.8c1e07@topic")
    ['3f9a1c20d4', '3f9a1c20d4.8c1e07', '3f9a1c20d4.8c1e07@topic']
    """
    ends = [found.start() for found in re.finditer(r"[.@]", wanted)]
    return [wanted[:end] for end in [*ends, len(wanted)]]


def trace(wanted: str, found: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows of each table that are of the id, of what it is part of, or of a part of it."""
    known = {name for frame in found.values() for name in finest(frame)}
    known |= {part for name in known for part in line(name)}
    if wanted not in known:
        near = get_close_matches(wanted, sorted(known), n=3, cutoff=0.5)
        hint = f"The nearest: {', '.join(near)}." if near else "Ids stand in the first columns of every table."
        raise ContractError(f"There is no article, sentence or item {wanted!r} in these tables. {hint}")
    return {
        name: frame[finest(frame).map(lambda of: of in line(wanted) or wanted in line(of))]
        for name, frame in found.items()
    }


def block(name: str, row: dict[str, object], width: int) -> Iterator[str]:
    """One row for the eye: its table, then column and value on each line."""
    yield f"── {name} ".ljust(width, "─")
    margin = max(len(column) for column in row) + 2
    for column, value in row.items():
        told = " ".join(shown(value).split())
        if len(told) > LONGEST:
            told = f"{told[:LONGEST].rstrip()} … ({len(told):,} characters)"
        yield textwrap.fill(
            told, width, initial_indent=f"{column}:".ljust(margin), subsequent_indent=" " * margin,
            break_on_hyphens=False,
        ) or f"{column}:"  # fmt: skip
    yield ""


def shown(value: object) -> str:
    """A cell's value in words, the parts of a list by commas."""
    return ", ".join(str(part) for part in value) if isinstance(value, np.ndarray) else str(value)


def main(wanted: str, folder: Path) -> None:
    """Read the workspace's tables, print what belongs to the id."""
    width = min(100, shutil.get_terminal_size((80, 24)).columns)
    for name, frame in trace(wanted, tables(folder)).items():
        for row in frame.to_dict("records"):
            print("\n".join(block(name, {str(column): value for column, value in row.items()}, width)))


if __name__ == "__main__":
    shell(main)
