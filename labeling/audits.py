"""Rulings on what all had agreed on -> how often even that is wrong."""

from typing import Any

import pandas as pd
from scipy.stats import beta


def overturned(adjudication: pd.DataFrame, gold: pd.DataFrame, percent: float) -> list[dict[str, Any]]:
    """One row a question: agreed labels that were audited and overturned, the share of these, 0 to 1, and its interval.

    None where nothing was ruled on. The interval is Jeffreys' (Brown, Cai and DasGupta, Statistical Science 16, 2001).
    """
    audited = set(adjudication.loc[adjudication["why"] == "audit", "item_id"])
    ruled = gold[gold["item_id"].isin(audited) & (gold["provenance"] == "adjudicated") & (gold["majority"] != "")]
    found = []
    for question in gold["question"].unique():
        rows = ruled[ruled["question"] == question]
        wrong = int((rows["label"] != rows["majority"]).sum())
        found.append({"question": question, **shared(wrong, len(rows), percent)})
    return found


def shared(some: int, of: int, percent: float) -> dict[str, Any]:
    """A share and its interval, 0 to 1.

    >>> {name: round(value, 2) for name, value in shared(1, 40, 95).items()}
    {'overturned': 1, 'audited': 40, 'share': 0.03, 'low': 0.0, 'high': 0.11}
    """
    if not of:
        return {"overturned": 0, "audited": 0, "share": None, "low": None, "high": None}
    tail = (100 - percent) / 200
    low, high = (float(bound) for bound in beta.ppf([tail, 1 - tail], some + 0.5, of - some + 0.5))
    return {
        "overturned": some,
        "audited": of,
        "share": some / of,
        "low": low if some else 0.0,
        "high": high if some < of else 1.0,
    }
