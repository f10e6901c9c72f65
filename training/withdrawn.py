"""withdrawn.toml: the articles, sentences and items that stay out of every release, and why."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus import toml
from corpus.errors import ContractError

ID = re.compile(r"[0-9a-f]{10}(\.[0-9a-f]{6}(@[\w-]+)?)?")


@dataclass(frozen=True)
class Tombstone:
    """What was withdrawn, the day, YYYY-MM-DD, and why; all of it is published."""

    id: str
    day: str
    reason: str


def load(path: Path) -> list[Tombstone]:
    """Read the tombstones, or say which entry is wrong."""
    return [stone(path, entry) for entry in toml.read(path).get("withdrawn", [])]


def stone(path: Path, entry: dict[str, str]) -> Tombstone:
    """One entry, or what is wrong with it."""
    try:
        found = Tombstone(**entry)
        date.fromisoformat(found.day)
    except (TypeError, ValueError) as error:
        raise ContractError(f"{path}: {entry} is no withdrawal: {error}. Give id, day and reason.") from error
    if not ID.fullmatch(found.id) or not found.reason.strip():
        raise ContractError(f"{path}: {entry} has no id of an article, sentence or item, or no reason. Correct it.")
    return found


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
