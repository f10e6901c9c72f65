"""rules.toml: labels by keywords, a baseline that learns nothing."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import toml
from corpus.errors import ContractError
from corpus.targets import pattern


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


def load(path: Path) -> dict[str, Rules]:
    """Read the rules of each question, of which the file may name none, or say what in it is wrong."""
    try:
        return build(toml.read(path))
    except KeyError as error:
        raise ContractError(f"{path} names {error}, which it does not hold. Add it and run `make report`.") from error
    except ValueError as error:
        raise ContractError(f"{path}: {error} Correct it and run `make report`.") from error


def build(raw: Mapping[str, Any]) -> dict[str, Rules]:
    """Make the rules of what TOML holds."""
    lists = {name: pattern(name, cues) for name, cues in raw.get("cues", {}).items()}
    return {
        question: Rules(
            entry["default"],
            tuple(
                Rule(one["label"], tuple(lists[name] for name in one["all_of"]), frozenset(one.get("targets", ())))
                for one in entry["rules"]
            ),
        )
        for question, entry in raw.get("question", {}).items()
    }


def said(
    rules: Rules, question: str, texts: Sequence[str], targets: Sequence[str], labels: Collection[str]
) -> list[str]:
    """The rules' label of each sentence; refused if a rule says a label that the question does not have."""
    if strange := sorted(rules.labels - set(labels)):
        raise ContractError(
            f"training/rules.toml says {strange[0]!r} of {question}, but its labels are {', '.join(labels)}. "
            f"Correct it, or remove [question.{question}] to be compared with no rules."
        )
    return [rules.label(text, target) for text, target in zip(texts, targets, strict=True)]
