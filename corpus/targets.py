"""targets.toml: what sentences are asked about, and the cues by which a sentence names it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import toml
from corpus.errors import ContractError

TOPIC = "topic"


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
    try:
        return build(toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path}: [audit] cannot be read: {error}. Correct it and run `make items`.") from error
    except KeyError as error:
        raise ContractError(f"{path} names {error}, which it does not hold. Add it and run `make items`.") from error
    except ValueError as error:
        raise ContractError(f"{path}: {error} Correct it and run `make items`.") from error


def build(raw: Mapping[str, Any]) -> Targets:
    """Make the targets of what TOML holds."""
    lists = {name: pattern(name, cues) for name, cues in raw["cues"].items()}
    sieves = {name: "(?i)" + "|".join(map(sieved, cues)) for name, cues in raw["cues"].items()}
    if TOPIC in raw["target"]:
        raise ValueError(f"the target id {TOPIC!r} is taken by items without a target.")
    if empty := [name for name, entry in raw["target"].items() if not entry["all_of"]]:
        raise ValueError(f"the target {empty[0]!r} has no cue list in all_of.")
    return Targets(
        targets=tuple(
            Target(
                name,
                entry["proposition"],
                all_of=tuple(lists[used] for used in entry["all_of"]),
                sieves=tuple(sieves[used] for used in entry["all_of"]),
            )
            for name, entry in raw["target"].items()
        ),
        topic=tuple(lists[name] for name in raw["topic"]),
        topic_sieves=tuple(sieves[name] for name in raw["topic"]),
        audit=Audit(**raw["audit"]),
    )


def pattern(name: str, cues: list[str]) -> re.Pattern[str]:
    r"""Make one pattern of a list of cues: `*` is the rest of a word, a space also matches a hyphen.

    >>> bool(pattern("oil", ["ship to ship", "tanker*"]).search("a Ship-to-ship transfer"))
    True
    >>> bool(pattern("oil", ["tanker*"]).search("the oiltankers"))
    False
    """
    if not cues or not all(isinstance(cue, str) and cue.strip(" *") for cue in cues):
        raise ValueError(f"the cue list {name!r} is empty or holds an empty cue.")
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
