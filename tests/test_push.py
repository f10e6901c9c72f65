"""Each person's project gets the tasks that are theirs, once, and loses only what nobody answered."""

import re
from collections import Counter

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.ids import task_key
from labeling.push import Round, fill, plan, plan_adjudication, push, told
from labeling.studio import Held, State, title
from labeling.trouble import Lost
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SHOWN = {"a.1": {"headline": "Talks"}, "a.2": {"headline": "Rain"}, "check": {"headline": "Tea"}}


class StandIn:
    """A project that is a list, and may lose connections: `losses` says for each request whether it was carried out."""

    def __init__(self, name="demo codebook 1 annotator-1", screen="<View/>", losses=()):
        self.title, self.screen, self.losses = name, screen, list(losses)
        self.tasks, self.added, self.begun, self.late = [], 0, set(), []

    def show(self, screen, guidelines):
        self.screen, self.guidelines = screen, guidelines

    def state(self):
        if self.late:  # what a request with a lost connection adds afterwards
            self.tasks += [Held(self.number(), key, 0) for key in self.late.pop(0)]
        return State(len(self.tasks), sum(task.answers for task in self.tasks))

    def held(self):
        return iter(list(self.tasks))

    def number(self):
        self.added += 1
        return self.added

    def add(self, tasks):
        carried_out = self.losses.pop(0) if self.losses else None
        if carried_out is not False:
            self.tasks += [Held(self.number(), task["key"], 0) for task in tasks]
        if carried_out is not None:
            raise Lost("The connection was lost.")

    def remove(self, numbers):
        gone = [one for one in self.tasks if one.id in numbers and not one.answers and one.key not in self.begun]
        self.tasks = [one for one in self.tasks if one not in gone]

    def answer(self, *keys):
        self.tasks = [one._replace(answers=1) if one.key in keys else one for one in self.tasks]

    def keys(self):
        return [one.key for one in self.tasks]


class StandInStudio:
    """A Label Studio that is a dictionary."""

    def __init__(self):
        self.projects = {}

    def find(self, name):
        return self.projects.get(name)

    def create(self, name, screen, guidelines):
        self.projects[name] = StandIn(name, screen)
        return self.projects[name]


def asking(*keys: str, withdrawn: tuple[str, ...] = ()) -> Round:
    """A round of these tasks."""
    return Round("<View/>", {key: {"headline": key} for key in keys}, frozenset(withdrawn))


def assigned(*rows: tuple[str, str, str, int, str]) -> pd.DataFrame:
    """Assignments: item, annotator, codebook version, place, why withdrawn."""
    frame = pd.DataFrame(rows, columns=["item_id", "annotator", "codebook_version", "place", "withdrawn"])
    return frame.assign(
        task_key=[f"{row[0]} {row[1]} {row[2]}" for row in rows],
        assignment_id=[f"{row[0]}/{row[1]}/{row[2]}" for row in rows],
    )


def done(**counts: int) -> dict[str, int]:
    """What a push counts that is not zero."""
    names = {"were": "were there", "withdrawn": "withdrawn and deleted", "copies": "that stood twice deleted"}
    return {names.get(name, name): count for name, count in counts.items()}


def test_pushing_makes_a_project_a_person_and_pushing_twice_adds_nothing_twice():
    studio, rounds = StandInStudio(), {"first": asking("a", "b"), "second": asking("b", "c")}

    assert +push(studio, rounds, "Read.") == done(added=4)
    assert +push(studio, rounds, "Read.") == done(were=4)
    assert {name: project.keys() for name, project in studio.projects.items()} == {
        "first": ["a", "b"],
        "second": ["b", "c"],
    }


def test_tasks_that_came_later_are_added_to_those_that_were_there():
    project = StandIn()
    fill(project, asking("a"))

    assert +fill(project, asking("a", "b")) == done(added=1, were=1)
    assert project.keys() == ["a", "b"]


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([True], id="which was carried out"),
        pytest.param([False], id="which was not carried out"),
        pytest.param([False, True], id="and the next one too"),
    ],
)
def test_a_request_whose_connection_was_lost_leaves_every_task_once(losses):
    project = StandIn(losses=losses)

    assert +fill(project, asking("a", "b"), settled=0) == done(added=2)
    assert project.keys() == ["a", "b"]


def test_what_a_killed_push_left_with_the_server_is_waited_for():
    studio = StandInStudio()
    project = studio.create("first", "<View/>", "Read.")
    project.late = [[], ["a", "b"]]  # it is carried out after the next push has looked once

    assert +push(studio, {"first": asking("a", "b")}, "Read.", settled=0) == done(were=2)
    assert project.keys() == ["a", "b"]


