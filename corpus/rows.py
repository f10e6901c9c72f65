"""A table of text, Parquet or Arrow -> its rows, each as JSON."""

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from math import isnan
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.packed import RATIO, SELDOM, SLACK
from corpus.records import Found, Raw, Refused, Rejected, bounded, told

AHEAD = 1_000_000  # characters of a table of text that are looked at before it is read
ROWS = 16  # of a Parquet or Arrow file that are held at once, at most: few, since each may hold a whole book


class Lines:
    """The lines of a table of text; of what is too long, a line or a row of many, the rest is passed over."""

    def __init__(self, text: TextIOWrapper, longest: int) -> None:  # noqa: D107 - the class says it
        self.text, self.longest = text, longest
        self.seen: deque[str] = deque()  # lines that were looked at, and not yet read
        self.left = longest  # characters that the row which is read now may still have
        self.row: list[str] = []  # its lines

    def __iter__(self) -> "Lines":
        """It is its own iterator."""
        return self

    def __next__(self) -> str:
        """The next line, or that it is too long."""
        line = self.seen.popleft() if self.seen else ""
        line += "" if line.endswith("\n") else self.text.readline(self.longest - len(line))
        self.left -= len(line)
        if self.left <= 0:
            while line and not line.endswith("\n"):
                line = self.text.readline(self.longest)
            raise Rejected("too large", f"more than {self.longest:,} characters, the max_bytes of articles.toml")
        if not line:
            raise StopIteration
        self.row.append(line)
        return line

    def begin(self) -> None:
        """A row begins."""
        self.left, self.row = self.longest, []

    def ahead(self) -> list[str]:
        """The lines that come next, as far as one looks."""
        left = AHEAD
        while left > 0 and (line := self.text.readline(min(left, self.longest - 1))):
            self.seen.append(line)
            left -= len(line)
        return [line for line in self.seen if line.endswith("\n")]


def cells(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of a table of text by number, under the names of its first row."""
    csv.field_size_limit(max_bytes)
    lines = Lines(TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline=""), max_bytes)
    first = next(lines, "")
    if not first.strip():
        raise Rejected("empty", "it holds no line")
    mark = max("\t;|,", key=first.count)
    names = next(csv.reader([first], delimiter=mark))
    plain = mark == "\t" and len(names) > 1 and unquoted(lines.ahead(), len(names))
    for number, row in enumerate(read_rows(lines, mark, plain), 1):
        if isinstance(row, Rejected):
            yield f"{name}#{number}", row
        elif row:
            yield named_cells(f"{name}#{number}", names, row, max_bytes)


def read_rows(lines: Lines, mark: str, plain: bool) -> Iterator[list[str] | Rejected]:
    """The cells of each row, or what is wrong with it; plain: a quotation mark is no more than part of the text.

    One that is never closed swallows rows: so in a row of many lines each must stand where it should.
    """
    rows = csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    while True:
        lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, Rejected) as error:
            yield error if isinstance(error, Rejected) else Rejected("broken row", told(error))
            continue
        torn = len(lines.row) > 1 and not plain and misquoted(lines.row, mark)
        yield Rejected("broken row", f"{torn}, in {len(lines.row):,} lines") if torn else row


def misquoted(lines: Sequence[str], mark: str) -> str:
    """What is wrong with the quotation marks of some lines, "" if nothing is."""
    try:
        deque(csv.reader(lines, delimiter=mark, strict=True), 0)
    except csv.Error as error:
        return told(error)
    return ""


def unquoted(lines: Sequence[str], width: int) -> bool:
    """Whether quotation marks say nothing of where the cells of a table end: between its tabs they often do not.

    They do where they are set as they should be; where not, tabs alone must cut each line into as many cells.
    """
    return bool(misquoted(lines, "\t")) and all(line.count("\t") == width - 1 for line in lines if line.strip())


def named_cells(source: str, names: list[str], row: list[str], max_bytes: int) -> Raw | Refused:
    """A row as JSON, unless it has more or fewer cells than there are names, or is no UTF-8."""
    if len(row) != len(names):
        return source, Rejected("broken row", f"{len(row)} cells where the first row has {len(names)}")
    return as_json(source, dict(zip(names, row, strict=True)), max_bytes)


def as_json(source: str, row: Mapping[str, object], max_bytes: int) -> Raw | Refused:
    """A row's plain values as JSON, in the order of its columns; what holds nothing is left out."""
    dated = {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in row.items()}
    plain = {name: value for name, value in dated.items() if isinstance(value, str | int | float | bool)}
    held = {
        name: value for name, value in plain.items() if not (isinstance(value, float) and isnan(value)) and value != ""
    }
    try:
        content = json.dumps(held, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return source, Rejected("not UTF-8", f"byte 0x{ord(error.object[error.start]) & 255:02x}")
    return bounded(source, ".json", content, max_bytes)


def parquet(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of a Parquet file by number."""
    try:
        table = pq.ParquetFile(file)
        plain = [field.name for field in table.schema_arrow if not pa.types.is_nested(field.type)]
        batches = (
            batch
            for group in range(table.num_row_groups)
            for batch in table.iter_batches(at_once(table.metadata.row_group(group), plain, max_bytes), [group], plain)
        )
        yield from rows(batches, name, max_bytes)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise Rejected("broken Parquet", told(error)) from error


def at_once(group: pq.RowGroupMetaData, names: Sequence[str], max_bytes: int) -> int:
    """How many rows of a group may be held at once, or that it is a bomb: a page may say one word a million times."""
    chunks = [one for one in map(group.column, range(group.num_columns)) if one.path_in_schema in names]
    packed, unpacked = (
        sum(getattr(one, f"total_{how}_size") for one in chunks) for how in ("compressed", "uncompressed")
    )
    if unpacked > RATIO * packed + SLACK:
        raise Rejected("too large", f"its rows unpack to more than {RATIO} times their size")
    return ROWS if unpacked < max(4 * max_bytes, SELDOM * packed) else 1


def arrow(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of an Arrow file by number, as `datasets` saves them."""
    try:
        stream = file.read(6) != b"ARROW1"
        file.seek(0)
        opened = pa.ipc.open_stream(file) if stream else pa.ipc.open_file(file)
        batches = iter(opened) if stream else map(opened.get_batch, range(opened.num_record_batches))
        cut = (batch.slice(at, ROWS) for batch in batches for at in range(0, batch.num_rows, ROWS))
        yield from rows(cut, name, max_bytes)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise Rejected("broken Arrow file", told(error)) from error


def rows(batches: Iterator[pa.RecordBatch], name: str, max_bytes: int) -> Found:
    """The rows of batches as JSON, by number; one that is not what its column says costs no other.

    Each is checked before it is read: Arrow itself trusts what a file says, and may end the process for it.
    """
    ones = (batch.slice(at, 1) for batch in batches for at in range(batch.num_rows))
    for number, one in enumerate(ones, 1):
        try:
            one.validate(full=True)
            (row,) = one.to_pylist()
        except (ValueError, OverflowError, KeyError) as error:
            yield f"{name}#{number}", Rejected("broken row", told(error))
        else:
            yield as_json(f"{name}#{number}", row, max_bytes)
