"""What was measured with so many labels -> what will be measured with more: a value, and a band around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

POWERS = np.linspace(0.1, 1.5, 29)  # how fast a learning curve may flatten
CHANCE = 0.03  # what 2,000 bootstrap draws add to the deviation of the logarithm of two widths' ratio, by simulation


class Forecast(NamedTuple):
    """A value, and the ends of the band in which it will lie with the probability `level`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """The probability of bands, 0 to 1, and how a learning curve's draws are resampled."""

    level: float
    draws: int
    seed: int


@dataclass(frozen=True)
class Points:
    """A learning curve: a score with so many items of a draw, and whether these were all that the draw had."""

    items: Numbers
    draws: Numbers
    scores: Numbers

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which points are the last of their draws."""
        names, place = np.unique(self.draws, return_inverse=True)
        last = np.zeros(len(names))
        np.maximum.at(last, place, self.items)
        found: NDArray[np.bool_] = self.items == last[place]
        return found

    def where(self, chosen: NDArray[np.bool_]) -> "Points":
        """Some of the points."""
        return Points(self.items[chosen], self.draws[chosen], self.scores[chosen])


def narrowed(half_width: float, items: int, articles: int, more: int, level: float) -> Forecast:
    """Half the width of an interval by bootstrap over articles, with so many items more, in articles like those before.

    It shrinks with the root of the number of articles. The band is that of a ratio of two estimated deviations, of n
    articles and of these among N: the variance of its logarithm is 1/2n - 1/2N.
    """
    value = half_width * np.sqrt(items / (items + more))
    deviation = np.sqrt(1 / (2 * articles) * (1 - items / (items + more)) + CHANCE**2)
    apart = np.exp(NormalDist().inv_cdf((1 + level) / 2) * deviation)
    return Forecast(float(value), float(value / apart), float(value * apart))


def learned(points: Points, more: Sequence[int], chance: Chance) -> list[Forecast]:
    """The score of a model with so many items more: the present score, and what a power law through its parts' adds.

    The band holds what resampled draws would say; the scatter of a draw's points around the law, since scores with n
    items and with these among N differ by it with a variance of 2 (1 - n/N); and twice the variance of the present
    score, where each draw is measured on items of its own. Hestness et al., “Deep learning scaling is predictable,
    empirically” (2017).
    """
    random, part, whole = np.random.default_rng(chance.seed), points.where(~points.whole), points.where(points.whole)
    now, last = whole.items.mean(), whole.scores.mean()
    names, place = np.unique(part.draws, return_inverse=True)
    counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), chance.draws)
    weights = np.vstack([np.ones(len(place)), counts[:, place].astype(np.float64)]) * part.items  # much tells more
    law = fitted(part.items, part.scores, weights)
    apart = part.scores - law(part.items)[0]
    apart -= (np.bincount(place, apart) / np.bincount(place))[place]
    own = random.normal(0, whole.scores.std(ddof=1) * np.sqrt(2 / len(whole.scores)), chance.draws)
    found = []
    for later in (now + one for one in more):
        said = last + law(np.array([later]))[:, 0] - law(np.array([now]))[:, 0]
        came = said[1:] + own + random.choice(apart, chance.draws) * np.sqrt(2 * (1 - now / later))
        low, high = np.quantile(came, [(1 - chance.level) / 2, (1 + chance.level) / 2])
        found.append(Forecast(*(float(np.clip(end, 0, 1)) for end in (said[0], low, high))))
    return found


@dataclass(frozen=True)
class Law:
    """Power laws: best score less loss * items ** -power; each parameter has the shape (laws,)."""

    best: Numbers
    loss: Numbers
    power: Numbers

    def __call__(self, items: Numbers) -> Numbers:
        """The scores with so many items: shape (laws, items)."""
        flat: Numbers = self.best[:, None] - self.loss[:, None] * items[None, :] ** -self.power[:, None]
        return flat


def fitted(items: Numbers, scores: Numbers, weights: Numbers) -> Law:
    """The power laws of least squares, none of which falls; weights has the shape (laws, points)."""
    x = items[None, :] ** -POWERS[:, None]
    total, y = weights.sum(axis=1)[:, None], (weights @ scores)[:, None]
    mean_x, mean_y = weights @ x.T / total, y / total
    spread = weights @ (x**2).T / total - mean_x**2
    both = weights @ (x * scores).T / total - mean_x * mean_y
    loss = np.maximum(-both / spread, 0)
    best = mean_y + loss * mean_x
    square = loss**2 * spread + 2 * loss * both  # what the fit takes from the variance of scores
    chosen = square.argmin(axis=1)[:, None]
    best, loss = (np.take_along_axis(each, chosen, axis=1)[:, 0] for each in (best, loss))
    return Law(best, loss, POWERS[chosen[:, 0]])
