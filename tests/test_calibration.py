"""How sure a model is, against how often it is right."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, log_loss

from tests.rows import LABELS, predicted
from training.calibration import binned, calibration, error, if_perfect, precision_recall
from training.scores import Bootstrap

DRAWS = Bootstrap(seed=1, draws=200, percent=95)


def sure(probabilities, right):
    """Rows about two labels: how sure, and whether it was right, each in an article of its own."""
    said = np.asarray(probabilities, float)
    frame = pd.DataFrame({"article_id": [f"a{at}" for at in range(len(said))], "probability": said})
    frame["predicted"], frame["gold"] = "yes", np.where(right, "yes", "no")
    return frame, np.stack([said, 1 - said], axis=1)


def test_the_error_is_how_far_sureness_is_from_being_right_on_mean_over_bins():
    frame, chances = sure([0.6] * 10 + [0.9] * 10, [True] * 3 + [False] * 7 + [True] * 10)

    found = calibration(frame, chances, ["yes", "no"], DRAWS)

    assert found["error"] == pytest.approx((abs(0.6 - 0.3) + abs(0.9 - 1.0)) / 2)
    assert [(one["rows"], one["said"], one["right"]) for one in found["bins"]] == [
        (10, pytest.approx(0.6), 0.3),
        (10, pytest.approx(0.9), 1.0),
    ]


def test_log_loss_and_brier_score_are_what_scikit_learn_says():
    rows = predicted()
    chances = np.array(rows["probabilities"].tolist())

    found = calibration(rows, chances, LABELS, DRAWS)

    order = np.argsort(LABELS)
    assert found["log_loss"] == pytest.approx(log_loss(rows["gold"], chances[:, order], labels=sorted(LABELS)))
    truth = np.array([[gold == label for label in LABELS] for gold in rows["gold"]])
    assert found["brier"] == pytest.approx(np.mean(np.sum((chances - truth) ** 2, axis=1)))


def test_a_perfectly_calibrated_model_shows_what_is_told_of_one():
    chance = np.random.default_rng(5)
    said = chance.uniform(0.4, 1, 400)
    shown = []
    for _ in range(50):
        frame, chances = sure(said, chance.random(400) < said)
        shown.append(calibration(frame, chances, ["yes", "no"], DRAWS)["error"])

    assert if_perfect(said, binned(said), 1) == pytest.approx(np.mean(shown), rel=0.15)
    assert np.mean(shown) > 0


@pytest.mark.parametrize(("rows", "bins"), [(0, 1), (9, 1), (25, 2), (100, 10), (1000, 10)])
def test_every_bin_has_enough_rows(rows, bins):
    found = binned(np.linspace(0, 1, rows))

    assert found.max(initial=0) + 1 == bins
    assert not rows or np.bincount(found).min() >= min(rows, 10)


def test_the_error_of_draws_is_that_of_each():
    sums = np.array([[[10, 6.0, 3], [10, 9.0, 10]], [[5, 3.0, 3], [5, 4.0, 2]]])

    assert error(sums) == pytest.approx([float(error(one)) for one in sums])


def test_precision_and_recall_are_what_scikit_learn_says():
    rows = predicted()
    chances = np.array(rows["probabilities"].tolist())

    found = precision_recall(rows["gold"].tolist(), chances, LABELS)

    for at, one in enumerate(found):
        truth = rows["gold"] == one["label"]
        assert one["average_precision"] == pytest.approx(average_precision_score(truth, chances[:, at]))
        assert one["share"] == pytest.approx(truth.mean())
        assert one["points"][0] == [0, 1]
        assert one["points"][-1][0] == 1
        assert [recall for recall, _ in one["points"]] == sorted(recall for recall, _ in one["points"])


def test_a_label_that_is_in_no_row_has_no_curve():
    (one, _) = precision_recall(["b", "b"], np.array([[0.5, 0.5], [0.2, 0.8]]), ["a", "b"])

    assert one == {"label": "a", "average_precision": None, "share": 0.0, "points": []}
