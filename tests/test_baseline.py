"""The baseline learns from training articles alone, and says what is missing when it cannot."""

import json

import numpy as np
import pandas as pd
import pytest
import skops.io

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import build_baseline, build_dataset, world
from training.baseline import load
from training.model import check, folds, learn, readable
from training.release import rows
from training.tables import PREDICTIONS

SETTINGS = load(ROOT / "training/baseline.toml")


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A workspace with models and predictions."""
    return build_baseline(world().write(tmp_path_factory.mktemp("learned"))).parent


def said(*labels, articles=None):
    """Training rows about one target, each with its label, each in an article of its own unless told otherwise."""
    return pd.DataFrame(
        {
            "text": [f"Sentence {at} says {label} about it." for at, label in enumerate(labels)],
            "target": "sanctions-russia",
            "label": labels,
            "article_id": articles or [f"a{at}" for at in range(len(labels))],
        }
    )


def test_every_published_row_has_one_prediction_a_question(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    published = rows(learned / "dataset/manifest.json")
    assert {question: sorted(part["item_id"]) for question, part in found.groupby("question")} == {
        question: sorted(frame["item_id"]) for question, frame in published.items()
    }
    assert found["probability"].between(0, 1).all()


def test_what_words_tell_is_learned(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    test = found[found["split"] == "test"]
    assert (test["predicted"] == test["gold"]).all()


def test_the_same_dataset_makes_the_same_predictions_to_the_last_digit(tmp_path):
    one, two = (build_baseline(world(articles=12).write(tmp_path / name)) for name in ("one", "two"))

    assert one.read_bytes() == two.read_bytes()


def test_a_model_loads_with_no_trusted_types_and_says_what_it_said(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    model = skops.io.load(learned / "models/stance.skops", trusted=[])

    frame = rows(learned / "dataset/manifest.json")["stance"]
    kept = found[found["question"] == "stance"].set_index("item_id")
    assert list(model.predict(readable(frame))) == list(kept["predicted"][frame["item_id"]])


def test_the_seed_and_the_choice_stand_beside_the_model(learned):
    about = json.loads((learned / "models/stance.json").read_text())
    assert about["settings"]["seed"] == SETTINGS.seed
    assert about["C"] in SETTINGS.strengths
    assert set(about["macro_f1_of_held_out_training_articles"]) == {str(c) for c in SETTINGS.strengths}


def test_no_article_stands_on_both_sides_of_a_fold():
    train = said(*["favor", "against"] * 10, articles=[f"a{at // 4}" for at in range(20)])

    for fit, held in folds(train, SETTINGS):
        assert not set(train["article_id"].iloc[fit]) & set(train["article_id"].iloc[held])


def test_with_two_targets_each_word_also_weighs_by_target():
    train = pd.concat([said("favor", "against").assign(target=target) for target in ("russia", "iran")] * 3)
    train = train.assign(article_id=[f"a{at}" for at in range(len(train))], item_id="").reset_index(drop=True)

    found = learn("stance", train, SETTINGS)

    names = found.model["features"].get_feature_names_out()
    assert {"crossed__russia=favor", "crossed__iran=favor", "target__target_iran"} <= set(names)


def test_a_training_split_without_rows_is_refused():
    with pytest.raises(ContractError) as error:
        check("stance", said())

    assert str(error.value) == (
        "stance: the training split has no settled label, so nothing can be learned. "
        "Label more items and run `make pull`, or draw other splits by a new salt in training/splits.toml."
    )


def test_a_training_split_with_one_label_is_refused():
    with pytest.raises(ContractError) as error:
        check("stance", said("none", "none", "none"))

    assert str(error.value) == (
        "stance: the training split has one label, 'none' in all its 3 rows, and a baseline needs two. "
        "Label more items and run `make pull`, or draw other splits by a new salt in training/splits.toml."
    )


@pytest.mark.parametrize(
    ("train", "counts"),
    [
        pytest.param(said("none", "favor"), "2 rows, 2 articles", id="each label once"),
        pytest.param(said(*["none", "favor"] * 3, articles=["a"] * 6), "6 rows, 1 articles", id="one article"),
        pytest.param(said("none", "none", "favor", "favor", articles=[*"aabb"]), "4 rows, 2 articles", id="one each"),
    ],
)
def test_rows_that_cannot_be_held_out_are_refused(train, counts):
    with pytest.raises(ContractError) as error:
        learn("stance", train, SETTINGS)

    assert str(error.value) == (
        f"stance: no training article can be held out with two labels left to learn from ({counts}). "
        "Label more items and run `make pull`, or draw other splits by a new salt in training/splits.toml."
    )


def test_without_a_dataset_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ContractError) as error:
        rows(tmp_path / "dataset/manifest.json")

    assert str(error.value) == f"There is no dataset at {tmp_path}/dataset. Run `make dataset` first."


def test_the_test_split_has_no_say_in_the_model(tmp_path):
    frame = rows(build_dataset(world().write(tmp_path)) / "manifest.json")["stance"]
    train = frame[frame["split"] == "train"]

    one, two = learn("stance", train, SETTINGS), learn("stance", train.copy(), SETTINGS)

    unseen = readable(frame[frame["split"] == "test"])
    assert np.array_equal(one.model.predict_proba(unseen), two.model.predict_proba(unseen))
