"""What a table is, and the tables of this stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.whole import whole


@dataclass(frozen=True)
class Table:
    """A declared table: every column has a type and a meaning, none is ever null, and no key stands twice."""

    name: str
    key: str
    columns: Mapping[str, tuple[pa.DataType, str]]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with each column's meaning stored beside its type."""
        fields = [
            pa.field(column, kind, nullable=False, metadata={"meaning": meaning})
            for column, (kind, meaning) in self.columns.items()
        ]
        return pa.schema(fields, metadata={"table": self.name, "key": self.key})

    def frame(self, rows: list[dict[str, object]]) -> pd.DataFrame:
        """Make a frame of this table's columns from rows, of which there may be none."""
        return self.check(pd.DataFrame(rows, columns=list(self.columns)))

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with its columns in order, or say which column or key breaks the contract.

        A number may be NaN where its column's meaning says when; nothing else may be missing.
        """
        missing = [column for column in self.columns if column not in frame.columns]
        if missing:
            raise ContractError(f"{self.name}: the column {missing[0]} is missing. Run `make {self.name}` again.")
        frame = frame[list(self.columns)]
        for column, (kind, _) in self.columns.items():
            empty = frame[column].isna()
            if not pa.types.is_floating(kind) and empty.any():
                row = frame.loc[empty, self.key].iloc[0]
                raise ContractError(f"{self.name}: {column} has no value in row {row}. No column may be empty.")
        doubled = frame[self.key][frame[self.key].duplicated()]
        if len(doubled):
            raise ContractError(f"{self.name}: {self.key} {doubled.iloc[0]} stands twice. Every key stands once.")
        return frame

    def arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Turn a frame into an Arrow table of the declared types, in one chunk, so that same rows are same bytes."""
        checked = self.check(frame)
        arrays = [pa.array(checked[column].tolist(), kind) for column, (kind, _) in self.columns.items()]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def write(self, frame: pd.DataFrame, path: Path, note: str = "") -> None:
        """Write the frame beside its place, move it there whole, and say so in one line."""
        with whole(path) as beside:
            pq.write_table(self.arrow(frame), beside, compression="zstd")
        print(f"{self.name}: {len(frame):,} rows -> {path}{f' ({note})' if note else ''}", flush=True)

    def read(self, path: Path) -> pd.DataFrame:
        """Read and check the table, or say how to make it."""
        if not path.exists():
            raise ContractError(f"There is no {self.name} table at {path}. Run `make {self.name}` first.")
        try:
            found = pq.read_table(path)
        except pa.ArrowException as error:
            raise ContractError(f"{path} is no Parquet file. Delete it and run `make {self.name}`.") from error
        return self.check(found.to_pandas())


ARTICLES = Table(
    name="articles",
    key="article_id",
    columns={
        "article_id": (pa.string(), "first 10 hex digits of the sha1 of the address"),
        "address": (pa.string(), "the article's url; without one, sha256: and the hash of the raw bytes"),
        "url": (pa.string(), "where it was published, empty if unknown"),
        "title": (pa.string(), "its headline, empty if unknown"),
        "outlet": (pa.string(), "who published it, empty if unknown"),
        "author": (pa.string(), "its byline, empty if unknown"),
        "published": (pa.string(), "the day it was published, YYYY-MM-DD, empty if unknown"),
        "language": (pa.string(), "its language as its source says, a BCP 47 tag, empty if unknown"),
        "license": (pa.string(), "the licence its source states, empty if unknown"),
        "demonstration": (pa.bool_(), "written for the demonstration; no real news"),
        "source": (pa.string(), "the raw file, from the raw folder, with #line for a row of JSON Lines"),
        "raw_sha256": (pa.string(), "sha256 of the raw record's bytes, hexadecimal"),
        "text": (pa.string(), "the article's words; all offsets count its characters"),
    },
)

REJECTS = Table(
    name="rejects",
    key="reject_id",
    columns={
        "reject_id": (pa.string(), "the source, with a number behind it if it was rejected twice"),
        "source": (pa.string(), "the raw file, from the raw folder, with #line for a row of JSON Lines"),
        "reason": (pa.string(), "why it is no article, one of the reasons of corpus/articles.py"),
        "detail": (pa.string(), "what exactly was wrong, and where"),
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
        "text": (pa.string(), "its words: the article's text from start to end, always"),
        "before": (pa.string(), "the sentence before it, empty if it is the first"),
        "after": (pa.string(), "the sentence after it, empty if it is the last"),
        "left_out": (pa.string(), "why it is not asked about, empty if it may be"),
    },
)

ITEMS = Table(
    name="items",
    key="item_id",
    columns={
        "item_id": (pa.string(), "sentence_id@target, or sentence_id@topic where there is no target"),
        "sentence_id": (pa.string(), "the sentence to be read"),
        "article_id": (pa.string(), "the article it stands in"),
        "target": (pa.string(), "what stance is asked about, as in targets.toml; empty if only violation is asked"),
        "proposition": (pa.string(), "the target in words, empty without a target"),
        "text": (pa.string(), "the sentence, exactly as it stands in the article"),
        "before": (pa.string(), "the sentence before it, shown as context"),
        "after": (pa.string(), "the sentence after it, shown as context"),
        "title": (pa.string(), "the article's headline, shown as context"),
        "outlet": (pa.string(), "who published it, shown as context"),
        "published": (pa.string(), "the day it was published, shown as context"),
        "demonstration": (pa.bool_(), "written for the demonstration; no real news"),
    },
)
