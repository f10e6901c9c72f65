"""Push, answer and pull against a real Label Studio: what goes out, what comes back, and every rule about it."""

import json
import re
from uuid import uuid4

import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.annotations import annotations
from labeling.studio import Studio
from tests.workspace import CODEBOOK, HOSTILE, Workspace, assignment, door, item, recording

pytestmark = pytest.mark.studio
RUSSIA, TOPIC, OTHER = "a.1@sanctions-russia", "a.1@topic", "a.2@topic"


@pytest.fixture
def small(workspace: Workspace) -> Workspace:
    """Two items and two annotators, one of whom has one item, and recorded answers to all three assignments."""
    workspace.holds([item(RUSSIA), item(TOPIC)])
    workspace.asks(
        assignment("annotator-1", RUSSIA, 0), assignment("annotator-1", TOPIC, 1), assignment("annotator-2", TOPIC, 0)
    )
    workspace.records("annotator-1", recording(RUSSIA), recording(TOPIC))
    workspace.records("annotator-2", recording(TOPIC))
    return workspace


@pytest.fixture
def opened(studio_server) -> Studio:
    """The Label Studio as its administrator sees it."""
    return door(studio_server.url, studio_server.api_key)


def change(opened: Studio, annotation: int, **more: object) -> None:
    """Change an answer, as Label Studio's screen does."""
    opened.ask("PATCH", f"/api/annotations/{annotation}/", more)


def choose(label: str) -> list[dict[str, object]]:
    """A result that chooses one violation label."""
    value = {"choices": [label]}
    return [{"from_name": "sanction_violation", "to_name": "sentence", "type": "choices", "value": value}]


def test_items_go_out_and_answers_come_back_each_by_its_own_account(small, capsys):
    capsys.readouterr()

    small.push()
    small.push()
    small.answer()
    small.answer()
    answers = small.pull()
    again = small.pull()

    said = re.sub(r"in \d+ s", "in … s", capsys.readouterr().out)
    assert said == (
        "push: 2 items -> 2 projects; 3 tasks added, 0 were there\n"
        "push: 2 items -> 2 projects; 0 tasks added, 3 were there\n"
        "answer: 3 answers by 2 annotators in … s\n"
        "answer: 0 answers by 2 annotators in … s; 3 were there\n"
        f"answers: 3 rows -> {small / 'answers.parquet'} (2 projects)\n"
        f"decisions: 0 rows -> {small / 'decisions.parquet'} (0 projects)\n"
        f"answers: nothing new since the last pull, 3 rows in {small / 'answers.parquet'} (2 projects)\n"
        f"decisions: nothing new since the last pull, 0 rows in {small / 'decisions.parquet'} (0 projects)\n"
    )
    assert again.equals(answers)
    assert answers[["item_id", "annotator", "purpose", "skipped", "codebook_version", "gone"]].values.tolist() == [
        [RUSSIA, "annotator-1", "batch", False, "1", ""],
        [TOPIC, "annotator-1", "batch", False, "1", ""],
        [TOPIC, "annotator-2", "batch", False, "1", ""],
    ]
    assert answers.groupby("annotator")["account"].nunique().tolist() == [1, 1]
    assert answers["account"].nunique() == 2
    assert json.loads(answers["result"][1]) == [
        {"from_name": name, "to_name": "sentence", "type": "choices", "value": {"choices": labels}}
        for name, labels in (("sanction_violation", ["alleged"]), ("regime", ["russia", "dprk"]))
    ]
    assert not (small / "strays.parquet").exists()


def test_hostile_text_travels_as_text(small, opened):
    small.push()

    held = small.project(opened, "annotator-1").changed("", 0)[0].data

    assert (held["headline"], held["proposition"]) == (HOSTILE, HOSTILE)
    escaped = "&lt;script&gt;document.title='owned'&lt;/script&gt; “P&amp;O” &lt;/mark&gt; ї"
    assert f"<mark>{escaped}</mark>" in held["sentence_html"]


