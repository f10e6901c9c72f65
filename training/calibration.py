"""How sure a model says it is, against how often it is right; and how precise it is at each level of sureness."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.scores import Bootstrap, Sums, ratio, totals

Places = NDArray[np.int64]
Said = NDArray[np.floating[Any]]  # how sure the model was of each row, 0 to 1
BINS, FULL = 10, 10  # bins at most, and rows that each has at least
TRIES = 500  # of what a perfectly calibrated model would show
POINTS = 60  # of a curve that are kept
LEAST = 1e-12  # a probability of zero would make one row's loss infinite


def calibration(
    frame: pd.DataFrame, chances: NDArray[np.float64], labels: Sequence[str], bootstrap: Bootstrap
) -> dict[str, Any]:
    """The calibration error of the label that is said, with its interval; its bins; Brier score and log loss.

    frame has the columns article_id, gold, predicted and probability; chances has shape (rows, labels). Bins hold as
    many rows each (Nguyen and O'Connor 2015), since bins of equal width would leave most of them empty.
    """
    right = np.asarray(frame["gold"] == frame["predicted"], np.float64)
    said = frame["probability"].to_numpy(np.float64)
    bins = binned(said)
    sums = by_bin(frame, bins, right)
    value, interval = bootstrap.measured(sums, error)
    truth = frame["gold"].to_numpy()[:, None] == np.asarray(labels)[None, :]
    return {
        "error": value,
        "error_interval": interval,
        "error_if_perfect": if_perfect(said, bins, bootstrap.seed),
        "brier": float(((chances - truth) ** 2).sum(axis=1).mean()),
        "log_loss": float(-np.log(np.maximum(chances[truth], LEAST)).mean()),
        "bins": reliability(sums, bootstrap),
    }


def binned(probability: Said) -> Places:
    """The bin of each row, from 0; equal probabilities may be of two bins, in the order of the rows."""
    count = max(1, min(BINS, len(probability) // FULL))
    found = np.zeros(len(probability), np.int64)
    for number, part in enumerate(np.array_split(np.argsort(probability, kind="stable"), count)):
        found[part] = number
    return found


def by_bin(frame: pd.DataFrame, bins: Places, right: NDArray[np.float64]) -> Sums:
    """Of each article and bin: rows, the sum of what was said of them, and how many were right."""
    parts = []
    for number in range(bins.max() + 1):
        here = bins == number
        parts.append(frame[["article_id"]].assign(rows=here, said=frame["probability"] * here, right=right * here))
    return np.stack([totals(part, ["rows", "said", "right"]) for part in parts], axis=1)


def error(sums: Sums) -> NDArray[np.float64]:
    """Expected calibration error, 0 to 1: how far sureness is from being right, mean over rows, bin by bin."""
    gaps: NDArray[np.float64] = np.abs(sums[..., 1] - sums[..., 2]).sum(axis=-1) / sums[..., 0].sum(axis=-1)
    return gaps


def if_perfect(probability: Said, bins: Places, seed: int) -> float:
    """The error that a perfectly calibrated model would show on so few rows, mean of many tries; it is above zero."""
    chance = np.random.default_rng(seed)
    gaps = np.zeros(TRIES)
    for number in range(bins.max() + 1):
        said = probability[bins == number]
        gaps += np.abs((chance.random((TRIES, len(said))) < said).sum(axis=1) - said.sum())
    return float(gaps.mean() / len(probability))


def reliability(sums: Sums, bootstrap: Bootstrap) -> list[dict[str, Any]]:
    """One row a bin: its rows, how sure the model was of them, and how many of them were right, with an interval."""
    found = []
    for number in range(sums.shape[1]):
        here = sums[:, number]
        share, interval = bootstrap.measured(here[here[:, 0] > 0][:, [2, 0]], ratio)
        rows, said, _ = here.sum(axis=0)
        found.append({"rows": int(rows), "said": float(said / rows), "right": share, "right_interval": interval})
    return found


def precision_recall(gold: Sequence[str], chances: NDArray[np.float64], labels: Sequence[str]) -> list[dict[str, Any]]:
    """For each label the precision that is left at each recall, and their mean (average precision), 0 to 1.

    Average precision of a label that is said at random is its share of the rows.
    """
    rows: list[dict[str, Any]] = []
    for at, label in enumerate(labels):
        truth = np.asarray(gold) == label
        if not truth.any():
            rows.append({"label": label, "average_precision": None, "share": 0.0, "points": []})
            continue
        recall, precision = found_by(truth, chances[:, at])
        kept = np.unique(np.linspace(0, len(recall) - 1, POINTS).round().astype(int))
        points = [[0.0, 1.0], *([round(float(recall[n]), 4), round(float(precision[n]), 4)] for n in kept)]
        mean = float(np.sum(np.diff(recall, prepend=0) * precision))
        rows.append({"label": label, "average_precision": mean, "share": float(truth.mean()), "points": points})
    return rows


def found_by(truth: NDArray[np.bool_], chances: Said) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall and precision of saying a label of the likeliest rows, of more and more of them until all are found.

    Rows that are equally likely are said together.
    """
    order = np.argsort(-chances, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(chances[order])), len(order) - 1)
    hits = np.cumsum(truth[order])[ends]
    all_found = int(np.flatnonzero(hits == hits[-1])[0]) + 1
    return (hits / hits[-1])[:all_found], (hits / (ends + 1))[:all_found]
