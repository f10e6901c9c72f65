"""Raw files -> articles, and the records that are none, with reasons."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus import addresses, boilerplate, listing, quality, toml
from corpus.boilerplate import Boilerplate
from corpus.containers import printable, records
from corpus.partitions import Task, build, put_up
from corpus.quality import Quality
from corpus.reading import read
from corpus.reasons import reasoned
from corpus.records import Raw, Reading, Record, Rejected
from corpus.shell import shell
from corpus.tables import ARTICLES, REJECTS

NO_CHARACTER = re.compile("[\ud800-\udfff\0]")  # half a character, as JSON can write it, and what ends a string in C
HOPELESS = 100_000  # rejects in a row, after which a file is read no further: it would only fill the disk
Row = tuple[object, ...]
File = tuple[str, int, str]  # its path from the raw folder, its bytes, the day it was first seen, YYYY-MM-DD


@dataclass(frozen=True)
class Settings:
    """articles.toml: limits in bytes, tags and levels of tags, articles of a part, and what sources call things."""

    max_bytes: int
    max_tags: int
    max_depth: int
    partition_bytes: int
    partition_articles: int
    extractor: str
    not_articles: list[str]
    names: dict[str, list[str]]

    def reading(self, lines: Boilerplate, today: str) -> Reading:
        """What reading a record needs to know on a day, YYYY-MM-DD."""
        return Reading(self.names, lines, today, self.extractor, self.max_tags, self.max_depth)


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def listed(path: Path) -> tuple[Path, list[File]]:
    """What an inventory says: the folder, and its files in order."""
    folder, files = listing.read(path)
    return folder.absolute(), [(name, size, seen) for name, size, _, seen in files]


def partitions(files: Iterable[File], partition_bytes: int) -> list[list[File]]:
    """Cut the files, in their order, into partitions of so many bytes; a file is never cut.

    A file that sorts behind all others, as a day's harvest does, changes the last partition alone.
    """
    found: list[list[File]] = []
    held = 0
    for file in files:
        if not found or held + file[1] > partition_bytes:
            found.append([])
            held = 0
        found[-1].append(file)
        held += file[1]
    return found


def read_partition(
    folder: Path, files: list[File], setting_file: Path, boilerplate_file: Path, quality_file: Path, place: Path
) -> dict[str, Any]:
    """Read one partition's files into articles, keys and rejects; tell how many there are, of rejects by reason."""
    settings, good = load(setting_file), quality.load(quality_file)
    reading = settings.reading(boilerplate.load(boilerplate_file), "")
    rejects, count = Rejects(place, settings.partition_articles), 0
    found = chain.from_iterable(articles(folder, file, settings, reading, good, rejects) for file in files)
    for number, rows in enumerate(chunks(found, settings.partition_articles, settings.partition_bytes)):
        name = f"articles-{number:05}.parquet"
        ARTICLES.save(ARTICLES.batch(rows, unique=False), place / name)
        addresses.write_keys([key(row, name) for row in rows], place / f"keys-{number:05}.parquet")
        count += len(rows)
    rejects.write()
    return {"articles": count, "rejects": rejects.reasons}


class Rejects:
    """The records of a partition that are no articles, written to files as they come."""

    def __init__(self, place: Path, size: int) -> None:  # noqa: D107 - the class says it
        self.place, self.size, self.number = place, size, 0
        self.held: list[Row] = []
        self.reasons: Counter[str] = Counter()

    def add(self, source: str, why: Rejected) -> None:
        """Add one, and write if there are many."""
        self.held.append((source, source, why.reason, why.detail))
        self.reasons[why.reason] += 1
        if len(self.held) == self.size:
            self.write()

    def write(self) -> None:
        """Write what is held, if only nothing, so that there is a file."""
        REJECTS.save(REJECTS.batch(sorted(self.held)), self.place / f"rejects-{self.number:05}.parquet")
        self.held, self.number = [], self.number + 1


def chunks(rows: Iterator[Row], size: int, characters: int) -> Iterator[list[Row]]:
    """The rows in lists of so many, or of so many characters of text, their last column."""
    held: list[Row] = []
    length = 0
    for row in rows:
        held.append(row)
        length += len(str(row[-1]))
        if len(held) == size or length >= characters:
            yield held
            held, length = [], 0
    if held:
        yield held


