"""Recorded answers are given once, each by its own account, and none is lost."""

import json
from dataclasses import replace

import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.answer import Round, answer_all, known, load, note, result
from labeling.studio import Lost, Task
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
WRONG_LABEL = {"item_id": "a", "stance": "favour"}


class StandIn:
    """A project whose tasks are answered by account 7; `losses` says of each request whether it was carried out."""

    title = "demo codebook 1 annotator-1"

    def __init__(self, *items, losses=(), forgets=False):
        self.tasks = [Task(number, {"item_id": item}, []) for number, item in enumerate(items, 1)]
        self.losses, self.forgets, self.given = list(losses), forgets, {}

    def page(self, number):
        return self.tasks if number == 1 else []

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


def test_answers_are_given_in_the_recordings_order_and_not_twice():
    project = StandIn("a", "b", "c")
    rounds = [Round(project, 7, recorded("c", "a"))]

    assert answer_all(rounds, BOOK) == 2
    assert answer_all(rounds, BOOK) == 0
    assert list(project.given.values()) == [3, 1]


def test_what_another_account_answered_in_the_project_is_answered_all_the_same():
    project = StandIn("a")
    project.tasks = [Task(1, {"item_id": "a"}, [{"completed_by": 1}])]

    assert answer_all([Round(project, 7, recorded("a"))], BOOK) == 1


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([True], id="which was carried out"),
        pytest.param([False, False], id="which was not carried out, twice"),
    ],
)
def test_an_answer_whose_connection_was_lost_is_given_once(losses):
    project = StandIn("a", "b", losses=losses)

    assert answer_all([Round(project, 7, recorded("a", "b"))], BOOK) == 2
    assert list(project.given.values()) == [1, 2]


def test_a_connection_that_stays_lost_ends_it_for_all_annotators():
    with pytest.raises(Lost) as error:
        answer_all([Round(StandIn("a", losses=[False] * 3), 7, recorded("a"))], BOOK)

    assert str(error.value) == "The connection was lost."


def test_an_answer_that_was_given_and_is_not_there_is_told():
    with pytest.raises(ContractError) as error:
        answer_all([Round(StandIn("a", "b", forgets=True), 7, recorded("a", "b"))], BOOK)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' lacks 2 answers that were given, the first to a. Run `make answer` again."
    )


def test_an_item_that_was_never_pushed_is_told():
    with pytest.raises(ContractError) as error:
        answer_all([Round(StandIn("a"), 7, recorded("b"))], BOOK)

    assert str(error.value) == "'demo codebook 1 annotator-1' has no task for b. Run `make push` first."


def test_recorded_answers_to_items_that_are_not_asked_are_named_and_not_given():
    asked, others = known(recorded("a", "b", "c"), {"b"})

    assert asked == recorded("b")
    assert others == ["a", "c"]
    assert note(0, []) == ""
    assert note(4, ["a", "c"]) == "; 4 were there; left out, no such item: a, c"
    assert note(0, ["a", "b", "c", "d", "e"]) == "; left out, no such item: a, b, c and 2 more"


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
    ],
)
def test_a_mistake_in_a_recording_is_told_with_its_line(tmp_path, line, message):
    path = tmp_path / "annotator-1.jsonl"
    path.write_text(json.dumps(recorded("a")[0]) + "\n" + line + "\n")

    with pytest.raises(ContractError) as error:
        load(path, BOOK)

    assert str(error.value) == message.format(path, "Expecting property name enclosed in double quotes")
