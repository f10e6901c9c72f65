"""Chance is ruled out only where exchanging articles rules it out."""

from itertools import product

import numpy as np
import pytest

from tests.rows import LABELS, predicted
from training.scores import Bootstrap, accuracy, confusions, macro_f1
from training.significance import Permutation, against, exchanges, permuted, verdict

TRIES = Permutation(seed=1, exchanges=2000)
DRAWS = Bootstrap(seed=1, draws=500, percent=95)


def two(articles, right, other, rows=200):
    """The confusions of two ways to label the same rows, right about so many of them."""
    frame = predicted(rows, articles, right).assign(other=predicted(rows, articles, other, seed=3)["predicted"])
    return confusions(frame, "predicted", LABELS), confusions(frame, "other", LABELS)


def test_few_articles_are_exchanged_in_every_way_there_is():
    one, other = two(articles=6, right=0.8, other=0.3, rows=60)

    p, kind = permuted(one, other, macro_f1, TRIES)

    whole, rest = one.sum(axis=0), other.sum(axis=0)
    seen = abs(macro_f1(whole) - macro_f1(rest))
    ways = [
        abs(
            macro_f1(np.where(np.array(way)[:, None, None], other, one).sum(axis=0))
            - macro_f1(np.where(np.array(way)[:, None, None], one, other).sum(axis=0))
        )
        for way in product([0, 1], repeat=6)
    ]
    assert kind == "exact"
    assert p == pytest.approx(np.mean([way >= seen - 1e-12 for way in ways]))


def test_many_articles_are_exchanged_as_often_as_the_settings_say():
    one, other = two(articles=40, right=0.9, other=0.2)

    p, kind = permuted(one, other, accuracy, TRIES)

    assert kind == "drawn"
    assert p == pytest.approx(1 / 2001)


def test_two_ways_that_say_the_same_are_not_told_apart():
    one, _ = two(articles=40, right=0.5, other=0.5)

    assert permuted(one, one, macro_f1, TRIES) == (1.0, "exact")
    assert against(one, one, DRAWS, TRIES)["verdict"] == "not told apart"


def test_under_chance_a_small_p_is_as_rare_as_it_says():
    chance, small = np.random.default_rng(11), 0
    for _ in range(200):  # both ways are right about any article as often, so no difference is real
        one, other = (np.zeros((30, 2, 2)) for _ in range(2))
        for counts in (one, other):
            hits = chance.binomial(4, 0.6, 30)
            counts[:, 0, 0], counts[:, 0, 1] = hits, 4 - hits
        small += permuted(one, other, accuracy, Permutation(int(chance.integers(1 << 30)), 500))[0] <= 0.1

    assert 8 <= small <= 32


def test_the_same_seed_exchanges_the_same_articles():
    assert (exchanges(40, TRIES) == exchanges(40, TRIES)).all()
    assert exchanges(3, TRIES).shape == (8, 3)
    assert exchanges(0, TRIES).shape == (1, 0)


def test_the_lead_and_its_interval_are_ours_less_theirs():
    ours, theirs = two(articles=40, right=0.9, other=0.2)

    found = against(ours, theirs, DRAWS, TRIES)

    assert found["difference"] == pytest.approx(float(macro_f1(ours.sum(axis=0)) - macro_f1(theirs.sum(axis=0))))
    assert found["difference_interval"][0] > 0
    assert found["verdict"] == "better"
    assert against(theirs, ours, DRAWS, TRIES)["verdict"] == "worse"


@pytest.mark.parametrize(
    ("interval", "unlikely", "said"),
    [
        ([0.01, 0.2], True, "better"),
        ([-0.2, -0.01], True, "worse"),
        ([-0.1, 0.1], True, "not told apart"),
        ([0.01, 0.2], False, "not told apart"),
        (None, True, "not told apart"),
    ],
)
def test_nothing_is_claimed_unless_interval_and_test_both_allow_it(interval, unlikely, said):
    assert verdict(interval, unlikely) == said
