"""Markdown, with a YAML head or without -> its blocks as paragraphs, without its marks."""

import re

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.records import Raw, Reading, Record, Rejected, decoded, told

HEAD = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
LONGEST_HEAD = 100_000  # characters; the parser takes a second for these, and its time grows with them
MARK = re.compile(r"[\[\]*_`<&!~|]")
# Emphasis that CommonMark leaves as it stands, as other programs write it: “*Looking ahead, *ministers”, “** Talks**”.
EMPHASIS = re.compile(
    r"(?<![\w*\]])(\*{1,3})(?=[^\s*])([^*]+)\1(?!\*)|(?<!\S)(\*{1,3})(?!\*)([^*]*[^*\s])\3(?![\w*])|\*\*\s+\*\*"
)
TABLES = ["table", "strikethrough"]  # what CommonMark does not have and most programs write


def read_markdown(raw: Raw, reading: Reading) -> Record:
    """The article in a Markdown file, and what its head says."""
    source = decoded(raw.content)
    head = HEAD.match(source)
    said = reading.said(yaml_head(head.group(1))) if head else {}
    body = source[head.end() :] if head else source
    if sum(1 for _ in MARK.finditer(body)) > reading.max_tags:
        raise Rejected("too many tags", f"more than {reading.max_tags:,} marks, the max_tags of articles.toml")
    blocks = MarkdownIt("commonmark").enable(TABLES).parse(body)
    return Record("\n\n".join(filter(None, map(words, blocks))), said)


def yaml_head(source: str) -> dict[str, object]:
    """The values of a YAML head, all as the strings that stand there."""
    if len(source) > LONGEST_HEAD:
        raise Rejected("broken YAML head", f"it is longer than {LONGEST_HEAD:,} characters")
    try:
        found = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes nothing but strings and lists
    except (yaml.YAMLError, RecursionError) as error:
        raise Rejected("broken YAML head", told(error)) from error
    if not isinstance(found, dict):
        raise Rejected("broken YAML head", "it holds no `name: value` lines")
    return found


def words(block: Token) -> str:
    """The words of one block; line breaks inside a paragraph are spaces, and pictures and comments say nothing."""
    if block.type in ("fence", "code_block"):
        return block.content.strip()
    if block.type == "html_block":
        return words_of_html(block.content)
    said = "".join(map(inline, block.children or []))
    return (EMPHASIS.sub(lambda found: found[2] or found[4] or "", said) if "*" in said else said).strip()


def inline(part: Token) -> str:
    """The words of a part of a paragraph."""
    if part.type in ("softbreak", "hardbreak"):
        return " "
    if part.type == "html_inline":
        return " " if part.content.lower().startswith("<br") else ""
    return "" if part.type == "image" else part.content


def words_of_html(source: str) -> str:
    """The words of a piece of HTML."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(source, main_content=False, alt_texts=False, links=False, form_fields=False)).strip()
