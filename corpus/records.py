"""Bytes of one raw record -> its words and what its source says of it, or the reason why it is none."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import yaml
from dateutil import parser as dates
from lxml import etree, html
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
class Record:
    """An article's words, and what its source says of it, under our names; "" where it says nothing."""

    text: str
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What reading needs to know: what sources call things, and which lines are boilerplate."""

    names: Mapping[str, list[str]]
    boilerplate: Boilerplate

    def said(self, found: Mapping[str, object]) -> dict[str, str]:
        """What a source says of its article, under our names; only plain values are taken."""
        plain = {key: str(value).strip() for key, value in found.items() if isinstance(value, str | int | float)}
        return {ours: next((plain[key] for key in theirs if plain.get(key)), "") for ours, theirs in self.names.items()}


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


def read_text(raw: bytes, reading: Reading) -> Record:
    """Plain text; its first line is its headline if it stands alone and ends with no stop."""
    text = decoded(raw)
    lines = [line.strip() for line in text.splitlines()]
    told = [at for at, line in enumerate(lines) if line and not reading.boilerplate.is_line(line)]
    alone = len(told) > 1 and not lines[told[0] + 1]
    first = lines[told[0]] if alone else ""
    stops = (".", "!", ":", ";", ",")
    return Record(text, {"title": "" if first.endswith(stops) or len(first) > reading.boilerplate.longest else first})


def read_markdown(raw: bytes, reading: Reading) -> Record:
    """Markdown, with a YAML head or without: its blocks as paragraphs, without its marks."""
    source = decoded(raw)
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


def read_html(raw: bytes, reading: Reading) -> Record:
    """A web page: the article that trafilatura finds in it, and what the page's head says."""
    from trafilatura import bare_extraction  # a second to import, and only pages need it
    from trafilatura.settings import Document

    if not raw.strip():
        raise Rejected("empty", "it holds nothing but white space")
    try:
        found = bare_extraction(
            raw, favor_precision=True, with_metadata=True, include_comments=False, include_tables=False
        )
        tags = meta(raw)
    except RecursionError as error:
        raise Rejected("nested too deeply", "the page's tags are nested beyond what can be read") from error
    except etree.LxmlError as error:
        raise Rejected("no text", "it is no page that can be read") from error
    if not isinstance(found, Document) or not found.text:
        raise Rejected("no text", "no article was found in the page")
    names = {"url": found.url, "title": found.title, "outlet": found.sitename, "author": found.author}
    return Record(found.text, reading.said({**names, "date": found.date, "license": found.license, **tags}))


def meta(raw: bytes) -> dict[str, object]:
    """What the page's meta tags say, and its lang attribute."""
    page = html.document_fromstring(raw)
    tags = {str(tag.get("property") or tag.get("name")): tag.get("content") for tag in page.iter("meta")}
    return {"lang": page.get("lang"), **tags}


def read_json(raw: bytes, reading: Reading) -> Record:
    """One line of JSON Lines: an object that holds the text and what is known of it."""
    try:
        found = json.loads(decoded(raw))
    except json.JSONDecodeError as error:
        raise Rejected("broken JSON", f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise Rejected("broken JSON", "it is nested beyond what can be read") from error
    if not isinstance(found, dict):
        raise Rejected("broken JSON", "the line is no object")
    said = reading.said({key: str(value).lower() if isinstance(value, bool) else value for key, value in found.items()})
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


READERS: Mapping[str, Callable[[bytes, Reading], Record]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_json,
}
