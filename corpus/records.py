"""Bytes of one raw record -> its words and what its source says of it, or the reason why it is none."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from corpus.boilerplate import Boilerplate

LONGEST = 2_000  # characters of a title, an author, an address; what is longer is none
NOTHING = {"none", "null", "nan", "nat", "n/a"}  # what programs write where they know nothing


class Rejected(Exception):
    """A record is no article: the reason, and what exactly was wrong."""

    def __init__(self, reason: str, detail: str) -> None:  # noqa: D107 - the class says it
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Raw:
    """One raw record: where it stands, what kind it is, its bytes, and what its container says of it."""

    source: str  # the file from the raw folder, with #number for a record in it, from 1
    kind: str  # a key of READERS
    content: bytes
    said: Mapping[str, object] = field(default_factory=dict)


Refused = tuple[str, Rejected]
Found = Iterator[Raw | Refused]


def bounded(
    source: str, kind: str, content: bytes, max_bytes: int, said: Mapping[str, object] | None = None
) -> Raw | Refused:
    """A record, unless it is too large."""
    if len(content) > max_bytes:
        return source, Rejected("too large", f"more than {max_bytes:,} bytes, the max_bytes of articles.toml")
    return Raw(source, kind, content, said or {})


def told(error: Exception) -> str:
    """What an error says, in one line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__


@dataclass(frozen=True)
class Record:
    """An article's words, and what its source says of it, under our names; "" where it says nothing."""

    text: str
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What reading needs to know: what sources call things, boilerplate, the last day there is, a page's limits."""

    names: Mapping[str, list[str]]
    boilerplate: Boilerplate
    today: str  # YYYY-MM-DD
    extractor: str  # "trafilatura" or "resiliparse"
    max_tags: int
    max_depth: int

    def said(self, found: Mapping[str, object]) -> dict[str, str]:
        """What a source says of its article, under our names; only plain values are taken."""
        plain = {key: str(value).strip() for key, value in found.items() if isinstance(value, str | int | float)}
        told = {key: value for key, value in plain.items() if value.lower() not in NOTHING}
        named = {ours: next((told[key] for key in theirs if told.get(key)), "") for ours, theirs in self.names.items()}
        return {ours: value if ours == "text" or len(value) <= LONGEST else "" for ours, value in named.items()}


def address(said: str) -> str:
    """An address on the web without its fragment, "" for anything else.

    >>> address("https://gazette.example/a#top"), address("file:///etc/passwd"), address("http://[gazette")
    ('https://gazette.example/a', '', '')
    """
    try:
        host = urlsplit(said).hostname if re.match(r"https?://", said, re.IGNORECASE) else ""
        return urldefrag(said).url if re.fullmatch(r"\S+", host or "") else ""
    except ValueError:
        return ""


def decoded(raw: bytes) -> str:
    """The bytes as words with plain newlines, or why they are none."""
    if not raw.strip():
        raise Rejected("empty", "it holds nothing but white space")
    if b"\0" in raw:
        raise Rejected("binary", f"a zero byte at offset {raw.index(0)}")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Rejected("not UTF-8", f"byte 0x{raw[error.start]:02x} at offset {error.start}") from error


def read_text(raw: Raw, reading: Reading) -> Record:
    """Plain text; its first line is its headline if it stands alone and ends with no stop."""
    text = decoded(raw.content)
    lines = [line.strip() for line in text.splitlines()]
    told = [at for at, line in enumerate(lines) if line and not reading.boilerplate.is_line(line)]
    alone = len(told) > 1 and not lines[told[0] + 1]
    first = lines[told[0]] if alone else ""
    stops = (".", "!", ":", ";", ",")
    return Record(text, {"title": "" if first.endswith(stops) or len(first) > reading.boilerplate.longest else first})


def read_json(raw: Raw, reading: Reading) -> Record:
    """One line of JSON Lines: an object that holds the text and what is known of it."""
    try:
        found = json.loads(decoded(raw.content), parse_int=str)  # a number of a million figures is none to Python
    except json.JSONDecodeError as error:
        raise Rejected("broken JSON", f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise Rejected("broken JSON", "it is nested beyond what can be read") from error
    if not isinstance(found, dict):
        raise Rejected("broken JSON", "the line is no object")
    plain = {key: str(value).lower() if isinstance(value, bool) else value for key, value in found.items()}
    said = reading.said({**raw.said, **plain})
    if not said["text"]:
        raise Rejected("no text", f"none of {', '.join(reading.names['text'])} holds words")
    return Record(said["text"].replace("\r\n", "\n").replace("\r", "\n"), said)