def test_repeats_and_checks_look_like_all_others_and_stand_where_their_place_is(workspace, opened):
    workspace.holds([item(TOPIC), item(OTHER)], [item("c.1@topic")])
    rows = [
        assignment("annotator-1", OTHER, 2),
        assignment("annotator-1", TOPIC, 3, purpose="repeat"),
        assignment("annotator-1", "c.1@topic", 1, purpose="check"),
        assignment("annotator-1", TOPIC, 0),
    ]
    workspace.asks(*rows)

    workspace.push()

    tasks = workspace.project(opened, "annotator-1").changed("", 0)
    assert [task.data["key"] for task in tasks] == [rows[at]["task_key"] for at in (3, 2, 0, 1)]
    assert {tuple(sorted(task.data)) for task in tasks} == {
        ("byline", "codebook_version", "headline", "key", "proposition", "sentence_html", "targets")
    }
    told = json.dumps([dict(task.data) for task in tasks])
    assert not [word for word in ("a.1", "c.1", "check", "repeat", "again", "batch", "@") if word in told]


def test_a_hidden_repeat_is_answered_and_told_apart(workspace):
    workspace.holds([item(TOPIC)])
    workspace.asks(assignment("annotator-1", TOPIC, 0), assignment("annotator-1", TOPIC, 1, purpose="repeat"))
    workspace.records("annotator-1", recording(TOPIC), recording(TOPIC, again=True, sanction_violation="none"))
    workspace.push()
    workspace.answer()

    answers = workspace.pull()

    assert answers[["assignment_id", "purpose"]].values.tolist() == [
        [f"{TOPIC}/annotator-1/1", "batch"],
        [f"{TOPIC}/annotator-1/1/again", "repeat"],
    ]
    assert [json.loads(result)[0]["value"]["choices"] for result in answers["result"]] == [["alleged"], ["none"]]


def test_adjudicators_decide_in_projects_of_their_own(small, opened, capsys):
    votes = [{"sanction_violation": "none"}, {"sanction_violation": "alleged"}]
    small.adjudicates("adjudicator-1", {TOPIC: votes})
    small.records("adjudicator-1", recording(TOPIC, sanction_violation="none", regime=[], guideline_gap=True))
    small.push()
    small.answer()

    answers = small.pull()

    decisions = small.decisions()
    assert len(answers) == 3
    assert decisions[["assignment_id", "annotator", "purpose"]].values.tolist() == [
        [f"{TOPIC}/adjudicator-1/1", "adjudicator-1", "adjudication"]
    ]
    assert [part["from_name"] for part in json.loads(decisions["result"][0])] == ["sanction_violation", "guideline_gap"]
    shown = small.project(opened, "adjudicator-1", "adjudication").changed("", 0)[0].data["votes_html"]
    assert re.findall(r"<th>(\w)</th>", shown) == ["A", "B"]
    assert "push: 2 items -> 3 projects; 4 tasks added, 0 were there" in capsys.readouterr().out


def test_what_is_withdrawn_goes_unless_it_is_answered_or_begun(workspace, opened, capsys):
    items = [f"a.{number}@topic" for number in range(4)]
    workspace.holds([item(one) for one in items])
    workspace.asks(*(assignment("annotator-1", one, place) for place, one in enumerate(items)))
    workspace.push()
    project = workspace.project(opened, "annotator-1")
    first, second, _, _ = project.changed("", 0)
    project.answer(first.id, choose("none"), str(uuid4()))
    opened.ask("POST", f"/api/tasks/{second.id}/drafts", {"result": choose("none"), "lead_time": 1})
    left = [assignment("annotator-1", one, place, withdrawn="left") for place, one in enumerate(items[:3])]
    workspace.asks(*left, assignment("annotator-1", items[3], 3))
    capsys.readouterr()

    workspace.push()
    answers = workspace.pull()

    assert "1 were there; 1 withdrawn and deleted; 2 withdrawn but answered or begun, and left" in (
        told := capsys.readouterr().out
    )
    assert f"1 begun and not submitted: {workspace.title('annotator-1')}" in told
    assert [task.data["key"] for task in project.changed("", 0)] == [
        assignment("annotator-1", one, 0)["task_key"] for one in (items[0], items[1], items[3])
    ]
    assert answers["item_id"].tolist() == [items[0]]


