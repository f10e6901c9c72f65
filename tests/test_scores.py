"""Scores are what others compute, and intervals are drawn by article."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from tests.rows import LABELS, predicted
from training.evaluation import Settings, headline
from training.scores import Bootstrap, accuracy, confusions, f1, macro_f1, mean, per_class, ratio, scored, totals
from training.significance import Permutation

DRAWS = Bootstrap(seed=1, draws=200, percent=95)
SETTINGS = Settings(DRAWS, Permutation(seed=1, exchanges=500), errors=5, sides=["favor", "against"])


@pytest.fixture(scope="module")
def rows():
    """Two hundred rows in forty articles; the baseline is right about half of them and never says neutral."""
    return predicted()


def test_scores_are_what_scikit_learn_says(rows):
    counts = confusions(rows, "predicted", LABELS)

    found = headline(counts, LABELS, SETTINGS)

    gold, said = rows["gold"], rows["predicted"]
    assert found["macro_f1"] == pytest.approx(f1_score(gold, said, average="macro"))
    assert found["accuracy"] == pytest.approx(accuracy_score(gold, said))
    assert found["f1_sides"] == pytest.approx(f1_score(gold, said, average="macro", labels=["favor", "against"]))


def test_scores_label_by_label_are_what_scikit_learn_says(rows):
    found = per_class(confusions(rows, "predicted", LABELS), LABELS, DRAWS)

    each = precision_recall_fscore_support(rows["gold"], rows["predicted"], labels=LABELS, zero_division=np.nan)
    for at, name in enumerate(("precision", "recall", "f1", "support")):
        theirs: list[Any] = [None if np.isnan(value) else pytest.approx(value) for value in each[at]]
        assert [row[name] for row in found] == theirs


def test_an_interval_is_drawn_by_article(rows):
    found = scored(confusions(rows, "predicted", LABELS), DRAWS)

    chance, drawn = np.random.default_rng(1), []
    articles = [part for _, part in rows.groupby("article_id", sort=False)]
    for often in chance.multinomial(40, np.full(40, 1 / 40), 200):
        again = pd.concat([part for part, times in zip(articles, often, strict=True) for _ in range(times)])
        drawn.append(f1_score(again["gold"], again["predicted"], average="macro"))
    assert found["macro_f1_interval"] == pytest.approx(list(np.percentile(drawn, [2.5, 97.5])))
    assert found["macro_f1_interval"][0] < found["macro_f1"] < found["macro_f1_interval"][1]


def test_an_interval_covers_the_truth_as_often_as_it_says():
    chance, covered = np.random.default_rng(7), 0
    for _ in range(200):  # articles of five rows that stand or fall together, right in six of ten
        right = np.repeat(chance.random(60) < 0.6, 5).astype(float)
        frame = pd.DataFrame({"article_id": np.repeat(np.arange(60), 5), "right": right, "rows": 1.0})
        _, interval = DRAWS.measured(totals(frame, ["right", "rows"]), ratio)
        covered += interval is not None and interval[0] <= 0.6 <= interval[1]

    assert 180 <= covered <= 198


def test_a_label_that_nobody_gave_or_predicted_is_undefined_with_its_reason(rows):
    some = rows[rows["gold"] != "neutral"]

    (neutral,) = [
        row for row in per_class(confusions(some, "predicted", LABELS), LABELS, DRAWS) if row["label"] == "neutral"
    ]

    assert neutral == {
        "label": "neutral",
        "precision": None,
        "recall": None,
        "f1": None,
        "f1_interval": None,
        "support": 0,
        "predicted": 0,
        "undefined": "not in this split, never predicted",
    }


def test_rows_of_one_article_have_scores_but_no_interval(rows):
    counts = confusions(rows[rows["article_id"] == "a0"], "predicted", LABELS)

    found = scored(counts, DRAWS)

    assert found["macro_f1_interval"] is None
    assert found["accuracy"] is not None
    assert DRAWS.compared(counts, counts, macro_f1) == (0.0, None)


def test_scores_of_many_draws_are_those_of_each(rows):
    counts = confusions(rows, "predicted", LABELS)[:3]

    for score in (macro_f1, accuracy):
        assert score(counts) == pytest.approx([float(score(one)) for one in counts])


def test_sums_of_articles_come_in_the_order_of_their_confusions(rows):
    mixed = rows.sample(frac=1, random_state=5)

    counts, sums = confusions(mixed, "predicted", LABELS), totals(mixed.assign(one=1.0), ["one"])

    assert (counts.sum(axis=(1, 2)) == sums[:, 0]).all()


def test_what_is_undefined_has_no_say_in_a_mean():
    assert mean(np.array([[0.5, np.nan, 1.0], [np.nan, np.nan, np.nan]])).tolist() == [
        0.75,
        pytest.approx(np.nan, nan_ok=True),
    ]
    assert np.isnan(f1(np.zeros((2, 2)))).all()


def test_a_question_without_sides_has_no_score_of_sides(rows):
    counts = confusions(rows, "predicted", LABELS)

    assert headline(counts, ["a", "b", "c", "d"], SETTINGS)["f1_sides"] is None
    assert headline(counts, ["FAVOR", "AGAINST", "NONE", "x"], SETTINGS)["sides"] == ["FAVOR", "AGAINST"]
    assert headline(counts, ["a", "b", "c", "d"], replace(SETTINGS, sides=[]))["sides"] == []
