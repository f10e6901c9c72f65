"""Models of annotators, held against published votes with known labels and against crowd-kit and cleanlab."""

import csv

import numpy as np
import pandas as pd
import pytest

from labeling.aggregation import Floats, Ints, Votes, crowdlab, dawid_skene, mace, shares
from tests.house import SHARED, needs_shared


def cast(*said: str) -> Votes:
    """Votes of items, each the labels that people a, b, c ... gave in turn, - for none: "xx-y"."""
    found = [(item, who, label) for item, votes in enumerate(said) for who, label in enumerate(votes) if label != "-"]
    item, person, label = (np.array(part) for part in zip(*found, strict=True))
    names, codes = np.unique(label, return_inverse=True)
    return Votes(item, person, codes, len(said), int(person.max()) + 1, len(names))


def simulated(items: int, people: int, votes: int, skill: float = 0.8, seed: int = 1) -> tuple[Votes, Ints]:
    """Votes of people who read so often and else guess, three labels of which one is frequent; and the true labels."""
    chance = np.random.default_rng(seed)
    often = [0.2, 0.3, 0.5]
    truth = chance.choice(3, items, p=often)
    who = np.argsort(chance.random((items, people)), axis=1)[:, :votes].ravel()
    item = np.repeat(np.arange(items), votes)
    label = np.where(chance.random(len(item)) < skill, truth[item], chance.choice(3, len(item), p=often))
    return Votes(item, who, label, items, people, 3), np.asarray(truth, np.int64)


def published(task: str) -> tuple[Votes, Ints]:
    """The votes of Snow et al. 2008 on a task, and the labels of experts."""
    with (SHARED / f"snow2008/{task}.standardized.tsv").open(encoding="utf-8") as file:
        rows = pd.DataFrame(csv.DictReader(file, delimiter="\t"))
    item, person = (pd.factorize(rows[name], sort=True)[0] for name in ("orig_id", "!amt_worker_ids"))
    names = sorted(set(rows["response"]))
    label, expert = (column.map(names.index).to_numpy(np.int64) for column in (rows["response"], rows["gold"]))
    votes = Votes(np.asarray(item), np.asarray(person), label, item.max() + 1, person.max() + 1, len(names))
    return votes, np.array([expert[item == one][0] for one in range(votes.items)])


def accuracy(chances: Floats, truth: Ints) -> float:
    """The share of items whose likeliest label is right; of two as likely, each is right by half."""
    top = np.isclose(chances, chances.max(axis=1, keepdims=True))
    return round(float(np.mean(top[np.arange(len(truth)), truth] / top.sum(axis=1))), 4)


@needs_shared("snow2008")
def test_the_published_accuracies_on_entailment_are_reproduced():
    votes, experts = published("rte")

    assert votes.people == 164
    assert accuracy(shares(votes), experts) == 0.8969
    assert accuracy(dawid_skene(votes), experts) == 0.9275
    assert accuracy(mace(votes, seed=1), experts) == pytest.approx(0.926, abs=0.003)


@needs_shared("snow2008")
def test_on_the_order_of_events_too_a_model_of_the_annotators_is_better_than_the_majority():
    votes, experts = published("temp")

    majority, *models = (accuracy(one, experts) for one in (shares(votes), dawid_skene(votes), mace(votes, seed=1)))

    assert majority == 0.9361
    assert min(models) > 0.94


def test_shares_are_of_an_items_own_votes():
    assert shares(cast("xxy-", "y---")).tolist() == [[2 / 3, 1 / 3], [0, 1]]


def test_dawid_and_skene_learn_that_one_person_says_everything_the_other_way_round():
    votes = cast(*["xxxy"] * 10, *["yyyx"] * 10, "x--x", "-y-x")

    assert dawid_skene(votes)[-1].round(3).tolist() == [0, 1]


def test_mace_learns_that_one_person_says_the_same_whatever_the_item():
    votes = cast(*["xxx"] * 10, *["yyx"] * 10, "-yx", "y-x")

    assert mace(votes, seed=1)[-2:].argmax(axis=1).tolist() == [1, 1]


def test_chances_sum_to_one_and_are_the_same_for_the_same_seed():
    votes, _ = simulated(200, 8, 3)

    for model in (dawid_skene, lambda of: mace(of, seed=3)):
        assert model(votes).sum(axis=1) == pytest.approx(1)
        assert np.array_equal(model(votes), model(votes))


@pytest.mark.filterwarnings("ignore")  # crowd-kit calls pandas as it was
@pytest.mark.parametrize("votes", [3, 5])
def test_dawid_and_skene_say_round_by_round_what_crowd_kit_says(votes):
    from crowdkit.aggregation import DawidSkene

    cases, _ = simulated(300, 8, votes)
    told = pd.DataFrame({"task": cases.item, "worker": cases.person, "label": cases.label})

    model = DawidSkene(n_iter=100).fit(told)
    theirs = pd.DataFrame(model.probas_).sort_index().sort_index(axis=1).to_numpy()

    assert dawid_skene(cases, rounds=len(model.loss_history_)) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_mace_says_what_crowd_kit_says_if_votes_come_to_it_in_the_order_in_which_it_keeps_them():
    from crowdkit.aggregation import MACE

    cases, _ = simulated(300, 8, 3)
    told = pd.DataFrame({"task": cases.item, "worker": cases.person, "label": cases.label})
    ordered = told.sort_values(["worker", "label", "task"])

    theirs = MACE(n_restarts=1).fit_predict_proba(ordered).sort_index().sort_index(axis=1)

    assert mace(cases, seed=1) == pytest.approx(theirs.to_numpy(), abs=1e-3)


def test_crowdlab_weighs_a_classifier_that_is_often_right_against_two_people():
    votes, truth = simulated(300, 6, 3)
    sure = np.where(np.eye(3)[truth] > 0, 0.9, 0.05)
    (item,) = [at for at, row in enumerate(shares(votes)) if row.max() < 1 and row.argmax() != truth[at]][:1]

    found = crowdlab(votes, sure, seed=1)

    assert np.nanargmax(found[item]) == truth[item]
    assert found[item, truth[item]] > found[item, shares(votes)[item].argmax()]


def test_crowdlab_says_nothing_of_labels_nobody_gave_and_of_items_without_a_prediction():
    votes, truth = simulated(50, 5, 3)
    predicted = np.where(np.eye(3)[truth] > 0, 0.8, 0.1)
    predicted[7] = np.nan

    found = crowdlab(votes, predicted, seed=1)

    assert np.isnan(found[7]).all()
    given = shares(votes) > 0
    assert not np.isnan(found[given & (np.arange(50) != 7)[:, None]]).any()


def test_crowdlab_is_not_asked_where_nobodys_votes_can_be_held_against_anothers():
    assert np.isnan(crowdlab(cast("x-", "-y"), np.full((2, 2), 0.5), seed=1)).all()
