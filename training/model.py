"""model.toml: how a model is chosen and learned; and the kinds of targets that it may be for."""

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import toml
from corpus.errors import ContractError
from training import tone as words
from training.encoder import Encode, named

NGRAMS = {"words", "characters"}
KNOWN, UNKNOWN = "known", "unknown"  # targets that were learned from, and others
SHARED, BY_TARGET = "shared", "by target"  # columns that all targets share; all, with those of one target alone
Way = tuple[str, str]  # a kind of targets, and the columns that are learned from


@dataclass(frozen=True)
class Own:
    """N-grams that count for one target alone: who has some, and how many of what weight."""

    rows: int
    targets: int
    largest: int
    weight: float


@dataclass(frozen=True)
class Quick:
    """What is taken where there is no time to choose."""

    strength: float
    largest: int
    iterations: int
    folds: int


@dataclass(frozen=True)
class Curve:
    """Draws of the learning curve, percent of articles that each holds out, and the sizes."""

    draws: int
    held_out: int
    sizes: list[int]


@dataclass(frozen=True)
class Said:
    """What model.toml holds."""

    seed: int
    folds: int
    strengths: list[float]
    iterations: int
    searched: int
    largest: int
    own: Own
    ngrams: dict[str, list[int]]
    rarest: dict[str, int]
    encoder: str
    abstain: float
    again: float
    quick: Quick
    curve: Curve


@dataclass(frozen=True)
class Settings(Said):
    """model.toml, with the words of tone.toml, and an encoder if one is named."""

    tone: words.Tone = field(repr=False)
    encode: Encode | None = field(default=None, repr=False)

    @property
    def quickly(self) -> "Settings":
        """The same with nothing left to choose."""
        quick = self.quick
        return replace(
            self,
            largest=quick.largest,
            iterations=quick.iterations,
            folds=quick.folds,
            strengths=[quick.strength],
            searched=sys.maxsize,
            own=replace(self.own, targets=0),
        )


def load(path: Path, tone_file: Path) -> Settings:
    """Read the settings and the words of tone, or say what in the files is wrong."""
    said = toml.settings(path, Said)
    if {*said.ngrams} != NGRAMS or {*said.rarest} != NGRAMS or {len(one) for one in said.ngrams.values()} != {2}:
        raise ContractError(f"{path}: [ngrams] and [rarest] are of words and characters, two lengths each. Correct it.")
    if said.ngrams["characters"][0] not in (2, 3):
        raise ContractError(f"{path}: the shortest n-gram of characters has 2 or 3 of them. Correct [ngrams].")
    return Settings(**vars(said), tone=words.load(tone_file), encode=named(said.encoder))
