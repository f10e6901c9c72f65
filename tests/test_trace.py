"""One id leads from the published row back to the raw file."""

import pytest

from corpus.errors import ContractError
from tests.world import build_baseline, world
from training.trace import block, line, main, tables, trace


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace with everything up to the predictions."""
    return build_baseline(world(articles=12).write(tmp_path_factory.mktemp("workspace"))).parent


def test_an_item_is_followed_through_every_table_back_to_its_raw_file(folder, capsys):
    item = tables(folder)["items"].iloc[0]
    capsys.readouterr()

    main(item["item_id"], folder)

    said = capsys.readouterr().out
    heads = [row.split()[1] for row in said.splitlines() if row.startswith("──")]
    way = ["published:", "baseline", "splits", "gold", "annotations", "answers", "items", "sentences", "articles"]
    assert list(dict.fromkeys(heads)) == way
    assert "source:        a0.txt" in said


def test_what_is_published_is_shown_with_labels_by_name(folder):
    found = trace(str(tables(folder)["items"]["item_id"][0]), tables(folder))

    (label,) = [rows["label"].tolist() for name, rows in found.items() if "stance/" in name and len(rows)]
    assert label == ["favor"]


def test_a_sentence_brings_its_article_and_its_items_and_nobody_elses(folder):
    sentence = tables(folder)["sentences"].iloc[0]

    found = trace(sentence["sentence_id"], tables(folder))

    assert found["articles"]["article_id"].tolist() == [sentence["article_id"]]
    assert found["sentences"]["sentence_id"].tolist() == [sentence["sentence_id"]]
    assert found["items"]["sentence_id"].tolist() == [sentence["sentence_id"]]
    assert set(found["annotations"]["item_id"]) == set(found["items"]["item_id"])


def test_an_article_brings_all_that_was_made_of_it(folder):
    article = str(tables(folder)["articles"]["article_id"][0])

    found = trace(article, tables(folder))

    assert set(found["sentences"]["article_id"]) == {article}
    assert len(found["sentences"]) == len(found["items"]) == 5


def test_an_unknown_id_is_refused_with_the_nearest(folder):
    known = str(tables(folder)["articles"]["article_id"][0])
    only = {"articles": tables(folder)["articles"][:1]}

    with pytest.raises(ContractError) as error:
        trace(f"{known}0", only)

    assert str(error.value) == (
        f"There is no article, sentence or item '{known}0' in these tables. The nearest: {known}."
    )


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


def test_an_id_says_what_it_is_part_of():
    assert line("3f9a1c20d4.8c1e07@topic") == ["3f9a1c20d4", "3f9a1c20d4.8c1e07", "3f9a1c20d4.8c1e07@topic"]


def test_a_long_value_is_wrapped_and_cut_with_its_length():
    lines = list(block("articles", {"article_id": "3f9a1c20d4", "text": "word " * 1000}, 80))

    assert [row for row in "\n".join(lines).splitlines() if len(row) > 80] == []
    assert lines[-2].endswith("… (4,999 characters)")
