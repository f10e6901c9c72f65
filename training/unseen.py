"""What was said of held-out rows -> how much a model loses on targets, outlets, years that it learned nothing of."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from training.scores import Bootstrap, confusions, macro_f1, scored

EASIEST = "folds"  # drawn by article: what is held out is like what was learned
SUITES = (EASIEST, "temporal", "target", "source")  # and the codebook's own behind them


def suites(told: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> list[dict[str, Any]]:
    """One entry a suite: its folds, all of them together, and beside it what is said of the same rows in EASIEST.

    told has the columns of HELDOUT, of one question. The loss is drawn in pairs, article by article.
    """
    easy = told[told["suite"] == EASIEST].set_index("item_id")["predicted"]
    names = dict.fromkeys([*SUITES, *sorted(set(told["suite"]))])
    return [suite(name, rows, easy, labels, bootstrap) for name in names if len(rows := told[told["suite"] == name])]


def changed(told: pd.DataFrame, now: pd.DataFrame) -> int:
    """How many labelled items have another label now than when they were held out, or were not there then.

    now has the columns item_id and gold; the items are those of EASIEST, in which each is held out once.
    """
    then = told.loc[told["suite"] == EASIEST].set_index("item_id")["gold"]
    return int((now["item_id"].map(then) != now["gold"]).sum()) if len(then) else 0


def suite(
    name: str, rows: pd.DataFrame, easy: pd.Series, labels: Sequence[str], bootstrap: Bootstrap
) -> dict[str, Any]:
    """One suite's entry."""
    parts = [fold(str(part), some, labels, bootstrap) for part, some in rows.groupby("fold")]
    whole = {**counted(rows), **scored(confusions(rows, "predicted", labels), bootstrap)}
    same = rows.assign(easy=rows["item_id"].map(easy)).dropna(subset="easy")
    beside = None
    if name != EASIEST and len(same):
        hard, soft = (confusions(same, who, labels) for who in ("predicted", "easy"))
        loss, interval = bootstrap.compared(soft, hard, macro_f1)
        beside = {**counted(same), **scored(soft, bootstrap), "loss": loss, "loss_interval": interval}
    majority = scored(confusions(rows, "majority", labels), bootstrap)
    return {"suite": name, **whole, "majority": majority, "same_rows_in_folds": beside, "folds": parts}


def fold(name: str, rows: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """One fold's entry."""
    said = scored(confusions(rows, "predicted", labels), bootstrap)
    majority = float(macro_f1(confusions(rows, "majority", labels).sum(axis=0)))
    return {
        "fold": name,
        "learned": int(rows["learned"].iloc[0]),
        **counted(rows),
        **said,
        "majority_macro_f1": majority,
    }


def counted(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows of how many articles."""
    return {"rows": len(rows), "articles": int(rows["article_id"].nunique())}
