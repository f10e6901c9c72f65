"""targets.toml: what sentences are asked about, and the cues by which a sentence names it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import toml
from corpus.lines import Place
from corpus.shape import Wrong

TOPIC = "topic"
ID = re.compile(r"[a-z0-9][a-z0-9_-]*")  # of a target: it is the end of an item's id


@dataclass(frozen=True)
class Target:
    """A proposition with one dimension, and the cue lists of which a sentence must hold one each."""

    id: str
    proposition: str
    all_of: tuple[re.Pattern[str], ...]
    sieves: tuple[str, ...] = ()  # of each list, in RE2's syntax: what it holds back holds no cue of the list

    def named_in(self, text: str) -> bool:
        """Whether the text holds a cue of every list."""
        return all(cues.search(text) for cues in self.all_of)


@dataclass(frozen=True)
class Audit:
    """How many sentences without a target's cues are drawn, how many of these are asked about, and the draw's name."""

    drawn: int
    asked: int
    salt: str


@dataclass(frozen=True)
class Entry:
    """What targets.toml says of a target: its proposition, and the cue lists by name."""

    proposition: str
    all_of: list[str]


@dataclass(frozen=True)
class Said:
    """What targets.toml holds."""

    topic: list[str]
    cues: Mapping[str, list[str]]
    target: Mapping[str, Entry]
    audit: Audit


@dataclass(frozen=True)
class Targets:
    """All targets in the file's order, and the topic that is asked about without one."""

    targets: tuple[Target, ...]
    topic: tuple[re.Pattern[str], ...]
    topic_sieves: tuple[str, ...]
    audit: Audit

    def on_topic(self, text: str) -> bool:
        """Whether the text holds a cue of any topic list."""
        return any(cues.search(text) for cues in self.topic)


def load(path: Path) -> Targets:
    """Read the targets, or say what in the file is wrong."""
    said = toml.settings(path, Said)
    with toml.told(path):
        return build(said)


def build(said: Said) -> Targets:
    """Make the targets of what TOML holds."""
    lists, sieves = (
        cue_lists(said.cues),
        {name: "(?i)" + "|".join(map(sieved, cues)) for name, cues in said.cues.items()},
    )
    for name in said.target:
        if name == TOPIC:
            raise Wrong(("target", TOPIC), "is the id of items without a target. Take another.")
        if not ID.fullmatch(name):
            raise Wrong(("target", name), "is no id. Make it of small letters, digits and hyphens.")
    targets = []
    for name, entry in said.target.items():
        all_of = chosen(lists, entry.all_of, ("target", name, "all_of"))
        targets.append(Target(name, entry.proposition, all_of, tuple(sieves[used] for used in entry.all_of)))
    topic = chosen(lists, said.topic, ("topic",))
    return Targets(tuple(targets), topic, tuple(sieves[name] for name in said.topic), said.audit)


def cue_lists(cues: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
    """A pattern for each list of cues."""
    for name, listed in cues.items():
        if not listed or not all(cue.strip(" *") for cue in listed):
            raise Wrong(("cues", name), "is empty or holds an empty cue. Add one, or take it out.")
    return {name: pattern(listed) for name, listed in cues.items()}


def chosen(lists: Mapping[str, re.Pattern[str]], names: Sequence[str], place: Place) -> tuple[re.Pattern[str], ...]:
    """The patterns of the cue lists that are named at a place."""
    if not names:
        raise Wrong(place, "is empty. Name a cue list.")
    for at, name in enumerate(names):
        if name not in lists:
            raise Wrong((*place, at), f"is {name!r}, which is no cue list. Make it one of {', '.join(lists)}.")
    return tuple(lists[name] for name in names)


def pattern(cues: Sequence[str]) -> re.Pattern[str]:
    r"""Make one pattern of a list of cues: `*` is the rest of a word, a space also matches a hyphen.

    >>> bool(pattern(["ship to ship", "tanker*"]).search("a Ship-to-ship transfer"))
    True
    >>> bool(pattern(["tanker*"]).search("the oiltankers"))
    False
    """
    words = [re.escape(cue).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+") for cue in cues]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def sieved(cue: str) -> str:
    r"""A cue as RE2 searches it, many times faster than `re` and a little more freely: its letters are ASCII's alone.

    >>> sieved("ship to ship"), sieved("tanker*")
    ('\\bship[^\\pL\\pN]+to[^\\pL\\pN]+ship\\b', '\\btanker')
    """
    words = cue.rstrip("*")
    inner = re.escape(words).replace(r"\*", ".*").replace(r"\ ", r"[^\pL\pN]+").replace(r"\-", "-")
    first, last = (r"\b" if end.isascii() and end.isalnum() else "" for end in (words[0], words[-1]))
    return f"{first}{inner}{last if words == cue else ''}"
