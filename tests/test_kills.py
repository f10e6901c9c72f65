"""kill -9 of client and server in the middle of push and pull, at random moments: nothing lost, nothing doubled.

KILLS=100 makes so many kills of each kind of verb; SEED=7 other moments.
"""

import os
import random
from collections import Counter
from uuid import uuid4

import pytest

from labeling.studio import Studio
from labeling.tables import ASSIGNMENTS
from tests.mortal import Mortal, given, held, moments
from tests.workspace import Workspace, assignment, item

pytestmark = pytest.mark.studio
KILLS, SEED = int(os.environ.get("KILLS", "4")), int(os.environ.get("SEED", "1"))
PEOPLE = ("annotator-1", "annotator-2")
ITEMS = [f"a.{number}@topic" for number in range(1500)]
RESULT = [{"from_name": "sanction_violation", "to_name": "sentence", "type": "choices", "value": {"choices": ["none"]}}]


@pytest.fixture
def mortal(studio_folder):
    """A server that may be killed."""
    server = Mortal(studio_folder)
    yield server
    server.close()


def large(folder) -> Workspace:
    """A workspace of 1,500 items, all asked of two people."""
    folder.mkdir()
    workspace = Workspace(folder)
    workspace.holds([item(one, f"Sentence {one}.") for one in ITEMS])
    workspace.asks(*(assignment(who, one, place) for who in PEOPLE for place, one in enumerate(ITEMS)))
    return workspace


def asked(workspace: Workspace) -> dict[str, list[str]]:
    """The key of each task that is asked, by person."""
    rows = ASSIGNMENTS.read(workspace / "assignments.parquet")
    return {str(who): sorted(keys) for who, keys in rows[rows["withdrawn"] == ""].groupby("annotator")["task_key"]}


def test_a_push_that_is_killed_again_and_again_leaves_every_task_once(mortal, tmp_path):
    longest, _ = mortal.run("push", large(tmp_path / "whole"))
    workspace, number = large(tmp_path / "0"), 0

    for after, whom in moments(SEED, KILLS, longest):
        if mortal.disturb("push", workspace, after, whom):  # it is whole: on to another, so that all kills hit a push
            check_pushed(mortal.opened(), workspace)
            number += 1
            workspace = large(tmp_path / str(number))
    mortal.run("push", workspace)

    check_pushed(mortal.opened(), workspace)
    assert f"0 tasks added, {2 * len(ITEMS):,} were there" in mortal.run("push", workspace)[1]


def check_pushed(opened: Studio, workspace: Workspace) -> None:
    """Each person's project holds each task that is asked once, and no other."""
    assert {who: sorted(held(workspace.project(opened, who))) for who in PEOPLE} == asked(workspace)


def test_withdrawing_is_killed_again_and_again_and_takes_no_answered_task(mortal, tmp_path):
    workspace = large(tmp_path / "w")
    mortal.run("push", workspace)
    opened = mortal.opened()
    answered = {who: answer_some(workspace, opened, who, 0, 20) for who in PEOPLE}
    gone = ITEMS[:1200]
    workspace.asks(
        *(
            assignment(who, one, place, withdrawn="left" if one in set(gone) else "")
            for who in PEOPLE
            for place, one in enumerate(ITEMS)
        )
    )

    for after, whom in moments(SEED, KILLS // 2, 4):
        mortal.disturb("push", workspace, after, whom)
    mortal.run("push", workspace)

    opened = mortal.opened()
    for who in PEOPLE:
        assert sorted(held(workspace.project(opened, who))) == sorted(answered[who] + asked(workspace)[who])


def answer_some(workspace: Workspace, opened: Studio, who: str, first: int, count: int) -> list[str]:
    """Answer some tasks of somebody's project, and return their keys."""
    project = workspace.project(opened, who)
    tasks = project.changed("", 0)[first : first + count]
    for task in tasks:
        project.answer(task.id, RESULT, str(uuid4()))
    return [task.data["key"] for task in tasks]


def answered(workspace: Workspace, opened: Studio) -> None:
    """Fill everybody's project with tasks that are answered already."""
    rows = ASSIGNMENTS.read(workspace / "assignments.parquet")
    for who, mine in rows.groupby("annotator"):
        project = workspace.project(opened, str(who))
        shown = {name: value for name, value in project.changed("", 0)[0].data.items() if name != "key"}
        keys = mine["task_key"].tolist()[1:]
        for start in range(0, len(keys), 500):
            answer = [{"result": RESULT, "ground_truth": False}]
            tasks: list[dict[str, object]] = [
                {"data": {**shown, "key": key}, "annotations": answer} for key in keys[start : start + 500]
            ]
            opened.ask("POST", f"/api/projects/{project.number}/import", tasks)


def test_a_pull_that_is_killed_again_and_again_brings_every_answer_once(mortal, tmp_path):
    workspace = large(tmp_path / "w")
    workspace.asks(*(assignment(who, ITEMS[0], 0) for who in PEOPLE))
    mortal.run("push", workspace)
    workspace.asks(*(assignment(who, one, place) for who in PEOPLE for place, one in enumerate(ITEMS)))
    answered(workspace, mortal.opened())
    chance = random.Random(SEED)  # noqa: S311 - a test, no secret

    for at, (after, whom) in enumerate(moments(SEED, KILLS, 6)):
        mortal.disturb("pull", workspace, after, whom)
        opened = mortal.opened()
        answer_some(workspace, opened, chance.choice(PEOPLE), at, 1)
        project = workspace.project(opened, chance.choice(PEOPLE))
        task = chance.choice(project.changed("", 0)[1:])
        opened.ask("PATCH", f"/api/annotations/{task.answers[0]['id']}/", {"result": []})
    mortal.run("pull", workspace)

    check_pulled(mortal.opened(), workspace)
    assert "nothing new since the last pull" in mortal.run("pull", workspace)[1]


def check_pulled(opened: Studio, workspace: Workspace) -> None:
    """What stands in answers.parquet is what the server holds, and no row of it stands twice."""
    found = workspace.answers()
    keys = ASSIGNMENTS.read(workspace / "assignments.parquet").set_index("assignment_id")["task_key"]
    for who in PEOPLE:
        mine = found[(found["annotator"] == who) & (found["gone"] == "")]
        rows = zip(keys[mine["assignment_id"]], mine["annotation"], mine["updated_at"], strict=True)
        assert sorted(rows) == given(workspace.project(opened, who))
    assert not found["answer_id"].duplicated().any()
    assert set(Counter(found["gone"])) <= {"", "changed"}
