"""One raw file -> its records: itself, its lines, its rows, or the pages of an archive; what is broken is told."""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, cast

from corpus.archives import archive
from corpus.packed import Unpacked
from corpus.records import Found, Rejected, bounded, told
from corpus.rows import arrow, cells, parquet

Opener = Callable[[IO[bytes], str, int], Found]  # an open file, its name from the raw folder, bytes of a record at most

# What `datasets` writes beside its data: no articles, and nothing that anybody misses.
BOOKKEEPING = {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", ".gitattributes"}
SEEKING = {".parquet", ".arrow"}  # read from their ends
PIECE = 1 << 20  # bytes, or characters of a JSON file, that are read at once
SPACE = b" \t\r\n"
BETWEEN = re.compile(r"[\s,\]]*")  # what stands between two values of a JSON file, and behind the last of an array


def records(folder: Path, name: str, max_bytes: int, not_articles: Collection[str] = ()) -> Found:
    """The records of one file; a fault of the file is told behind the records that came before it."""
    path, shown = folder / name, printable(name)
    if path.name in BOOKKEEPING:
        return
    try:
        if path.name.partition(".")[0].lower() in not_articles:
            raise Rejected("about the data", "its name is among the not_articles of articles.toml")
        ending = kind(path)
        with opened(path, ending) as file:
            yield from OPENERS[ending](file, shown, max_bytes)
    except Rejected as why:
        yield shown, why
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield shown, Rejected("broken gzip", told(error))
    except OSError as error:
        yield shown, Rejected("unreadable", error.strerror or "the file cannot be opened")


def printable(name: str) -> str:
    r"""A file's name as it can be written: a byte that is no UTF-8 as \\xff.

    >>> printable("caf\udce9.txt")
    'caf\\xe9.txt'
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def kind(path: Path) -> str:
    """The ending that tells what reads a file, without its .gz."""
    if not path.is_file():
        raise Rejected("unreadable", "it is no file, a link to none, or a folder that is closed")
    ending = Path(path.stem).suffix.lower() if is_packed(path) else path.suffix.lower()
    if ending not in OPENERS:
        raise Rejected("unknown kind", f"{path.suffix.lower() or 'no ending'}; known are {', '.join(OPENERS)}")
    return ending


def is_packed(path: Path) -> bool:
    """Whether a file is packed, as its ending says; archives are often packed without saying so."""
    return path.suffix.lower() == ".gz"


def opened(path: Path, ending: str) -> IO[bytes]:
    """A file to be read, unpacked if it must be."""
    if not is_packed(path) and not (OPENERS[ending] is archive and begins_packed(path)):
        return path.open("rb", PIECE)
    unpacked = io.BufferedReader(Unpacked(path), PIECE)
    if ending not in SEEKING:
        return unpacked
    whole = TemporaryFile()  # noqa: SIM115 - who asked for it closes it
    with unpacked:
        copyfileobj(unpacked, whole)
    whole.seek(0)
    return whole


def begins_packed(path: Path) -> bool:
    """Whether a file begins as gzip does."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


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


def objects(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The objects of a JSON file by number: one a line, those of its array, or those that stand behind one another."""
    first = cast(io.BufferedReader, file).peek().lstrip(codecs.BOM_UTF8 + SPACE).partition(b"\n")[0]
    if not first.startswith(b"[") and is_json(first):
        yield from lines(file, name, max_bytes)
        return
    number = 0
    for number, value in enumerate(values(io.TextIOWrapper(file, "utf-8-sig", "surrogateescape"), max_bytes), 1):
        yield bounded(f"{name}#{number}", ".json", value.encode("utf-8", "surrogateescape"), max_bytes)
    if number == 0:
        raise Rejected("empty", "it holds no value")


def is_json(line: bytes) -> bool:
    """Whether a line is a JSON value, whole."""
    try:
        json.loads(line, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def values(text: IO[str], max_bytes: int) -> Iterator[str]:
    """The source of each value of a JSON file; no more is held than the longest value and one piece."""
    held, number = text.read(PIECE).lstrip(), 0
    inside, held = held.startswith("["), held.removeprefix("[")
    for piece in chain(iter(partial(text.read, PIECE), ""), [""]):
        held += piece
        at = behind(held, 0)
        inside = inside and "]" not in held[:at]
        while at < len(held) and (end := ends(held, at)) and (end < len(held) or not piece):
            number += 1
            yield held[at:end]
            at = behind(held, end)
            inside = inside and "]" not in held[end:at]
        held = held[at:]
        if len(held) > max_bytes or (held and not piece):
            raise Rejected("broken JSON", f"behind value {number:,} comes no whole one within {max_bytes:,} characters")
    if inside and number:
        raise Rejected("broken JSON", f"behind value {number:,} its list breaks off")


def behind(held: str, at: int) -> int:
    """Where the next value of a JSON file may begin."""
    return cast(re.Match[str], BETWEEN.match(held, at)).end()


def ends(held: str, at: int) -> int:
    """Where the value ends that begins here, 0 if it is not whole."""
    try:
        return json.JSONDecoder(parse_int=str).raw_decode(held, at)[1]
    except json.JSONDecodeError:
        return 0
    except RecursionError as error:
        raise Rejected("broken JSON", "it is nested beyond what can be read") from error


OPENERS: Mapping[str, Opener] = {
    ".txt": alone(".txt"),
    ".md": alone(".md"),
    ".html": alone(".html"),
    ".htm": alone(".html"),
    ".xhtml": alone(".html"),
    ".json": objects,
    ".jsonl": lines,
    ".ndjson": lines,
    ".csv": cells,
    ".tsv": cells,
    ".parquet": parquet,
    ".arrow": arrow,
    ".warc": archive,
    ".arc": archive,
}
