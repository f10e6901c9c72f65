"""Rows with text and target -> the columns that a model's features are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from training.encoder import Encode
from training.grams import Batch, batch
from training.tone import Tone

STEM = 5  # letters of a word that tell it in most of its forms
NAMED, TONE, SHARED = "about ", ["praise", "blame"], ["shared", "any shared"]


@dataclass(frozen=True)
class Reader:
    """What reading goes by: words of praise and blame, the targets that have columns of their own, an encoder or none.

    `several` says whether rows are about different targets, so that it matters what a text shares with its target.
    """

    tone: Tone
    own: tuple[str, ...]
    several: bool
    encode: Encode | None = None

    def texts(self, frame: pd.DataFrame) -> list[str]:
        """The texts, without the character NUL, which NumPy's arrays of words cannot hold."""
        return [text.replace("\0", " ") for text in frame["text"]]

    def measures(self, frame: pd.DataFrame, found: Batch) -> NDArray[np.float32]:
        """The columns that are numbers, in the order of `names`: tone, what text and target share, the embedding."""
        parts = [self.tone.measure(found, len(frame))]
        if self.several:
            parts.append(shared(frame["text"].tolist(), frame["target"].tolist()))
        if self.encode:
            parts.append(embedded(frame, self.several, self.encode))
        return np.concatenate(parts, axis=1)

    def columns(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Text, target, the measures, and the text once more in its target's column, for scikit-learn's pipeline."""
        frame = frame.assign(text=self.texts(frame))
        measures = self.measures(frame, batch(frame["text"].tolist()))
        known = pd.DataFrame(measures, index=frame.index, columns=self.names(measures.shape[1]))
        own = {f"{NAMED}{one}": frame["text"].where(frame["target"] == one, "") for one in self.own}
        return pd.concat([frame[["text", "target"]], known, pd.DataFrame(own, index=frame.index)], axis=1)

    def names(self, width: int) -> list[str]:
        """The names of so many measures."""
        told = [*TONE, *(SHARED if self.several else [])]
        return [*told, *(f"embedding {at}" for at in range(width - len(told)))]


def shared(texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float32]:
    """How many of the target's words stand in the text, as a share and as whether there is any: shape (rows, 2)."""
    wanted = [stems(target) for target in targets]
    low = [text.lower() for text in texts]
    there = np.array([[stem in text for stem in some].count(True) for some, text in zip(wanted, low, strict=True)])
    share = there / np.maximum([len(some) for some in wanted], 1)
    return np.stack([share, there > 0], axis=1).astype(np.float32)


@cache
def stems(target: str) -> tuple[str, ...]:
    """The beginnings of the words that make a target what it is.

    >>> stems("Sanctions on Russia should be kept or tightened.")
    ('sanct', 'russi', 'kept', 'tight')
    """
    words = "".join(letter if letter.isalnum() else " " for letter in target.lower()).split()
    return tuple(dict.fromkeys(word[:STEM] for word in words if len(word) > 1 and word not in ENGLISH_STOP_WORDS))


def embedded(frame: pd.DataFrame, several: bool, encode: Encode) -> NDArray[np.float32]:
    """The encoder's vector of the text, 2 long; with several targets also 3 times its cosine with the target's."""
    texts = unit(encode(frame["text"].tolist()))
    if not several:
        return 2 * texts
    targets, at = np.unique(frame["target"].to_numpy(str), return_inverse=True)
    cosine = (texts * unit(encode(targets.tolist()))[at]).sum(axis=1, keepdims=True)
    return np.concatenate([2 * texts, 3 * cosine], axis=1)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length 1."""
    found = np.asarray(vectors, np.float32)
    ones: NDArray[np.float32] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-9))
    return ones
