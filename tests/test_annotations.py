"""Answers as Label Studio holds them become one annotation a person and item."""

import json

import pandas as pd
import pytest

from labeling import codebook
from labeling.annotations import annotations
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
ITEMS = pd.DataFrame({"item_id": ["a.1@sanctions-russia", "a.2@topic"], "target": ["sanctions-russia", ""]})


def answer(item: str = "a.1@sanctions-russia", who: str = "annotator-1", **more: object) -> dict[str, object]:
    """One answer as pull keeps it; choices by question, e.g. stance="favor"."""
    kept = {
        "annotation": 1,
        "account": "seven",
        "updated_at": "2024-05-06T10:00:00Z",
        "skipped": False,
        "codebook_version": "1",
    }
    chosen = {name: value for name, value in more.items() if name not in kept}
    kept |= {name: value for name, value in more.items() if name in kept}
    parts = [
        {"from_name": name, "to_name": "sentence", "type": "choices",
         "value": {"choices": value if isinstance(value, list) else [value]}}
        for name, value in chosen.items()
    ]  # fmt: skip
    return {
        "answer_id": f"{item}/{who}/1/{kept['annotation']}/{kept['updated_at']}",
        "assignment_id": f"{item}/{who}/1",
        "item_id": item,
        "annotator": who,
        "purpose": "batch",
        "created_at": "2024-05-06T10:00:00Z",
        "lead_time": 4.0,
        "result": json.dumps(parts),
        **kept,
    }


def given(*answers: dict[str, object]) -> pd.DataFrame:
    """The annotations that these answers become."""
    return annotations(pd.DataFrame(answers), ITEMS, BOOK)


def test_an_answer_becomes_an_annotation_with_its_follow_ups_and_flags():
    found = given(
        answer(
            stance="favor",
            holder="quoted",
            sanction_violation="alleged",
            regime=["russia", "dprk"],
            flags=["contested"],
        )
    )

    assert found[["stance", "holder", "sanction_violation", "left_out"]].values.tolist() == [
        ["favor", "quoted", "alleged", ""]
    ]
    assert found["regime"].tolist() == [["russia", "dprk"]]
    assert found["flags"].tolist() == [["contested"]]


def test_a_follow_up_that_was_not_asked_is_empty():
    found = given(answer(stance="none", holder="quoted", sanction_violation="none", regime=["russia"]))

    assert found[["holder", "left_out"]].values.tolist() == [["", ""]]
    assert found["regime"].tolist() == [[]]


def test_a_stance_on_an_item_without_a_target_is_not_taken():
    found = given(answer("a.2@topic", stance="favor", sanction_violation="established"))

    assert found[["stance", "sanction_violation", "left_out"]].values.tolist() == [["", "established", ""]]


def test_a_changed_mind_leaves_one_current_answer_and_counts_the_others():
    found = given(
        answer(annotation=1, updated_at="2024-05-06T10:00:00Z", stance="favor", sanction_violation="none"),
        answer(annotation=2, updated_at="2024-05-06T11:00:00Z", stance="against", sanction_violation="none"),
    )

    assert found[["stance", "earlier"]].values.tolist() == [["against", 1]]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"skipped": True}, "skipped", id="a skip"),
        pytest.param(
            {"stance": "favour", "sanction_violation": "none"},
            "stance has no label 'favour'",
            id="a label the codebook does not have",
        ),
        pytest.param(
            {"stance": "favor", "sanction_violation": "none", "flags": ["odd"]},
            "flags has no label 'odd'",
            id="a flag the codebook does not have",
        ),
        pytest.param({"sanction_violation": "none"}, "no stance", id="no stance on an item with a target"),
        pytest.param({"stance": "favor"}, "no sanction_violation", id="no violation label"),
        pytest.param(
            {"stance": ["favor", "against"], "sanction_violation": "none"}, "2 labels for stance", id="two stances"
        ),
        pytest.param(
            {"stance": "favor", "sanction_violation": "none", "codebook_version": "0"},
            "answered under codebook 0",
            id="another codebook",
        ),
    ],
)
def test_an_answer_that_cannot_count_is_kept_with_the_reason(more, reason):
    found = given(answer(**more))

    assert found["left_out"].tolist() == [reason]


def test_an_answer_to_an_item_that_is_gone_is_kept_with_the_reason():
    found = given(answer("a.9@topic", sanction_violation="none"))

    assert found["left_out"].tolist() == ["the item is no longer asked"]


def test_an_answer_of_another_account_does_not_count_in_an_annotators_project():
    own = [answer(account="seven", annotation=1, stance="favor", sanction_violation="none")]
    own += [answer("a.2@topic", account="seven", annotation=2, sanction_violation="none")]
    strange = answer(
        account="eight", annotation=3, updated_at="2030-01-01T00:00:00Z", stance="none", sanction_violation="none"
    )

    found = given(*own, strange)

    assert found[["item_id", "stance", "earlier", "left_out"]].values.tolist() == [
        ["a.1@sanctions-russia", "favor", 1, ""],
        ["a.2@topic", "", 0, ""],
    ]
