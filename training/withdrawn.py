"""withdrawn.toml: the articles, sentences and items that stay out of every release, and why."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.lines import Place
from corpus.shape import Wrong

ID = re.compile(r"[0-9a-f]{10}(\.[0-9a-f]{6}(@[\w-]+)?)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Tombstone:
    """What was withdrawn, the day, YYYY-MM-DD, and why; all of it is published."""

    id: str
    day: str
    reason: str


@dataclass(frozen=True)
class Said:
    """What withdrawn.toml holds."""

    withdrawn: list[Tombstone] = field(default_factory=list)


def load(path: Path) -> list[Tombstone]:
    """Read the tombstones, or say what in the file is wrong."""
    found = toml.settings(path, Said).withdrawn
    with toml.told(path):
        for at, stone in enumerate(found):
            check(stone, ("withdrawn", at))
    return found


def check(stone: Tombstone, place: Place) -> None:
    """Refuse an entry that withdraws nothing, or does not say when and why."""
    if not ID.fullmatch(stone.id):
        raise Wrong((*place, "id"), f"is {stone.id!r}. Make it the id of an article, a sentence or an item.")
    if not DAY.fullmatch(stone.day) or not is_day(stone.day):
        raise Wrong((*place, "day"), f"is {stone.day!r}. Make it a day, YYYY-MM-DD.")
    if not stone.reason.strip():
        raise Wrong((*place, "reason"), "says nothing. Say why.")


def is_day(said: str) -> bool:
    """Whether there is such a day."""
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True


def line(name: str) -> list[str]:
    """An id and what it is of, the article first: ids grow to the right.

    >>> line("3f9a1c20d4.8c1e07@topic")
    ['3f9a1c20d4', '3f9a1c20d4.8c1e07', '3f9a1c20d4.8c1e07@topic']
    """
    ends = [found.start() for found in re.finditer(r"[.@]", name)]
    return [name[:end] for end in [*ends, len(name)]]


def ids(stones: Sequence[Tombstone]) -> frozenset[str]:
    """What is withdrawn."""
    return frozenset(one.id for one in stones)


def covers(gone: Collection[str], item_id: str) -> bool:
    """Whether an item is withdrawn: itself, its sentence or its article."""
    return any(part in gone for part in line(item_id))


def covered(gone: Collection[str], item_ids: pd.Series) -> pd.Series:
    """Which of these items are withdrawn."""
    return item_ids.map(lambda name: covers(gone, name)).astype(bool)
