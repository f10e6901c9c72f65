"""What people said of the test rows -> how the model fares against all their votes, and people against each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.calibration import LEAST
from training.scores import Bootstrap, accuracy, confusions, macro_f1, ratio, scored, totals

Shares = NDArray[np.float64]  # of each label, in each row: shape (rows, labels)


def entropy(shares: Shares) -> NDArray[np.float64]:
    """How much the votes of a row are spread, in nats: 0 if all are one, ln 2 if half say this and half that."""
    found: NDArray[np.float64] = -np.sum(shares * np.log(np.maximum(shares, LEAST)), axis=1)
    return found


def cross_entropy(votes: Shares, chances: Shares) -> NDArray[np.float64]:
    """How little the model expected the votes, in nats: the votes' own entropy at best."""
    found: NDArray[np.float64] = -np.sum(votes * np.log(np.maximum(chances, LEAST)), axis=1)
    return found


def divergence(votes: Shares, chances: Shares) -> NDArray[np.float64]:
    """Jensen-Shannon divergence to the base of 2: 0 if model and votes are spread alike, 1 if they share no label."""
    middle = (votes + chances) / 2
    found: NDArray[np.float64] = (entropy(middle) - (entropy(votes) + entropy(chances)) / 2) / np.log(2)
    return found


def disagreement(
    rows: pd.DataFrame, votes: Shares, chances: Shares, prior: Shares, bootstrap: Bootstrap
) -> dict[str, Any]:
    """The model against the votes of the same rows, and beside it one that always expects the training votes (prior).

    rows has the columns article_id and predicted, as a number of the labels.
    """
    constant = np.broadcast_to(prior, votes.shape)
    split = entropy(votes) > 0
    return {
        "model": against_votes(rows, votes, chances, rows["predicted"].to_numpy(), bootstrap),
        "prior": against_votes(rows, votes, constant, constant.argmax(axis=1), bootstrap),
        "votes_entropy": float(entropy(votes).mean()),
        "soft_accuracy_at_best": float(votes.max(axis=1).mean()),
        "hesitation": rank_correlation(entropy(votes), entropy(chances)),
        "split_rows": int(split.sum()),
        "entropy_where_split": float(entropy(chances[split]).mean()) if split.any() else None,
        "entropy_where_unanimous": float(entropy(chances[~split]).mean()) if (~split).any() else None,
    }


def against_votes(
    rows: pd.DataFrame, votes: Shares, chances: Shares, said: NDArray[np.int64], bootstrap: Bootstrap
) -> dict[str, Any]:
    """Probabilities and the label that is said, by its number, against the votes."""
    scores = {
        "cross_entropy": cross_entropy(votes, chances),
        "divergence": divergence(votes, chances),
        "soft_accuracy": votes[np.arange(len(votes)), said],
    }
    return means(rows, scores, bootstrap)


def means(rows: pd.DataFrame, scores: Mapping[str, NDArray[np.float64]], bootstrap: Bootstrap) -> dict[str, Any]:
    """The mean of each score over rows, and its interval by article."""
    found: dict[str, Any] = {}
    for name, values in scores.items():
        sums = totals(rows[["article_id"]].assign(value=values, rows=1.0), ["value", "rows"])
        found[name], found[f"{name}_interval"] = bootstrap.measured(sums, ratio)
    return found


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Spearman's rank correlation, -1 to 1; None if one of them is the same in every row."""
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)


def ceiling(
    rows: pd.DataFrame, annotations: pd.DataFrame, question: str, labels: Sequence[str], bootstrap: Bootstrap
) -> dict[str, Any] | None:
    """Each annotator and the model against the same labels of the same rows: what the other annotators agree on.

    Rows of which the others say several labels equally often have none to go by, and are passed over. None if no row
    has two answers.
    """
    every = against_the_rest(annotations[annotations["item_id"].isin(rows["item_id"])], question)
    told = every.merge(rows[["item_id", "article_id", "predicted"]], on="item_id")
    if told.empty:
        return None
    people = [
        {"annotator": name, "rows": len(some), **both(some, labels, bootstrap)}
        for name, some in told.groupby("annotator")
    ]
    return {
        "rows": len(told),
        "items": int(told["item_id"].nunique()),
        "articles": int(told["article_id"].nunique()),
        **both(told, labels, bootstrap),
        "annotators": people,
    }


def against_the_rest(annotations: pd.DataFrame, question: str) -> pd.DataFrame:
    """One row an answer of which the others agree on a label: item_id, annotator, said, and gold: their label."""
    answers = annotations.loc[annotations[question] != "", ["item_id", "annotator", question]]
    answers = answers.rename(columns={question: "said"})
    pairs = answers.merge(answers, on="item_id", suffixes=("", "_other"))
    pairs = pairs[pairs["annotator"] != pairs["annotator_other"]]
    counts = pairs.groupby(["item_id", "annotator", "said", "said_other"]).size().rename("votes").reset_index()
    counts["most"] = counts.groupby(["item_id", "annotator"])["votes"].transform("max")
    leaders = counts[counts["votes"] == counts["most"]]
    clear = leaders[~leaders.duplicated(["item_id", "annotator"], keep=False)]
    return clear.rename(columns={"said_other": "gold"})[["item_id", "annotator", "said", "gold"]]


def both(told: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """The scores of people and of the model, and how much more people score, in pairs."""
    people, model = (confusions(told, who, labels) for who in ("said", "predicted"))
    found: dict[str, Any] = {"people": scored(people, bootstrap), "model": scored(model, bootstrap)}
    for name, score in (("macro_f1", macro_f1), ("accuracy", accuracy)):
        difference, interval = bootstrap.compared(people, model, score)
        found[f"{name}_difference"], found[f"{name}_difference_interval"] = difference, interval
    return found