def test_skips_second_answers_and_answers_of_others_are_kept(small, opened):
    small.push()
    project = small.project(opened, "annotator-1")
    first, second = project.changed("", 0)
    opened.ask("POST", f"/api/tasks/{first.id}/annotations/", {"result": [], "was_cancelled": True})

    name = str(uuid4())
    given = project.answer(second.id, [], name)
    again = project.answer(second.id, [], name)
    project.answer(second.id, [], str(uuid4()))
    own = project.seen_by(opened.own("annotator-1"))
    own.answer(second.id, choose("none"), str(uuid4()))
    answers = small.pull()

    assert (given, again) == (True, False)
    assert project.state() == (2, 4)
    assert answers[["item_id", "skipped"]].values.tolist() == [[RUSSIA, True], *[[TOPIC, False]] * 3]
    assert answers["account"].nunique() == 2


def test_a_changed_mind_a_deleted_answer_and_a_deleted_task_leave_their_history(small, opened):
    small.push()
    small.answer()
    small.pull()
    project, other = small.project(opened, "annotator-1"), small.project(opened, "annotator-2")
    first, second = project.changed("", 0)
    change(opened, first.answers[0]["id"], result=choose("denied"))
    opened.ask("DELETE", f"/api/annotations/{second.answers[0]['id']}/")
    opened.ask("DELETE", f"/api/tasks/{other.changed('', 0)[0].id}/")

    answers = small.pull()

    assert answers[["item_id", "annotator", "gone"]].values.tolist() == [
        [RUSSIA, "annotator-1", "changed"],
        [RUSSIA, "annotator-1", ""],
        [TOPIC, "annotator-1", "deleted"],
        [TOPIC, "annotator-2", "deleted"],
    ]
    assert json.loads(answers["result"][1]) == choose("denied")


def test_answers_deleted_in_bulk_are_found(small, opened):
    small.push()
    small.answer()
    small.pull()
    number = small.project(opened, "annotator-1").number
    everything: dict[str, object] = {"selectedItems": {"all": True, "excluded": []}, "filters": None, "ordering": []}
    opened.ask("POST", "/api/dm/actions", everything, id="delete_tasks_annotations", project=number)

    answers = small.pull()

    assert answers.groupby("annotator")["gone"].unique().map(list).to_dict() == {
        "annotator-1": ["deleted"],
        "annotator-2": [""],
    }


def test_a_deleted_project_loses_nothing_that_was_pulled_and_is_made_again(small, opened, capsys):
    small.push()
    small.answer()
    before = small.pull()
    opened.ask("DELETE", f"/api/projects/{small.project(opened, 'annotator-2').number}/")
    capsys.readouterr()

    assert small.pull().equals(before)
    name = small.title("annotator-2")
    assert f"not in Label Studio any more, what was pulled of it stands: {name}" in capsys.readouterr().out
    small.asks(
        assignment("annotator-1", RUSSIA, 0), assignment("annotator-1", TOPIC, 1),
        assignment("annotator-2", TOPIC, 0), assignment("annotator-2", RUSSIA, 1),
    )  # fmt: skip
    small.records("annotator-2", recording(RUSSIA))
    small.push()
    small.answer()
    after = small.pull()
    assert "2 were there; 1 answered before, and not asked anew" in capsys.readouterr().out
    assert after[["annotator", "item_id", "gone"]].values.tolist() == [
        ["annotator-1", RUSSIA, ""],
        ["annotator-1", TOPIC, ""],
        ["annotator-2", TOPIC, ""],
        ["annotator-2", RUSSIA, ""],
    ]


