"""Recorded answers are given once, each by its own account, and none is lost."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.answer import Round, answer_all, asked_of, load, note, placed, result
from labeling.studio import Task
from labeling.trouble import Lost
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
WRONG_LABEL = {"item_id": "a", "stance": "favour"}


class StandIn:
    """A project whose tasks are answered by account 7; `losses` says of each request whether it was carried out."""

    title = "demo codebook 1 annotator-1"

    def __init__(self, *keys, losses=(), forgets=False):
        self.tasks = [Task(number, {"key": key}, []) for number, key in enumerate(keys, 1)]
        self.losses, self.forgets, self.given = list(losses), forgets, {}

    def changed(self, since, after):
        return self.tasks if after == 0 else []

    def answer(self, task, result, unique_id):
        carried_out = self.losses.pop(0) if self.losses else None
        if carried_out is not False and unique_id not in self.given:
            self.given[unique_id] = task
            if not self.forgets:
                self.tasks[task - 1] = replace(self.tasks[task - 1], answers=[{"completed_by": 7}])
        if carried_out is not None:
            raise Lost("The connection was lost.")
        return True


def recorded(*items: str) -> list[dict[str, object]]:
    """Recorded answers to these items."""
    return [{"item_id": item, "sanction_violation": "none"} for item in items]


def answering(project: StandIn, *keys: str) -> Round:
    """What account 7 is to answer, where each item is named as its task."""
    return Round(project, 7, dict(zip(keys, recorded(*keys), strict=True)), patience=1)


def test_a_recorded_answer_becomes_what_the_screen_would_have_sent():
    found = result(
        {
            "item_id": "a",
            "stance": "favor",
            "holder": "quoted",
            "sanction_violation": "alleged",
            "regime": ["russia", "dprk"],
            "none_reason": "",
            "flags": ["contested"],
            "comment": "Hard to say.",
        },
        BOOK,
    )

    def choices(name, *labels):
        return {"from_name": name, "to_name": "sentence", "type": "choices", "value": {"choices": list(labels)}}

    assert found == [
        choices("stance", "favor"),
        choices("sanction_violation", "alleged"),
        choices("holder", "quoted"),
        choices("regime", "russia", "dprk"),
        choices("flags", "contested"),
        {"from_name": "comment", "to_name": "sentence", "type": "textarea", "value": {"text": ["Hard to say."]}},
    ]


def test_what_was_not_answered_is_not_sent():
    found = result({"item_id": "a", "stance": "", "sanction_violation": "none", "regime": [], "comment": ""}, BOOK)

    assert [(part["from_name"], part["value"]) for part in found] == [("sanction_violation", {"choices": ["none"]})]


def test_a_decision_says_why_the_votes_differed_and_that_no_rule_decides():
    found = result({"item_id": "a", "sanction_violation": "none", "reason": "rule", "guideline_gap": True}, BOOK)

    assert [(part["from_name"], part["value"]) for part in found] == [
        ("sanction_violation", {"choices": ["none"]}),
        ("reason", {"choices": ["rule"]}),
        ("guideline_gap", {"choices": ["guideline_gap"]}),
    ]


def test_answers_are_given_in_the_recordings_order_and_not_twice():
    project = StandIn("a", "b", "c")
    rounds = [answering(project, "c", "a")]

    assert answer_all(rounds, BOOK) == 2
    assert answer_all(rounds, BOOK) == 0
    assert list(project.given.values()) == [3, 1]


def test_what_another_account_answered_in_the_project_is_answered_all_the_same():
    project = StandIn("a")
    project.tasks = [Task(1, {"key": "a"}, [{"completed_by": 1}])]

    assert answer_all([answering(project, "a")], BOOK) == 1


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([True], id="which was carried out"),
        pytest.param([False], id="which was not carried out"),
    ],
)
def test_an_answer_whose_connection_was_lost_is_given_once(losses):
    project = StandIn("a", "b", losses=losses)

    assert answer_all([answering(project, "a", "b")], BOOK) == 2
    assert list(project.given.values()) == [1, 2]


def test_a_connection_that_stays_lost_ends_it_for_all_annotators():
    with pytest.raises(Lost) as error:
        answer_all([answering(StandIn("a", losses=[False] * 9), "a")], BOOK)

    assert str(error.value) == "The connection was lost."


def test_an_answer_that_was_given_and_is_not_there_is_told():
    with pytest.raises(ContractError) as error:
        answer_all([answering(StandIn("a", "b", forgets=True), "a", "b")], BOOK)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' lacks 2 answers that were given, the first to a. Run `make answer` again."
    )


def test_an_item_that_was_never_pushed_is_told():
    with pytest.raises(ContractError) as error:
        answer_all([answering(StandIn("a"), "b")], BOOK)

    assert str(error.value) == "'demo codebook 1 annotator-1' has no task for b. Run `make push` first."


def test_a_recorded_answer_finds_its_task_by_what_was_assigned_a_repeat_its_own():
    table = pd.DataFrame(
        {
            "assignment_id": ["a/annotator-1/1", "a/annotator-1/1/again", "a/annotator-2/1", "a/annotator-1/2"],
            "task_key": ["k1", "k2", "k3", "k4"],
            "annotator": ["annotator-1", "annotator-1", "annotator-2", "annotator-1"],
            "codebook_version": ["1", "1", "1", "2"],
        }
    )
    told = [*recorded("a", "b"), {**recorded("a")[0], "again": True}, {**recorded("b")[0], "again": True}]

    name, asked = asked_of("annotator-1", "demo", "1", {"codebook": table})
    found, left_out = placed(told, asked, "annotator-1", "1")

    assert name == "demo codebook 1 annotator-1"
    assert found == {"k1": told[0], "k2": told[2]}
    assert left_out == ["b", "b (again)"]
    assert asked_of("nobody", "demo", "1", {"codebook": table}) == ("", {})


def test_an_adjudicators_decisions_go_to_the_project_of_the_adjudication():
    nobody = pd.DataFrame({"annotator": [], "codebook_version": []})
    rows = pd.DataFrame(
        {"assignment_id": ["a/adjudicator-1/1"], "task_key": ["k"], "annotator": ["adjudicator-1"],
         "codebook_version": ["1"]}
    )  # fmt: skip

    assert asked_of("adjudicator-1", "demo", "1", {"codebook": nobody, "adjudication": rows}) == (
        "demo adjudication 1 adjudicator-1",
        {"a/adjudicator-1/1": "k"},
    )


def test_the_closing_line_says_what_was_there_what_is_not_asked_and_what_is_not_recorded():
    assert note(0, [], 0) == ""
    assert note(4, ["a", "c"], 0) == "; 4 were there; left out, not asked: a, c"
    assert note(0, ["a", "b", "c", "d", "e"], 2) == (
        "; left out, not asked: a, b, c and 2 more; 2 asked, but not recorded"
    )
    assert note(0, [], 0, ["adjudicator-1"]) == "; nothing is asked yet of adjudicator-1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{'item_id'", "{}:2 is no JSON: {}. Correct the line.", id="no JSON"),
        pytest.param(json.dumps({"stance": "favor"}), "{}:2 has no item_id. Correct the line.", id="no item"),
        pytest.param(
            json.dumps(WRONG_LABEL),
            "{}:2 answers stance with 'favour', but the codebook has only favor, against, neutral, none. "
            "Correct the line.",
            id="a label that the codebook does not have",
        ),
        pytest.param(
            json.dumps({"item_id": "a", "flags": ["odd"]}),
            "{}:2 answers flags with 'odd', but the codebook has only contested, cannot_tell, names_private_person. "
            "Correct the line.",
            id="a flag that the codebook does not have",
        ),
        pytest.param(
            json.dumps({"item_id": "a", "reason": "tired"}),
            "{}:2 answers reason with 'tired', but the codebook has only slip, rule_missed, wording, context, border, "
            "proposition. Correct the line.",
            id="a reason that the codebook does not have",
        ),
    ],
)
def test_a_mistake_in_a_recording_is_told_with_its_line(tmp_path, line, message):
    path = tmp_path / "annotator-1.jsonl"
    path.write_text(json.dumps(recorded("a")[0]) + "\n" + line + "\n")

    with pytest.raises(ContractError) as error:
        load(path, BOOK)

    assert str(error.value) == message.format(path, "Expecting property name enclosed in double quotes")
