"""The model against all votes, and people against each other."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as theirs

from training.scores import Bootstrap
from training.votes import against_the_rest, ceiling, cross_entropy, disagreement, divergence, entropy, rank_correlation

DRAWS = Bootstrap(seed=1, draws=200, percent=95)
VOTES = np.array([[1.0, 0, 0], [2 / 3, 1 / 3, 0], [0, 0.5, 0.5], [0, 0, 1.0]])
CHANCES = np.array([[0.8, 0.1, 0.1], [0.4, 0.4, 0.2], [0.2, 0.5, 0.3], [0.6, 0.2, 0.2]])


def test_entropy_and_divergence_are_what_scipy_says():
    assert entropy(VOTES) == pytest.approx(theirs(VOTES, axis=1))
    assert divergence(VOTES, CHANCES) == pytest.approx(jensenshannon(VOTES, CHANCES, axis=1, base=2) ** 2)
    assert cross_entropy(VOTES, CHANCES) == pytest.approx(theirs(VOTES, axis=1) + theirs(VOTES, CHANCES, axis=1))


def test_a_label_that_was_ruled_out_costs_much_but_not_everything():
    assert np.isfinite(cross_entropy(np.array([[1.0, 0]]), np.array([[0.0, 1.0]]))).all()


def test_the_model_is_held_against_the_votes_and_against_the_training_votes():
    rows = pd.DataFrame({"article_id": [*"aabc"], "predicted": [0, 0, 1, 0]})

    found = disagreement(rows, VOTES, CHANCES, np.array([0.5, 0.25, 0.25]), DRAWS)

    assert found["model"]["soft_accuracy"] == pytest.approx((1 + 2 / 3 + 1 / 2 + 0) / 4)
    assert found["prior"]["soft_accuracy"] == pytest.approx((1 + 2 / 3 + 0 + 0) / 4)
    assert found["soft_accuracy_at_best"] == pytest.approx((1 + 2 / 3 + 1 / 2 + 1) / 4)
    assert found["model"]["cross_entropy"] == pytest.approx(cross_entropy(VOTES, CHANCES).mean())
    assert (found["split_rows"], found["votes_entropy"]) == (2, pytest.approx(entropy(VOTES).mean()))
    assert found["entropy_where_split"] == pytest.approx(entropy(CHANCES[1:3]).mean())
    low, high = found["model"]["divergence_interval"]
    assert low <= found["model"]["divergence"] <= high


def test_where_all_agree_nothing_is_said_of_split_rows():
    rows = pd.DataFrame({"article_id": [*"ab"], "predicted": [0, 1]})

    found = disagreement(rows, np.eye(2), np.array([[0.7, 0.3], [0.4, 0.6]]), np.array([0.5, 0.5]), DRAWS)

    assert (found["split_rows"], found["entropy_where_split"], found["hesitation"]) == (0, None, None)


def test_hesitation_is_a_rank_correlation():
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([1.0, 4, 9])) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 1, 1]), np.array([1.0, 4, 9])) is None


def said(*answers):
    """Annotations: item, annotator, stance."""
    return pd.DataFrame(answers, columns=["item_id", "annotator", "stance"])


def test_each_annotator_is_held_against_what_the_others_agree_on():
    answers = said(
        ("i", "one", "favor"), ("i", "two", "favor"), ("i", "three", "none"),
        ("j", "one", "favor"), ("j", "two", ""), ("j", "three", "against"),
        ("k", "one", "none"),
    )  # fmt: skip

    found = {
        (row.item_id, row.annotator): (row.said, row.gold) for row in against_the_rest(answers, "stance").itertuples()
    }

    assert found == {
        ("i", "three"): ("none", "favor"),
        ("j", "one"): ("favor", "against"),
        ("j", "three"): ("against", "favor"),
    }


def test_people_and_model_are_held_against_the_same_labels():
    answers = said(
        *((item, who, "favor" if item < "m" else "none") for item in "abmn" for who in ("one", "two", "three"))
    )
    answers.loc[(answers["item_id"] == "a") & (answers["annotator"] == "one"), "stance"] = "none"
    rows = pd.DataFrame({"item_id": [*"abmn"], "article_id": [*"abmn"], "predicted": ["favor", "none", "none", "none"]})

    found = ceiling(rows, answers, "stance", ["favor", "none"], DRAWS)

    assert found is not None
    # of item a, one is against the two others; of two and of three the others are split, and pass
    assert (found["rows"], found["items"]) == (10, 4)
    assert found["people"]["accuracy"] == pytest.approx(9 / 10)
    assert found["model"]["accuracy"] == pytest.approx(7 / 10)
    assert found["accuracy_difference"] == pytest.approx(2 / 10)
    assert [one["annotator"] for one in found["annotators"]] == ["one", "three", "two"]


def test_without_two_answers_to_an_item_there_is_no_ceiling():
    rows = pd.DataFrame({"item_id": ["a"], "article_id": ["a"], "predicted": ["favor"]})

    assert ceiling(rows, said(("a", "one", "favor")), "stance", ["favor"], DRAWS) is None
