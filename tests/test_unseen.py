"""How much is lost on what a model learned nothing of."""

import pandas as pd
import pytest

from tests.rows import LABELS, predicted
from training.scores import Bootstrap, confusions, macro_f1
from training.unseen import changed, suites

DRAWS = Bootstrap(seed=1, draws=100, percent=95)


def held(suite, fold, rows):
    """Rows as HELDOUT has them."""
    return rows.assign(suite=suite, fold=fold, learned=100)


@pytest.fixture(scope="module")
def told():
    """Folds that are right about most rows, and two targets of which the model knows less."""
    rows = predicted(right=0.9)
    worse = predicted(right=0.3).assign(gold=rows["gold"])
    return pd.concat(
        [
            held("folds", "1", rows[:100]),
            held("folds", "2", rows[100:]),
            held("target", "x", worse[:60]),
            held("target", "y", worse[60:120]),
        ],
        ignore_index=True,
    )


def test_the_folds_of_a_suite_are_scored_each_and_together(told):
    folds, target = suites(told, LABELS, DRAWS)

    assert [one["suite"] for one in (folds, target)] == ["folds", "target"]
    assert [(one["fold"], one["rows"]) for one in target["folds"]] == [("x", 60), ("y", 60)]
    together = told[told["suite"] == "target"]
    assert target["macro_f1"] == pytest.approx(float(macro_f1(confusions(together, "predicted", LABELS).sum(axis=0))))
    assert target["majority"]["accuracy"] == pytest.approx((together["gold"] == "none").mean())


def test_what_is_lost_is_measured_on_the_same_rows(told):
    folds, target = suites(told, LABELS, DRAWS)

    beside = target["same_rows_in_folds"]
    same = told[(told["suite"] == "folds") & told["item_id"].isin(told.loc[told["suite"] == "target", "item_id"])]
    easy = float(macro_f1(confusions(same, "predicted", LABELS).sum(axis=0)))
    assert (beside["rows"], beside["macro_f1"]) == (120, pytest.approx(easy))
    assert beside["loss"] == pytest.approx(easy - target["macro_f1"])
    assert beside["loss_interval"][0] > 0
    assert folds["same_rows_in_folds"] is None


def test_labels_that_changed_since_and_items_that_came_since_are_counted(told):
    now = told.loc[told["suite"] == "folds", ["item_id", "gold"]]
    later = now.assign(gold=[{"favor": "against"}.get(gold, gold) for gold in now["gold"]])

    assert changed(told, now) == 0
    assert changed(told, later) == (now["gold"] == "favor").sum()
    assert changed(told, pd.concat([now, pd.DataFrame({"item_id": ["new"], "gold": ["none"]})])) == 1
    assert changed(told[:0], now) == 0


def test_a_suite_that_nothing_was_held_out_for_is_not_there(told):
    assert [one["suite"] for one in suites(told[told["suite"] == "target"], LABELS, DRAWS)] == ["target"]
    assert suites(told[:0], LABELS, DRAWS) == []
