"""What adjudicators decide becomes rulings; what does not count says why."""

import json

import pandas as pd
import pytest

from labeling import codebook
from labeling.rulings import main, rulings, told
from labeling.tables import DECISIONS, RULINGS
from tests.house import ROOT
from tests.world import world

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
TARGETS = {"a.1@x": "x", "b.1@topic": ""}


def decided(item: str, adjudicator: str = "adjudicator-1", at: int = 1, **more: object) -> dict[str, object]:
    """A row of DECISIONS: favor, quoted, alleged, Russia; other names of the screen as given."""
    gone, skipped, version = (
        more.pop(name, default) for name, default in (("gone", ""), ("skipped", False), ("v", "1"))
    )
    chosen = {"stance": "favor", "holder": "quoted", "sanction_violation": "alleged", "regime": "russia", **more}
    result = [{"from_name": name, "value": {"choices": [label]}} for name, label in chosen.items() if label]
    moment = f"2024-06-03T09:00:{at:02}Z"
    assignment = f"{item}/{adjudicator}/{version}"
    return {
        **dict.fromkeys(DECISIONS.columns, ""),
        **{"answer_id": f"{assignment}/{at}/{moment}", "assignment_id": assignment, "item_id": item},
        **{"annotator": adjudicator, "account": adjudicator, "purpose": "adjudication", "annotation": at},
        **{"created_at": moment, "updated_at": moment, "lead_time": 9.0, "ground_truth": False},
        **{"codebook_version": version, "gone": gone, "skipped": skipped, "result": json.dumps(result)},
    }


def found(*decisions: dict[str, object]) -> pd.DataFrame:
    """The rulings of these decisions."""
    return rulings(DECISIONS.frame(list(decisions)), TARGETS, BOOK, {})


def test_a_decision_is_a_ruling_with_its_labels_its_reason_and_the_gap_it_names():
    (row,) = found(decided("a.1@x", reason="context", guideline_gap="guideline_gap")).to_dict("records")

    assert row == {
        "ruling_id": "a.1@x/adjudicator-1/1", "item_id": "a.1@x", "adjudicator": "adjudicator-1",
        "stance": "favor", "holder": "quoted", "sanction_violation": "alleged", "regime": ["russia"],
        "none_reason": "", "flags": [], "reason": "context", "guideline_gap": True, "comment": "",
        "created_at": "2024-06-03T09:00:01Z", "updated_at": "2024-06-03T09:00:01Z", "codebook_version": "1",
        "left_out": "",
    }  # fmt: skip


def test_an_item_without_a_target_has_no_stance_whatever_was_ticked():
    assert found(decided("b.1@topic"))[["stance", "holder", "left_out"]].values.tolist() == [["", "", ""]]


def test_of_a_changed_mind_the_latest_counts_and_of_two_adjudicators_the_later():
    rows = found(
        decided("a.1@x", at=1, gone="changed", stance="against"),
        decided("a.1@x", at=2, stance="favor"),
        decided("a.1@x", "adjudicator-2", at=3, stance="neutral", holder=""),
    )

    assert rows[["adjudicator", "stance", "left_out"]].values.tolist() == [
        ["adjudicator-1", "favor", "a later ruling on the item stands"],
        ["adjudicator-2", "neutral", ""],
    ]


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        pytest.param(decided("a.1@x", skipped=True), "skipped", id="skipped"),
        pytest.param(decided("a.1@x", gone="deleted"), "deleted in Label Studio", id="deleted"),
        pytest.param(decided("c.1@x"), "the item is no longer asked", id="an item that went"),
        pytest.param(decided("a.1@x", v="0"), "ruled under codebook 0", id="an older codebook"),
        pytest.param(decided("a.1@x", reason="whim"), "reason has no label 'whim'", id="an unknown reason"),
        pytest.param(decided("a.1@x", stance="pro"), "stance has no label 'pro'", id="an unknown label"),
        pytest.param(decided("a.1@x", sanction_violation=""), "no sanction_violation", id="a question unanswered"),
    ],
)
def test_a_decision_that_does_not_count_is_kept_and_says_why(decision, why):
    assert found(decision)["left_out"].tolist() == [why]


def test_a_ruling_on_an_item_that_went_still_says_all_that_was_ruled():
    assert found(decided("c.1@x", stance="favor"))["stance"].tolist() == ["favor"]


@pytest.mark.parametrize(
    ("touched", "why"),
    [
        pytest.param({"stance": frozenset({"none"})}, "", id="labels that nobody gave"),
        pytest.param(
            {"stance": frozenset({"favor"})},
            "ruled under codebook 0, whose labels meant something else",
            id="its label",
        ),
    ],
)
def test_a_ruling_under_an_older_codebook_counts_if_its_labels_mean_what_they_meant(touched, why):
    rows = rulings(DECISIONS.frame([decided("a.1@x", v="0")]), TARGETS, BOOK, {"0": touched})

    assert rows["left_out"].tolist() == [why]


def test_a_decision_by_another_account_does_not_count():
    own = [decided("a.1@x", at=1), decided("b.1@topic", at=2)]
    strange = {**decided("c.2@x", at=3), "account": "somebody"}
    rows = rulings(DECISIONS.frame([*own, strange]), {**TARGETS, "c.2@x": "x"}, BOOK, {})

    assert rows["left_out"].tolist() == ["", "", "another account ruled in this project"]


def test_the_closing_line_tells_what_counts_and_what_names_a_gap():
    rows = found(decided("a.1@x", guideline_gap="guideline_gap"), decided("b.1@topic", skipped=True, at=2))

    assert told(rows) == "1 count, 1 name a gap in the guidelines; left out: 1 skipped"


def test_a_workspace_in_which_nobody_was_asked_to_rule_has_no_rulings(tmp_path, capsys):
    folder = world(articles=1).write(tmp_path)
    out = folder / "rulings.parquet"

    main(
        ROOT / "labeling/codebook.toml",
        folder / "codebooks",
        folder / "items.parquet",
        folder / "decisions.parquet",
        out,
    )

    assert RULINGS.read(out).empty
    assert capsys.readouterr().out.endswith(f"rulings: 0 rows -> {out} (nobody has ruled yet)\n")
