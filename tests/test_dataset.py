"""The dataset folder holds what was settled, and `load_dataset` reads it."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus import guard
from corpus.errors import ContractError
from corpus.tables import DUPLICATES
from labeling.tables import BATCH
from tests.house import ROOT
from tests.world import BOOK, build_dataset, settings_of, world
from training import release
from training.dataset import closing, left_out, places, tables, waiting

WORDS = guard.load(ROOT / "corpus/guard.toml")


def files(folder):
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def placed(here):
    """Items with all that the step joins to them."""
    batch = here.batch[["item_id", "reason", "probability"]].rename(columns={"reason": "drawn"})
    asked = here.items.drop(columns="drawn").merge(batch, on="item_id")
    asked = asked.merge(here.splits[["item_id", "split"]], on="item_id")
    articles = here.articles[["article_id", "url", "fetched", "license", "text"]]
    sentences = here.sentences[["sentence_id", "start", "end", "quoted"]]
    return places(asked, articles, sentences, DUPLICATES.frame([]), WORDS)


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

    reasons = left_out(here.gold, here.annotations, placed(here), BOOK)
    made = tables(here.gold, here.annotations, placed(here), BOOK)

    assert reasons == {
        "stance": {"cannot tell": 1, "held back by a flag": 1, "tied": 1},
        "sanction_violation": {"cannot tell": 1, "held back by a flag": 1},
        "annotations": {},
    }
    stance = made["stance/train-00000-of-00001.parquet"]
    assert not {first, second, third} & set(stance["item_id"].to_pylist())
    assert closing(made, reasons, ROOT / "d").startswith(
        "dataset: stance 2 rows (left out: 1 cannot tell, 1 held back by a flag, 1 tied), sanction_violation 3 rows"
    )


def test_the_soft_label_is_the_share_of_each_answer():
    here = world(articles=1)
    first = here.items["item_id"][0]
    here = here.saying({f"{first}/annotator-2": {"stance": "neutral"}})

    rows = tables(here.gold, here.annotations, placed(here), BOOK)["stance/train-00000-of-00001.parquet"].to_pylist()

    (row,) = [row for row in rows if row["item_id"] == first]
    for prefix in ("share_", "soft_"):
        assert [row[f"{prefix}{label}"] for label in BOOK.questions["stance"].labels] == [2 / 3, 0, 1 / 3, 0]
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

    reasons = left_out(here.gold, here.annotations, placed(here)[1:], BOOK)

    gone = "its item is no longer made"
    assert reasons == {"stance": {gone: 1}, "sanction_violation": {gone: 1}, "annotations": {gone: 3}}


def test_answers_to_checks_are_left_out_as_such():
    here = world(articles=1, sayings=[("favor", "alleged")])
    checks = here.annotations.assign(item_id="a check", purpose="check")

    reasons = left_out(here.gold, pd.concat([here.annotations, checks]), placed(here), BOOK)

    assert reasons["annotations"] == {"to a check, whose label was known": 3}


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


def test_a_row_says_where_its_sentence_stands_and_by_what_it_is_known_again(tmp_path):
    here = world(articles=1)
    folder = build_dataset(here.write(tmp_path))

    rows = release.read(folder / "stance/train-00000-of-00001.parquet")

    text = str(here.articles["text"][0])
    assert [text[start:end] for start, end in zip(rows["start"], rows["end"], strict=True)] == rows["text"].tolist()
    hashes = [hashlib.sha256(words.encode()).hexdigest() for words in rows["text"]]
    assert rows["sentence_sha256"].tolist() == hashes
    assert set(rows["url"]) == {"https://wire.example/a0"}
    assert rows["group"].tolist() == rows["sentence_id"].tolist()


def test_a_row_says_why_it_was_asked_and_how_likely_that_was(tmp_path):
    here = world(articles=1)
    here.write(tmp_path)
    batch = here.items[["item_id", "article_id"]].assign(
        batch=1, place=range(5), reason=["sample"] * 3 + ["uncertainty"] * 2, population=10, copies=1, withdrawn="",
        score=float("nan"),
        probability=[0.5] * 3 + [float("nan")] * 2,
    )  # fmt: skip
    BATCH.write(batch, tmp_path / "batch.parquet")

    rows = release.read(build_dataset(tmp_path) / "stance/train-00000-of-00001.parquet").set_index("item_id")

    asked = rows.loc[here.items["item_id"]]
    assert asked["drawn"].tolist() == ["sample"] * 3 + ["uncertainty"] * 2
    assert asked["probability"].fillna(-1).tolist() == [0.5] * 3 + [-1] * 2


@pytest.mark.parametrize("part", ["article", "sentence", "item"])
def test_what_was_withdrawn_is_in_no_config_and_counted(tmp_path, part):
    here = world(articles=2)
    item = str(here.items["item_id"][0])
    name = {"article": item[:10], "sentence": item.partition("@")[0], "item": item}[part]
    stone = f'[[withdrawn]]\nid = "{name}"\nday = "2026-01-02"\nreason = "asked"\n'

    folder = build_dataset(here.write(tmp_path), settings_of(tmp_path, withdrawn=stone))

    gone = 5 if part == "article" else 1
    assert release.manifest(folder)["left_out"] == {
        "stance": {"withdrawn": gone},
        "sanction_violation": {"withdrawn": gone},
        "annotations": {"withdrawn": gone * 3},
    }
    assert not [rows for rows in release.configs(folder).values() if rows["item_id"].str.startswith(name).any()]


def test_items_of_the_test_split_that_nobody_settled_are_named():
    here = world(articles=30)
    rows = placed(here)
    test, train = (str(rows.loc[rows["split"] == split, "item_id"].iloc[0]) for split in ("test", "train"))
    tie = {"stance": "none"}, {"stance": "against"}
    here = here.saying({f"{item}/annotator-{n}": tie[n - 1] for item in (test, train) for n in (1, 2)})
    agreed = {f"{item}/annotator-3": {"stance": "favor"} for item in (test, train)}

    there = here.saying(agreed)
    assert waiting(there.gold, there.annotations, rows, BOOK) == [f"{test}/stance"]


def test_nobody_waits_for_what_was_withdrawn():
    here = world(articles=30)
    rows = placed(here)
    test = rows.loc[rows["split"] == "test"].iloc[0]
    gold = here.gold[here.gold["item_id"] != test["item_id"]]

    assert waiting(gold, here.annotations, rows, BOOK) == [
        f"{test['item_id']}/sanction_violation", f"{test['item_id']}/stance",
    ]  # fmt: skip
    assert waiting(gold, here.annotations, rows, BOOK, {test["article_id"]}) == []


def test_items_of_the_test_split_whose_answers_count_no_more_are_named_and_counted():
    here = world(articles=30)
    rows = placed(here)
    test = str(rows.loc[rows["split"] == "test", "item_id"].iloc[0])
    annotations = here.annotations.copy()
    annotations.loc[annotations["item_id"] == test, "left_out"] = (
        "answered under codebook 1, which meant something else"
    )
    gold = here.gold[here.gold["item_id"] != test]

    assert waiting(gold, annotations, rows, BOOK) == [f"{test}/sanction_violation", f"{test}/stance"]
    assert left_out(gold, annotations, rows, BOOK)["stance"]["no answer to it counts"] == 1


def test_twenty_thousand_rows_and_more_are_the_same_bytes_twice(tmp_path):
    here = world(articles=1)
    items = here.items.loc[here.items.index.repeat(4_200)].reset_index(drop=True)
    names = [f"{at:010x}.{at:06x}" for at in range(len(items))]
    rows = items.assign(sentence_id=names, item_id=[f"{name}@sanctions-russia" for name in names])
    columns = release.of_config("stance", BOOK)
    told = placed(replace(here, items=here.items)).iloc[:1].drop(columns=["item_id", "sentence_id"])
    whole = rows[["item_id", "sentence_id"]].merge(told, how="cross").assign(
        label="favor", votes=3, answers=3, provenance="unanimous", method="majority", sensitive=False,
        **{f"{kind}_{label}": 0.25 for kind in ("share", "soft") for label in BOOK.questions["stance"].labels},
    )  # fmt: skip
    parts = pd.concat([whole[:7_000], whole[7_000:]])  # as many chunks as it likes

    once, twice = (release.parquet(release.arrow(frame, columns)) for frame in (whole, parts))

    assert len(whole) == 21_000
    assert once == twice
    assert pq.read_table(pa.BufferReader(once)).num_rows == 21_000


def test_what_is_set_aside_is_a_split_of_its_own():
    here = world(articles=2)
    rows = placed(here)
    rows["split"] = rows["split"].where(rows["article_id"] != rows["article_id"][0], "aside")

    told = here.gold, here.annotations, rows, BOOK
    reasons, made = left_out(*told), tables(*told)

    assert reasons == {"stance": {}, "sanction_violation": {}, "annotations": {}}
    assert made["stance/aside-00000-of-00001.parquet"].num_rows == 5
    assert made["annotations/aside-00000-of-00001.parquet"].num_rows == 15
