"""What is said of held-out items is said by models that learned nothing that tells their labels."""

import re
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import step
from training import folder, heldout, model
from training.heldout import Chosen, laid, main, said
from training.tables import HELDOUT, SPLITS

QUICKLY = model.load(ROOT / "training/model.toml", ROOT / "training/tone.toml").quickly
CHOSEN = Chosen(QUICKLY, {"known": (1.0, "shared"), "unknown": (1.0, "shared")})


def test_every_labelled_item_of_a_folds_test_is_asked_about_and_none_besides(reported):
    found = HELDOUT.read(reported / "heldout.parquet")

    splits = SPLITS.read(reported / "splits.parquet")
    held = splits[(splits["suite"] != "random") & (splits["split"] == "test")]
    for question in folder.questions(reported / "dataset"):
        frame = folder.rows(reported / "dataset", question)
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


@pytest.fixture
def again(reported, tmp_path):
    """Make a workspace's held-out results, on one process, from labels of which some may be others."""

    def run(percent=1.0, flipped=0):
        place = tmp_path / "workspace"
        if not place.exists():
            shutil.copytree(reported, place)
        settings = tmp_path / "heldout.toml"
        settings.write_text(f"again = {percent}\n")
        relabel(place, flipped)
        models, out = place / "models", place / "heldout.parquet"
        shared = (ROOT / "training/model.toml", ROOT / "training/tone.toml")
        step(main, settings, *shared, place / "dataset/manifest.json", place / "splits.parquet", models, out)
        return out

    return run


def relabel(place, count):
    """Give the first rows of a published file another label."""
    path = place / "dataset/stance/train-00000-of-00001.parquet"
    table = pq.read_table(path)
    labels = [(label + 1) % 4 if at < count else label for at, label in enumerate(table["label"].to_pylist())]
    column = pa.array(labels, table.schema.field("label").type)
    pq.write_table(table.set_column(table.column_names.index("label"), table.schema.field("label"), column), path)


def test_without_a_change_nothing_learns_again_and_the_bytes_stay(reported, again, monkeypatch):
    monkeypatch.setattr(heldout, "learn", None)  # whoever learned now would fail

    assert again(percent=0.0).read_bytes() == (reported / "heldout.parquet").read_bytes()


def test_few_changes_let_stand_what_was_said_and_say_so(again, monkeypatch, capsys):
    monkeypatch.setattr(heldout, "learn", None)

    again(percent=1.0, flipped=2)

    assert re.search(
        r"kept: 0\.\d\d % has changed since; models learn again from 1 %\)$", capsys.readouterr().out.strip()
    )


def test_many_changes_make_the_folds_of_their_question_learn_again_and_no_others(again, monkeypatch):
    monkeypatch.setenv("WORKERS", "1")
    learned, said = [], heldout.said

    def counted(train, *others):
        learned.append(set(train["label"]))
        return said(train, *others)

    monkeypatch.setattr(heldout, "said", counted)

    found = HELDOUT.read(again(percent=1.0, flipped=30))

    assert learned == [{"favor", "against", "neutral", "none"}] * 5
    assert (found["gold"] != found["predicted"]).any()


def test_what_was_made_by_other_settings_learns_again(reported, tmp_path):
    out = reported / "heldout.parquet"

    assert heldout.changed({}, out, "made by others") == 100
    assert heldout.changed({}, tmp_path / "never made", "any") == 100


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("again = 101\n", ": again is 101, but it is a percentage, 0 to 100. Correct it.", id="too much"),
        pytest.param('again = "1"\n', ":1: again is '1'. Make it a number.", id="a number in quotes"),
        pytest.param("", ":1: the file lacks again. Add it.", id="nothing"),
    ],
)
def test_a_percentage_that_cannot_be_is_refused(tmp_path, text, wrong):
    path = tmp_path / "heldout.toml"
    path.write_text(text)

    with pytest.raises(ContractError) as error:
        heldout.load(path)

    assert str(error.value) == f"{path}{wrong}"


def frame(*labels):
    """Rows about one target, each with its label, each an item in an article of its own."""
    rows = pd.DataFrame({"item_id": [f"a{at}" for at in range(len(labels))], "target": "t", "label": labels})
    return rows.assign(
        article_id=rows["item_id"],
        group=rows["item_id"],
        text=[f"Row {at} says {label}." for at, label in enumerate(labels)],
    )


def test_who_has_seen_one_label_says_that_one():
    assert said(frame("none", "none"), frame("favor"), "folds", CHOSEN) == {"predicted": "none", "probability": 1.0}


@pytest.mark.parametrize("suite", ["folds", "target"])
def test_who_has_seen_two_says_the_likelier_one(suite):
    train = frame(*["none", "favor"] * 10)

    found = said(train, frame("favor", "none"), suite, CHOSEN)

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

    assert heldout.ask(path, "target/x", "stance", CHOSEN, tmp_path) == 0
