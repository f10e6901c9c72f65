"""Two ways to label the same rows -> whether chance alone might have made the difference."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.scores import Bootstrap, Interval, Score, Sums, macro_f1, scored

TINY = 1e-12  # differences that are the same but for rounding are the same


@dataclass(frozen=True)
class Permutation:
    """How many exchanges are tried: all there are, if no more than these; else so many that are drawn."""

    seed: int
    exchanges: int


def permuted(one: Sums, other: Sums, score: Score, permutation: Permutation) -> tuple[float, str]:
    """How likely so large a difference is if both ways were alike, above 0 to 1, and "exact" or "drawn".

    A paired permutation test by article: of any articles the labels of the two ways are exchanged, those of an article
    together, since its sentences stand or fall together (Noreen 1989; Dror et al. 2018).
    """
    differ = np.flatnonzero((one != other).any(axis=tuple(range(1, one.ndim))))
    change, signs = (other - one)[differ], exchanges(len(differ), permutation)
    whole, rest = one.sum(axis=0), other.sum(axis=0)
    moved = np.tensordot(signs, change, axes=1)
    seen = np.abs(score(whole + moved) - score(rest - moved))
    reached = int((seen >= np.abs(score(whole) - score(rest)) - TINY).sum())
    if 2 ** len(differ) == len(signs):
        return reached / len(signs), "exact"
    return (1 + reached) / (1 + len(signs)), "drawn"


def exchanges(articles: int, permutation: Permutation) -> Sums:
    """Which articles are exchanged in each try, 1 or 0: shape (tries, articles)."""
    if 2**articles <= permutation.exchanges:
        found: Sums = (np.arange(2**articles)[:, None] >> np.arange(articles) & 1).astype(np.float64)
        return found
    return np.random.default_rng(permutation.seed).integers(0, 2, (permutation.exchanges, articles)).astype(np.float64)


def against(ours: Sums, theirs: Sums, bootstrap: Bootstrap, permutation: Permutation) -> dict[str, Any]:
    """The scores of another way to label the same rows, how much more ours scores in macro F1, and how sure that is."""
    difference, interval = bootstrap.compared(ours, theirs, macro_f1)
    p, kind = permuted(ours, theirs, macro_f1, permutation)
    told = {"difference": difference, "difference_interval": interval, "p": p, "test": kind}
    return {**scored(theirs, bootstrap), **told, "verdict": verdict(interval, p <= 1 - bootstrap.percent / 100)}


def verdict(interval: Interval, unlikely: bool) -> str:
    """What may be said of ours: better or worse only if the interval is on one side of zero and chance is unlikely."""
    if interval is None or not unlikely or interval[0] <= 0 <= interval[1]:
        return "not told apart"
    return "better" if interval[0] > 0 else "worse"
