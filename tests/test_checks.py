"""Checks are sentences whose labels are known; nothing tells them from the others."""

import pytest

from corpus import targets
from corpus.errors import ContractError
from corpus.tables import ITEMS
from labeling import codebook
from labeling.answered import expected
from labeling.checks import LOOK, check, checks, load, main, worn
from labeling.tables import CHECKS
from tests.house import ROOT
from tests.test_codebook import SMALLEST
from tests.world import step, world

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
TARGETS = targets.load(ROOT / "corpus/targets.toml")
PROPOSITIONS = {one.id: one.proposition for one in TARGETS.targets}
SHIPPED = checks(load(ROOT / "labeling/checks.toml", BOOK), PROPOSITIONS, LOOK, BOOK)
WRITTEN = """
[[check]]
target = "sanctions-iran"
title = "Carpets"
outlet = "The Post"
published = "2024-05-21"
text = "Dealers demanded that the sanctions on Iran be lifted."
stance = "against"
sanction_violation = "none"
why = "They want them lifted."
"""


def test_an_entry_becomes_a_row_that_looks_like_an_item(tmp_path):
    path = tmp_path / "checks.toml"
    path.write_text(WRITTEN)

    (row,) = checks(load(path, BOOK), PROPOSITIONS, LOOK, BOOK).to_dict("records")

    assert row == {
        "item_id": "32507e874a.fa751e@sanctions-iran",
        "sentence_id": "32507e874a.fa751e",
        "article_id": "32507e874a",
        "target": "sanctions-iran",
        "proposition": "Sanctions on Iran should be kept or tightened.",
        "text": "Dealers demanded that the sanctions on Iran be lifted.",
        "before": "",
        "after": "",
        "title": "Carpets",
        "outlet": "The Post",
        "published": "2024-05-21",
        "demonstration": True,
        "drawn": "written",
        "use": "check",
        "stance": "against",
        "sanction_violation": "none",
        "why": "They want them lifted.",
    }


def test_the_checks_of_the_house_are_24_or_more_and_12_or_more_are_asked_first():
    uses = SHIPPED["use"].value_counts()

    assert uses["check"] >= 24
    assert uses["qualification"] >= 12


@pytest.mark.parametrize("question", BOOK.questions)
@pytest.mark.parametrize("use", ["check", "qualification"])
def test_every_label_is_expected_of_some_check_of_the_house(use, question):
    expected = set(SHIPPED.loc[SHIPPED["use"] == use, question])

    assert expected - {""} == set(BOOK.questions[question].labels)


@pytest.mark.parametrize("row", SHIPPED.to_dict("records"), ids=lambda row: row["text"][:30])
def test_a_check_of_the_house_holds_its_targets_cues_as_an_item_would(row):
    named = [target.id for target in TARGETS.targets if target.named_in(row["text"])]

    assert (row["target"] in named) if row["target"] else (not named and TARGETS.on_topic(row["text"]))
    assert all(row[shown] for shown in ("title", "outlet", "published", "before", "after"))


def test_a_check_has_all_that_an_item_has():
    assert list(CHECKS.columns)[: len(ITEMS.columns)] == list(ITEMS.columns)


def test_a_check_shows_no_more_than_most_items_do():
    items = world(articles=3).items.assign(outlet="", before=["", *["Before."] * 14], after=["After.", *[""] * 14])

    look = worn(items)

    row = check(load(ROOT / "labeling/checks.toml", BOOK)[0], PROPOSITIONS, look)
    assert look == {"title", "published", "before"}
    assert {name: bool(row[name]) for name in LOOK} == {
        "title": True, "outlet": False, "published": True, "before": True, "after": False,
    }  # fmt: skip
    assert row["item_id"] == SHIPPED["item_id"].iloc[0]


