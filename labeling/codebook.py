"""codebook.toml: the questions, their labels, follow-ups and flags; all that shows or counts labels is made of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from corpus import toml
from corpus.lines import Place
from corpus.shape import Wrong, blank, made, named
from labeling.tables import ANNOTATIONS, CHECKS, RULINGS

FLAGS = "flags"  # the name under which flags are ticked; other sets go by their id
COMMENT, REASON, GAP = "comment", "reason", "guideline_gap"  # other names on the screen
RESERVED = (  # and the columns of our tables
    *(FLAGS, "sentence", "votes"),  # on the screen
    *("annotations", "splits", "settings"),  # in the dataset's folder, where every question has a place
    *("random", "folds", "temporal", "source"),  # ways to hold out, to which follow-ups add more
)

ID = r"[a-z][a-z0-9_]*"
WHOLE = r"[1-9][0-9]*"
HOTKEY = r"(shift\+)?[a-z0-9]"
TAKEN = {  # keys that no label can have; Label Studio's as of 1.23.2
    "u": "Label Studio takes to unselect",
    "shift+0": "stands for a guideline gap on the adjudicators' screen",
}


@dataclass(frozen=True)
class Case:
    """A sentence that is hard to place, and why it falls where it does."""

    says: str
    why: str


@dataclass(frozen=True)
class Label:
    """One answer to a question; its id never changes, what it shows may."""

    id: str
    shows: str
    hotkey: str = ""
    means: str = ""
    examples: tuple[str, ...] = ()
    hard_cases: tuple[Case, ...] = ()

    @property
    def example(self) -> str:
        """Its first example, "" without one."""
        return self.examples[0] if self.examples else ""


@dataclass(frozen=True)
class Flag(Label):
    """A remark on an item: a mere note, or one that leaves it out of the gold labels or holds its text back."""

    effect: Literal["note", "leave_out", "hold_back"] = "note"


@dataclass(frozen=True)
class Question:
    """What every annotator is asked of an item: exactly one of its labels."""

    id: str
    title: str
    ask: str
    asked_of: Literal["every item", "items with a target"]
    rules: tuple[str, ...]
    threshold: float  # of alpha: a warning below it
    labels: Mapping[str, Label] = field(metadata={"key": "label"})
    without: str = ""  # the label that says: nothing of the kind
    any: str = ""  # the name of the measure that puts any other label against it
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
    choice: Literal["single", "multiple"]
    required: bool
    labels: Mapping[str, Label] = field(metadata={"key": "label"})
    held_out: bool = False  # articles about one of its labels are held out in turn, to see how models do without them
    vague: tuple[str, ...] = ()  # its labels that tell of no article what it is about


@dataclass(frozen=True)
class Declared:
    """What a version changed, said by whoever changed it, and the labels that items may lose or gain by it."""

    version: str
    what: str
    affects: tuple[str, ...]  # question:label, or question for all of it


@dataclass(frozen=True)
class Codebook:
    """All that annotators decide, under one version."""

    version: str
    rule: str
    context: str
    questions: Mapping[str, Question] = field(metadata={"key": "question"})
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict, metadata={"key": "follow_up"})
    flags: Mapping[str, Flag] = field(default_factory=dict, metadata={"key": "flag"})
    reasons: Mapping[str, Label] = field(default_factory=dict, metadata={"key": "reason"})  # why votes differed
    changes: tuple[Declared, ...] = field(default=(), metadata={"key": "change"})

    def led(self, question: str) -> list[FollowUp]:
        """The follow-ups of a question."""
        return [one for one in self.follow_ups.values() if one.after == question]

    @cached_property
    def sets(self) -> dict[str, Mapping[str, Label]]:
        """The labels of all that annotators are asked, by its name on the screen, in its order."""
        found: dict[str, Mapping[str, Label]] = {}
        for question in self.questions.values():
            found |= {question.id: question.labels} | {one.id: one.labels for one in self.led(question.id)}
        return found | {FLAGS: self.flags}

    @cached_property
    def several(self) -> list[str]:
        """The sets of which several labels may be chosen."""
        return [*(one.id for one in self.follow_ups.values() if one.choice == "multiple"), FLAGS]

    def flagged(self, effect: Literal["leave_out", "hold_back"]) -> list[str]:
        """The flags that leave an item out of the gold labels, or hold it back from a public release of text."""
        return [flag.id for flag in self.flags.values() if flag.effect == effect]


def load(path: Path) -> Codebook:
    """Read the codebook, or say what in the file is wrong, and on which line."""
    raw = toml.read(path)
    with toml.told(path):
        for place in blank(raw):
            raise Wrong(place, "is empty. Fill it, or take it out if it may be left out.")
        book: Codebook = made(Codebook, raw, ())
        for wrong in faults(book):
            raise wrong
    return book


def kept(folder: Path) -> dict[str, Codebook]:
    """The codebooks that a workspace keeps, by version, the earliest first."""
    found = [load(path) for path in folder.glob("*.toml")]
    return {book.version: book for book in sorted(found, key=lambda book: int(book.version))}


def faults(book: Codebook) -> Iterator[Wrong]:
    """What the codebook says that cannot be."""
    if not re.fullmatch(WHOLE, book.version):
        yield Wrong(("version",), f"is {book.version!r}. Make it a whole number from 1, in quotes.")
    if not book.questions:
        yield Wrong(("question",), "has none. Add one.")
    for question in book.questions.values():
        yield from question_faults(question)
    for follow_up in book.follow_ups.values():
        yield from follow_up_faults(follow_up, book)
    for at, change in enumerate(book.changes):
        yield from change_faults(at, change, book)
    yield from id_faults(book)
    for place, labels in placed(book).items():
        yield from label_faults(place, labels)
    yield from hotkey_faults(book)


def question_faults(question: Question) -> Iterator[Wrong]:
    """What cannot be in a question."""
    place: Place = ("question", question.id)
    if len(question.labels) < 2:  # noqa: PLR2004 - one label is no question
        yield Wrong((*place, "label"), f"has {len(question.labels)} label. A question needs two: add another.")
    if question.without and question.without not in question.labels:
        yield Wrong(
            (*place, "without"), f"is {question.without!r}, no label of {question.id}. {rather(question.labels)}"
        )
    for key in ("threshold", "any_threshold"):
        value = getattr(question, key)
        if value is not None and not 0 <= value <= 1:
            yield Wrong((*place, key), f"is {value:g}. Make it 0 to 1, as alpha is.")
    if bool(question.any) != (question.any_threshold is not None):
        yield Wrong(place, "has only one of any and any_threshold. Give both, or neither.")
    if question.any and not question.without:
        yield Wrong((*place, "any"), "puts other labels against `without`, which is not given. Add `without`.")


def follow_up_faults(follow_up: FollowUp, book: Codebook) -> Iterator[Wrong]:
    """What cannot be in a follow-up."""
    place: Place = ("follow_up", follow_up.id)
    if follow_up.after not in book.questions:
        yield Wrong((*place, "after"), f"is {follow_up.after!r}, which is no question. {rather(book.questions)}")
        return
    labels = book.questions[follow_up.after].labels
    for at, label in enumerate(follow_up.when):
        if label not in labels:
            yield Wrong((*place, "when", at), f"is {label!r}, no label of {follow_up.after}. {rather(labels)}")
    if not follow_up.when:
        yield Wrong((*place, "when"), f"is empty, so it is never asked. Name labels of {follow_up.after}.")
    if not follow_up.labels:
        yield Wrong((*place, "label"), "has no label. Add one.")
    yield from vague_faults(follow_up)


def vague_faults(follow_up: FollowUp) -> Iterator[Wrong]:
    """Labels that are said to tell of no article what it is about, and cannot be."""
    place: Place = ("follow_up", follow_up.id, "vague")
    if follow_up.vague and not follow_up.held_out:
        yield Wrong(place, "is read only where held_out is true. Set that too, or take vague out.")
    for at, label in enumerate(follow_up.vague):
        if label not in follow_up.labels:
            yield Wrong((*place, at), f"is {label!r}, no label of {follow_up.id}. {rather(follow_up.labels)}")


def change_faults(at: int, change: Declared, book: Codebook) -> Iterator[Wrong]:
    """What cannot be in a declared change; its labels may be gone by now, the sets they belong to may not."""
    if not re.fullmatch(WHOLE, change.version) or not 2 <= int(change.version) <= int(book.version):  # noqa: PLR2004
        yield Wrong(
            ("change", at, "version"),
            f"is {change.version!r}. Changes begin with version 2 and end with this one, {book.version}.",
        )
    for number, affected in enumerate(change.affects):
        if affected.partition(":")[0] not in book.sets:
            yield Wrong(
                ("change", at, "affects", number),
                f"is {affected!r}. Write set:label, or a set for all of it; the sets are {', '.join(book.sets)}.",
            )


def id_faults(book: Codebook) -> Iterator[Wrong]:
    """Ids that are no ids, or that two things go by."""
    for kind, names, others in (("question", book.questions, ()), ("follow_up", book.follow_ups, book.questions)):
        for name in names:
            yield from id_fault((kind, name))
            if name in (*RESERVED, *CHECKS.columns, *ANNOTATIONS.columns, *RULINGS.columns, *others):
                whose = "a question, a part of the screen or of the dataset, or a column"
                yield Wrong((kind, name), f"is a name that is taken, by {whose}. Take another.")
    for place, labels in placed(book).items():
        for label in labels:
            yield from id_fault((*place, label))


def id_fault(place: Place) -> Iterator[Wrong]:
    """An id that could not stand in a column's name or before a colon."""
    if not re.fullmatch(ID, str(place[-1])):
        yield Wrong(place, "is no id. Write small letters, digits and _, a letter first.")


