"""codebook.toml: the questions, their labels, follow-ups and flags; all that shows or counts labels is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import toml
from corpus.errors import ContractError


@dataclass(frozen=True)
class Label:
    """One answer to a question; its id never changes, what it shows may."""

    id: str
    shows: str
    hotkey: str = ""
    means: str = ""
    example: str = ""


@dataclass(frozen=True)
class Question:
    """What every annotator is asked of an item: exactly one of its labels."""

    id: str
    title: str
    ask: str
    asked_of: str
    rules: tuple[str, ...]
    labels: Mapping[str, Label]
    threshold: float
    any_threshold: float | None = None

    @property
    def needs_target(self) -> bool:
        """Whether it is asked only of items with a target."""
        return self.asked_of == "items with a target"


@dataclass(frozen=True)
class FollowUp:
    """What is asked only after certain labels of a question."""

    id: str
    title: str
    after: str
    when: tuple[str, ...]
    choice: str
    required: bool
    labels: Mapping[str, Label]


@dataclass(frozen=True)
class Codebook:
    """All that annotators decide, under one version."""

    version: str
    rule: str
    context: str
    questions: Mapping[str, Question]
    follow_ups: Mapping[str, FollowUp]
    flags: Mapping[str, Label]


def load(path: Path) -> Codebook:
    """Read the codebook, or say what in the file is wrong."""
    try:
        book = build(toml.read(path))
    except KeyError as error:
        raise ContractError(f"{path} lacks {error}. Add it, as the other entries have it.") from error
    except TypeError as error:
        raise ContractError(
            f"{path} has a key nobody reads or a value of the wrong kind: {error}. Correct it."
        ) from error
    for wrong in faults(book):
        raise ContractError(f"{path}: {wrong}")
    return book


def build(raw: Mapping[str, Any]) -> Codebook:
    """Make a codebook of what TOML holds."""
    return Codebook(
        version=raw["version"],
        rule=raw["rule"],
        context=raw["context"],
        questions={name: Question(id=name, **shaped(entry, "rules")) for name, entry in raw["question"].items()},
        follow_ups={name: FollowUp(id=name, **shaped(entry, "when")) for name, entry in raw["follow_up"].items()},
        flags=labels(raw["flag"]),
    )


def shaped(entry: Mapping[str, Any], listed: str) -> dict[str, Any]:
    """One TOML entry with its labels built and its list frozen."""
    rest = {key: value for key, value in entry.items() if key not in ("label", listed)}
    return {**rest, listed: tuple(entry[listed]), "labels": labels(entry["label"])}


def labels(raw: Mapping[str, Mapping[str, str]]) -> dict[str, Label]:
    """The labels of one question by id, in the file's order."""
    return {name: Label(id=name, **entry) for name, entry in raw.items()}


def faults(book: Codebook) -> list[str]:
    """What the codebook says that cannot be: follow-ups after nothing, and hotkeys that two labels claim."""
    wrong = []
    for follow_up in book.follow_ups.values():
        if follow_up.after not in book.questions:
            wrong.append(f"follow_up.{follow_up.id} comes after {follow_up.after!r}, which is no question.")
            continue
        unknown = [label for label in follow_up.when if label not in book.questions[follow_up.after].labels]
        wrong += [f"follow_up.{follow_up.id} waits for {label!r}, no label of {follow_up.after}." for label in unknown]
    seen: dict[str, str] = {}
    for label in every_label(book):
        if label.hotkey and label.hotkey in seen:
            wrong.append(f"the hotkey {label.hotkey!r} stands at {seen[label.hotkey]!r} and at {label.id!r}.")
        seen[label.hotkey] = label.id
    return wrong


def every_label(book: Codebook) -> list[Label]:
    """All labels of the screen, in its order."""
    asked: list[Question | FollowUp] = [*book.questions.values(), *book.follow_ups.values()]
    return [label for one in asked for label in one.labels.values()] + list(book.flags.values())
