"""The dataset folder holds what was settled, and `load_dataset` reads it."""

import json
import os
import subprocess
import sys

import datasets
import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import BOOK, build_dataset, world
from training.dataset import closing, left_out, tables


def files(folder):
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def placed(here):
    """Items with their split and url, as the step joins them."""
    urls = here.articles[["article_id", "url"]]
    return here.items.merge(urls, on="article_id").merge(here.splits[["item_id", "split"]], on="item_id")


def test_a_stranger_loads_every_config_with_its_label_names(tmp_path):
    folder = build_dataset(world().write(tmp_path))
    asked = (
        "import datasets, json, sys\n"
        "for config in ('stance', 'sanction_violation', 'annotations', None):\n"
        "    rows = datasets.load_dataset(sys.argv[1], config)\n"
        "    feature = rows['train'].features.get('label') or rows['train'].features['stance']\n"
        "    print(json.dumps([config, {name: len(part) for name, part in rows.items()}, feature.names]))\n"
    )

    said = subprocess.run(  # a process of its own: the library reads its cache's place when it is imported
        [sys.executable, "-c", asked, str(folder)],
        env={**os.environ, "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    stance, violation = ["favor", "against", "neutral", "none"], ["established", "alleged", "denied", "prospective"]
    assert [json.loads(line) for line in said.splitlines()] == [
        ["stance", {"train": 120, "validation": 15, "test": 15}, stance],
        ["sanction_violation", {"train": 120, "validation": 15, "test": 15}, [*violation, "none"]],
        ["annotations", {"train": 360, "validation": 45, "test": 45}, stance],
        [None, {"train": 120, "validation": 15, "test": 15}, stance],
    ]


def test_a_dataset_with_empty_splits_still_loads(tmp_path):
    folder = build_dataset(world(articles=1).write(tmp_path))

    loaded = datasets.load_dataset(str(folder), "stance", cache_dir=str(tmp_path / "cache"))

    assert {split: rows["label"][:] for split, rows in loaded.items()} == {"train": [2, 3, 0, 3, 1]}


def test_two_builds_of_the_same_tables_are_the_same_bytes(tmp_path):
    one, two = (build_dataset(world().write(tmp_path / name)) for name in ("one", "two"))

    assert files(one) == files(two)


def test_the_manifest_names_every_file_with_its_rows_and_hash(tmp_path):
    folder = build_dataset(world(articles=1).write(tmp_path))

    manifest = json.loads((folder / "manifest.json").read_text())

    assert {name: about["rows"] for name, about in manifest["files"].items()} == {
        "README.md": None,
        "annotations/train-00000-of-00001.parquet": 15,
        "sanction_violation/train-00000-of-00001.parquet": 5,
        "stance/train-00000-of-00001.parquet": 5,
    }
    assert (manifest["codebook_version"], manifest["salt"], manifest["demonstration"]) == ("1", "split-1", False)


def test_what_is_not_settled_or_names_a_private_person_is_held_back_and_counted():
    here = world(articles=1)
    first, second, third = here.items["item_id"][:3]
    here = here.saying(
        {
            f"{first}/annotator-1": {"stance": "none"},
            f"{first}/annotator-2": {"stance": "against"},
            f"{second}/annotator-3": {"flags": ["names_private_person"]},
            f"{third}/annotator-1": {"flags": ["cannot_tell"]},
        }
    )

    reasons = left_out(here.gold, here.annotations, here.items, BOOK)
    made = tables(here.gold, here.annotations, placed(here), BOOK)

    assert reasons == {
        "stance": {"cannot tell": 1, "names a private person": 1, "tied": 1},
        "sanction_violation": {"cannot tell": 1, "names a private person": 1},
        "annotations": {},
    }
    stance = made["stance/train-00000-of-00001.parquet"]
    assert not {first, second, third} & set(stance["item_id"].to_pylist())
    assert closing(made, reasons, ROOT / "d").startswith(
        "dataset: stance 2 rows (left out: 1 cannot tell, 1 names a private person, 1 tied), sanction_violation 3 rows"
    )


def test_the_soft_label_is_the_share_of_each_answer():
    here = world(articles=1)
    first = here.items["item_id"][0]
    here = here.saying({f"{first}/annotator-2": {"stance": "neutral"}})

    rows = tables(here.gold, here.annotations, placed(here), BOOK)["stance/train-00000-of-00001.parquet"].to_pylist()

    (row,) = [row for row in rows if row["item_id"] == first]
    assert [row[f"share_{label}"] for label in BOOK.questions["stance"].labels] == [2 / 3, 0, 1 / 3, 0]
    assert (row["label"], row["votes"], row["answers"], row["method"]) == (0, 2, 3, "majority")


def test_annotations_are_published_without_comments_and_with_null_for_what_was_not_asked():
    here = world(articles=1, sayings=[("none", "denied")])
    (item,) = here.items["item_id"]
    here = here.saying({f"{item}/annotator-1": {"comment": "Ask Jane Roe.", "flags": ["contested"]}})

    table = tables(here.gold, here.annotations, placed(here), BOOK)["annotations/train-00000-of-00001.parquet"]

    row = table.to_pylist()[0]
    assert (row["stance"], row["holder"], row["regime"], row["flag_contested"]) == (3, None, "russia other", True)
    assert "Ask Jane Roe." not in row.values()


def test_answers_to_items_that_are_no_longer_made_are_counted():
    here = world(articles=2, sayings=[("favor", "alleged")])

    reasons = left_out(here.gold, here.annotations, here.items[1:], BOOK)

    gone = "its item is no longer made"
    assert reasons == {"stance": {gone: 1}, "sanction_violation": {gone: 1}, "annotations": {gone: 3}}


def test_nothing_of_an_older_release_stays(tmp_path):
    folder = build_dataset(world(articles=30).write(tmp_path))
    assert (folder / "stance/test-00000-of-00001.parquet").exists()

    build_dataset(world(articles=1).write(tmp_path))

    assert sorted(path.name for path in (folder / "stance").iterdir()) == ["train-00000-of-00001.parquet"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_other_peoples_files_is_left_alone(tmp_path):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/thesis.doc").write_text("years of work")

    with pytest.raises(ContractError) as error:
        build_dataset(world(articles=1).write(tmp_path))

    assert str(error.value) == (
        f"{tmp_path}/dataset holds files of somebody else. Name an empty folder, or move them away."
    )
    assert (tmp_path / "dataset/thesis.doc").read_text() == "years of work"


def test_a_gold_label_outside_the_codebook_is_refused():
    here = world(articles=1)
    strange = here.gold.assign(label="maybe")

    with pytest.raises(ContractError) as error:
        tables(strange, here.annotations, placed(here), BOOK)

    assert str(error.value) == (
        "gold has the stance label 'maybe', but the codebook has only favor, against, neutral, none. "
        "Run `make gold` under this codebook."
    )


def test_label_names_of_the_files_are_the_codebooks(tmp_path):
    folder = build_dataset(world(articles=1).write(tmp_path))

    for question in BOOK.questions.values():
        schema = pq.read_schema(folder / question.id / "train-00000-of-00001.parquet")
        assert datasets.Features.from_arrow_schema(schema)["label"].names == list(question.labels)
