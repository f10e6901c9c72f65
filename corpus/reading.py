"""One raw record of any kind -> an article with dates and addresses as we write them, or why it is none."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

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


def read(raw: Raw, reading: Reading) -> Record:
    """The record as an article, with dates and addresses as we write them, or why it is none."""
    record = READERS[raw.kind](raw, reading)
    said = dict(record.said)
    said["published"] = day(said.get("published", ""))
    if said["published"] > (date.fromisoformat(reading.today) + timedelta(days=1)).isoformat():
        raise Rejected("future date", f"{said['published']} lies after {reading.today}")
    said |= {name: address(said.get(name, "")) for name in ("url", "canonical_url")}
    return Record(record.text, {**said, "fetched": moment(said.get("fetched", ""))})
