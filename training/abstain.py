"""Held-out rows -> how sure a model must be for what it says to be right often enough."""

import numpy as np

from training.learning import Head


def threshold(head: Head, right: float) -> float:
    """The least probability from which on so many of the held-out rows were right; 1 if no probability is enough.

    Rows below it are marked as unsure, never left out. The rows are those that the model's settings were chosen by: not
    those it is measured on.
    """
    scores, gold = (head.held_out[name] for name in ("scores", "gold"))
    raw = scores.argmax(axis=1)
    chances = head.scale.probabilities(scores)
    sure, correct = chances[np.arange(len(gold)), raw], raw == gold
    order = np.argsort(-sure, kind="stable")
    share = np.cumsum(correct[order]) / np.arange(1, len(gold) + 1)
    enough = np.flatnonzero(share >= right)
    return float(sure[order][enough[-1]]) if len(enough) else 1.0
