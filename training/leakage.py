"""Rows on two sides -> no answer, or the pair of which one tells the other's label."""

from textwrap import shorten

import numpy as np
import pandas as pd

from corpus.errors import ContractError
from training.kin import NEAR, TWIN, Kin, Places
from training.tables import ASIDE

SHOWN = 80  # characters of a text in the message


def check(rows: pd.DataFrame, kin: Kin, where: str) -> None:
    """Refuse rows of which two tell each other's label from different sides.

    rows has the columns item_id, article_id, text and split; kin says who is kin of whom among them. This looks at what
    is there, and not at how it was made.
    """
    sides = pd.factorize(rows["split"].where(rows["split"] != ASIDE))[0]
    articles = pd.factorize(rows["article_id"])[0]
    for why, of in (("they are of one article", articles), ("one is a copy of the other", kin.cluster)):
        refuse(rows, sides, apart(sides, of), why, where)
    most = np.full(kin.cluster.max(initial=-1) + 1, -1)
    np.maximum.at(most, kin.cluster, sides)  # a cluster's only side, as was just seen
    for kind, why in ((TWIN, "they are contrast twins"), (NEAR, "they share most of their words")):
        ones, others = kin.pairs[kin.kinds == kind].T
        leaks = np.flatnonzero((most[ones] >= 0) & (most[others] >= 0) & (most[ones] != most[others]))
        pairs = [[first(sides, kin.cluster, of[leaks[0]]) for of in (ones, others)]] if len(leaks) else []
        refuse(rows, sides, pairs, why, where)


def apart(sides: Places, of: Places) -> list[list[int]]:
    """The first two rows of one cluster that stand on different sides, if there are any."""
    seen = pd.DataFrame({"of": of, "side": sides})[sides >= 0].drop_duplicates()
    twice = seen[seen["of"].duplicated(keep=False)]
    return [twice.index[twice["of"] == twice["of"].iloc[0]][:2].tolist()] if len(twice) else []


def first(sides: Places, cluster: Places, number: int) -> int:
    """The first row of a cluster that stands on a side."""
    return int(np.flatnonzero((cluster == number) & (sides >= 0))[0])


def refuse(rows: pd.DataFrame, sides: Places, pairs: list[list[int]], why: str, where: str) -> None:
    """Name the pair, if there is one."""
    for pair in pairs:
        one, other = (rows.iloc[row] for row in sorted(pair))
        told = [f"{row.item_id} ({shorten(row.text, SHOWN, placeholder=' …')!r})" for row in (one, other)]
        raise ContractError(
            f"{where}: {told[0]} is in {one.split} and {told[1]} in {other.split}, but {why}, so that whoever learns "
            "the one knows the other. Set one of them aside, or run `make splits` again."
        )
