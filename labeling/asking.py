"""What was asked of whom, what became of it, and what is to be asked now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from labeling.sharing import Asked

BATCH, REPEAT, CHECK, QUALIFICATION = "batch", "repeat", "check", "qualification"  # purposes
OPEN, ANSWERED, SKIPPED = "open", "answered", "skipped"  # states
LEFT, GONE, REPLACED = "the annotator left", "no longer asked", "another codebook version"
OTHERS, ORIGINAL = "others answer it", "what it repeats was withdrawn"

Stale = Collection[tuple[str, str]]  # item and codebook version whose answers are asked for anew


@dataclass(frozen=True)
class Settings:
    """assignments.toml: pseudonyms, answers an item is given, percent of repeats and of checks, a repeat's distance."""

    annotators: Sequence[str]
    answers: int
    repeats: int
    distance: int
    checks: int


@dataclass(slots=True)
class Row:
    """One row of ASSIGNMENTS, and what became of it."""

    assignment_id: str
    task_key: str
    item_id: str
    annotator: str
    codebook_version: str
    purpose: str
    batch: int
    place: int
    withdrawn: str = ""
    state: str = OPEN

    @property
    def open(self) -> bool:
        """Whether it is still to be answered."""
        return self.state == OPEN and not self.withdrawn

    @property
    def stands(self) -> bool:
        """Whether it was answered or skipped, or is still to be answered."""
        return self.state != OPEN or not self.withdrawn


def close(rows: Sequence[Row], asked: Collection[str], names: Collection[str], version: str) -> None:
    """Withdraw what can no longer be answered: not asked any more, by nobody, or on another screen.

    Who left and is back has his checks and repeats again; which items he has is settled anew.
    """
    for row in rows:
        if row.withdrawn == LEFT and row.purpose != BATCH and row.annotator in names:
            row.withdrawn = ""
        if row.open and row.item_id not in asked:
            row.withdrawn = GONE
        elif row.open and row.annotator not in names:
            row.withdrawn = LEFT
        elif row.open and row.codebook_version != version:
            row.withdrawn = REPLACED


def lacking(rows: Sequence[Row], items: Sequence[str], settings: Settings, stale: Stale) -> list[Asked]:
    """What each item lacks, and who has it. A skip is no answer; nor is one that is asked for anew."""
    found = {item: Asked(settings.answers) for item in items}
    numbers = {name: number for number, name in enumerate(settings.annotators)}
    latest = {(row.item_id, row.annotator): row for row in rows if row.purpose == BATCH and row.stands}
    for (item, name), row in latest.items():
        asked = found.get(item)
        if asked and (row.open or (item, row.codebook_version) not in stale):
            asked.lacks -= row.state != SKIPPED
            if name in numbers:
                asked.held.append(numbers[name])
                asked.barred.add(numbers[name])
                asked.open += [numbers[name]] if row.open else []
    return list(found.values())


def relieve(asked: Sequence[Asked]) -> None:
    """Take back what is asked of too many: fewer answers are wanted, or one came that was not expected any more."""
    for one in asked:
        while one.lacks < 0 and one.open:
            who = one.open.pop()
            one.held.remove(who)
            one.barred.remove(who)
            one.lacks += 1


def settle(
    rows: Sequence[Row], items: Sequence[str], asked: Sequence[Asked], names: Sequence[str], version: str
) -> dict[str, list[str]]:
    """Withdraw what was taken back, restore what came back, and return what is new: each one's items, in order."""
    given = {
        (row.item_id, row.annotator): row for row in rows if row.purpose == BATCH and row.codebook_version == version
    }
    new: dict[str, list[str]] = {name: [] for name in names}
    for item, one in zip(items, asked, strict=True):
        for who, name in enumerate(names):
            row = given.get((item, name))
            if row and row.open and who not in one.open:
                row.withdrawn = OTHERS
            elif row and who in one.open:
                row.withdrawn = ""
            elif who in one.open:
                new[name].append(item)
    return new


def bereave(rows: Sequence[Row]) -> None:
    """Withdraw repeats of what is not asked any more."""
    standing = {row.assignment_id for row in rows if row.stands}
    for row in rows:
        if row.open and row.purpose == REPEAT and row.assignment_id.removesuffix("/again") not in standing:
            row.withdrawn = ORIGINAL
