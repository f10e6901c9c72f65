"""A web page, which may be hostile -> the article in it, and what its head says."""

import codecs
import re
from typing import TYPE_CHECKING

from lxml import etree, html

from corpus.dates import readable
from corpus.records import Raw, Reading, Record, Rejected

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
HEAD = 4096  # bytes in which a page declares its encoding; HTML's standard says 1024, pages are not so strict
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Tags that have no end tag, and tags that may lack one.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
OPEN_ENDED = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"}
UNNESTED = VOID | OPEN_ENDED
NOT_READ = {"latin-1", "iso8859-1", "ascii"}  # browsers read these as windows-1252, as their standard says


def read_page(raw: Raw, reading: Reading) -> Record:
    """The article that the extractor finds in a page, and what the page's head says."""
    if not raw.content.strip():
        raise Rejected("empty", "it holds nothing but white space")
    source = decoded(raw.content, str(raw.said.get("charset", "")))
    bounded(source, reading)
    try:
        tree = parsed(source)
        tags = head(tree, reading)
        found = EXTRACTORS[reading.extractor](source, tree)
    except RecursionError as error:
        raise Rejected("nested too deeply", "the page's tags are nested beyond what can be read") from error
    except (etree.LxmlError, ValueError) as error:
        raise Rejected("no text", "it is no page that can be read") from error
    if not found.text.strip():
        raise Rejected("no text", "no article was found in the page")
    told = (found.said, tags, raw.said)  # who fetched it knows best
    return Record(found.text, reading.said({name: value for one in told for name, value in one.items() if value}))


def decoded(raw: bytes, charset: str) -> str:
    """A page's words: by its byte order mark, as UTF-8 if it is that, or else as HTTP or its head declare."""
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return attempt(raw, name) or refuse(raw)
    declared = [match.group(1).decode("ascii") for match in DECLARED.finditer(raw[:HEAD])]
    names = [name for name in ("utf-8", charset, *declared) if name]
    if b"\0" in raw and not any("16" in name for name in names):
        raise Rejected("binary", f"a zero byte at offset {raw.index(0)}")
    return next(filter(None, (attempt(raw, name) for name in names)), "") or guessed(raw)


def attempt(raw: bytes, name: str) -> str:
    """The bytes in an encoding, "" if they are not in it or nobody knows it."""
    try:
        known = codecs.lookup(name).name
        return raw.decode("cp1252" if known in NOT_READ else known)
    except (LookupError, UnicodeError, ValueError):
        return ""


def guessed(raw: bytes) -> str:
    """The bytes in the encoding that they are most likely in; in windows-1252, as browsers do, if it is as likely."""
    from charset_normalizer import from_bytes

    found = from_bytes(raw[:100_000])
    best = found.best()
    western = next((one for one in found if one.encoding == "cp1252"), None)
    if best and western and not best.multi_byte_usage and western.chaos <= best.chaos:
        best = western
    return (attempt(raw, best.encoding) if best else "") or refuse(raw)


def refuse(raw: bytes) -> str:
    """Say that nobody knows how to read the bytes."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("unknown encoding", f"byte 0x{raw[error.start]:02x} at offset {error.start}") from error
    raise Rejected("unknown encoding", "its byte order mark says what it is not")


def bounded(source: str, reading: Reading) -> None:
    """Refuse a page that would take minutes: tags and their nesting are counted in one pass, before any parser runs."""
    depth = 0
    for tags, (end, name) in enumerate(TAG.findall(source), 1):
        if name.lower() not in UNNESTED:
            depth = max(0, depth + (-1 if end else 1))
        if depth > reading.max_depth:
            raise Rejected("nested too deeply", f"more than {reading.max_depth:,} tags, the max_depth of articles.toml")
        if tags > reading.max_tags:
            raise Rejected("too many tags", f"more than {reading.max_tags:,}, the max_tags of articles.toml")


def parsed(source: str) -> "HtmlElement":
    """The page's tree; its own declaration of an encoding no longer counts."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    return html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)


def head(tree: "HtmlElement", reading: Reading) -> dict[str, object]:
    """What the page's meta tags, its links, and its lang attribute say; an unreadable date says nothing."""
    tags = {str(tag.get("property") or tag.get("name")): tag.get("content") for tag in tree.iter("meta")}
    tags = {name: said for name, said in tags.items() if name not in reading.names["published"] or readable(said)}
    links = [(tag.get("rel", "").lower().split(), tag.get("href") or "") for tag in tree.iter("link")]
    whole = {name: where for names, where in reversed(links) for name in names if "://" in where}
    stated: dict[str, object] = {name: whole[name] for name in ("canonical", "license") if name in whole}
    return {"lang": tree.get("lang"), **stated, **{name: said for name, said in tags.items() if said}}


def by_trafilatura(source: str, tree: "HtmlElement") -> Record:
    """The better extractor, some thirty pages a second."""
    from trafilatura import bare_extraction  # a second to import, and only pages need it
    from trafilatura.settings import Document

    found = bare_extraction(
        tree, favor_precision=True, with_metadata=True, include_comments=False, include_tables=False
    )
    if not isinstance(found, Document):
        return Record("")
    told = {"canonical": found.url, "title": found.title, "outlet": found.sitename, "author": found.author}
    more = {"date": found.date, "license": found.license}
    return Record(found.text or "", {key: value or "" for key, value in {**told, **more}.items()})


def by_resiliparse(source: str, tree: "HtmlElement") -> Record:
    """The faster extractor, some hundreds of pages a second, and a little worse."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(
        source, main_content=True, alt_texts=False, links=False, form_fields=False, comments=False
    )
    return Record(text, {"title": tree.findtext(".//title") or ""})


EXTRACTORS = {"trafilatura": by_trafilatura, "resiliparse": by_resiliparse}
