"""Gold and predicted labels -> scores, with intervals by drawing articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Interval = list[float] | None


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn: articles with replacement, so that sentences of one article stay together."""

    seed: int
    draws: int
    percent: float

    def interval(self, values: NDArray[np.float64]) -> list[float]:
        """The middle of the draws' values, from low to high."""
        rest = (100 - self.percent) / 2
        return [float(bound) for bound in np.percentile(values, [rest, 100 - rest])]


def confusions(frame: pd.DataFrame, column: str, labels: Sequence[str]) -> Counts:
    """Count gold (rows) against a column's labels (columns) in each article: shape (articles, labels, labels)."""
    articles, number = pd.factorize(frame["article_id"])[0], {label: at for at, label in enumerate(labels)}
    counts = np.zeros((frame["article_id"].nunique(), len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (articles, frame["gold"].map(number).to_numpy(), frame[column].map(number).to_numpy()), 1)
    return counts


def f1(counts: Counts) -> NDArray[np.float64]:
    """F1 of each label, 0 to 1, NaN where neither gold nor prediction has it. counts: shape (..., labels, labels)."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    seen = counts.sum(axis=-1) + counts.sum(axis=-2)
    balanced: NDArray[np.float64] = np.divide(2 * hits, seen, out=np.full(seen.shape, np.nan), where=seen > 0)
    return balanced


def macro_f1(counts: Counts) -> NDArray[np.float64]:
    """Mean F1, 0 to 1, over the labels that gold or prediction has, as scikit-learn has it; one value a matrix."""
    means: NDArray[np.float64] = np.nanmean(f1(counts), axis=-1)
    return means


def drawn(counts: Counts, bootstrap: Bootstrap) -> Counts:
    """Sum the articles of each draw: shape (draws, labels, labels). The same seed draws the same articles."""
    articles = len(counts)
    often = np.random.default_rng(bootstrap.seed).multinomial(
        articles, np.full(articles, 1 / articles), bootstrap.draws
    )
    return np.tensordot(often, counts, axes=1)


def compared(frame: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, dict[str, Any]]:
    """Macro F1 of baseline and majority and their difference, each with its interval (none for a single article)."""
    counts = {name: confusions(frame, name, labels) for name in ("predicted", "majority")}
    values = {name: float(macro_f1(one.sum(axis=0))) for name, one in counts.items()}
    values["difference"] = values["predicted"] - values["majority"]
    intervals: dict[str, Interval] = dict.fromkeys(values)
    if len(counts["predicted"]) > 1:
        draws = {name: macro_f1(drawn(one, bootstrap)) for name, one in counts.items()}
        draws["difference"] = draws["predicted"] - draws["majority"]
        intervals = {name: bootstrap.interval(one) for name, one in draws.items()}
    return {name: {"macro_f1": value, "interval": intervals[name]} for name, value in values.items()}


def per_class(counts: Counts, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each label, 0 to 1, and its support; None where undefined, with the reason."""
    rows: list[dict[str, Any]] = []
    for at, (label, balanced) in enumerate(zip(labels, f1(counts), strict=True)):
        hits, support, guessed = (int(n) for n in (counts[at, at], counts[at].sum(), counts[:, at].sum()))
        reasons = ["not in this split"] * (not support) + ["never predicted"] * (not guessed)
        rows.append(
            {
                "label": label,
                "precision": hits / guessed if guessed else None,
                "recall": hits / support if support else None,
                "f1": float(balanced) if support or guessed else None,
                "support": support,
                "undefined": ", ".join(reasons),
            }
        )
    return rows


def scores(frame: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """All scores of one question on one split: frame has the columns article_id, gold, predicted, majority."""
    if frame.empty:
        return {"rows": 0, "undefined": "this split has no row with a settled label"}
    compare, whole = compared(frame, labels, bootstrap), confusions(frame, "predicted", labels).sum(axis=0)
    right = {name: float((frame[name] == frame["gold"]).mean()) for name in ("predicted", "majority")}
    return {
        "rows": len(frame),
        "articles": int(frame["article_id"].nunique()),
        "undefined": "",
        "baseline": {**compare["predicted"], "accuracy": right["predicted"]},
        "majority": {
            **compare["majority"],
            "accuracy": right["majority"],
            "label": str(frame["majority"].iloc[0]),
        },
        "difference": compare["difference"],
        "per_class": per_class(whole, labels),
        "confusion": whole.tolist(),
    }
