"""Bytes of one raw record -> its words and what its source says of it, or the reason why it is none."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urldefrag

import yaml
from dateutil import parser as dates
from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.boilerplate import Boilerplate

HEAD = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)


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
        return {ours: next((plain[key] for key in theirs if plain.get(key)), "") for ours, theirs in self.names.items()}


def address(said: str) -> str:
    """An address on the web without its fragment, "" for anything else.

    >>> address("https://gazette.example/a#top"), address("file:///etc/passwd")
    ('https://gazette.example/a', '')
    """
    return urldefrag(said).url if re.match(r"https?://[^\s/]", said, re.IGNORECASE) else ""


def moment(said: str) -> str:
    """A moment as ISO 8601 in UTC, to the second, "" for none.

    >>> moment("2024-05-01 12:00:00+02:00"), moment("yesterday")
    ('2024-05-01T10:00:00Z', '')
    """
    try:
        found = datetime.fromisoformat(said.strip().replace(" UTC", "Z"))
        return f"{found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
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


def read_markdown(raw: Raw, reading: Reading) -> Record:
    """Markdown, with a YAML head or without: its blocks as paragraphs, without its marks."""
    source = decoded(raw.content)
    head = HEAD.match(source)
    said = reading.said(yaml_head(head.group(1))) if head else {}
    body = source[head.end() :] if head else source
    text = "\n\n".join(filter(None, map(words, MarkdownIt("commonmark").parse(body))))
    return Record(text, said)


def yaml_head(source: str) -> dict[str, object]:
    """The values of a YAML head, all as the strings that stand there."""
    try:
        found = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes nothing but strings and lists
    except (yaml.YAMLError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise Rejected("broken YAML head", told[:200]) from error
    if not isinstance(found, dict):
        raise Rejected("broken YAML head", "it holds no `name: value` lines")
    return found


def words(block: Token) -> str:
    """The words of one Markdown block; line breaks inside a paragraph are spaces."""
    if block.type in ("fence", "code_block"):
        return block.content.strip()
    parts = {"softbreak": " ", "hardbreak": " "}
    return "".join(parts.get(child.type, child.content) for child in block.children or []).strip()


def read_json(raw: Raw, reading: Reading) -> Record:
    """One line of JSON Lines: an object that holds the text and what is known of it."""
    try:
        found = json.loads(decoded(raw.content))
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


def day(said: str) -> str:
    """The day of a date as a source writes it: YYYY-MM-DD, "" for none.

    A date in figures is read only as ISO 8601, since 3/4/2024 is two days; one that names its month is read as English.
    """
    if not said:
        return ""
    try:
        return date.fromisoformat(said[:10]).isoformat()
    except ValueError:
        pass
    try:
        if re.search(r"[A-Za-z]{3}", said):
            return dates.parse(said).date().isoformat()
    except (ValueError, OverflowError):
        pass
    raise Rejected("bad date", f"{said[:40]!r} is no YYYY-MM-DD")