def test_a_label_that_the_codebook_lacks_comes_back_and_does_not_count(small, opened):
    small.push()
    project = small.project(opened, "annotator-1")
    project.answer(project.changed("", 0)[1].id, choose("perhaps"), str(uuid4()))

    found = annotations(small.pull(), small.targets(), codebook.load(CODEBOOK), {})

    assert found["left_out"].tolist() == ["sanction_violation has no label 'perhaps'"]


def test_answers_to_what_nobody_asked_are_kept_apart_and_told(small, opened, capsys):
    small.push()
    project = small.project(opened, "annotator-1")
    project.add([{**project.changed("", 0)[0].data, "key": "by-hand"}])
    project.answer(project.changed("", 0)[-1].id, choose("none"), str(uuid4()))
    capsys.readouterr()

    answers = small.pull()

    assert len(answers) == 0
    assert small.strays()[["title", "key"]].values.tolist() == [[project.title, "by-hand"]]
    assert f"strays: 1 rows -> {small / 'strays.parquet'} (answers to tasks that nobody was asked)" in (
        capsys.readouterr().out
    )


def test_other_words_are_shown_in_a_live_project_and_its_answers_stay(small, opened):
    small.push()
    small.answer()
    before = small.pull()["result"].tolist()
    screen = small / "interface.xml"
    screen.write_text(screen.read_text().replace("</View>", '<Header value="New words"/></View>', 1))

    small.push()

    assert "New words" in small.project(opened, "annotator-1").screen
    assert small.pull()["result"].tolist() == before


def test_a_live_projects_questions_never_change(small):
    small.push()
    screen = small / "interface.xml"
    more = '<Choices name="more" toName="sentence"><Choice value="Yes"/></Choices></View>'
    screen.write_text(screen.read_text().rstrip().removesuffix("</View>") + more)

    with pytest.raises(ContractError) as error:
        small.push()

    assert str(error.value) == (
        f"The project {small.title('annotator-1')!r} is answered on another screen than the codebook makes now, and a "
        "live project's questions never change. Raise `version` in codebook.toml: `make push` then makes "
        "new projects."
    )


def test_nothing_is_pulled_before_anything_was_pushed(small):
    with pytest.raises(ContractError) as error:
        small.pull()

    assert str(error.value) == f"There is no project {small.title('annotator-1')!r}. Run `make push` first."


def test_a_project_that_was_deleted_meanwhile_is_told_in_one_line(small, opened, studio_server):
    small.push()
    project = small.project(opened, "annotator-2")
    opened.ask("DELETE", f"/api/projects/{project.number}/")

    with pytest.raises(ContractError) as error:
        project.state()

    assert str(error.value) == (
        f"What was asked for is not at {studio_server.url}: a project or a task was deleted. Run `make push` again."
    )


def test_no_name_no_address_and_no_number_of_an_account_is_written(small, opened, studio_server):
    small.push()
    small.answer()
    small.pull()

    members = opened.ask("GET", "/api/users/")
    secrets = {str(one[name]) for one in members for name in ("email", "first_name", "last_name", "username")} - {""}
    secrets |= {studio_server.api_key, studio_server.password, opened.invitation(), studio_server.url}
    secrets |= {one["email"].partition("@")[0] for one in members}
    pulled = [path for path in small.folder.rglob("*") if path.is_file() and path.suffix not in (".jsonl", ".toml")]
    written = {path.name: path.read_bytes() + text_of(path) for path in pulled}
    assert {"answers.parquet", "account.key"} <= set(written)
    assert [(name, secret) for name, text in written.items() for secret in secrets if secret.encode() in text] == []
    numbers = {str(one["id"]) for one in members}
    assert numbers & set(small.pull()["account"]) == set()


def text_of(path) -> bytes:
    """What a Parquet file holds, unpacked, its metadata too."""
    if path.suffix != ".parquet":
        return b""
    import pyarrow.parquet as pq

    rows = pq.read_table(path)
    return json.dumps(rows.to_pylist(), ensure_ascii=False).encode() + repr(rows.schema.metadata).encode()
