"""How the model does on parts of the test rows."""

import pandas as pd
import pytest

from tests.rows import LABELS, predicted
from tests.world import BOOK, world
from training.scores import Bootstrap, confusions, macro_f1
from training.slices import MOST, facts, length, over, said, slices

DRAWS = Bootstrap(seed=1, draws=100, percent=95)


def of(rows, *names):
    """A slice that puts the rows' items into parts, in turn."""
    return pd.Series([names[at % len(names)] for at in range(len(rows))], index=rows["item_id"])


def test_every_part_has_the_scores_of_its_rows_the_largest_first():
    rows = predicted()
    parts = of(rows, ["x"], ["y"], ["y"])

    (one,) = slices(rows, {"half": parts}, LABELS, DRAWS)

    assert one["slice"] == "half"
    assert [(part["part"], part["rows"]) for part in one["parts"]] == [("y", 133), ("x", 67)]
    mine = rows[[names == ["y"] for names in parts]]
    counts = confusions(mine, "predicted", LABELS).sum(axis=0)
    assert one["parts"][0]["macro_f1"] == pytest.approx(float(macro_f1(counts)))


def test_an_item_may_be_of_several_parts_or_of_none_that_is_said():
    rows = predicted(rows=30)

    (one,) = slices(rows, {"regime": of(rows, ["x", "y"], ["y"], [])}, LABELS, DRAWS)

    assert {part["part"]: part["rows"] for part in one["parts"]} == {"y": 20, "x": 10, "not said": 10}


def test_what_is_not_asked_of_a_row_leaves_it_out():
    rows = predicted(rows=30)

    (one,) = slices(rows, {"holder": of(rows, ["author"])[:10]}, LABELS, DRAWS)

    assert {part["part"]: part["rows"] for part in one["parts"]} == {"author": 10}
    assert slices(rows, {"holder": of(rows, [])}, LABELS, DRAWS) == []


def test_the_smallest_parts_are_told_as_one():
    rows = predicted(rows=200)

    (one,) = slices(rows, {"outlet": of(rows, *([f"o{at:02}"] for at in range(20)))}, LABELS, DRAWS)

    assert len(one["parts"]) == MOST + 1
    assert one["parts"][-1]["part"] == "10 others"
    assert sum(part["rows"] for part in one["parts"]) == 200


def test_the_mean_over_parts_is_that_of_their_macro_f1():
    rows = predicted()
    parts = of(rows, ["x"], ["y"])

    value, interval = over(rows, parts, LABELS, DRAWS).values()

    each = [
        float(macro_f1(confusions(rows[[name == [part] for name in parts]], "predicted", LABELS).sum(axis=0)))
        for part in "xy"
    ]
    assert value == pytest.approx(sum(each) / 2)
    assert interval == pytest.approx([value, value], abs=0.15)
    assert list(over(rows, of(rows, ["x"]), LABELS, DRAWS).values()) == [None, None]


def test_what_half_of_those_say_who_say_anything_is_a_fact_of_the_item():
    answers = pd.DataFrame(
        {
            "item_id": ["i", "i", "i", "j", "j"],
            "none_reason": ["imposition", "imposition", "", "rhetoric", ""],
            "regime": [["dprk", "russia"], ["dprk"], ["iran"], [], []],
        }
    )

    assert said(answers, "none_reason").to_dict() == {"i": ["imposition"], "j": ["rhetoric"]}
    assert said(answers, "regime").to_dict() == {"i": ["dprk"]}


def test_facts_are_taken_from_items_sentences_and_answers():
    here = world(articles=1)

    found = facts(here.items, here.sentences, here.annotations, BOOK)

    first = here.items["item_id"][0]
    assert {name: of[first] for name, of in found.items() if first in of.index} == {
        "target": ["sanctions-russia"],
        "outlet": ["The Daily | Wire"],
        "year": ["2024"],
        "speech": ["not quoted"],
        "length": ["up to 15 words"],
        "holder": ["quoted"],
        "regime": ["other", "russia"],
    }


@pytest.mark.parametrize(
    ("words", "name"),
    [(15, "up to 15 words"), (16, "16 to 25 words"), (40, "26 to 40 words"), (41, "more than 40 words")],
)
def test_sentences_are_short_or_long(words, name):
    assert length("word " * words) == name