def articles(
    folder: Path, file: File, settings: Settings, reading: Reading, good: Quality, rejects: Rejects
) -> Iterator[Row]:
    """The articles of one file; of what is none the rejection is added to rejects."""
    name, _, seen = file
    in_a_row = 0
    for record in records(folder, name, settings.max_bytes, settings.not_articles):
        try:
            if isinstance(record, tuple):
                raise record[1]
            yield article(record, replace(reading, today=seen), good)
            in_a_row = 0
        except Rejected as why:
            rejects.add(record[0] if isinstance(record, tuple) else record.source, why)
            in_a_row += 1
        if in_a_row == HOPELESS:
            rejects.add(printable(name), Rejected("hopeless", f"{HOPELESS:,} rejects in a row; the rest is not read"))
            return


def article(raw: Raw, reading: Reading, good: Quality) -> Row:
    """One row of ARTICLES, or the rejection of what is none."""
    record = read(raw, reading)
    if not record.text.strip():
        raise Rejected("no text", "it holds no words")
    for name, value in {**record.said, "text": record.text}.items():
        if wrong := NO_CHARACTER.search(value):
            raise Rejected("not Unicode", f"its {name} holds {wrong[0]!r}, which is no character")
    recognised = good.language(record.text)
    flags = good.flags(record.text, recognised, reading.boilerplate)
    found = {"recognised": recognised, "flags": ", ".join(flags), "left_out": good.reason(flags), **named(raw, record)}
    return tuple(found[column] for column in ARTICLES.columns)


def named(raw: Raw, record: Record) -> dict[str, object]:
    """Name an article after its address: its canonical url, its url, or else its bytes; keep what its source says."""
    sha256 = hashlib.sha256(raw.content).hexdigest()
    address = record.said.get("canonical_url") or record.said.get("url") or f"sha256:{sha256}"
    plain = ("canonical_url", "title", "author", "fetched", "language", "license")
    return {
        "article_id": hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()[:10],
        "address": address,
        **{name: record.said.get(name, "") for name in plain},
        "url": record.said["url"] or record.said["canonical_url"],
        "outlet": record.said.get("outlet") or host(address),
        "published": record.said["published"],
        "demonstration": record.said.get("demonstration", "").lower() == "true",
        "source": raw.source,
        "raw_sha256": sha256,
        "text": record.text,
    }


def host(address: str) -> str:
    """The site of an address, which names its outlet where nothing else does.

    >>> host("https://www.gazette.example/a"), host("sha256:00ff")
    ('gazette.example', '')
    """
    return (urlsplit(address).hostname or "").removeprefix("www.")


def key(row: Row, part: str) -> Row:
    """What decides between articles of one address."""
    one = dict(zip(ARTICLES.columns, row, strict=True))
    by_url = not str(one["address"]).startswith("sha256:")
    return (
        int(str(one["article_id"]), 16) << 24,
        sum(map(bool, row)),
        len(str(one["text"])),
        by_url,
        one["source"],
        part,
    )


def within(places: Sequence[Path], table: str) -> list[Path]:
    """The files of a table in all places, in order."""
    return [file for place in places for file in sorted(place.glob(f"{table}-*.parquet"))]


def main(
    inventory_file: Path, setting_file: Path, boilerplate_file: Path, quality_file: Path, out: Path, reject_out: Path
) -> None:
    """Read the raw files of the inventory, write articles and rejects."""
    folder, files = listed(inventory_file)
    known = [path.absolute() for path in (setting_file, boilerplate_file, quality_file)]
    tasks = [
        Task((folder, part, *known), (*known, *(folder / name for name, _, _ in part)))
        for part in partitions(files, load(setting_file).partition_bytes)
    ]
    made = build(read_partition, tasks, out, "articles")
    places = [place for place, _ in made]
    surplus = addresses.surplus(places)
    for place, gone in surplus:
        addresses.without(place, gone)
    put_up(REJECTS, within(places, "rejects"), reject_out)
    put_up(ARTICLES, within(places, "articles"), out)
    doubled = sum(len(gone) for _, gone in surplus)
    reasons = sum((Counter(told["rejects"]) for _, told in made), Counter({"duplicate article": doubled}))
    ARTICLES.say(sum(told["articles"] for _, told in made) - doubled, out, reasoned(+reasons, "rejected"))


if __name__ == "__main__":
    shell(main)