def test_what_was_added_twice_all_the_same_is_deleted_unless_it_is_answered():
    project = StandIn()
    fill(project, asking("a", "b", "c"))
    project.answer("b")
    project.tasks += [Held(11, "a", 0), Held(12, "b", 0), Held(13, "c", 1), Held(14, "c", 2)]

    found = +fill(project, asking("a", "b", "c"))

    assert found == done(were=3, copies=3) | {"answered twice, and left": 1}
    assert [(one.id, one.key) for one in project.tasks] == [(1, "a"), (2, "b"), (13, "c"), (14, "c")]


def test_a_copy_that_came_while_tasks_were_added_is_noticed_by_the_count():
    project = StandIn()
    project.late = [["a"]]

    assert +fill(project, asking("a", "b")) == done(added=2)
    assert project.keys() == ["a", "b"]


def test_a_copy_that_came_with_the_tasks_is_noticed_although_nothing_was_lost():
    class Doubling(StandIn):
        def add(self, tasks):
            super().add([*tasks, *(tasks[:1] if not self.tasks else [])])

    project = Doubling()

    assert +fill(project, asking("a", "b")) == done(added=2)
    assert project.keys() == ["a", "b"]


def test_what_is_withdrawn_goes_unless_somebody_answered_or_began_it():
    project = StandIn()
    fill(project, asking("a", "b", "c", "d"))
    project.answer("b")
    project.begun = {"c"}

    found = +fill(project, asking("d", withdrawn=("a", "b", "c")))

    assert found == done(were=1, withdrawn=1) | {"withdrawn but answered or begun, and left": 2}
    assert project.keys() == ["b", "c", "d"]


def test_a_task_that_somebody_added_by_hand_is_left_alone():
    project = StandIn()
    project.tasks = [Held(5, "", 0), Held(6, "", 0)]

    assert +fill(project, asking("a")) == done(added=1)
    assert project.keys() == ["", "", "a"]


def test_a_project_that_cannot_be_filled_is_refused_with_what_it_lacks():
    project = StandIn(losses=[False] * 10)

    with pytest.raises(ContractError) as error:
        fill(project, asking("a", "b"), settled=0)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' still lacks 2 tasks, the first a. Run `make push` again."
    )


class Forgetful(StandInStudio):
    """A Label Studio that makes a project and loses the connection, once."""

    lost = False

    def create(self, name, screen, guidelines):
        super().create(name, screen, guidelines)
        if not self.lost:
            self.lost = True
            raise Lost("The connection was lost.")
        return self.projects[name]


def test_a_project_that_was_made_although_the_connection_was_lost_is_not_made_again():
    studio = Forgetful()

    assert +push(studio, {"first": asking("a")}, "Read.") == done(added=1)
    assert list(studio.projects) == ["first"]


def test_a_live_projects_screen_never_changes_and_nobody_elses_project_is_touched():
    studio = StandInStudio()
    push(studio, {"second": asking("a")}, "Read.")
    other = {
        name: Round('<View><Choices name="more" toName="text"/></View>', one.asked)
        for name, one in {"first": asking("a"), "second": asking("a", "b")}.items()
    }

    with pytest.raises(ContractError) as error:
        push(studio, other, "Read.")

    assert str(error.value) == (
        "The project 'second' is answered on another screen than the codebook makes now, and a live project's "
        "questions never change. Raise `version` in codebook.toml: `make push` then makes new projects."
    )
    assert studio.projects["second"].keys() == ["a"]
    assert "first" not in studio.projects


def test_other_words_on_the_screen_are_shown_in_the_project_that_is_there():
    studio = StandInStudio()
    push(studio, {"first": asking("a")}, "Read.")
    told = '<View><Header value="New"/></View>'

    push(studio, {"first": Round(told, asking("a").asked)}, "Read again.")

    project = studio.projects["first"]
    assert (project.screen, project.guidelines, project.keys()) == (told, "Read again.", ["a"])


def test_each_person_gets_tasks_in_the_order_of_their_places_and_a_check_among_them_cannot_be_told():
    rows = assigned(
        ("a.2", "annotator-2", "1", 2, ""), ("a.1", "annotator-1", "1", 0, ""),
        ("check", "annotator-2", "1", 1, ""), ("a.1", "annotator-2", "1", 0, ""),
    )  # fmt: skip

    rounds = plan("demo", rows, SHOWN, "1", "<View/>")

    assert {name: list(one.asked.items()) for name, one in rounds.items()} == {
        "demo codebook 1 annotator-1": [("a.1 annotator-1 1", {"headline": "Talks"})],
        "demo codebook 1 annotator-2": [
            ("a.1 annotator-2 1", {"headline": "Talks"}),
            ("check annotator-2 1", {"headline": "Tea"}),
            ("a.2 annotator-2 1", {"headline": "Rain"}),
        ],
    }


