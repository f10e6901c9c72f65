"""Any dataset folder can be learned from."""

import datasets
import pandas as pd
import pytest

from corpus.errors import ContractError
from training.folder import group, rows

ROWS = pd.DataFrame({"text": ["Rain fell.", "Talks resumed."], "label": ["favor", "none"]})


def write(frame, path):
    """Write a frame in the format that the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("place", ["", "stance/", "data/"])
def test_a_folder_is_read_in_every_format_wherever_its_splits_lie(tmp_path, kind, place):
    write(ROWS, tmp_path / f"{place}train.{kind}")
    write(ROWS.assign(text=["Snow fell.", "Talks ended."]), tmp_path / f"{place}test-00000-of-00001.{kind}")

    found = rows(tmp_path, "stance")

    assert found[["item_id", "split", "text", "label", "target"]].to_dict("list") == {
        "item_id": ["train-0", "train-1", "test-0", "test-1"],
        "split": ["train", "train", "test", "test"],
        "text": ["Rain fell.", "Talks resumed.", "Snow fell.", "Talks ended."],
        "label": ["favor", "none", "favor", "none"],
        "target": [""] * 4,
    }


def test_labels_that_are_numbers_are_named_by_the_files_own_feature(tmp_path):
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    for split in ("train", "test"):
        given = {"text": ["a", "b"], "label": [1, 0]}
        datasets.Dataset.from_dict(given, features=features).to_parquet(tmp_path / f"{split}.parquet")

    assert list(rows(tmp_path, "stance")["label"]) == ["yes", "no", "yes", "no"]


def test_a_label_that_looks_like_a_number_or_a_gap_is_a_word(tmp_path):
    for split in ("train", "test"):
        write(ROWS.assign(label=["1", "NA"]), tmp_path / f"{split}.csv")

    assert list(rows(tmp_path, "stance")["label"]) == ["1", "NA"] * 2


def test_the_same_text_is_one_group_where_no_article_is_named(tmp_path):
    write(pd.concat([ROWS, ROWS]).assign(target=["x", "x", "y", "y"]), tmp_path / "train.csv")
    write(ROWS, tmp_path / "test.csv")

    found = rows(tmp_path, "stance")

    assert found["group"].nunique() == 2
    assert found["group"].iloc[0] == group("rain  fell.")


def test_shares_of_the_answers_come_along_as_numbers(tmp_path):
    write(ROWS.assign(share_favor=[0.8, 0], share_none=[0.2, 1]), tmp_path / "train.csv")
    write(ROWS, tmp_path / "test.csv")

    assert list(rows(tmp_path, "stance")["share_favor"].head(2)) == [0.8, 0.0]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(
            ROWS.rename(columns={"label": "stance"}),
            "has no column 'label', only text, stance. Name the columns text and label, and target if there is one.",
            id="a column is missing",
        ),
        pytest.param(
            ROWS.assign(label=["favor", ""]), "row 2 has no text or no label. Leave such rows out.", id="a label is"
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused(tmp_path, frame, message):
    write(frame, tmp_path / "train.csv")
    write(ROWS, tmp_path / "test.csv")

    with pytest.raises(ContractError) as error:
        rows(tmp_path, "stance")

    between = " " if message.startswith("has") else ": "
    assert str(error.value) == f"{tmp_path}/train.csv{between}{message}"


def test_a_folder_without_splits_is_told_what_it_needs(tmp_path):
    write(ROWS, tmp_path / "training.csv")

    with pytest.raises(ContractError) as error:
        rows(tmp_path, "stance")

    assert str(error.value) == (
        f"{tmp_path} has no train or test files for 'stance': .parquet, .csv, .tsv, .jsonl, named train.csv, "
        "test-00000-of-00001.parquet or so, in it or in stance/ or data/. Add them, or name another folder by "
        "DATASET=folder."
    )


def test_a_row_named_twice_is_refused(tmp_path):
    write(ROWS.assign(item_id=["a", "a"]), tmp_path / "train.csv")
    write(ROWS, tmp_path / "test.csv")

    with pytest.raises(ContractError) as error:
        rows(tmp_path, "stance")

    assert str(error.value) == f"{tmp_path}: the item_id 'a' stands twice. Name every row once."


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    write(ROWS, tmp_path / "test.csv")
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"no JSON")

    with pytest.raises(ContractError) as error:
        rows(tmp_path, "stance")

    why = "Unexpected character found when decoding 'null' at position 0"
    assert str(error.value) == f"{path} is no .jsonl file that can be read: {why}. Correct it."


def test_a_share_that_is_no_number_is_named(tmp_path):
    write(ROWS, tmp_path / "test.csv")
    write(ROWS.assign(share_favor=["most", "few"]), tmp_path / "train.csv")

    with pytest.raises(ContractError) as error:
        rows(tmp_path, "stance")

    why = "could not convert string to float: 'most'"
    assert str(error.value) == f"{tmp_path}: a column share_favor holds no number: {why}. Correct it."
