"""tone.toml: words that praise and words that blame, and how much of either a text has."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import toml
from corpus.errors import ContractError
from training.grams import Batch, Index, index, words

VOWELS = "aeiou"
SHORT = 4  # letters of a word that only doubles its last one: to star is starring, staring is to stare
LONG = 5  # letters of a word from which -ly and -ness make another of its meaning


@dataclass(frozen=True)
class Said:
    """What tone.toml holds: words of praise and words of blame, between spaces."""

    praise: str
    blame: str


@dataclass(frozen=True)
class Tone:
    """Every form of the words that praise and of those that blame."""

    praise: list[str]
    blame: list[str]

    @cached_property
    def forms(self) -> Index:
        """The forms to be looked up, those that praise before those that blame."""
        return index([*self.praise, *self.blame], "word", (1, 1))

    def measure(self, found: Batch, texts: int) -> NDArray[np.float32]:
        """Words of praise and of blame in each text, both divided by the root of its length in words."""
        rows, numbers = next(words(found, 1, 1))
        at = self.forms.find(numbers)
        praise, blame = (at >= 0) & (at < len(self.praise)), at >= len(self.praise)
        told = np.stack([np.bincount(rows[which], minlength=texts) for which in (praise, blame)], axis=1)
        length = np.bincount(rows, minlength=texts)
        measured: NDArray[np.float32] = (told / np.sqrt(np.maximum(length, 1))[:, None]).astype(np.float32)
        return measured


def load(path: Path) -> Tone:
    """Read the words, or say what in the file is wrong."""
    said = toml.settings(path, Said)
    praise, blame = ([form for word in one.split() for form in forms(word)] for one in (said.praise, said.blame))
    if both := sorted(set(praise) & set(blame)):
        raise ContractError(f"{path}: {both[0]!r} is a form of a word of praise and of one of blame. Take one out.")
    return Tone(list(dict.fromkeys(praise)), list(dict.fromkeys(blame)))


def forms(word: str) -> list[str]:
    """The forms of an English word; some of them no one says, which does no harm.

    >>> forms("win")
    ['win', 'wins', 'wines', 'winning', 'winned']
    >>> forms("praise")
    ['praise', 'praises', 'praised', 'praising', 'praisely', 'praiseness']
    """
    stem, last = word[:-1], word[-1]
    clipped = len(word) > 2 and last not in f"{VOWELS}wxy" and word[-2] in VOWELS and word[-3] not in VOWELS  # noqa: PLR2004
    if last == "e":
        found = [word, f"{word}s", f"{word}d", f"{stem}ing"]
    elif last == "y" and word[-2] not in VOWELS:
        found = [word, f"{stem}ies", f"{stem}ied", f"{word}ing", f"{stem}ily", f"{stem}iness"]
    else:
        found = [word, f"{word}s", f"{word}es"]
        found += [f"{word}{last}ing", f"{word}{last}ed"] if clipped else []
        found += [] if clipped and len(word) <= SHORT else [f"{word}ing", f"{word}ed"]
    return found + ([f"{word}ly", f"{word}ness"] if len(word) >= LONG and last != "y" else [])
