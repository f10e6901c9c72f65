"""The columns of answers, made from the codebook."""

import json

from corpus.tables import ITEMS
from labeling import codebook
from labeling.annotations import main
from labeling.answered import answered, expected
from labeling.tables import ANNOTATIONS, ANSWERS, CHECKS, RULINGS
from tests.house import ROOT
from tests.test_codebook import SMALLEST
from tests.test_relabel import said

BOOK = codebook.load(ROOT / "labeling/codebook.toml")


def test_annotations_and_rulings_have_a_column_for_all_that_the_codebook_asks():
    sets = ["stance", "holder", "sanction_violation", "regime", "none_reason", "flags"]

    for table, before, after in ((ANNOTATIONS, "target", "comment"), (RULINGS, "adjudicator", "reason")):
        columns = list(answered(table, BOOK).columns)
        assert columns[columns.index(before) + 1 : columns.index(after)] == sets
    kinds = {name: (str(kind), meaning) for name, (kind, meaning) in answered(ANNOTATIONS, BOOK).columns.items()}
    assert kinds["holder"] == ("string", "Whose stance is it: the label, empty if not given")
    assert kinds["flags"] == ("list<item: string>", "Flags: the labels given")


def test_answers_to_other_questions_need_no_other_code(tmp_path):
    (tmp_path / "codebook.toml").write_text(SMALLEST)
    item = {**dict.fromkeys(ITEMS.columns, ""), "item_id": "a.1@topic", "demonstration": False}
    result = json.dumps([{"from_name": "tone", "value": {"choices": ["sad"]}}])
    ITEMS.write(ITEMS.frame([item]), tmp_path / "items.parquet")
    ANSWERS.write(ANSWERS.frame([said("a.1@topic", "p", result=result)]), tmp_path / "answers.parquet")

    checks = expected(CHECKS, codebook.load(tmp_path / "codebook.toml"))
    checks.write(checks.frame([]), tmp_path / "checks.parquet")
    read = ("answers.parquet", "items.parquet", "checks.parquet", "codebook.toml", "codebooks", "annotations.parquet")
    main(*(tmp_path / name for name in read))

    (row,) = ANNOTATIONS.read(tmp_path / "annotations.parquet").to_dict("records")
    assert (row["tone"], list(row["flags"]), row["left_out"]) == ("sad", [], "")
    assert "stance" not in row


def test_no_answers_make_a_table_of_the_same_columns(tmp_path):
    table = answered(ANNOTATIONS, BOOK)
    table.write(table.frame([]), tmp_path / "annotations.parquet")

    found = ANNOTATIONS.read(tmp_path / "annotations.parquet")

    assert list(found.columns) == list(table.columns)
