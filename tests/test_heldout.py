"""What is said of held-out items is said by models that learned nothing that tells their labels."""

import pandas as pd

from tests.world import step
from training import heldout
from training.heldout import laid, main, said
from training.release import rows
from training.tables import HELDOUT, SPLITS

ABOUT = {
    "C": 10.0,
    "settings": {
        "seed": 1, "folds": 5, "strengths": [10.0], "iterations": 500,
        "ngrams": {"words": [1, 1], "characters": [2, 3]}, "rarest": {"words": 1, "characters": 1},
    },
}  # fmt: skip


def test_every_labelled_item_of_a_folds_test_is_asked_about_and_none_besides(reported):
    found = HELDOUT.read(reported / "heldout.parquet")

    splits = SPLITS.read(reported / "splits.parquet")
    held = splits[(splits["suite"] != "random") & (splits["split"] == "test")]
    for question, frame in rows(reported / "dataset/manifest.json").items():
        wanted = held[held["item_id"].isin(frame["item_id"])]
        asked = found[found["question"] == question]
        assert sorted(asked["suite"] + asked["fold"] + asked["item_id"]) == sorted(
            wanted["suite"] + wanted["fold"] + wanted["item_id"]
        )


def test_what_words_tell_is_learned_in_every_fold(reported):
    found = HELDOUT.read(reported / "heldout.parquet")

    assert (found["predicted"] == found["gold"]).all()
    assert found["probability"].between(0, 1).all()


def test_a_row_says_how_much_its_model_learned_from(reported):
    found = HELDOUT.read(reported / "heldout.parquet")

    splits = SPLITS.read(reported / "splits.parquet")
    train = splits[splits["split"] == "train"].groupby(["suite", "fold"]).size()
    told = found[found["question"] == "stance"].groupby(["suite", "fold"])["learned"].first()
    assert told.to_dict() == train[told.index].to_dict()


def test_a_second_run_learns_no_fold_again_and_writes_the_same_bytes(reported, tmp_path, monkeypatch):
    out = tmp_path / "heldout.parquet"
    paths = [reported / "dataset/manifest.json", reported / "splits.parquet", reported / "models", out]
    step(main, *paths)
    first = out.read_bytes()
    monkeypatch.setattr(heldout, "said", None)  # whoever learned now would fail
    monkeypatch.setenv("WORKERS", "1")

    step(main, *paths)

    assert out.read_bytes() == first == (reported / "heldout.parquet").read_bytes()


def frame(*labels):
    """Rows about one target, each with its label, each an item in an article of its own."""
    rows = pd.DataFrame({"item_id": [f"a{at}" for at in range(len(labels))], "target": "t", "label": labels})
    return rows.assign(article_id=rows["item_id"], text=[f"Row {at} says {label}." for at, label in enumerate(labels)])


def test_who_has_seen_one_label_says_that_one():
    assert said(frame("none", "none"), frame("favor"), ABOUT) == {"predicted": "none", "probability": 1.0}


def test_who_has_seen_two_says_the_likelier_one():
    train = frame(*["none", "favor"] * 10)

    found = said(train, frame("favor", "none"), ABOUT)

    assert list(found["predicted"]) == ["favor", "none"]
    assert all(found["probability"] > 0.5)


def test_an_item_that_a_fold_does_not_know_stands_nowhere_in_it():
    places = [("a0", "folds", "1", "test"), ("a1", "folds", "1", "train"), ("a0", "target", "x", "test")]
    splits = pd.DataFrame(places, columns=["item_id", "suite", "fold", "split"])

    found = laid(frame("none", "favor"), splits)

    assert found["folds/1"].tolist() == ["test", "train"]
    assert found.loc[found["target/x"] == "test", "item_id"].tolist() == ["a0"]
    assert found["target/x"].isna().tolist() == [False, True]


def test_a_fold_without_rows_to_learn_from_is_passed_over(tmp_path):
    path = tmp_path / "rows.parquet"
    frame("none", "favor").assign(**{"target/x": ["test", "aside"]}).to_parquet(path)

    assert heldout.tell(path, "target/x", "stance", ABOUT, tmp_path) == 0
