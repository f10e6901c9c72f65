"""One raw record of any kind -> an article with dates and addresses as we write them, or why it is none."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from urllib.parse import urlsplit

from corpus.dates import day, moment
from corpus.markdown import read_markdown
from corpus.pages import read_page
from corpus.records import Raw, Reading, Record, Rejected, address, read_json, read_text

READERS: Mapping[str, Callable[[Raw, Reading], Record]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_page,
    ".json": read_json,
}


def believed(canonical: str, url: str) -> str:
    """The address that a page gives itself, "" if it is the whole site's or another site's than the page came from.

    >>> believed("https://herald.example/port", "https://amp.herald.example/port?x=1")
    'https://herald.example/port'
    >>> believed("https://herald.example/", "https://herald.example/port"), believed("https://a.example/x", "https://b.example/y")
    ('', '')
    """
    if not canonical or (is_whole_site(canonical) and not is_whole_site(url)):
        return ""
    return canonical if not url or site(canonical) == site(url) else ""


def is_whole_site(url: str) -> bool:
    """Whether an address is that of a site and of no page in it."""
    return not urlsplit(url).path.strip("/") and not urlsplit(url).query


def site(url: str) -> str:
    """The site of an address: its host without what stands before a domain that somebody can own.

    >>> site("https://amp.herald.co.uk/a"), site("https://a.blogspot.com/"), site("http://10.0.0.2/")
    ('herald.co.uk', 'a.blogspot.com', '10.0.0.2')
    """
    from courlan import extract_domain  # a quarter of a second to import, and few need it

    host = urlsplit(url).hostname or ""
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    if host.replace(".", "").isdigit():
        return host
    return extract_domain(f"https://{host}/", fast=False) or ".".join(host.split(".")[-2:])


def read(raw: Raw, reading: Reading) -> Record:
    """The record as an article, with dates and addresses as we write them, or why it is none."""
    record = READERS[raw.kind](raw, reading)
    said = dict(record.said)
    said["published"] = day(said.get("published", ""))
    said["fetched"] = moment(said.get("fetched", ""))
    last = (date.fromisoformat(reading.today) + timedelta(days=1)).isoformat()
    if told := next((one for one in (said["published"], said["fetched"][:10]) if one > last), ""):
        raise Rejected("future date", f"{told} lies after {reading.today}")
    said |= {name: address(said.get(name, "")) for name in ("url", "canonical_url")}
    said["canonical_url"] = believed(said["canonical_url"], said["url"])
    return Record(record.text, said)
