"""One id leads from the published row back to the raw file."""

import json
import re

import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from corpus.tables import ITEMS
from labeling import codebook
from labeling.answered import expected
from labeling.tables import ASSIGNMENTS, CHECKS
from tests.house import ROOT
from tests.world import build_baseline, world
from training.trace import main, place, tables, trace

STONES = ROOT / "training/withdrawn.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace with everything up to the predictions."""
    return build_baseline(world(articles=12).write(tmp_path_factory.mktemp("workspace"))).parent


def items(folder):
    """The ids of the workspace's items."""
    return pq.read_table(folder / "items.parquet")["item_id"].to_pylist()


def screen(folder, capsys, wanted, stones=STONES):
    """What is shown of an id."""
    capsys.readouterr()
    main(wanted, folder, stones, "")
    return capsys.readouterr().out


def test_an_item_is_followed_from_what_is_published_back_to_its_raw_file(folder, capsys):
    (item, *_) = items(folder)

    said = screen(folder, capsys, item)

    sentence, article = item.partition("@")[0], item[:10]
    told = re.sub(r"sha256 \w{40}", "sha256 …", re.sub(r"(baseline.*\n)(.*\n)", "", said, count=1))
    assert told == (
        f"{item}\n"
        "  “Ministers said sanctions on Russia must stay after firm a0-0 allegedly\n"
        "  broke them.”\n"
        "  on: Sanctions on Russia should be kept or tightened.\n"
        "\n"
        "published   not in the edition\n"
        "            dataset: sanction_violation alleged, stance favor\n"
        "split       train  its article was drawn into bucket 58, salt split-1\n"
        "            held out in folds 4\n"
        "gold        stance: favor  (unanimous, by majority, 3 of 3 answers)\n"
        "            sanction_violation: alleged  (unanimous, by majority, 3 of 3\n"
        "            answers)\n"
        "answers     annotator-1  2024-04-01 10:00  codebook 1  favor, quoted, alleged,\n"
        "            russia, other\n"
        "            annotator-2  2024-04-01 10:00  codebook 1  favor, quoted, alleged,\n"
        "            russia, other\n"
        "            annotator-3  2024-04-01 10:00  codebook 1  favor, quoted, alleged,\n"
        "            russia, other\n"
        "asked       all, draw 1, place 0; probability 0.2\n"
        "\n"
        f"sentence    {sentence}  characters 0 to 82, sentence 0\n"
        f"article     {article}  Story a0\n"
        "            The Daily | Wire, 2024-03-01, en-GB\n"
        "            https://wire.example/a0\n"
        "            licence: CC-BY-4.0\n"
        "            raw file: a0.txt, sha256 …\n"
        "            fetched: unknown; 353 characters\n"
    )


def test_an_article_brings_its_items_a_line_each(folder, capsys):
    said = screen(folder, capsys, items(folder)[0][:10])

    assert said.startswith("5 items:\n")
    assert re.findall(r"sanctions-russia  (\w+, \w+)  ", said) == [
        "favor, alleged", "against, none", "neutral, prospective", "none, established", "none, denied",
    ]  # fmt: skip


def test_every_row_that_belongs_to_an_id_is_told_as_json_and_nobody_elses(folder, tmp_path):
    (item, *_) = items(folder)
    main(item, folder, STONES, str(tmp_path / "trace.json"))

    told = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))

    counts = {name: len(rows) for name, rows in told["tables"].items()}
    assert counts == {
        "dataset: annotations": 3, "dataset: sanction_violation": 1, "dataset: stance": 1,
        "annotations": 3, "answers": 3, "articles": 1, "baseline": 2, "gold": 2, "items": 1, "sentences": 1,
        "batch": 1, "splits": 6,
    }  # fmt: skip
    assert told["tables"]["dataset: stance"][0]["label"] == "favor"
    assert told["tables"]["articles"][0]["source"] == "a0.txt"
    assert told["withdrawn"] == []


@pytest.mark.parametrize("part", ["article", "sentence", "item", "annotation", "gold", "address", "task"])
def test_any_id_of_any_stage_leads_there(folder, tmp_path, part):
    (item, *_) = items(folder)
    key = "0123456789ab"
    words = {"annotation": f"{item}/annotator-1/1", "gold": f"{item}/stance", "address": "https://wire.example/a0"}
    words |= {"article": item[:10], "sentence": item.partition("@")[0], "item": item, "task": key}
    row = {"assignment_id": f"{item}/annotator-1/1", "task_key": key, "item_id": item, "annotator": "annotator-1"}
    rest = {"codebook_version": "1", "purpose": "batch", "batch": 1, "place": 0, "withdrawn": ""}
    ASSIGNMENTS.write(ASSIGNMENTS.frame([row | rest]), tmp_path / "assignments.parquet")
    found = tables(folder) | {"assignments": [tmp_path / "assignments.parquet"]}

    told = trace(place(words[part], found), found)

    assert item in [row["item_id"] for row in told["items"]]
    assert [row["article_id"] for row in told["articles"]] == [item[:10]]


def test_what_was_asked_and_is_no_item_any_more_is_told_all_the_same(folder, capsys):
    (item, *_) = items(folder)
    kept = ITEMS.read(folder / "items.parquet")
    ITEMS.write(kept[kept["item_id"] != item], folder / "items.parquet")

    said = screen(folder, capsys, item)

    assert said.startswith(f"{item}\n  no item any more: its article or its target is gone\n")
    assert "answers     annotator-1  2024-04-01 10:00  codebook 1  favor, quoted, alleged" in said


def test_a_check_is_told_with_its_words(folder, capsys):
    book = codebook.load(ROOT / "labeling/codebook.toml")
    columns = expected(CHECKS, book)
    row = {name: "" for name in columns.columns} | {"demonstration": False, "use": "check", "target": ""}
    row |= {"item_id": "0123456789.abcdef@topic", "text": "Rain fell on the port."}
    columns.write(columns.frame([row]), folder / "checks.parquet")

    said = screen(folder, capsys, "0123456789.abcdef@topic")
    (folder / "checks.parquet").unlink()

    assert said.startswith("0123456789.abcdef@topic\n  “Rain fell on the port.”\n")


def test_a_withdrawal_stands_before_all_else(folder, capsys, tmp_path):
    (item, *_) = items(folder)
    stone = f'[[withdrawn]]\nid = "{item[:10]}"\nday = "2026-01-02"\nreason = "the outlet asked"\n'
    (tmp_path / "withdrawn.toml").write_text(stone)

    said = screen(folder, capsys, item, tmp_path / "withdrawn.toml")

    assert said.startswith("withdrawn on 2026-01-02: the outlet asked\n")


def test_an_unknown_id_is_refused_with_the_nearest(folder):
    article = items(folder)[0][:10]

    with pytest.raises(ContractError) as error:
        trace(f"{article}0", {"articles": tables(folder)["articles"]})

    said, near = str(error.value).split(" The nearest: ")
    assert said == f"There is no article, sentence or item '{article}0' in these tables."
    assert near.startswith(article)


def test_an_id_like_no_other_is_refused_with_where_ids_stand(folder):
    with pytest.raises(ContractError) as error:
        trace("?", tables(folder))

    assert str(error.value) == (
        "There is no article, sentence or item '?' in these tables. Ids stand in the first columns of every table."
    )


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        tables(tmp_path / "nowhere")

    assert str(error.value) == (
        f"There are no tables in {tmp_path}/nowhere. Run `make dataset` first, or name another folder by DATA=folder."
    )
