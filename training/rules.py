"""rules.toml: labels by keywords, a baseline that learns nothing."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus import toml
from corpus.errors import ContractError
from corpus.targets import chosen, cue_lists


@dataclass(frozen=True)
class Rule:
    """A label, the cue lists of which a sentence must hold one each, and the targets it is for; none named is all."""

    label: str
    all_of: tuple[re.Pattern[str], ...]
    targets: frozenset[str]

    def fits(self, text: str, target: str) -> bool:
        """Whether the rule says its label of a sentence."""
        return (not self.targets or target in self.targets) and all(cues.search(text) for cues in self.all_of)


@dataclass(frozen=True)
class Rules:
    """The rules of one question in their order, and what is said where none fits."""

    default: str
    rules: tuple[Rule, ...]

    def label(self, text: str, target: str) -> str:
        """The label of the first rule that fits."""
        return next((rule.label for rule in self.rules if rule.fits(text, target)), self.default)

    @property
    def labels(self) -> set[str]:
        """Every label that may be said."""
        return {self.default, *(rule.label for rule in self.rules)}


@dataclass(frozen=True)
class Entry:
    """What rules.toml says of a rule: its label, the cue lists by name, and the targets if it is of some alone."""

    label: str
    all_of: list[str]
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What rules.toml says of a question."""

    default: str
    rules: list[Entry]


@dataclass(frozen=True)
class Told:
    """What rules.toml holds."""

    cues: Mapping[str, list[str]] = field(default_factory=dict)
    question: Mapping[str, Asked] = field(default_factory=dict)


def load(path: Path) -> dict[str, Rules]:
    """Read the rules of each question, of which the file may name none, or say what in it is wrong."""
    told = toml.settings(path, Told)
    with toml.told(path):
        return build(told)


def build(told: Told) -> dict[str, Rules]:
    """Make the rules of what TOML holds."""
    lists, found = cue_lists(told.cues), {}
    for question, asked in told.question.items():
        place = ("question", question, "rules")
        rules = [
            Rule(one.label, chosen(lists, one.all_of, (*place, at, "all_of")), frozenset(one.targets))
            for at, one in enumerate(asked.rules)
        ]
        found[question] = Rules(asked.default, tuple(rules))
    return found


def said(
    rules: Rules, question: str, texts: Sequence[str], targets: Sequence[str], labels: Collection[str]
) -> list[str]:
    """The rules' label of each sentence; refused if a rule says a label that the question does not have."""
    if strange := sorted(rules.labels - set(labels)):
        raise ContractError(
            f"rules.toml says {strange[0]!r} of {question}, but its labels are {', '.join(labels)}. "
            f"Correct it, or remove [question.{question}] to be compared with no rules."
        )
    return [rules.label(text, target) for text, target in zip(texts, targets, strict=True)]
