"""Gold and predicted labels -> scores, with intervals by drawing articles.

A score is computed from sums over rows. So the sums of each article are enough to draw articles again and again: all
draws are one product of matrices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Sums = NDArray[np.float64]
Score = Callable[[Sums], NDArray[np.float64]]  # of sums over rows; of many such sums, one score each
Interval = list[float] | None


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn: articles with replacement, so that sentences of one article stay together."""

    seed: int
    draws: int
    percent: float

    def interval(self, values: NDArray[np.float64]) -> list[float]:
        """The middle of the draws' values, from low to high; draws without a value have no say."""
        rest = (100 - self.percent) / 2
        return [float(bound) for bound in np.nanpercentile(values, [rest, 100 - rest])]

    def again(self, sums: Sums) -> Sums:
        """The sums of each draw: shape (draws, ...). The same seed draws the same articles."""
        drawn = often(self.seed, self.draws, len(sums)) @ sums.reshape(len(sums), -1)
        found: Sums = drawn.reshape(self.draws, *sums.shape[1:])
        return found

    def measured(self, sums: Sums, score: Score) -> tuple[float | None, Interval]:
        """A score of all articles, and its interval; None where it is undefined, or where there is one article only."""
        value = float(score(sums.sum(axis=0)))
        if np.isnan(value):
            return None, None
        return value, self.interval(score(self.again(sums))) if len(sums) > 1 else None

    def compared(self, one: Sums, other: Sums, score: Score) -> tuple[float, Interval]:
        """How much more the one scores than the other on the same articles, and its interval, drawn in pairs."""
        value = float(score(one.sum(axis=0)) - score(other.sum(axis=0)))
        if len(one) < 2:  # noqa: PLR2004 - an interval needs two articles
            return value, None
        return value, self.interval(score(self.again(one)) - score(self.again(other)))


@lru_cache(maxsize=4)
def often(seed: int, draws: int, articles: int) -> Sums:
    """How often each article is drawn in each draw: shape (draws, articles)."""
    drawn = np.random.default_rng(seed).multinomial(articles, np.full(articles, 1 / articles), draws)
    return drawn.astype(np.float64)


def confusions(frame: pd.DataFrame, column: str, labels: Sequence[str]) -> Sums:
    """Count gold (rows) against a column's labels (columns) in each article: shape (articles, labels, labels)."""
    articles, number = pd.factorize(frame["article_id"])[0], {label: at for at, label in enumerate(labels)}
    counts = np.zeros((frame["article_id"].nunique(), len(labels), len(labels)))
    np.add.at(counts, (articles, frame["gold"].map(number).to_numpy(), frame[column].map(number).to_numpy()), 1)
    return counts


def totals(frame: pd.DataFrame, columns: Sequence[str]) -> Sums:
    """Sums of columns over the rows of each article, in the order of confusions: shape (articles, columns)."""
    found: Sums = frame.groupby("article_id", sort=False)[list(columns)].sum().to_numpy(np.float64)
    return found


def f1(counts: Sums) -> NDArray[np.float64]:
    """F1 of each label, 0 to 1, NaN where neither gold nor prediction has it. counts: shape (..., labels, labels)."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    seen = counts.sum(axis=-1) + counts.sum(axis=-2)
    balanced: NDArray[np.float64] = np.divide(2 * hits, seen, out=np.full(seen.shape, np.nan), where=seen > 0)
    return balanced


def macro_f1(counts: Sums) -> NDArray[np.float64]:
    """Mean F1, 0 to 1, over the labels that gold or prediction has, as scikit-learn has it; one value a matrix."""
    return mean(f1(counts))


def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of the last axis without what is undefined, NaN if all of it is."""
    known = ~np.isnan(values)
    return ratio(np.stack([np.where(known, values, 0).sum(axis=-1), known.sum(axis=-1)], axis=-1))


def accuracy(counts: Sums) -> NDArray[np.float64]:
    """The share of rows whose label is the gold label, 0 to 1; one value a matrix."""
    right: NDArray[np.float64] = np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1))
    return right


def ratio(sums: Sums) -> NDArray[np.float64]:
    """A mean: the first sum by the second, which counts rows; NaN of none."""
    above, below = sums[..., 0], sums[..., 1]
    found: NDArray[np.float64] = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return found


def scored(counts: Sums, bootstrap: Bootstrap) -> dict[str, Any]:
    """Macro F1 and accuracy of one way to label, each with its interval; counts as confusions has them."""
    found: dict[str, Any] = {}
    for name, score in (("macro_f1", macro_f1), ("accuracy", accuracy)):
        found[name], found[f"{name}_interval"] = bootstrap.measured(counts, score)
    return found


def per_class(counts: Sums, labels: Sequence[str], bootstrap: Bootstrap) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each label, 0 to 1, and its support; None where undefined, with the reason."""
    whole, rows = counts.sum(axis=0), []
    for at, label in enumerate(labels):
        hits, support, guessed = (int(n) for n in (whole[at, at], whole[at].sum(), whole[:, at].sum()))
        balanced, interval = bootstrap.measured(counts, lambda sums, at=at: f1(sums)[..., at])  # type: ignore[misc]
        rows.append(
            {
                "label": label,
                "precision": hits / guessed if guessed else None,
                "recall": hits / support if support else None,
                "f1": balanced,
                "f1_interval": interval,
                "support": support,
                "predicted": guessed,
                "undefined": ", ".join(["not in this split"] * (not support) + ["never predicted"] * (not guessed)),
            }
        )
    return rows
