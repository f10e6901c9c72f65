"""Which of our sentences stand in a public benchmark."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from corpus.wording import wording
from tests.house import ROOT, SHARED, needs_shared
from tests.world import step, world
from training.contamination import contaminated, load, main, strings, texts
from training.tables import CONTAMINATION

SETTINGS = load(ROOT / "training/contamination.toml")
SAID = "Tankers left the port of Nampo at night with coal for three buyers abroad."


def stands(*theirs, ours=SAID, settings=SETTINGS):
    """How our sentence stands in each of their texts: kind and similarity, by source."""
    found = contaminated(pd.DataFrame({"sentence_id": ["a.1"], "text": [ours]}), worded(*theirs), settings)
    return {row.source: (row.kind, row.similarity) for row in found.itertuples()}


def worded(*theirs):
    """Texts of a benchmark, as they are read."""
    return iter([(f"file#{at}", text, wording(text)) for at, text in enumerate(theirs, 1)])


@pytest.mark.parametrize(
    ("theirs", "kind", "similarity"),
    [
        pytest.param(SAID.upper().replace(" at night", ", “at night”"), "exact", 1, id="the same words"),
        pytest.param(f"It was late. {SAID} Nobody stopped them.", "within", 14 / 20, id="within a longer text"),
        pytest.param(SAID.replace("three", "four"), "near", 13 / 15, id="a word changed"),
        pytest.param(SAID.replace(" abroad", ""), "near", 13 / 14, id="a word less"),
    ],
)
def test_a_sentence_is_found_by_its_words(theirs, kind, similarity):
    assert stands(theirs) == {"file#1": (kind, pytest.approx(similarity))}


@pytest.mark.parametrize(
    "theirs", ["Tankers left the port.", "Coal prices rose in the port of Nampo at night for buyers of grain and oil."]
)
def test_a_few_words_in_common_are_no_sentence(theirs):
    assert stands(theirs) == {}


def test_a_sentence_of_few_words_is_anybodys():
    assert stands("Sanctions work well.", ours="Sanctions work well.") == {}


def test_the_closest_way_counts_wherever_texts_are_cut():
    one_by_one = stands(SAID, SAID.replace("three", "four"), settings=replace(SETTINGS, at_once=1))

    assert one_by_one == stands(SAID, SAID.replace("three", "four"))
    assert one_by_one == {"file#1": ("exact", 1.0), "file#2": ("near", pytest.approx(13 / 15))}


def test_every_string_of_a_record_is_looked_at_and_tokens_are_joined():
    record = {"a": "one", "b": [{"c": "two"}, {"c": ["three", "four"]}], "d": 5}

    assert sorted(strings(".json", json.dumps(record).encode())) == ["one", "three four", "two"]
    assert list(strings(".txt", b"plain words")) == ["plain words"]
    assert list(strings(".json", b"{broken")) == []


def test_benchmarks_are_read_from_every_kind_of_file(tmp_path, capsys):
    here = world(articles=4)
    here.write(tmp_path)
    ours = here.items["text"].tolist()
    folder = tmp_path / "benchmarks"
    (folder / "deep").mkdir(parents=True)
    (folder / "lines.jsonl").write_text(json.dumps({"premise": ours[0]}) + "\n")
    (folder / "table.csv").write_text(f'id,text\n1,"{ours[1]}"\n')
    (folder / "picture.png").write_bytes(b"\x89PNG")
    pq.write_table(pa.table({"claim": [ours[2]]}), folder / "deep" / "rows.parquet")
    settings = tmp_path / "contamination.toml"
    settings.write_text((ROOT / "training/contamination.toml").read_text().replace("0.7 ", "1.0 "))
    capsys.readouterr()

    step(main, settings, tmp_path / "items.parquet", folder, tmp_path / "contamination.parquet")

    found = CONTAMINATION.read(tmp_path / "contamination.parquet")
    assert sorted(found["source"]) == ["deep/rows.parquet#1", "lines.jsonl#1", "table.csv#1"]
    assert set(found["text"]) == set(ours[:3])
    assert capsys.readouterr().out == (
        f"contamination: 3 rows -> {tmp_path}/contamination.parquet "
        "(3 of 20 sentences stand in 3 records: 3 exact; not read: 1 unknown kind)\n"
    )


def test_nothing_of_ours_stands_nowhere(tmp_path):
    assert contaminated(pd.DataFrame({"sentence_id": [], "text": []}), worded(SAID), SETTINGS).empty
    assert stands() == {}


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        main(ROOT / "training/contamination.toml", tmp_path / "items.parquet", tmp_path / "none", tmp_path / "out")

    assert str(error.value) == (
        f"There is no folder {tmp_path}/none. Put copies of public benchmarks there (JSON Lines, CSV, Parquet, or what "
        "`datasets` saves), or name another: `make contamination BENCHMARKS=folder`."
    )


@needs_shared("newsmtsc")
def test_a_sentence_of_a_published_benchmark_is_found_there(tmp_path):
    sentences = pd.DataFrame(
        {
            "sentence_id": ["a.1", "a.2"],
            "text": [
                "Winner wrote that she had a 30-minute private meeting with the Republican lawmaker's policy director.",
                "No benchmark has this sentence about timber, tankers and the price of cement.",
            ],
        }
    )
    shutil.copy(SHARED / "newsmtsc/train.jsonl", tmp_path)

    found = contaminated(sentences, texts(tmp_path, SETTINGS, Counter()), SETTINGS)

    assert set(found["sentence_id"]) == {"a.1"}
    assert found.set_index("source").loc["train.jsonl#1", "kind"] == "near"
