"""Items that may be drawn -> those that teach a model most: where it is unsure, where rare labels are, what is new."""

import warnings
from collections.abc import Callable, Collection, Mapping, Set
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RANDOM, UNCERTAINTY, RARE_CLASS = "random", "uncertainty", "rare class"
CONTRAST, DIVERSITY = "contrast", "diversity"
REASONS = (RANDOM, UNCERTAINTY, RARE_CLASS, CONTRAST, DIVERSITY)  # in the order in which they draw

WIDER = 5  # times as many unsure units as are drawn, from which those are taken that are unlike each other
RARE = 0.5  # a label with less than so much of an even share is rare
DIMENSIONS = 64  # of a sentence, when sentences are clustered
CLUSTERED = 20_000  # sentences at most; of more, so many at random
SEED = 20240601
UNKNOWN = float("nan")

Scores = NDArray[np.float64]
Twins = Mapping[str, Set[str]]
Pick = Callable[[pd.DataFrame, int], pd.DataFrame]  # (units in random order, how many) -> so many, with their score


def twins(contrasts: pd.DataFrame, duplicates: pd.DataFrame) -> Twins:
    """The sentences, or groups of copies, that look like another and say something else."""
    groups = dict(zip(duplicates["sentence_id"], duplicates["group_id"], strict=True))
    found: dict[str, set[str]] = {}
    for pair in zip(contrasts["sentence_a"], contrasts["sentence_b"], strict=True):
        one, other = (groups.get(side, side) for side in pair)
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def more(units: pd.DataFrame, picks: Mapping[str, Pick], count: int, shares: Mapping[str, int]) -> pd.DataFrame:
    """So many units more, in the shares of the reasons; what the others cannot fill, the last does.

    Chance draws first, so that no model has a say in what it draws from. The others take one unit of a sentence.
    """
    wanted = apportioned(count, {reason: shares[reason] for reason in picks})
    units = units.assign(score=UNKNOWN, probability=UNKNOWN)
    parts = [units.head(0).assign(reason="", population=0)]
    for reason, pick in picks.items():
        taken = pd.concat(parts)
        apart = "wording" if reason == RANDOM else "kin"
        left = units[~units[apart].isin(taken[apart])].drop_duplicates(apart)
        if missing := min(len(left), count - len(taken) if reason == DIVERSITY else wanted[reason]):
            parts.append(pick(left, missing).assign(reason=reason, population=len(left)))
    return pd.concat(parts)


def ways(asked: Collection[str], twins: Twins, probabilities: pd.DataFrame) -> dict[str, Pick]:
    """How each reason picks, in the order in which they draw; without probabilities two of them cannot."""
    found: dict[str, Pick] = {RANDOM: at_random}
    if len(probabilities):
        found[UNCERTAINTY] = partial(unsure, scores=uncertainty(probabilities))
        found[RARE_CLASS] = partial(rare, scores=rare_class(probabilities))
    return {**found, CONTRAST: partial(contrasting, asked=asked, twins=twins), DIVERSITY: diverse}


def apportioned(count: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers that sum to count, as near to the shares as can be.

    >>> apportioned(10, {"random": 1, "uncertainty": 2})
    {'random': 3, 'uncertainty': 7}
    """
    edges = np.cumsum([0, *shares.values()]) * count / max(sum(shares.values()), 1)
    return dict(zip(shares, np.diff(np.rint(edges).astype(int)).tolist(), strict=True))


def at_random(units: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first, since they are in random order."""
    return units.head(count).assign(probability=count / len(units) / units["copies"])


def unsure(units: pd.DataFrame, count: int, scores: pd.Series) -> pd.DataFrame:
    """Of the units that the model is least sure of, so many that are unlike each other.

    Source: Zhdanov, “Diverse mini-batch active learning” (2019).
    """
    known = units.assign(score=units["item_id"].map(scores)).dropna(subset="score")
    return diverse(known.sort_values("score", ascending=False, kind="stable").head(WIDER * count), count)


def rare(units: pd.DataFrame, count: int, scores: pd.DataFrame) -> pd.DataFrame:
    """The units that are likeliest to have a rare label; the rare labels take turns."""
    known = scores[scores["item_id"].isin(units["item_id"])]
    turns = known.groupby("label")["score"].rank(ascending=False, method="first")
    first = known.assign(turn=turns).sort_values(["turn", "score", "item_id"], ascending=[True, False, True])
    best = first.drop_duplicates("item_id").head(count)
    return units.drop(columns="score").merge(best[["item_id", "score"]], on="item_id")


def contrasting(units: pd.DataFrame, count: int, asked: Collection[str], twins: Twins) -> pd.DataFrame:
    """Units that look like what was asked and say something else: the same question of a sentence's twin."""
    mirrored = {
        f"{twin}@{asks}" for kin, _, asks in (one.rpartition("@") for one in asked) for twin in twins.get(kin, ())
    }
    return units[units["wording"].isin(mirrored)].head(count)


def diverse(units: pd.DataFrame, count: int) -> pd.DataFrame:
    """Units unlike each other: of as many clusters of their words, the one nearest to each centre.

    One thread does it, so that the same texts give the same centres to the last digit.
    """
    some = units.head(max(CLUSTERED, count))
    if count >= len(some):
        return some
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings(action="ignore"):  # of texts that are all alike
        points = placed(some["text"].tolist())
        clusters = KMeans(count, n_init=1, random_state=SEED).fit(points)
    apart = np.square(points - clusters.cluster_centers_[clusters.labels_]).sum(axis=1)
    nearest = some.assign(apart=apart, cluster=clusters.labels_).sort_values("apart", kind="stable")
    return nearest.assign(second=nearest.duplicated("cluster")).sort_values("second", kind="stable").head(count)


def placed(texts: list[str]) -> Scores:
    """Where texts stand by their words: points of length 1 in a few dimensions, shape (texts, dimensions)."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    words = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    fewer = TruncatedSVD(min(DIMENSIONS, words.shape[1] - 1), random_state=SEED)
    points: Scores = normalize(fewer.fit_transform(words))
    return points


def wide(probabilities: pd.DataFrame) -> Scores:
    """The probabilities of one question, shape (items, labels)."""
    return np.array(probabilities["probabilities"].tolist(), dtype=np.float64)


def uncertainty(probabilities: pd.DataFrame) -> pd.Series:
    """How unsure the model is of an item, 0 to 1: 1 less the margin of its likeliest label over the next.

    Of an item's questions the one counts that it is least sure of. Source: Scheffer, Decomain and Wrobel, “Active
    hidden Markov models for information extraction” (2001).
    """
    parts = []
    for _, rows in probabilities.groupby("question"):
        ordered = np.sort(wide(rows), axis=1)
        parts.append(pd.Series(1 - ordered[:, -1] + ordered[:, -2], index=rows["item_id"]))
    return pd.concat(parts).groupby(level=0).max()


def rare_class(probabilities: pd.DataFrame) -> pd.DataFrame:
    """How likely each item is to have each rare label of its questions: columns item_id, label, score.

    What is rare the model says of the items that were answered; where nothing is, the rarest label counts as rare.
    """
    parts = []
    for question, rows in probabilities.groupby("question"):
        answered = rows["fold"] >= 0
        shares = wide(rows[answered] if answered.any() else rows).mean(axis=0)
        for label in np.flatnonzero((shares < RARE / len(shares)) | (shares == shares.min())):
            parts.append(rows[["item_id"]].assign(label=f"{question}/{label}", score=wide(rows)[:, label]))
    return pd.concat(parts, ignore_index=True)
