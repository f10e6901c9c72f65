"""Web addresses, feeds and sitemaps -> raw pages, each in a WARC file of its own, and the ledger of all attempts."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from corpus import toml
from corpus.crawl import Crawl, Manners
from corpus.errors import ContractError
from corpus.ledger import Ledger
from corpus.progress import progress
from corpus.safety import Resolve, looked_up, shown
from corpus.shell import shell
from corpus.turns import Clock
from corpus.web import Door, Limits

WEB = re.compile(r"https?://", re.IGNORECASE)
Section = TypeVar("Section", Limits, Manners)
KINDS: dict[object, tuple[str, Callable[[Any], bool]]] = {  # of settings, in words and as a check; true is no number
    str: ("a text", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number, 0 or more", lambda value: type(value) is int and value >= 0),
    float: ("a number, 0 or more", lambda value: type(value) in (int, float) and value >= 0),
    list[str]: ("a list of texts", lambda value: isinstance(value, list) and all(type(one) is str for one in value)),
    list[int]: (
        "a list of whole numbers",
        lambda value: isinstance(value, list) and all(type(one) is int for one in value),
    ),
}


@dataclass(frozen=True)
class Settings:
    """What fetch.toml holds."""

    request: Limits
    manners: Manners


def load(path: Path) -> Settings:
    """Read the settings, or say which of them is wrong."""
    raw = toml.read(path)
    return Settings(section(Limits, raw, "request", path), section(Manners, raw, "manners", path))


def section(kind: type[Section], raw: dict[str, Any], name: str, path: Path) -> Section:
    """One part of the settings: each is there and is what it should be."""
    found = raw.get(name, {})
    for field in fields(kind):
        wanted, fits = KINDS[field.type]
        if not fits(value := found.get(field.name)):
            raise ContractError(
                f"{path}: {field.name} in [{name}] is {value!r}, and should be {wanted}. "
                "Correct it and run `make fetch` again."
            )
    return kind(**{field.name: found[field.name] for field in fields(kind)})


def named(where: Iterable[str]) -> Iterator[str]:
    """The addresses that a person named, one by one or in files with one a line."""
    for word in where:
        if WEB.match(word):
            yield word
        elif Path(word).is_file():
            yield from lines(Path(word))
        else:
            raise ContractError(
                f"{shown(word)} is neither an http(s) address nor a file of such. "
                'Name one or more: `make fetch FROM="https://herald.example/feed.xml"`.'
            )


def lines(path: Path) -> Iterator[str]:
    """The addresses in a file, one a line; `#` starts a comment."""
    try:
        found = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ContractError(f"{path} is no UTF-8 text. Give a text file, one address a line.") from error
    for number, line in enumerate(found, 1):
        address = re.sub(r"(^|\s)#.*", "", line).strip()  # inside an address `#` is no comment
        if address and not WEB.match(address):
            raise ContractError(
                f"{path}:{number}: {shown(address)[:100]!r} is no http(s) address. "
                "Correct the line and run `make fetch` again."
            )
        if address:
            yield address


def fetch(addresses: Iterable[str], folder: Path, settings: Settings, resolve: Resolve, clock: Clock) -> str:
    """Fetch what the addresses name into the folder, and say in words what came of it."""
    with closing(Door(settings.request, resolve)) as door:
        crawl = Crawl(door, settings.manners, Ledger(folder), clock)
        crawl.add(addresses)
        shown = progress(crawl.run(), "fetch", " addresses", crawl.queued)
        for _ in shown:
            shown.total = crawl.queued
    return told(crawl.outcomes, crawl.reasons)


def told(outcomes: Counter[str], reasons: Counter[str]) -> str:
    """What came of a run, with each reason why something was not fetched, the most frequent first.

    >>> told(Counter({"new": 1, "not fetched": 2}), Counter({"HTTP 404": 2}))
    '1 page new, 0 unchanged, 2 not fetched (2 HTTP 404)'
    """
    new = outcomes["new"]
    said = [f"{new:,} page{'s' * (new != 1)} new", f"{outcomes['unchanged']:,} unchanged"]
    if lately := outcomes["lately"]:
        said.append(f"{lately:,} fetched lately and not asked again")
    if failed := outcomes["not fetched"]:
        ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
        said.append(f"{failed:,} not fetched ({', '.join(f'{count:,} {reason}' for reason, count in ordered)})")
    return ", ".join(said)


def main(settings_file: Path, folder: Path, *where: str) -> None:
    """Fetch into the folder, and say so in one line."""
    settings = load(settings_file)
    addresses = list(named(where))
    if not addresses:
        raise ContractError('No address is named. Say where from: `make fetch FROM="https://herald.example/feed.xml"`.')
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # the links it passes over are in the ledger
    print(f"fetch: {fetch(addresses, folder, settings, looked_up, Clock())} -> {folder}", flush=True)


if __name__ == "__main__":
    shell(main)
