"""Every answer comes back, once, however often pulling is interrupted."""

import json

import pytest

from corpus.errors import ContractError
from labeling.pull import pull, read, row
from labeling.studio import State, Task

GIVEN = {
    "id": 31,
    "completed_by": 7,
    "created_at": "2024-05-06T10:00:00Z",
    "updated_at": "2024-05-06T10:01:00Z",
    "lead_time": 4.5,
    "was_cancelled": False,
    "result": [{"from_name": "stance", "value": {"choices": ["favor"]}, "note": "ї"}],
}


def answered(number: int, *answers: int, item: str | None = "") -> Task:
    """A task with these answers by account 7; item None stands for a task that somebody added by hand."""
    data = {} if item is None else {"item_id": item or f"item-{number}", "codebook_version": "1"}
    return Task(number, data, [{**GIVEN, "id": answer} for answer in answers])


class StandIn:
    """A project that is a list of pages; `breaks_at` is a page during which somebody presses Ctrl-C, once."""

    title = "demo codebook 1 annotator-1"

    def __init__(self, *pages, breaks_at=0):
        self.pages, self.breaks_at, self.asked, self.edits = list(pages), breaks_at, [], 0

    def state(self):
        held = [task for page in self.pages for task in page]
        return State(len(held), sum(len(task.answers) for task in held), f"edit {self.edits}")

    def page(self, number):
        self.asked.append(number)
        if number == self.breaks_at:
            self.breaks_at = 0
            raise KeyboardInterrupt
        return self.pages[number - 1] if number <= len(self.pages) else []


class StandInStudio:
    """A Label Studio that is a dictionary."""

    def __init__(self, **projects):
        self.projects = projects

    def find(self, name):
        return self.projects.get(name)


def ids(tasks) -> list[list[int]]:
    """The answers of each task."""
    return [[answer["id"] for answer in task.answers] for task in tasks]


def test_an_answer_keeps_all_that_label_studio_says_of_it_but_no_name():
    assert row({"item_id": "a.1@topic", "codebook_version": "1"}, "annotator-1", GIVEN) == {
        "answer_id": "a.1@topic/annotator-1/1/31/2024-05-06T10:01:00Z",
        "assignment_id": "a.1@topic/annotator-1/1",
        "item_id": "a.1@topic",
        "annotator": "annotator-1",
        "purpose": "batch",
        "annotation": 31,
        "account": "7",
        "created_at": "2024-05-06T10:00:00Z",
        "updated_at": "2024-05-06T10:01:00Z",
        "lead_time": 4.5,
        "skipped": False,
        "ground_truth": False,
        "prediction": "",
        "last_action": "",
        "codebook_version": "1",
        "gone": "",
        "result": json.dumps(GIVEN["result"], ensure_ascii=False),
    }


def test_an_answer_whose_account_is_gone_or_whose_time_was_not_taken_is_kept():
    found = row({"item_id": "a.1@topic"}, "annotator-1", {**GIVEN, "completed_by": None, "lead_time": None})

    assert (found["account"], found["lead_time"]) == ("", 0.0)


def test_the_answers_of_every_account_are_kept_in_order_and_those_to_no_item_counted(tmp_path):
    first = StandIn([answered(1, 12, 11), answered(2)], [answered(3, 14), answered(4, 13, item=None)])
    second = StandIn([answered(5, 15)])

    found, foreign = pull(StandInStudio(one=first, two=second), {"one": "annotator-1", "two": "annotator-2"}, tmp_path)

    assert [(one["item_id"], one["annotator"], one["annotation"]) for one in found] == [
        ("item-1", "annotator-1", 11), ("item-1", "annotator-1", 12),
        ("item-3", "annotator-1", 14), ("item-5", "annotator-2", 15),
    ]  # fmt: skip
    assert foreign == 1


def test_a_pull_that_was_interrupted_goes_on_behind_its_last_whole_page(tmp_path):
    project = StandIn([answered(1, 11)], [answered(2, 12)], [answered(3, 13)], breaks_at=2)
    with pytest.raises(KeyboardInterrupt):
        read(project, tmp_path)

    tasks = read(project, tmp_path)

    assert ids(tasks) == [[11], [12], [13]]
    assert project.asked == [1, 2, 2, 3, 4]


def test_pages_of_another_state_of_the_project_are_not_used_again(tmp_path):
    project = StandIn([answered(1, 11)], [answered(2)], breaks_at=2)
    with pytest.raises(KeyboardInterrupt):
        read(project, tmp_path)
    project.pages[0], project.edits = [answered(1, 14)], 1

    tasks = read(project, tmp_path)

    assert ids(tasks) == [[14], []]


class Busy(StandIn):
    """A project that is answered while it is read, a few times."""

    def __init__(self, times):
        super().__init__([answered(1, 11)])
        self.times = times

    def page(self, number):
        found = super().page(number)
        if self.times and number == 1:
            self.times -= 1
            self.edits += 1
            self.pages[0] = [answered(1, *range(11, 13 + self.edits))]
        return found


def test_a_project_that_changed_while_it_was_read_is_read_once_more(tmp_path):
    tasks = read(Busy(times=1), tmp_path)

    assert ids(tasks) == [[11, 12, 13]]


def test_a_project_that_changes_all_the_time_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        read(Busy(times=2), tmp_path)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' changed while it was read: it had 1 tasks and 3 answers, and 1 and 3 came. "
        "Run `make pull` again when nobody is answering."
    )


class Forgetful(StandIn):
    """A project that says it has more than its pages hold."""

    def state(self):
        return State(2, 5, "")


def test_a_project_whose_pages_hold_less_than_it_says_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        read(Forgetful([answered(1, 11)]), tmp_path)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' changed while it was read: it had 2 tasks and 5 answers, and 1 and 1 came. "
        "Run `make pull` again when nobody is answering."
    )


def test_a_project_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        pull(StandInStudio(), {"demo codebook 1 annotator-1": "annotator-1"}, tmp_path)

    assert str(error.value) == "There is no project 'demo codebook 1 annotator-1'. Run `make push` first."
