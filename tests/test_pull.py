"""Every answer comes back, once and with its history, however often pulling is interrupted."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling.accounts import pseudonym, workspace_key
from labeling.pull import keep, pull, read, rounds
from labeling.pulled import answers, strays
from labeling.studio import State, Task
from labeling.tables import ANSWERS

GIVEN = {
    "id": 31,
    "completed_by": 7,
    "created_at": "2024-05-06T10:00:00Z",
    "updated_at": "2024-05-06T10:01:00Z",
    "lead_time": 4.5,
    "was_cancelled": False,
    "ground_truth": False,
    "parent_prediction": None,
    "last_action": None,
    "result": [{"from_name": "stance", "value": {"choices": ["favor"]}, "note": "ї"}],
}
NAMED = partial(pseudonym, b"a workspace's key")
SEVEN = NAMED(7)
ASKED = pd.DataFrame(
    {
        "assignment_id": ["b/annotator-1/1", "a/annotator-1/1", "a/annotator-1/1/again"],
        "task_key": ["kb", "ka", "kagain"],
        "item_id": ["b", "a", "a"],
        "annotator": "annotator-1",
        "codebook_version": "1",
        "purpose": ["batch", "batch", "repeat"],
        "place": [0, 1, 2],
    }
)


class StandIn:
    """A project of tasks in a dictionary, three a page, and a clock; before page `breaks` somebody presses Ctrl-C."""

    title = "demo codebook 1 annotator-1"

    def __init__(self, *keys, breaks=0):
        self.tasks = {number: Task(number, {"key": key}, ()) for number, key in enumerate(keys, 1)}
        self.identity, self.breaks, self.asked, self.meanwhile, self.begun = "3 2024", breaks, [], [], 0
        self.now = datetime(2024, 5, 6, 10, tzinfo=UTC)
        self.times = dict.fromkeys(self.tasks, self.stamp())

    def stamp(self):
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def passes(self, **time):
        self.now += timedelta(**time)

    def answer(self, task, number, account=7, **more):
        given = {**GIVEN, "id": number, "completed_by": account, "updated_at": self.stamp(), **more}
        others = [one for one in self.tasks[task].answers if one["id"] != number]
        self.tasks[task] = replace(self.tasks[task], answers=[*others, given])
        self.times[task] = self.stamp()

    def delete(self, task, unseen=False):
        self.tasks[task] = replace(self.tasks[task], answers=())
        self.times[task] = self.times[task] if unseen else self.stamp()

    def state(self):
        return State(len(self.tasks), sum(len(task.answers) for task in self.tasks.values()))

    def latest(self):
        return max(self.times.values(), default="")

    def clock(self):
        return self.now

    def drafts(self):
        return self.begun

    def changed(self, since, after):
        self.asked.append(after)
        if len(self.asked) == self.breaks:
            raise KeyboardInterrupt
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return [task for n, task in sorted(self.tasks.items()) if n > after and self.times[n] >= since][:3]


class StandInStudio:
    """A Label Studio that is a dictionary."""

    def __init__(self, **projects):
        self.projects = projects

    def find(self, name):
        return self.projects.get(name)


def known(project, folder):
    """What is known of a project after a pull: task, number of the answer and what became of it."""
    rows = read(project, folder / "p.parquet", NAMED)
    return list(zip(rows["task"].to_pylist(), rows["annotation"].to_pylist(), rows["gone"].to_pylist(), strict=True))


def test_an_answer_keeps_all_that_label_studio_says_of_it_but_no_name(tmp_path):
    project = StandIn("ka")
    more = {
        "ground_truth": True,
        "parent_prediction": 5,
        "last_action": "submitted",
        "updated_at": "2024-05-06T10:01:00Z",
    }
    project.answer(1, 31, **more)

    (found,) = answers(read(project, tmp_path / "p.parquet", NAMED), ASKED, ANSWERS).to_pylist()

    assert found == {
        "answer_id": "a/annotator-1/1/31/2024-05-06T10:01:00Z",
        "assignment_id": "a/annotator-1/1",
        "item_id": "a",
        "annotator": "annotator-1",
        "purpose": "batch",
        "annotation": 31,
        "account": SEVEN,
        "created_at": "2024-05-06T10:00:00Z",
        "updated_at": "2024-05-06T10:01:00Z",
        "lead_time": 4.5,
        "skipped": False,
        "ground_truth": True,
        "prediction": "5",
        "last_action": "submitted",
        "codebook_version": "1",
        "gone": "",
        "result": json.dumps(GIVEN["result"], ensure_ascii=False),
    }


def test_an_answer_whose_account_is_gone_or_whose_time_was_not_taken_is_kept_and_a_skip_is_one(tmp_path):
    project = StandIn("ka")
    project.answer(1, 31, account=None, lead_time=None, was_cancelled=True, result=[])

    (found,) = read(project, tmp_path / "p.parquet", NAMED).to_pylist()

    assert (found["account"], found["lead_time"], found["skipped"], found["result"]) == ("", 0.0, True, "[]")


def test_answers_of_every_account_are_kept_in_the_order_of_the_places_and_those_nobody_asked_for_apart(tmp_path):
    project = StandIn("ka", "kagain", "kb", "nobody's", "")
    for task, number, account in ((1, 12, 7), (1, 11, 8), (2, 13, 7), (3, 14, 7), (4, 15, 7), (5, 16, 7)):
        project.answer(task, number, account)

    rows = read(project, tmp_path / "p.parquet", NAMED)

    found = answers(rows, ASKED, ANSWERS).to_pandas()
    assert found[["assignment_id", "purpose", "annotation"]].values.tolist() == [
        ["b/annotator-1/1", "batch", 14],
        ["a/annotator-1/1", "batch", 11],
        ["a/annotator-1/1", "batch", 12],
        ["a/annotator-1/1/again", "repeat", 13],
    ]
    apart = strays(rows, ASKED, "demo codebook 1 annotator-1").to_pandas()
    assert apart[["title", "task", "key", "annotation", "account"]].values.tolist() == [
        ["demo codebook 1 annotator-1", 4, "nobody's", 15, SEVEN],
        ["demo codebook 1 annotator-1", 5, "", 16, SEVEN],
    ]


def test_only_what_changed_is_read_again(tmp_path):
    project = StandIn(*"abcdefgh")
    project.answer(2, 12)
    known(project, tmp_path)
    project.passes(hours=1)
    project.answer(7, 17)
    project.passes(hours=1)
    first = known(project, tmp_path)
    project.asked.clear()
    project.passes(hours=1)
    project.answer(8, 18)

    assert first == [(2, 12, ""), (7, 17, "")]
    assert known(project, tmp_path) == [(2, 12, ""), (7, 17, ""), (8, 18, "")]
    assert project.asked == [0, 8]  # one page holds all that changed


def test_what_becomes_visible_later_than_the_time_it_bears_is_not_missed(tmp_path):
    project = StandIn("a", "b")
    project.answer(1, 11)
    known(project, tmp_path)
    committed = project.stamp()
    project.passes(minutes=1)
    project.answer(2, 12)
    known(project, tmp_path)
    project.answer(1, 11, result=[], updated_at="2024-05-06T10:02:00Z")
    project.times[1] = committed  # of a request that began before and ended after the pulls

    assert known(project, tmp_path) == [(1, 11, "changed"), (1, 11, ""), (2, 12, "")]


def test_a_changed_mind_leaves_the_earlier_answer_as_history(tmp_path):
    project = StandIn("ka")
    project.answer(1, 11)
    known(project, tmp_path)
    project.passes(hours=1)
    project.answer(1, 11, result=[])
    known(project, tmp_path)
    project.passes(hours=1)
    project.answer(1, 11, was_cancelled=True)

    found = known(project, tmp_path)

    assert found == [(1, 11, "changed"), (1, 11, "changed"), (1, 11, "")]
    told = answers(read(project, tmp_path / "p.parquet", NAMED), ASKED, ANSWERS).to_pandas()
    assert told[["gone", "skipped"]].values.tolist() == [["changed", False], ["changed", False], ["", True]]


def test_a_deleted_answer_is_marked_and_one_given_anew_under_its_number_is_another(tmp_path):
    project = StandIn("ka")
    project.answer(1, 11)
    known(project, tmp_path)
    project.passes(hours=1)
    project.delete(1)

    assert known(project, tmp_path) == [(1, 11, "deleted")]
    project.passes(hours=1)
    project.answer(1, 11, created_at="2024-05-06T12:00:00Z")
    assert known(project, tmp_path) == [(1, 11, "deleted"), (1, 11, "")]


def test_an_answer_deleted_without_a_trace_is_found_by_counting(tmp_path):
    project = StandIn("ka", "kb")
    project.answer(1, 11)
    project.answer(2, 12)
    known(project, tmp_path)
    project.passes(hours=1)
    project.delete(1, unseen=True)

    assert known(project, tmp_path) == [(1, 11, "deleted"), (2, 12, "")]


def test_a_deleted_task_takes_its_answers_with_it_and_they_are_marked(tmp_path):
    project = StandIn("ka", "kb")
    project.answer(1, 11)
    project.answer(2, 12)
    known(project, tmp_path)
    project.passes(hours=1)
    del project.tasks[1], project.times[1]

    assert known(project, tmp_path) == [(1, 11, "deleted"), (2, 12, "")]


def test_a_task_added_again_does_not_touch_what_was_said_to_the_first(tmp_path):
    project = StandIn("ka", "ka")
    project.answer(1, 11)
    known(project, tmp_path)
    project.passes(hours=1)
    project.answer(2, 12)

    rows = read(project, tmp_path / "p.parquet", NAMED)

    told = answers(rows, ASKED, ANSWERS).to_pandas()
    assert told[["assignment_id", "annotation", "gone"]].values.tolist() == [
        ["a/annotator-1/1", 11, ""],
        ["a/annotator-1/1", 12, ""],
    ]


def test_a_project_made_anew_is_read_whole_and_what_was_pulled_of_the_old_one_stands(tmp_path):
    project = StandIn("ka")
    project.answer(1, 11)
    known(project, tmp_path)
    another = StandIn("ka")
    another.identity = "3 2025"  # a number is used again
    another.answer(1, 11, created_at="2025-05-06T10:00:00Z")

    assert known(another, tmp_path) == [(1, 11, ""), (1, 11, "")]


def test_what_was_pulled_and_is_spoilt_is_not_taken_for_nothing(tmp_path):
    path = tmp_path / "pulled.parquet"
    path.write_bytes(b"PAR1")

    with pytest.raises(ContractError) as error:
        read(StandIn("ka"), path, NAMED)

    assert str(error.value) == (
        f"{path} is not what was pulled any more. Put a copy of it back; without one delete it, and `make pull` reads "
        "the whole project anew."
    )


def test_what_was_pulled_of_a_project_that_is_gone_stands(tmp_path):
    name, project = StandIn.title, StandIn("ka")
    project.answer(1, 11)
    known(project, tmp_path)

    rows, said = pull(StandInStudio(), name, tmp_path / "p.parquet", NAMED)

    assert rows["gone"].to_pylist() == [""]
    assert said == "not in Label Studio any more, what was pulled of it stands: demo codebook 1 annotator-1"


def test_a_project_that_was_not_pushed_yet_is_told_and_drafts_are(tmp_path):
    project = StandIn("ka")
    project.begun = 2

    assert pull(StandInStudio(), "one", tmp_path / "p.parquet", NAMED)[1] == "not there yet: one"
    assert pull(StandInStudio(one=project), "one", tmp_path / "p.parquet", NAMED)[1] == "2 begun and not submitted: one"


def test_a_pull_that_was_interrupted_goes_on_behind_its_last_whole_page(tmp_path):
    project = StandIn(*"abcdefg", breaks=2)
    for task in project.tasks:
        project.answer(task, task + 10)
    with pytest.raises(KeyboardInterrupt):
        known(project, tmp_path)

    found = known(project, tmp_path)

    assert found == [(task, task + 10, "") for task in range(1, 8)]
    assert project.asked[:4] == [0, 3, 3, 6]
    assert [path.name for path in tmp_path.iterdir()] == ["p.parquet"]


def test_what_changed_on_its_first_pages_while_a_pull_was_interrupted_is_read_again(tmp_path):
    project = StandIn(*"abcdefg", breaks=2)
    project.answer(1, 11)
    project.answer(2, 12)
    with pytest.raises(KeyboardInterrupt):
        known(project, tmp_path)
    project.passes(hours=1)
    project.answer(1, 11, result=[])
    project.delete(2, unseen=True)

    assert known(project, tmp_path) == [(1, 11, "changed"), (1, 11, ""), (2, 12, "deleted")]


def test_a_mind_that_was_changed_while_a_pull_was_interrupted_is_not_missed_although_the_counts_agree(tmp_path):
    project = StandIn(*"abcdefg", breaks=2)
    project.answer(1, 11)
    with pytest.raises(KeyboardInterrupt):
        known(project, tmp_path)
    project.passes(hours=1)
    project.answer(1, 11, result=[])

    assert known(project, tmp_path) == [(1, 11, "changed"), (1, 11, "")]


def test_pages_of_a_project_that_was_made_anew_are_not_used_again(tmp_path):
    project = StandIn(*"abcdefg", breaks=2)
    project.answer(1, 11)
    with pytest.raises(KeyboardInterrupt):
        known(project, tmp_path)
    project.identity = "4 2025"
    project.answer(1, 14)
    project.tasks[1] = replace(project.tasks[1], answers=project.tasks[1].answers[1:])

    assert known(project, tmp_path) == [(1, 14, "")]


def test_people_may_answer_while_their_project_is_read(tmp_path):
    project = StandIn(*"abcdefg")
    project.answer(7, 17)
    project.meanwhile = [lambda: project.answer(6, 16), lambda: project.answer(1, 11), lambda: project.answer(2, 12)]

    first = known(project, tmp_path)

    assert set(first) >= {(7, 17, ""), (6, 16, "")}
    assert known(project, tmp_path) == [(1, 11, ""), (2, 12, ""), (6, 16, ""), (7, 17, "")]


class Boastful(StandIn):
    """A project that says it has more than its pages hold."""

    def state(self):
        return State(2, 5)


def test_a_project_whose_pages_hold_less_than_it_says_is_refused(tmp_path):
    project = Boastful("ka")
    project.answer(1, 11)

    with pytest.raises(ContractError) as error:
        known(project, tmp_path)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' counts 2 tasks and 5 answers, and 1 and 1 came, however often it was read. "
        "Run `make pull` again when nobody is answering."
    )


def test_a_table_that_says_the_same_is_left_alone(tmp_path, capsys):
    project, out = StandIn("ka"), tmp_path / "answers.parquet"
    project.answer(1, 11)
    told = answers(read(project, tmp_path / "p.parquet", NAMED), ASKED, ANSWERS)
    keep(ANSWERS, told, out, "1 projects")
    written = out.stat().st_mtime_ns
    keep(ANSWERS, told, out, "1 projects")

    assert out.stat().st_mtime_ns == written
    assert capsys.readouterr().out == (
        f"answers: 1 rows -> {out} (1 projects)\n"
        f"answers: nothing new since the last pull, 1 rows in {out} (1 projects)\n"
    )
    assert ANSWERS.read(out)["answer_id"].tolist() == ["a/annotator-1/1/11/2024-05-06T10:00:00.000000Z"]


def test_everybodys_project_is_pulled_under_every_codebook():
    asked = pd.concat([ASKED, ASKED.assign(codebook_version="2"), ASKED.assign(annotator="annotator-2")])

    assert list(rounds("demo", "codebook", asked)) == [
        "demo codebook 1 annotator-1",
        "demo codebook 1 annotator-2",
        "demo codebook 2 annotator-1",
    ]


def test_the_workspaces_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "new" / "account.key"
    old = os.umask(0)
    try:
        first = workspace_key(path)
    finally:
        os.umask(old)

    assert workspace_key(path) == first
    assert len(first) == 32
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert [one.name for one in path.parent.iterdir()] == ["account.key"]


def test_a_pseudonym_is_stable_and_cannot_be_made_without_the_key():
    assert pseudonym(b"one", 7) == pseudonym(b"one", 7)
    assert len({pseudonym(b"one", 7), pseudonym(b"one", 8), pseudonym(b"two", 7)}) == 3
    assert pseudonym(b"one", None) == ""
