"""One raw file -> its records: itself, its lines, its rows, or the pages of an archive; what is broken is told."""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from io import TextIOWrapper
from itertools import count
from math import isnan
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.records import Raw, Rejected

Refused = tuple[str, Rejected]
Found = Iterator[Raw | Refused]
Opener = Callable[[IO[bytes], str, int], Found]  # an open file, its name from the raw folder, bytes of a record at most

ROWS = 200  # of a Parquet or Arrow file that are held at once
# What `datasets` writes beside its data: no articles, and nothing that anybody misses.
BOOKKEEPING = {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", ".gitattributes"}


def records(folder: Path, name: str, max_bytes: int) -> Found:
    """The records of one file; a fault of the file is told behind the records that came before it."""
    path = folder / name
    if path.name in BOOKKEEPING:
        return
    try:
        opener, packed = opened_by(path)
        with cast(IO[bytes], gzip.open(path)) if packed else path.open("rb") as file:
            yield from opener(file, name, max_bytes)
    except Rejected as why:
        yield name, why
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield name, Rejected("broken gzip", told(error))
    except OSError as error:
        yield name, Rejected("unreadable", error.strerror or "the file cannot be opened")


def opened_by(path: Path) -> tuple[Opener, bool]:
    """What reads a file of this ending, and whether it must be unpacked first; an archive unpacks itself."""
    packed = path.suffix.lower() == ".gz"
    ending = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    if ending not in OPENERS:
        raise Rejected("unknown kind", f"{path.suffix.lower() or 'no ending'}; known are {', '.join(OPENERS)}")
    return OPENERS[ending], packed and ending not in (".warc", ".arc")


def told(error: Exception) -> str:
    """What an error says, in one line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def bounded(
    source: str, kind: str, content: bytes, max_bytes: int, said: Mapping[str, object] | None = None
) -> Raw | Refused:
    """A record, unless it is too large."""
    if len(content) > max_bytes:
        return source, Rejected("too large", f"more than {max_bytes:,} bytes, the max_bytes of articles.toml")
    return Raw(source, kind, content, said or {})


def alone(kind: str) -> Opener:
    """A file that is one record."""
    return lambda file, name, max_bytes: iter([bounded(name, kind, file.read(max_bytes + 1), max_bytes)])


def lines(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The lines of a JSON Lines file by number; blank ones are none, and the rest of one too long is passed over."""
    number, inside = 0, False
    for piece in iter(lambda: file.readline(max_bytes + 1), b""):
        number += not inside
        if not inside and (piece.strip() or len(piece) > max_bytes):
            yield bounded(f"{name}#{number}", ".json", piece.rstrip(b"\r\n"), max_bytes)
        inside = not piece.endswith(b"\n")
    if number == 0:
        raise Rejected("empty", "it holds no line")


def cells(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of a table of text by number, under the names of its first row."""
    csv.field_size_limit(max_bytes)
    text = TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline(max_bytes)
    if not first.strip():
        raise Rejected("empty", "it holds no line")
    mark = max("\t;|,", key=first.count)
    names = next(csv.reader([first], delimiter=mark))
    rows = csv.reader(text, delimiter=mark)
    for number in count(1):
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"{name}#{number}", Rejected("broken row", told(error))
            continue
        if row:
            yield named_cells(f"{name}#{number}", names, row, max_bytes)


def named_cells(source: str, names: list[str], row: list[str], max_bytes: int) -> Raw | Refused:
    """A row as JSON, unless it has more or fewer cells than there are names, or is no UTF-8."""
    if len(row) != len(names):
        return source, Rejected("broken row", f"{len(row)} cells where the first row has {len(names)}")
    try:
        content = as_json(dict(zip(names, row, strict=True)))
    except UnicodeEncodeError as error:
        return source, Rejected("not UTF-8", f"byte 0x{ord(error.object[error.start]) & 255:02x}")
    return bounded(source, ".json", content, max_bytes)


def as_json(row: Mapping[str, object]) -> bytes:
    """A row's plain values as JSON, in the order of its columns; what holds nothing is left out."""
    dated = {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in row.items()}
    plain = {name: value for name, value in dated.items() if isinstance(value, str | int | float | bool)}
    held = {
        name: value for name, value in plain.items() if not (isinstance(value, float) and isnan(value)) and value != ""
    }
    return json.dumps(held, ensure_ascii=False).encode()


def parquet(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of a Parquet file by number."""
    try:
        table = pq.ParquetFile(file)
        plain = [field.name for field in table.schema_arrow if not pa.types.is_nested(field.type)]
        yield from rows(table.iter_batches(ROWS, columns=plain), name, max_bytes)
    except (pa.ArrowException, OSError) as error:
        raise Rejected("broken Parquet", told(error)) from error


def arrow(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The rows of an Arrow file by number, as `datasets` saves them."""
    try:
        stream = file.read(6) != b"ARROW1"
        file.seek(0)
        opened = pa.ipc.open_stream(file) if stream else pa.ipc.open_file(file)
        batches = iter(opened) if stream else map(opened.get_batch, range(opened.num_record_batches))
        cut = (batch.slice(at, ROWS) for batch in batches for at in range(0, batch.num_rows, ROWS))
        yield from rows(cut, name, max_bytes)
    except (pa.ArrowException, OSError) as error:
        raise Rejected("broken Arrow file", told(error)) from error


def rows(batches: Iterator[pa.RecordBatch], name: str, max_bytes: int) -> Found:
    """The rows of batches as JSON, by number."""
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield bounded(f"{name}#{number}", ".json", as_json(row), max_bytes)


def archive(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The pages of a WARC or ARC file by the number of their record; packed by record, as a whole or not at all."""
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for count, found in held(file, name, max_bytes):
            number = count
            if found:
                yield found
    except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, UnicodeError, AttributeError) as error:
        raise Rejected("broken archive", f"behind record {number}: {told(error)}") from error
    if number == 0:
        raise Rejected("empty", "it holds no record")


def held(file: IO[bytes], name: str, max_bytes: int) -> Iterator[tuple[int, Raw | Refused | None]]:
    """The number of each record of an archive, and its page, if it is one that should be."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for number, record in enumerate(ArchiveIterator(file, arc2warc=True), 1):
            yield number, page(f"{name}#{number}", record, max_bytes)
    except ArchiveLoadFailed as error:
        if "non-chunked" not in str(error):
            raise
        file.seek(0)  # packed in one piece, against the standard: unpacked as a whole it can be read all the same
        for again, record in enumerate(ArchiveIterator(gzip.GzipFile(fileobj=file), arc2warc=True), 1):
            yield again, page(f"{name}#{again}", record, max_bytes) if again > number else None


def page(source: str, record: Any, max_bytes: int) -> Raw | Refused | None:
    """A record that holds a page, or what it is instead; None if none was to be expected of it."""
    content = record.content_stream().read(max_bytes + 1)
    record.raw_stream.read()
    # A length that is a little wrong is common in old archives: a page with its end tag is whole, whatever it says.
    if getattr(record.raw_stream, "limit", 0) > 0 and not content.rstrip().lower().endswith(b"</html>"):
        return source, Rejected("cut off", f"{record.raw_stream.limit:,} bytes are missing behind it")
    if record.rec_type not in ("response", "resource", "revisit"):
        return None
    kind, status = header(record, "Content-Type"), record.http_headers and record.http_headers.get_statuscode()
    if record.rec_type == "revisit" or (status or "200") != "200":
        return source, Rejected("no page", "revisit" if record.rec_type == "revisit" else f"HTTP {status}")
    if "html" not in kind:
        return source, Rejected("no page", kind.partition(";")[0].strip() or "no content type")
    charset = kind.partition("charset=")[2].partition(";")[0].strip(" \"'")
    about = {"url": "WARC-Target-URI", "fetched": "WARC-Date"}
    said = {ours: record.rec_headers.get_header(theirs) for ours, theirs in about.items()}
    return bounded(source, ".html", content, max_bytes, {**said, "charset": charset})


def header(record: Any, name: str) -> str:
    """What HTTP says of a record, or the archive where HTTP says nothing; in small letters."""
    return str((record.http_headers or record.rec_headers).get_header(name) or "").lower()


OPENERS: Mapping[str, Opener] = {
    ".txt": alone(".txt"),
    ".md": alone(".md"),
    ".html": alone(".html"),
    ".htm": alone(".html"),
    ".xhtml": alone(".html"),
    ".jsonl": lines,
    ".ndjson": lines,
    ".csv": cells,
    ".tsv": cells,
    ".parquet": parquet,
    ".arrow": arrow,
    ".warc": archive,
    ".arc": archive,
}
