"""The baseline learns from training articles alone, says what it is made of, and what is missing when it cannot."""

import json

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import build_baseline, build_dataset, world
from training import folder
from training.baseline import main
from training.keeping import load
from training.tables import PREDICTIONS
from training.telling import tell

SETTING_FILES = [ROOT / "training/model.toml", ROOT / "training/tone.toml"]


def run(dataset, out, models, *questions):
    """Run the step as make does."""
    main(SETTING_FILES[0], SETTING_FILES[1], dataset, out, models, *questions)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A workspace with models and predictions."""
    return build_baseline(world().write(tmp_path_factory.mktemp("learned"))).parent


def published(place):
    """The rows of each question of a dataset folder."""
    return {question: folder.rows(place, question) for question in folder.questions(place)}


def test_every_published_row_has_one_prediction_a_question(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    assert {question: sorted(part["item_id"]) for question, part in found.groupby("question")} == {
        question: sorted(frame["item_id"]) for question, frame in published(learned / "dataset").items()
    }
    assert found["probability"].between(0, 1).all()
    assert np.allclose(found["probabilities"].map(sum), 1)


def test_what_words_tell_is_learned(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    test = found[found["split"] == "test"]
    assert (test["predicted"] == test["gold"]).all()


def test_the_same_dataset_makes_the_same_predictions_to_the_last_digit(tmp_path):
    one, two = (build_baseline(world(articles=12).write(tmp_path / name)) for name in ("one", "two"))

    assert one.read_bytes() == two.read_bytes()


def test_a_model_loads_and_says_what_it_said(learned):
    found = PREDICTIONS.read(learned / "baseline.parquet")

    model = load(learned / "models/stance.skops")

    frame = published(learned / "dataset")["stance"]
    kept = found[found["question"] == "stance"].set_index("item_id").loc[frame["item_id"]]
    told = tell(model, frame)
    assert [model.labels[at] for at in told.said] == list(kept["predicted"])
    assert np.array_equal(told.probabilities, np.stack(kept["probabilities"]))


def test_beside_the_model_stands_all_that_it_was_made_of_and_what_it_cost(learned):
    about = json.loads((learned / "models/stance.json").read_text())

    assert about["labels"] == load(learned / "models/stance.skops").labels
    assert about["settings"]["seed"] == 20230911
    assert about["C"] in about["settings"]["strengths"]
    assert about["bytes"] == (learned / "models/stance.skops").stat().st_size
    assert about["seconds"] > 0
    assert about["rows_per_second"] > 0
    assert set(about["setting_files"]) == {"model.toml", "tone.toml"}
    assert "stance/train-00000-of-00001.parquet" in about["dataset"]
    assert {len(digest) for digest in [*about["dataset"].values(), *about["setting_files"].values()]} == {64}
    assert set(about["versions"]) >= {"scikit-learn", "numpy", "python"}


def test_the_test_split_has_no_say_in_the_model(tmp_path):
    place = build_dataset(world(articles=15).write(tmp_path / "one"))
    run(place, tmp_path / "one.parquet", tmp_path / "models-one", "stance")
    path = place / "stance/test-00000-of-00001.parquet"
    pd.read_parquet(path).assign(text="Nothing of what stood here stands here any more.").to_parquet(path)

    run(place, tmp_path / "two.parquet", tmp_path / "models-two", "stance")

    one, two = (
        found[found["split"] == "train"]["probabilities"].tolist()
        for found in (PREDICTIONS.read(tmp_path / f"{name}.parquet") for name in ("one", "two"))
    )
    assert np.array_equal(one, two)


def relabelled(place, rows: int) -> None:
    """Give the first training rows of the stance another label, as answers that came meanwhile might."""
    path = place / "stance/train-00000-of-00001.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame.index[:rows], "label"] = (frame["label"].iloc[:rows] + 1) % frame["label"].max()
    frame[[name for name in frame.columns if not name.startswith("share_")]].to_parquet(path)


@pytest.fixture
def again(tmp_path):
    """Learn a dataset once; then, however many rows have another label, learn it again and anew in another place."""
    place = build_dataset(world(articles=40).write(tmp_path / "one"))
    relabelled(place, 0)
    run(place, tmp_path / "again.parquet", tmp_path / "again", "stance")

    def learn(rows):
        relabelled(place, rows)
        for name in ("again", "anew"):
            run(place, tmp_path / f"{name}.parquet", tmp_path / name, "stance")
        again, anew = (json.loads((tmp_path / name / "stance.json").read_text()) for name in ("again", "anew"))
        one, other = ((tmp_path / f"{name}.parquet").read_bytes() for name in ("again", "anew"))
        return again, anew, one == other

    return learn


def test_a_model_of_the_same_rows_stands_as_it_is(again, tmp_path):
    before = (tmp_path / "again/stance.skops").read_bytes()

    kept, anew, same = again(0)

    assert (tmp_path / "again/stance.skops").read_bytes() == before
    assert same
    assert kept["C"] == anew["C"]


def test_where_one_label_is_another_the_choice_stands_and_is_learned_with(again, tmp_path):
    before = json.loads((tmp_path / "again/stance.json").read_text())

    kept, anew, _ = again(1)

    model = load(tmp_path / "again/stance.skops")
    assert kept["classifiers"] == before["classifiers"] != anew["classifiers"]
    assert model.heads["known"].strength == before["C"]
    assert kept["dataset"] == anew["dataset"] != before["dataset"]


def test_where_many_labels_are_others_all_is_chosen_anew(again):
    kept, anew, same = again(20)

    assert same
    assert kept["classifiers"] == anew["classifiers"]


def test_any_dataset_folder_is_learned_from(tmp_path):
    rows = pd.DataFrame({"text": ["Stay here.", "Leave us.", "Stay now.", "Leave now."] * 6, "label": [0, 1, 0, 1] * 6})
    rows["text"] += [f" {at}" for at in range(len(rows))]
    (tmp_path / "mine").mkdir()
    rows.head(16).to_csv(tmp_path / "mine/train.csv", index=False)
    rows.tail(8).to_json(tmp_path / "mine/test.jsonl", orient="records", lines=True)

    run(tmp_path / "mine", tmp_path / "out.parquet", tmp_path / "models", "stance")

    found = PREDICTIONS.read(tmp_path / "out.parquet")
    assert list(found["item_id"][-2:]) == ["test-6", "test-7"]
    assert (found["predicted"] == found["gold"]).all()


def test_without_a_dataset_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ContractError) as error:
        run(tmp_path / "dataset/manifest.json", tmp_path / "out", tmp_path / "models")

    assert (
        str(error.value)
        == f"There is no dataset at {tmp_path}/dataset/manifest.json. Run `make dataset` first, or name another."
    )


def test_without_a_settled_label_there_is_nothing_to_learn(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")

    with pytest.raises(ContractError) as error:
        run(tmp_path / "manifest.json", tmp_path / "out", tmp_path / "models")

    assert str(error.value) == (
        f"The dataset at {tmp_path} has no settled label. "
        "Label more items (`make batch MORE=300` draws some to learn from) and run `make pull`, or draw other splits "
        "by a new salt in splits.toml."
    )
