"""Annotations become gold labels, and what is not settled says so."""

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.gold import gold, load, settle
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")


def people_say(*stances: str, flags: list[str] | None = None) -> pd.DataFrame:
    """Annotations of one item, one person after the other; the last of them ticked the flags."""
    ticked: list[list[str]] = [[] for _ in stances[1:]] + [flags or []]
    return pd.DataFrame(
        {
            "item_id": "a.1@sanctions-russia",
            "stance": stances,
            "sanction_violation": "none",
            "flags": ticked,
            "left_out": "",
        }
    )


@pytest.mark.parametrize(
    ("votes", "settled"),
    [
        pytest.param(["favor", "favor", "none"], ("favor", 2, "settled"), id="two of three"),
        pytest.param(["none", "none", "none"], ("none", 3, "settled"), id="all"),
        pytest.param(["favor", "against"], ("", 1, "tied"), id="one against one"),
        pytest.param(["favor", "against", "none"], ("", 1, "tied"), id="three ways"),
        pytest.param(["favor"], ("", 1, "too few votes"), id="one alone"),
        pytest.param(["favor", "favor", "against", "none", "neutral"], ("", 2, "no majority"), id="two of five"),
    ],
)
def test_a_label_is_settled_by_more_than_half_of_at_least_two(votes, settled):
    assert settle(votes, ["favor", "against", "neutral", "none"], votes_needed=2) == settled


def test_each_item_has_one_row_a_question_with_the_share_of_every_label():
    found = gold(people_say("favor", "favor", "none"), BOOK, votes_needed=2)

    assert found[["gold_id", "label", "votes", "answers", "outcome"]].values.tolist() == [
        ["a.1@sanctions-russia/stance", "favor", 2, 3, "settled"],
        ["a.1@sanctions-russia/sanction_violation", "none", 3, 3, "settled"],
    ]
    assert found["shares"].tolist() == [[2 / 3, 0, 0, 1 / 3], [0, 0, 0, 0, 1]]


def test_an_item_somebody_could_not_tell_has_no_label_whatever_else_was_ticked():
    found = gold(people_say("favor", "favor", "favor", flags=["cannot_tell"]), BOOK, votes_needed=2)

    assert found[["label", "outcome"]].values.tolist() == [["", "cannot tell"], ["", "cannot tell"]]


def test_an_annotation_that_was_left_out_has_no_vote():
    annotations = people_say("favor", "favor", "against")
    annotations["left_out"] = ["", "skipped", "skipped"]

    found = gold(annotations, BOOK, votes_needed=2)

    assert found[["answers", "outcome"]].values.tolist() == [[1, "too few votes"], [1, "too few votes"]]


def test_a_wrong_number_of_votes_is_told_in_one_line(tmp_path):
    path = tmp_path / "gold.toml"
    path.write_text("votes_needed = 0\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}: votes_needed is 0, but it is a whole number from 1. Correct it."