def test_a_check_about_a_target_that_is_not_asked_about_is_left_out_and_counted(tmp_path, capsys):
    (tmp_path / "checks.toml").write_text(WRITTEN + WRITTEN.replace("sanctions-iran", "sanctions-atlantis"))
    target_file = ROOT / "corpus/targets.toml"
    ITEMS.save(ITEMS.arrow(world(articles=1).items), tmp_path / "items.parquet")

    settings = tmp_path / "checks.toml", ROOT / "labeling/codebook.toml", target_file
    step(main, *settings, tmp_path / "items.parquet", tmp_path / "checks.parquet")

    assert capsys.readouterr().out == (
        f"checks: 1 rows -> {tmp_path / 'checks.parquet'} (1 check, 0 qualification; "
        f"left out: 1 about targets that {target_file} does not have)\n"
    )


def test_items_of_which_nothing_would_be_asked_are_refused(tmp_path):
    (tmp_path / "codebook.toml").write_text(SMALLEST.replace("every item", "items with a target"))
    settings = ROOT / "labeling/checks.toml", tmp_path / "codebook.toml", ROOT / "corpus/targets.toml"

    with pytest.raises(ContractError) as error:
        step(main, *settings, tmp_path / "items.parquet", tmp_path / "checks.parquet")

    assert str(error.value) == (
        f"Every question of {settings[1]} is asked of items with a target, so the topic of {settings[2]} makes "
        "items of which nothing is asked. Set topic to [] there, or ask a question of every item."
    )


def test_no_checks_are_a_table_without_rows(tmp_path):
    (tmp_path / "checks.toml").write_text("")

    found = checks(load(tmp_path / "checks.toml", BOOK), PROPOSITIONS, LOOK, BOOK)

    assert list(found.columns) == list(expected(CHECKS, BOOK).columns)
    assert len(found) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            '"against"', '"opposed"',
            "expects stance 'opposed', but the codebook has only favor, against, neutral, none", id="a strange label",
        ),
        pytest.param(
            'target = "sanctions-iran"', "", "expects a stance, but has no target", id="a stance without a target"
        ),
        pytest.param(
            'stance = "against"', "", "lacks stance", id="no stance",
        ),
        pytest.param('why = "They want them lifted."', "", "lacks why", id="no reason"),
        pytest.param("why", "because", "lacks why", id="a reason by another name"),
        pytest.param('outlet = "The Post"', 'outlet = "The Post"\nbyline = ""',
                     "has a key 'byline', which is neither a column nor a question (stance, sanction_violation)",
                     id="a strange key"),
        pytest.param('"2024-05-21"', "2024-05-21", "has a published that is no text", id="a date without quotes"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_entry_is_told_with_its_place(tmp_path, old, new, message):
    path = tmp_path / "checks.toml"
    path.write_text(WRITTEN + WRITTEN.replace(old, new))

    with pytest.raises(ContractError) as error:
        load(path, BOOK)

    assert str(error.value) == f"{path}:12: check (number 2) {message}. Correct it."


@pytest.mark.parametrize(
    ("head", "message"),
    [
        pytest.param(
            "[[quiz]]", "has a key 'quiz', which nobody reads. Correct it to check or qualification.", id="quiz"
        ),
        pytest.param(
            "[check]", "holds an entry that is none. Begin each with [[check]] or [[qualification]].", id="one bracket"
        ),
    ],
)
def test_an_entry_under_another_head_is_told(tmp_path, head, message):
    path = tmp_path / "checks.toml"
    path.write_text(WRITTEN.replace("[[check]]", head))

    with pytest.raises(ContractError) as error:
        load(path, BOOK)

    assert str(error.value) == f"{path} {message}"


def test_the_same_entry_has_the_same_id_on_every_machine():
    entry = {"outlet": "a", "published": "b", "title": "c", "text": "d", "target": "", "before": "", "after": ""}

    assert check(entry, {"": ""}, LOOK)["item_id"] == "ee2be6da91.3c3638@topic"
