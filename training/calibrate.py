"""Scores of rows that a model has not seen -> the scale on which they are honest probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Scores = NDArray[np.float64]
SHARPEST = 20.0  # times that scores are stretched at most: folds without an error would stretch them for ever
BINS = 10


@dataclass(frozen=True)
class Scale:
    """How scores are stretched and shifted (Alexandari and others 2020, bias-corrected temperature scaling).

    A model that weighs rare labels up says them too often to be honest, which is good for macro F1. So probabilities
    are shifted back to how often labels are right, and the label that is said is still that of the unshifted scores.
    """

    stretch: float
    shift: list[float]

    @classmethod
    def none(cls, labels: int) -> "Scale":
        """Scores as they are."""
        return cls(1.0, [0.0] * labels)

    @classmethod
    def learned(cls, scores: Scores, gold: NDArray[np.int64]) -> "Scale":
        """The scale under which the gold labels are likeliest; gold numbers the columns of scores."""
        rows, columns = scores.shape

        def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            stretched = np.exp(at[0]) * scores
            chances = softmax(stretched + at[1:])
            over = chances.copy()
            over[np.arange(rows), gold] -= 1
            steep = np.append((over * stretched).sum(), over.sum(axis=0)) / rows
            missed = -np.log(np.maximum(chances[np.arange(rows), gold], 1e-300)).mean()
            return float(missed + 0.5 * (at[1:] ** 2).sum() / rows), steep + np.append(0, at[1:]) / rows

        bounds = [(-np.log(SHARPEST), np.log(SHARPEST)), *[(-10.0, 10.0)] * columns]
        found = minimize(loss, np.zeros(columns + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
        return cls(float(np.exp(found[0])), [float(one) for one in found[1:]])

    def probabilities(self, scores: Scores) -> Scores:
        """What the scores say on this scale: rows that sum to 1."""
        return softmax(self.stretch * scores + np.array(self.shift))

    def weights(self, coefficients: NDArray[Any]) -> NDArray[Any]:
        """A linear model's weights on this scale."""
        return coefficients * np.float32(self.stretch)

    def intercept(self, intercept: NDArray[Any]) -> NDArray[Any]:
        """Its intercepts on this scale; with two labels there is one, of the second against the first."""
        shift = np.array(self.shift) if len(intercept) > 1 else np.array([self.shift[1] - self.shift[0]])
        return np.asarray(self.stretch * intercept + shift, np.float64)

    def said(self, logarithms: Scores) -> NDArray[np.int64]:
        """The label that is said, from logarithms of probabilities (or what differs from them by row alone)."""
        return np.asarray((logarithms - np.array(self.shift)).argmax(axis=1))


def softmax(scores: Scores) -> Scores:
    """Probabilities from scores: rows that sum to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    told: Scores = raised / raised.sum(axis=1, keepdims=True)
    return told


def error(probabilities: Scores, gold: NDArray[np.int64]) -> float:
    """Expected calibration error of the likeliest label, 0 to 1: bins of as many rows each, as the report has it."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == gold
    order = np.argsort(sure, kind="stable")
    gaps = [abs(sure[part].sum() - right[part].sum()) for part in np.array_split(order, min(BINS, len(order)))]
    return float(sum(gaps) / len(gold))