def test_what_is_withdrawn_is_not_asked_and_under_an_earlier_codebook_nothing_is():
    rows = assigned(
        ("a.1", "annotator-1", "1", 0, ""), ("gone", "annotator-1", "1", 1, "the item is gone"),
        ("a.1", "annotator-1", "2", 0, "left"), ("a.2", "annotator-1", "2", 1, ""),
    )  # fmt: skip

    rounds = plan("demo", rows, SHOWN, "2", "<View/>")

    assert {name: (list(one.asked), set(one.withdrawn)) for name, one in rounds.items()} == {
        "demo codebook 1 annotator-1": ([], {"gone annotator-1 1"}),
        "demo codebook 2 annotator-1": (["a.2 annotator-1 2"], {"a.1 annotator-1 2"}),
    }


def test_what_was_answered_and_pulled_is_not_asked_anew_in_a_project_that_had_to_be_made_again():
    rows = assigned(("a.1", "annotator-1", "1", 0, ""), ("a.2", "annotator-1", "1", 1, ""))
    studio = StandInStudio()

    found = +push(studio, plan("demo", rows, SHOWN, "1", "<View/>", {"a.1/annotator-1/1"}), "Read.")

    assert found == done(added=1) | {"answered before, and not asked anew": 1}
    assert studio.projects["demo codebook 1 annotator-1"].keys() == ["a.2 annotator-1 1"]


def test_a_project_of_which_everything_is_withdrawn_is_not_made():
    studio = StandInStudio()

    push(studio, {"first": asking(withdrawn=("a",))}, "Read.")

    assert studio.projects == {}


def test_adjudicators_get_projects_of_their_own_with_the_votes():
    votes = '[{"sanction_violation": "none"}, {"sanction_violation": "alleged"}]'
    rows = pd.DataFrame(
        {"item_id": ["a.1"], "annotator": ["adjudicator-1"], "codebook_version": ["1"], "place": [0],
         "task_key": ["k"], "votes": [votes]}
    )  # fmt: skip

    rounds = plan_adjudication("demo", rows, SHOWN, BOOK, "<View/>")

    ((name, one),) = rounds.items()
    assert name == "demo adjudication 1 adjudicator-1"
    assert one.asked["k"]["headline"] == "Talks"
    assert re.findall(r"<th>(\w)</th>", str(one.asked["k"]["votes_html"])) == ["A", "B"]


def test_an_assignment_to_an_item_that_is_gone_is_refused():
    with pytest.raises(ContractError) as error:
        plan("demo", assigned(("a.9", "annotator-1", "1", 0, "")), SHOWN, "1", "<View/>")

    assert str(error.value) == "The assignments name a.9, which is no item any more. Run `make assignments`."


def test_an_answered_assignment_whose_item_is_gone_keeps_nobody_from_what_is_new():
    assignments = assigned(("a.9", "annotator-1", "1", 0, ""), ("a.1", "annotator-1", "1", 1, ""))
    done = assignments.loc[assignments["item_id"] == "a.9", "assignment_id"]

    ((_, one),) = plan("demo", assignments, SHOWN, "1", "<View/>", set(done)).items()

    assert [task["headline"] for task in one.asked.values()] == ["Talks"]
    assert one.withdrawn == frozenset()


def test_an_item_to_be_ruled_on_that_is_gone_is_taken_back_from_the_adjudicator():
    rows = pd.DataFrame(
        {"item_id": ["a.9", "a.1"], "annotator": "adjudicator-1", "codebook_version": "1", "place": [0, 1],
         "task_key": ["gone", "k"], "votes": '[{"sanction_violation": "none"}]'}
    )  # fmt: skip

    ((_, one),) = plan_adjudication("demo", rows, SHOWN, BOOK, "<View/>").items()

    assert (list(one.asked), one.withdrawn) == (["k"], frozenset({"gone"}))


def test_the_closing_line_counts_whatever_was_done():
    counts = {"added": 1200, "were there": 3, "withdrawn and deleted": 0, "that stood twice deleted": 2}

    assert told(Counter(counts), 400, 3) == (
        "push: 400 items -> 3 projects; 1,200 tasks added, 3 were there; 2 that stood twice deleted"
    )


def test_a_title_that_label_studio_cannot_hold_is_refused():
    with pytest.raises(ContractError) as error:
        title("a-workspace-with-a-long-name", "codebook", "1", "annotator-1")

    assert str(error.value) == (
        "The project's title 'a-workspace-with-a-long-name codebook 1 annotator-1' has 51 characters, and Label Studio "
        "takes 50. Shorten the workspace's name (DATA=folder) or the pseudonym in assignments.toml."
    )


def test_the_name_of_a_task_does_not_tell_whether_it_is_asked_again():
    keys = [task_key("a.1@topic/annotator-1/1"), task_key("a.1@topic/annotator-1/1/again")]

    assert [re.fullmatch("[0-9a-f]{12}", key) is not None for key in keys] == [True, True]
    assert keys[0] != keys[1]
