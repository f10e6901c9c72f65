"""PostgreSQL behind Label Studio, and ten annotators who answer at once while push adds and pull reads."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest

from labeling.studio import Project, Studio
from labeling.tables import ASSIGNMENTS
from tests.mortal import Mortal, given, held
from tests.postgres import needed, postgres
from tests.workspace import Workspace, assignment, item

PEOPLE = [f"annotator-{number}" for number in range(1, 11)]
FIRST, LAST = 5, 15  # items of each person, at first and in the end
RESULT = [{"from_name": "sanction_violation", "to_name": "sentence", "type": "choices", "value": {"choices": ["none"]}}]


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Iterator[Mortal]:
    """A Label Studio on PostgreSQL."""
    with postgres() as environ:
        server = Mortal(tmp_path_factory.mktemp("team"), **environ)
        yield server
        server.close()


def grow(workspace: Workspace, items: int) -> None:
    """Ask everybody about so many items."""
    workspace.asks(*(assignment(who, f"a.{n}@topic", n) for who in PEOPLE for n in range(items)))


def answer_all(project: Project, studio: Studio, ended: Event) -> int:
    """Answer whatever comes, as fast as one can, and change every fifth answer; return how many answers were given."""
    answered: set[int] = set()
    while not ended.is_set() or len(answered) < LAST:
        for task in project.changed("", max(answered, default=0)):
            project.answer(task.id, RESULT, str(uuid4()))
            answered.add(task.id)
            if len(answered) % 5 == 0:
                (mine,) = [
                    one for one in project.changed("", task.id - 1)[0].answers if one["completed_by"] == studio.account
                ]
                studio.ask("PATCH", f"/api/annotations/{mine['id']}/", {"result": [], "lead_time": 2.5})
        ended.wait(3)  # nobody looks for more without a breath: a request costs the server a tenth of a second
    return len(answered)


@needed
@pytest.mark.postgres
@pytest.mark.studio
def test_ten_people_answer_at_once_while_tasks_are_added_and_answers_pulled(team, tmp_path, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_URL", team.server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", team.server.api_key)
    workspace, opened, ended = Workspace(tmp_path), team.opened(), Event()
    workspace.holds([item(f"a.{number}@topic", "Rain fell.\x00 ї 🙂") for number in range(LAST)])
    grow(workspace, FIRST)
    workspace.push()
    own = {who: opened.own(who) for who in PEOPLE}
    pulled = [0]

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        try:
            people: list[Future[int]] = [
                pool.submit(answer_all, workspace.project(opened, who).seen_by(own[who]), own[who], ended)
                for who in PEOPLE
            ]
            for items in (10, LAST):
                pulled.append(int((workspace.pull()["gone"] == "").sum()))
                grow(workspace, items)
                workspace.push()
            pulled.append(int((workspace.pull()["gone"] == "").sum()))
        finally:
            ended.set()
        counts = [person.result() for person in people]
    answers = workspace.pull()

    assert opened.database() == "PostgreSQL"
    assert counts == [LAST] * len(PEOPLE)
    assert pulled == sorted(pulled)
    keys = ASSIGNMENTS.read(workspace / "assignments.parquet").set_index("assignment_id")["task_key"]
    for who in PEOPLE:
        project = workspace.project(opened, who)
        assert sorted(held(project)) == sorted(keys[keys.index.str.contains(f"/{who}/", regex=False)])
        mine = answers[(answers["annotator"] == who) & (answers["gone"] == "")]
        stands = zip(keys[mine["assignment_id"]], mine["annotation"], mine["updated_at"], strict=True)
        assert sorted(stands) == given(project)
        assert len(mine) == project.state().answers == LAST
        assert mine["account"].nunique() == 1
    assert answers["account"].nunique() == len(PEOPLE)
    assert (answers.loc[answers["gone"] == "", "result"] == "[]").sum() == LAST // 5 * len(PEOPLE)
