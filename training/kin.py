"""Rows with text -> which of them tell each other's label: copies, contrast twins, texts of mostly the same words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from corpus.alike import bags
from corpus.bands import HALF, LOW, Numbers, banded, meetings
from corpus.wording import wording

Places = NDArray[np.int64]
TWIN, NEAR = "a contrast twin", "a near text"


@dataclass(frozen=True)
class Near:
    """What near texts are: the share of their words that both have, 0 to 1, and the bands they are found by.

    Two texts of similarity s are compared with probability 1 - (1 - s^rows)^bands.
    """

    similarity: float
    bands: int
    rows: int


@dataclass(frozen=True)
class Kin:
    """Who tells whose label: rows of one cluster are copies; the two clusters of a pair are alike, for its reason."""

    cluster: Places  # of each row
    pairs: Places  # shape (pairs, 2)
    kinds: NDArray[np.str_]  # of each pair: TWIN or NEAR


def kin(rows: pd.DataFrame, groups: Mapping[str, str], contrasts: pd.DataFrame, settings: Near) -> Kin:
    """Who is kin of whom: rows has the columns sentence_id and text; groups gives a sentence's group of copies."""
    said = rows["text"].map(wording).tolist()
    cluster, names = pd.factorize(pd.Series(clusters(said, rows["sentence_id"].map(groups)), dtype=object))
    of_name = dict(zip(names, range(len(names)), strict=True))
    of_sentence = {**of_name, **dict(zip(rows["sentence_id"], cluster, strict=True))}
    sides = [contrasts[side].map(lambda one: of_sentence.get(one, of_name.get(groups.get(one)))) for side in SIDES]
    twins = pd.concat(sides, axis=1).dropna().to_numpy(np.int64).reshape(-1, 2)
    of_wording = dict(zip(said, cluster, strict=True))
    wordings = sorted(of_wording.keys() - {""})
    alike = np.array([of_wording[one] for one in wordings], np.int64)[near(wordings, settings)]
    pairs = np.concatenate([twins, alike[alike[:, 0] != alike[:, 1]]])
    return Kin(cluster.astype(np.int64), pairs, np.repeat([TWIN, NEAR], [len(twins), len(pairs) - len(twins)]))


SIDES = ("sentence_a", "sentence_b")  # of a contrast


def clusters(said: Sequence[str], groups: pd.Series) -> list[str]:
    """A name for each row's copies: its group; or its words, since exact copies are copies without a group, too."""
    known = {one: group for one, group in zip(said, groups, strict=True) if isinstance(group, str)}
    return [known.get(one, f"words: {one}") for one in said]


def near(wordings: Sequence[str], settings: Near) -> Places:
    """Which of different wordings, none of them empty, share so many of their words: their places, shape (pairs, 2)."""
    if not wordings:
        return np.empty((0, 2), np.int64)
    words, offsets = bags(pa.array(wordings, pa.string()))
    numbers = np.arange(len(wordings), dtype=np.uint64)
    met = np.unique(np.concatenate([all_met(keys, numbers) for keys in banded(words, offsets, *bands(settings))]))
    ones, others = (met >> HALF).astype(np.int64), (met & LOW).astype(np.int64)
    column = np.unique(words, return_inverse=True)[1]
    holds, sizes = csr_array((np.ones(len(words), np.int32), column, offsets)), np.diff(offsets)
    shared = holds[ones].multiply(holds[others]).sum(axis=1)
    alike = shared >= settings.similarity * (sizes[ones] + sizes[others] - shared)
    return np.stack([ones[alike], others[alike]], axis=1)


def bands(settings: Near) -> tuple[int, int]:
    """How many bands of how many rows."""
    return settings.bands, settings.rows


def all_met(keys: Numbers, numbers: Numbers) -> Numbers:
    """All pairs that share a key, however many share it."""
    return meetings(keys, numbers, int(np.unique(keys >> HALF, return_counts=True)[1].max()) - 1)
