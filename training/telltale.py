"""A model and the rows that it learned from -> the words that speak most for each label."""

from typing import Any

import numpy as np
import pandas as pd

from training.learning import Learned
from training.model import KNOWN
from training.readable import NAMED

WORDS = "words"  # n-grams of characters speak too, but no reader knows for what


def telltale(learned: Learned, train: pd.DataFrame, number: int) -> dict[str, list[list[Any]]]:
    """For each label the words that speak for it most: their weight times how much more of them its own rows hold.

    A word that speaks for one target alone stands behind its name and an equals sign.
    """
    names = learned.features.get_feature_names_out()
    worded = np.flatnonzero([name.partition("__")[0].partition(" ")[0] == WORDS for name in names])
    held = learned.features.transform(learned.reader.columns(train)).tocsc()[:, worded]
    weights = learned.heads[KNOWN].classifier.coef_[:, worded]
    weights = np.vstack([-weights, weights]) if len(weights) == 1 else weights
    found: dict[str, list[list[Any]]] = {}
    for label, weight in zip(learned.labels, weights, strict=True):
        here = (train["label"] == label).to_numpy()
        more = np.ravel(held[here].mean(axis=0) - held[~here].mean(axis=0))
        speaks = np.maximum(weight, 0) * np.maximum(more, 0)
        best = [at for at in np.argsort(-speaks, kind="stable")[:number] if speaks[at] > 0]
        found[label] = [[shown(names[worded[at]]), float(speaks[at])] for at in best]
    return found


def shown(name: str) -> str:
    """A column's word, behind the target that it speaks for alone.

    >>> shown("words__sanctions"), shown("words about Russia__eased")
    ('sanctions', 'Russia=eased')
    """
    part, _, word = name.partition("__")
    _, own, target = part.partition(f"{WORDS} {NAMED}")
    return f"{target}={word}" if own else word
