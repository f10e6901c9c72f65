"""Answers as Label Studio holds them become one annotation a person and item."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from corpus.tables import ITEMS
from labeling import codebook
from labeling.annotations import annotations, main
from labeling.codebook import Codebook
from labeling.ids import assignment_id
from labeling.tables import ANNOTATIONS, ANSWERS
from labeling.versions import Reached
from tests.house import ROOT
from tests.world import CHECKED, step, world

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
NEXT = replace(BOOK, version="2")
TARGETS = {"a.1@sanctions-russia": "sanctions-russia", "a.2@topic": ""}


def answer(item: str = "a.1@sanctions-russia", who: str = "annotator-1", **more: object) -> dict[str, object]:
    """One answer as pull keeps it; choices by question, e.g. stance="favor"."""
    kept = {
        "annotation": 1,
        "account": "seven",
        "updated_at": "2024-05-06T10:00:00Z",
        "skipped": False,
        "codebook_version": "1",
        "purpose": "batch",
        "gone": "",
    }
    chosen = {name: value for name, value in more.items() if name not in kept}
    kept |= {name: value for name, value in more.items() if name in kept}
    parts = [
        {"from_name": name, "to_name": "sentence", "type": "choices",
         "value": {"choices": value if isinstance(value, list) else [value]}}
        for name, value in chosen.items()
    ]  # fmt: skip
    assignment = assignment_id(item, who, str(kept["codebook_version"]), again=kept["purpose"] == "repeat")
    return {
        "answer_id": f"{assignment}/{kept['annotation']}/{kept['updated_at']}/{kept['account']}",
        "assignment_id": assignment,
        "item_id": item,
        "annotator": who,
        "created_at": "2024-05-06T10:00:00Z",
        "lead_time": 4.0,
        "result": json.dumps(parts),
        **kept,
    }


def given(*answers: dict[str, object], reach: Reached | None = None, book: Codebook = BOOK) -> pd.DataFrame:
    """The annotations that these answers become."""
    return annotations(pd.DataFrame(answers), TARGETS, book, reach or {})


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
    found = given(answer("a.9@sanctions-iran", stance="favor", sanction_violation="none"))

    assert found[["target", "stance", "left_out"]].values.tolist() == [
        ["sanctions-iran", "favor", "the item is no longer asked"]
    ]


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


def test_who_has_another_account_under_another_codebook_keeps_what_he_said_under_the_first():
    first = [answer(account="seven", annotation=1, stance="favor", sanction_violation="none")]
    later = [answer(f"b.{at}@topic", account="nine", annotation=2, codebook_version="2") for at in range(3)]

    found = given(*first, *later)

    assert found.loc[found["item_id"] == "a.1@sanctions-russia", "left_out"].tolist() == [""]


def test_of_two_accounts_that_answered_as_much_the_first_is_the_annotators_own():
    early = answer(account="seven", stance="favor", sanction_violation="none")
    late = answer("a.2@topic", account="five", sanction_violation="none") | {"created_at": "2024-05-07T10:00:00Z"}

    assert given(early, late)["left_out"].tolist() == ["", "another account answered in this project"]


def test_answers_that_were_deleted_make_nobody_the_owner_of_a_project():
    own = [answer(stance="favor", sanction_violation="none")]
    others = [answer(f"b.{at}@topic", account="eight", gone="deleted", sanction_violation="none") for at in range(3)]

    found = given(*own, *others).set_index("item_id")

    assert found.loc["a.1@sanctions-russia", "left_out"] == ""


def test_an_answer_that_was_changed_counts_as_it_is_now():
    found = given(
        answer(updated_at="2024-05-06T10:00:00Z", gone="changed", stance="favor", sanction_violation="none"),
        answer(updated_at="2024-05-06T12:00:00Z", stance="none", sanction_violation="none"),
    )

    assert found[["stance", "earlier", "left_out"]].values.tolist() == [["none", 1, ""]]


def test_an_answer_that_was_deleted_is_kept_with_the_reason():
    found = given(answer(gone="deleted", stance="favor", sanction_violation="none"))

    assert found[["stance", "left_out"]].values.tolist() == [["favor", "deleted in Label Studio"]]


def test_an_older_answer_stands_where_a_later_one_was_deleted():
    found = given(
        answer(annotation=1, updated_at="2024-05-06T10:00:00Z", stance="favor", sanction_violation="none"),
        answer(
            annotation=2, updated_at="2024-05-06T11:00:00Z", gone="deleted", stance="none", sanction_violation="none"
        ),
    )

    assert found[["stance", "earlier", "left_out"]].values.tolist() == [["favor", 1, ""]]


def test_a_repeat_is_a_row_of_its_own_and_says_so():
    found = given(
        answer(stance="favor", sanction_violation="none"),
        answer(purpose="repeat", annotation=2, stance="none", sanction_violation="none"),
    )

    assert found[["annotation_id", "purpose", "stance", "earlier"]].values.tolist() == [
        ["a.1@sanctions-russia/annotator-1/1", "batch", "favor", 0],
        ["a.1@sanctions-russia/annotator-1/1/again", "repeat", "none", 0],
    ]


def test_an_answer_under_an_earlier_codebook_counts_where_its_change_cannot_touch_it():
    old = [answer(stance="favor", sanction_violation="none"), answer("a.2@topic", sanction_violation="alleged")]

    found = given(*old, book=NEXT, reach={"1": {"sanction_violation": frozenset({"alleged", "established"})}})

    assert found[["item_id", "left_out"]].values.tolist() == [
        ["a.1@sanctions-russia", ""],
        ["a.2@topic", "answered under codebook 1, which meant something else by a label of its item"],
    ]


def test_what_one_said_of_an_item_under_an_earlier_codebook_goes_with_what_the_others_said_of_it():
    old = [answer(who=who, stance=stance, sanction_violation="none") for who, stance in (("a", "favor"), ("b", "none"))]

    found = given(*old, book=NEXT, reach={"1": {"stance": frozenset({"favor"})}})

    assert found["left_out"].nunique() == 1
    assert found["left_out"].iloc[0] == "answered under codebook 1, which meant something else by a label of its item"


def test_a_skip_or_a_repeat_touches_nothing():
    old = [
        answer(who="a", stance="none", sanction_violation="none"),
        answer(who="b", skipped=True, stance="favor", sanction_violation="none"),
        answer(who="a", purpose="repeat", stance="favor", sanction_violation="none"),
    ]

    assert given(*old, book=NEXT, reach={"1": {"stance": frozenset({"favor"})}})["left_out"].tolist() == [
        "",
        "",
        "skipped",
    ]


def test_who_answered_again_under_a_new_codebook_has_one_vote():
    found = given(
        answer(stance="favor", sanction_violation="none", updated_at="2024-05-09T10:00:00Z"),
        answer(stance="none", sanction_violation="none", codebook_version="2"),
        book=NEXT,
        reach={"1": {}},
    )

    assert found[["codebook_version", "stance", "left_out"]].values.tolist() == [
        ["1", "favor", "answered again under another codebook"],
        ["2", "none", ""],
    ]


def test_answers_and_checks_go_from_file_to_file(tmp_path, capsys):
    items = world(articles=1).items.head(1)
    (item,) = items["item_id"]
    check = {**dict.fromkeys(CHECKED.columns, "x"), "item_id": "c.1@topic", "target": "", "demonstration": True}
    told = dict.fromkeys(("prediction", "last_action"), "")
    answers = [
        answer(item, stance="favor", holder="quoted", sanction_violation="none") | told | {"ground_truth": False},
        answer("c.1@topic", purpose="check", skipped=True, annotation=2) | told | {"ground_truth": False},
    ]
    for table, frame in ((ITEMS, items), (CHECKED, CHECKED.frame([check])), (ANSWERS, ANSWERS.frame(answers))):
        table.save(table.arrow(frame), tmp_path / f"{table.name}.parquet")

    paths = [tmp_path / f"{name}.parquet" for name in ("answers", "items", "checks")]
    step(main, *paths, ROOT / "labeling/codebook.toml", tmp_path / "codebooks", tmp_path / "annotations.parquet")

    assert capsys.readouterr().out == (
        f"annotations: 2 rows -> {tmp_path / 'annotations.parquet'} (1 batch, 1 check; left out: 1 skipped)\n"
    )
    assert ANNOTATIONS.read(tmp_path / "annotations.parquet")[["purpose", "target", "left_out"]].values.tolist() == [
        ["batch", "sanctions-russia", ""],
        ["check", "", "skipped"],
    ]


def test_no_answers_are_a_table_without_rows():
    assert len(annotations(ANSWERS.frame([]), TARGETS, BOOK, {})) == 0
