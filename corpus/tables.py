"""What a table is, and the tables of this stage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.whole import whole

Rows = Sequence[tuple[object, ...]]
Filter = list[
    tuple[str, str, object]
]  # rows that are read, as pyarrow.parquet takes them: ("article_id", "==", "3f9a1c20d4")


@dataclass(frozen=True)
class Table:
    """A declared table: every column has a type and a meaning, none is ever null, and no key stands twice.

    An open one has more columns, which a settings file declares: before the column `open`. It is read as it stands, and
    written when it is closed with them. The command that makes it goes by its name, or is `made_by`. A table that is
    `grown` is made of what it was before, and nothing makes it anew.
    """

    name: str
    key: str
    columns: Mapping[str, tuple[pa.DataType, str]]
    open: str = ""
    made_by: str = ""
    grown: bool = False

    @property
    def remedy(self) -> str:
        """The command that makes it."""
        return f"`make {self.made_by or self.name}`"

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with each column's meaning stored beside its type."""
        fields = [
            pa.field(column, kind, nullable=False, metadata={"meaning": meaning})
            for column, (kind, meaning) in self.columns.items()
        ]
        return pa.schema(fields, metadata={"table": self.name, "key": self.key})

    def closed(self, more: Mapping[str, tuple[pa.DataType, str]]) -> "Table":
        """The table with the columns that a settings file declares."""
        at = list(self.columns).index(self.open)
        first, last = list(self.columns.items())[:at], list(self.columns.items())[at:]
        return Table(self.name, self.key, {**dict(first), **more, **dict(last)}, made_by=self.made_by)

    def frame(self, rows: list[dict[str, object]]) -> pd.DataFrame:
        """Make a frame of this table's columns from rows, of which there may be none."""
        return self.check(pd.DataFrame(rows, columns=None if self.open and rows else list(self.columns)))

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with its columns in order, or say which column or key breaks the contract.

        A number may be NaN where its column's meaning says when; nothing else may be missing.
        """
        missing = [column for column in self.columns if column not in frame.columns]
        if missing:
            raise ContractError(f"{self.name}: the column {missing[0]} is missing. Run {self.remedy} again.")
        frame = frame if self.open else frame[list(self.columns)]
        for column, (kind, _) in self.columns.items():
            empty = frame[column].isna()
            if not pa.types.is_floating(kind) and empty.any():
                row = frame.loc[empty, self.key].iloc[0]
                raise self.blank(column, row)
        doubled = frame[self.key][frame[self.key].duplicated()]
        if len(doubled):
            raise self.twice(f"{self.key} {doubled.iloc[0]}")
        return frame

    def blank(self, column: str, row: object) -> ContractError:
        """What to say of a row that lacks a value."""
        return ContractError(
            f"{self.name}: {column} has no value in row {row}, and no column may be empty. Run {self.remedy} again."
        )

    def spoilt(self, path: Path) -> ContractError:
        """What to say of a file that cannot be read."""
        if self.grown:
            return ContractError(f"{path} is no Parquet file. Put a copy of it back: it cannot be made anew.")
        return ContractError(f"{path} is no Parquet file. Delete it and run {self.remedy}.")

    def twice(self, key: str) -> ContractError:
        """What to say of a key that two rows have."""
        return ContractError(f"{self.name}: {key} stands twice, and every key stands once. Run {self.remedy} again.")

    def arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Turn a frame into an Arrow table of the declared types, in one chunk, so that same rows are same bytes."""
        if self.open:
            raise TypeError(f"{self.name} is an open table: close it with the columns that its settings declare")
        checked = self.check(frame)
        arrays = [pa.array(checked[column].tolist(), kind) for column, (kind, _) in self.columns.items()]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def write(self, frame: pd.DataFrame, path: Path, note: str = "") -> None:
        """Write the whole table of a frame, and say so in one line."""
        self.save(self.arrow(frame), path)
        self.say(len(frame), path, note)

    def save(self, rows: pa.Table, path: Path) -> None:
        """Write the table or a part of it beside its place, and move it there whole."""
        with whole(path) as beside:
            pq.write_table(rows, beside, compression="zstd")

    def stream(self, rows: Iterable[tuple[object, ...]], path: Path, at_once: int = 50_000) -> None:
        """Write rows as they come, of which no more are held than so many."""
        coming = iter(rows)
        with whole(path) as beside, pq.ParquetWriter(beside, self.schema, compression="zstd") as writer:
            writer.write_table(self.batch(list(islice(coming, at_once))))
            while held := list(islice(coming, at_once)):
                writer.write_table(self.batch(held))

    def batch(self, rows: Rows, unique: bool = True) -> pa.Table:
        """Some rows of the table, each a tuple in the order of its columns, as Arrow holds them."""
        columns = list(zip(*rows, strict=True)) or [()] * len(self.columns)
        arrays = [pa.array(column, kind) for column, (kind, _) in zip(columns, self.columns.values(), strict=True)]
        found = pa.Table.from_arrays(arrays, schema=self.schema)
        for name, column in zip(self.columns, arrays, strict=True):
            if column.null_count:
                row = found[self.key][pc.index(column.is_null(), True).as_py()]
                raise self.blank(name, row)
        if unique and len(found[self.key].unique()) < len(found):
            raise self.twice(f"a {self.key}")
        return found

    def say(self, rows: int, path: Path, note: str = "") -> None:
        """Say in one line what was written where."""
        print(f"{self.name}: {rows:,} rows -> {path}{f' ({note})' if note else ''}", flush=True)

    def read(self, path: Path, columns: Sequence[str] = (), only: Filter | None = None) -> pd.DataFrame:
        """Read and check the table, or some of its columns, or only some rows; or say how to make it."""
        if not path.exists():
            raise ContractError(f"There is no {self.name} table at {path}. Run {self.remedy} first.")
        try:
            found = pq.read_table(parts(path), columns=list(columns) or None, filters=only).to_pandas()
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno:  # of the disk, and not of what stands on it
                raise
            raise self.spoilt(path) from error
        return found if columns else self.check(found)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows by column, in plain Python: what pandas' own to_dict says, in a third of its time."""
    names = [str(name) for name in frame]
    columns = [frame[name].tolist() for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def parts(path: Path) -> list[Path]:
    """The files of a table, in order: those of its folder, or itself."""
    return sorted(path.glob("part-*.parquet")) if path.is_dir() else [path]


ARTICLES = Table(
    name="articles",
    key="article_id",
    columns={
        "article_id": (pa.string(), "first 10 hex digits of the sha1 of the address"),
        "address": (pa.string(), "the article's url; without one, sha256: and the hash of the raw bytes"),
        "url": (pa.string(), "where it was published, empty if unknown"),
        "canonical_url": (pa.string(), "the url that its page names as its own, empty if it names none"),
        "title": (pa.string(), "its headline, empty if unknown"),
        "outlet": (pa.string(), "who published it, or the host of its address; empty if both are unknown"),
        "author": (pa.string(), "its byline, empty if unknown"),
        "published": (pa.string(), "the day it was published, YYYY-MM-DD, empty if unknown"),
        "fetched": (pa.string(), "when it was fetched, YYYY-MM-DDTHH:MM:SSZ, empty if unknown"),
        "language": (pa.string(), "its language as its source says, a BCP 47 tag, empty if unknown"),
        "recognised": (pa.string(), "the language its words are in, as the carried model tells, empty if it cannot"),
        "license": (pa.string(), "the licence its source states, empty if unknown"),
        "demonstration": (pa.bool_(), "written for the demonstration; no real news"),
        "source": (pa.string(), "the raw file, from the raw folder, with #number for a record in it"),
        "raw_sha256": (pa.string(), "sha256 of the raw record's bytes, hexadecimal"),
        "flags": (pa.string(), "what its words lack as an article, by commas, as in quality.toml; empty if nothing"),
        "left_out": (pa.string(), "why its sentences are not asked about, empty if they may be"),
        "text": (pa.string(), "the article's words; all offsets count its characters"),
    },
)

REJECTS = Table(
    name="rejects",
    key="reject_id",
    made_by="articles",
    columns={
        "reject_id": (pa.string(), "the source, with a number behind it if it was rejected twice"),
        "source": (pa.string(), "the raw file, from the raw folder, with #number for a record in it"),
        "reason": (pa.string(), "why it is no article, in two or three words"),
        "detail": (pa.string(), "what exactly was wrong, and where"),
    },
)

REPEATED = Table(
    name="repeated",
    key="line_id",
    columns={
        "line_id": (pa.string(), "first 16 hex digits of the sha256 of outlet, newline, line"),
        "outlet": (pa.string(), "the outlet whose articles it returns in"),
        "line": (pa.string(), "the line in small letters, each run of figures a 0"),
        "articles": (pa.int64(), "articles of the outlet that it stands in"),
        "of": (pa.int64(), "articles of the outlet"),
    },
)

SENTENCES = Table(
    name="sentences",
    key="sentence_id",
    columns={
        "sentence_id": (pa.string(), "article_id.6 hex digits of the sha1 of its words"),
        "article_id": (pa.string(), "the article it stands in"),
        "start": (pa.int64(), "offset of its first character in the article's text"),
        "end": (pa.int64(), "offset behind its last character in the article's text"),
        "paragraph": (pa.int64(), "which paragraph of the article, from 0"),
        "position": (pa.int64(), "which sentence of the article, from 0"),
        "quoted": (pa.bool_(), "it stands in direct speech, wholly or for the greater part"),
        "text": (pa.string(), "its words: the article's text from start to end, always"),
        "before": (pa.string(), "the sentence before it, empty if it is the first"),
        "after": (pa.string(), "the sentence after it, empty if it is the last"),
        "left_out": (pa.string(), "why it is not asked about, empty if it may be"),
    },
)

DUPLICATES = Table(
    name="duplicates",
    key="sentence_id",
    columns={
        "sentence_id": (pa.string(), "a sentence that has a copy"),
        "group_id": (pa.string(), "the first of its group, in the order of their ids"),
        "kind": (pa.string(), "first of its group; exact: the first's words; near: few more, fewer or misspelt words"),
        "similarity": (pa.float64(), "the words shared with the group's first, of all words that either has, 0 to 1"),
    },
)

CONTRASTS = Table(
    name="contrasts",
    key="pair_id",
    made_by="duplicates",
    columns={
        "pair_id": (pa.string(), "sentence_a|sentence_b"),
        "sentence_a": (pa.string(), "a sentence, or one for its group of copies"),
        "sentence_b": (pa.string(), "another that looks like its copy and says something else; its id is the greater"),
        "words_a": (pa.string(), "what stands only in the first, with … where they agree; guarded words in first form"),
        "words_b": (pa.string(), "what stands only in the second"),
        "families": (pa.string(), "the guarded families of these words, by commas, as in guard.toml, or: words"),
        "similarity": (pa.float64(), "the words that both have, of all words that either has, 0 to 1"),
    },
)

ITEMS = Table(
    name="items",
    key="item_id",
    columns={
        "item_id": (pa.string(), "sentence_id@target, or sentence_id@topic where there is no target"),
        "sentence_id": (pa.string(), "the sentence to be read"),
        "article_id": (pa.string(), "the article it stands in"),
        "target": (pa.string(), "what it is asked about, as in targets.toml; empty if it holds a topic's cues alone"),
        "proposition": (pa.string(), "the target in words, empty without a target"),
        "text": (pa.string(), "the sentence, exactly as it stands in the article"),
        "before": (pa.string(), "the sentence before it, shown as context"),
        "after": (pa.string(), "the sentence after it, shown as context"),
        "title": (pa.string(), "the article's headline, shown as context"),
        "outlet": (pa.string(), "who published it, shown as context"),
        "published": (pa.string(), "the day it was published, shown as context"),
        "demonstration": (pa.bool_(), "written for the demonstration; no real news"),
        "drawn": (pa.string(), "why it is asked: cues, or audit (drawn from the sentences without a cue)"),
    },
)

COVERAGE = Table(
    name="coverage",
    key="target",
    made_by="items",
    columns={
        "target": (pa.string(), "the target, as in targets.toml"),
        "proposition": (pa.string(), "the target in words"),
        "sentences": (pa.int64(), "sentences that might have named it"),
        "matched": (pa.int64(), "of these, sentences that hold its cues"),
    },
)

AUDIT = Table(
    name="audit",
    key="item_id",
    made_by="items",
    columns={
        "item_id": (pa.string(), "sentence_id@target"),
        "sentence_id": (pa.string(), "a sentence that holds no cue of the target"),
        "target": (pa.string(), "the target, as in targets.toml"),
        "rank": (pa.int64(), "its place in the draw, from 0: the first are a random sample, however many one takes"),
        "asked": (pa.bool_(), "it is an item"),
        "text": (pa.string(), "the sentence, exactly as it stands in the article"),
    },
)
