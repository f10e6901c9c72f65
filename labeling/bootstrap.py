"""Intervals by drawing articles with replacement, so that sentences of one article stay together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DEFINED = 0.9  # the least share of draws in which a value must be defined for an interval to mean anything


@dataclass(frozen=True)
class Bootstrap:
    """A seed, how many draws, and how many percent of them lie within an interval."""

    seed: int
    draws: int
    percent: float

    def often(self, articles: int) -> Floats:
        """How often each article is in each draw: a row an article, a column a draw; the first draw is all, once each.

        The same seed draws the same articles.
        """
        if not articles:
            return np.zeros((0, 1 + self.draws))
        chance = np.random.default_rng(self.seed)
        drawn = chance.multinomial(articles, np.full(articles, 1 / articles), self.draws)
        return np.vstack([np.ones((1, articles)), drawn]).T.astype(float, order="C")

    def interval(self, values: Floats, articles: int) -> tuple[float, float, str]:
        """The middle of the draws' values, from low to high, and why there is none ("" if there is)."""
        known = values[~np.isnan(values)]
        if articles < 2:  # noqa: PLR2004 - one article says nothing of others
            return float("nan"), float("nan"), "one article only"
        if len(known) < DEFINED * len(values):
            return float("nan"), float("nan"), f"undefined in {len(values) - len(known):,} of {len(values):,} draws"
        tail = (100 - self.percent) / 2
        low, high = np.percentile(known, [tail, 100 - tail])
        return float(low), float(high), ""