def label_faults(place: Place, labels: Mapping[str, Label]) -> Iterator[Wrong]:
    """Labels of one set that cannot be told apart, or that the guidelines could not explain."""
    shown: dict[str, str] = {}
    explained = place[0] != "follow_up" or any(label.means for label in labels.values())
    for label in labels.values():
        if explained and not label.means:
            yield Wrong((*place, label.id), "lacks means, which the guidelines tell. Add it.")
        other = shown.setdefault(label.shows.casefold(), label.id)
        if other != label.id:
            yield Wrong((*place, label.id, "shows"), f"is {label.shows!r}, as {other} shows. Make them differ.")


def hotkey_faults(book: Codebook) -> Iterator[Wrong]:
    """Hotkeys that are none, that Label Studio has itself, or that two labels claim."""
    seen: dict[str, str] = {}
    for place, labels in placed(book).items():
        for label in labels.values():
            key, at = label.hotkey, (*place, label.id, "hotkey")
            if key and not re.fullmatch(HOTKEY, key):
                yield Wrong(at, f"is {key!r}. Take a small letter or a digit, or shift+ and one.")
            if key in TAKEN:
                yield Wrong(at, f"is {key!r}, which {TAKEN[key]}. Take another key.")
            if key and seen.setdefault(key, named((*place, label.id))) != named((*place, label.id)):
                yield Wrong(at, f"is {key!r}, which {seen[key]} has. Take another key.")


def placed(book: Codebook) -> dict[Place, Mapping[str, Label]]:
    """The labels of each set, by its place in the file, in the order of the screen."""
    questions: dict[Place, Mapping[str, Label]] = {
        ("question", name, "label"): one.labels for name, one in book.questions.items()
    }
    follow_ups: dict[Place, Mapping[str, Label]] = {
        ("follow_up", name, "label"): one.labels for name, one in book.follow_ups.items()
    }
    return questions | follow_ups | {("flag",): book.flags, ("reason",): book.reasons}


def rather(names: Iterable[str]) -> str:
    """What to do about a name that is none of these."""
    return f"Make it one of {', '.join(names)}."
