"""Each annotator's project gets the items that are his, once, and nothing of a text becomes markup."""

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling.push import fill, plan, push, sentence_html, task
from labeling.studio import Lost, title

ITEM = {
    "item_id": "a.1@sanctions-russia",
    "target": "sanctions-russia",
    "proposition": "Sanctions on Russia should be kept.",
    "title": "Talks",
    "outlet": "Herald",
    "published": "2024-01-02",
    "before": "It rained.",
    "text": "Moscow asked again.",
    "after": "",
}


class StandIn:
    """A project that is a list, and may lose connections: `losses` says for each request whether it was carried out."""

    def __init__(self, name="demo codebook 1 annotator-1", screen="<View/>", losses=()):
        self.title, self.screen, self.held, self.losses = name, screen, [], list(losses)

    def item_ids(self):
        return [one["item_id"] for one in self.held]

    def add(self, tasks):
        carried_out = self.losses.pop(0) if self.losses else None
        if carried_out is not False:
            self.held += tasks
        if carried_out is not None:
            raise Lost("The connection was lost.")


class StandInStudio:
    """A Label Studio that is a dictionary."""

    def __init__(self):
        self.projects = {}

    def find(self, name):
        return self.projects.get(name)

    def create(self, name, screen, guidelines):
        self.projects[name] = StandIn(name, screen)
        return self.projects[name]


def tasks(*names: str) -> list[dict[str, str]]:
    """Tasks of these items."""
    return [{"item_id": name} for name in names]


def test_pushing_makes_a_project_an_annotator_and_pushing_twice_adds_nothing_twice():
    studio, rounds = StandInStudio(), {"first": tasks("a", "b"), "second": tasks("b", "c")}

    assert push(studio, rounds, "<View/>", "Read.") == 4
    assert push(studio, rounds, "<View/>\n", "Read.") == 0
    assert {name: project.item_ids() for name, project in studio.projects.items()} == {
        "first": ["a", "b"],
        "second": ["b", "c"],
    }


def test_items_that_came_later_are_added_to_those_that_were_there():
    project = StandIn()
    fill(project, tasks("a"))

    assert fill(project, tasks("a", "b")) == 1
    assert project.item_ids() == ["a", "b"]


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([True], id="which was carried out"),
        pytest.param([False], id="which was not carried out"),
        pytest.param([False, True], id="and the next one too"),
    ],
)
def test_a_request_whose_connection_was_lost_leaves_every_item_once(losses):
    project = StandIn(losses=losses)

    assert fill(project, tasks("a", "b"), settled=0) == 2
    assert project.item_ids() == ["a", "b"]


def test_a_project_that_cannot_be_filled_is_refused_with_what_it_lacks():
    project = StandIn(losses=[False] * 3)

    with pytest.raises(ContractError) as error:
        fill(project, tasks("a", "b"), settled=0)

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' still lacks 2 items, the first a. Run `make push` again."
    )


def test_an_item_that_stands_twice_is_refused():
    project = StandIn()
    project.held = tasks("a", "b", "a")

    with pytest.raises(ContractError) as error:
        fill(project, tasks("a", "b"))

    assert str(error.value) == (
        "'demo codebook 1 annotator-1' holds 1 items twice, the first a. "
        "Delete the unanswered one of each in Label Studio's Data Manager and run `make push` again."
    )


def test_a_live_projects_screen_never_changes_and_nobody_elses_project_is_touched():
    studio = StandInStudio()
    push(studio, {"second": tasks("a")}, "<View/>", "Read.")

    with pytest.raises(ContractError) as error:
        push(studio, {"first": tasks("a"), "second": tasks("a", "b")}, "<View><Text/></View>", "Read.")

    assert str(error.value) == (
        "The project 'second' is answered on another screen than the codebook makes now, and a live project's "
        "questions never change. Raise `version` in labeling/codebook.toml: `make push` then makes new projects."
    )
    assert studio.projects["second"].item_ids() == ["a"]


def test_a_task_holds_what_the_screen_shows():
    assert task(ITEM, "1") == {
        "item_id": "a.1@sanctions-russia",
        "codebook_version": "1",
        "targets": ["sanctions-russia"],
        "headline": "Talks",
        "byline": "Herald · 2024-01-02",
        "proposition": "Sanctions on Russia should be kept.",
        "sentence_html": ('<div><span style="color: #767676">It rained. </span><mark>Moscow asked again.</mark></div>'),
    }


def test_stance_is_not_asked_without_a_target_and_a_missing_outlet_leaves_no_gap():
    found = task({**ITEM, "target": "", "proposition": "", "outlet": ""}, "1")

    assert (found["targets"], found["proposition"]) == ([], "")
    assert found["byline"] == "2024-01-02"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="a script"),
        pytest.param("</mark><img src=x onerror=a()>", "&lt;/mark&gt;&lt;img src=x onerror=a()&gt;", id="a way out"),
        pytest.param("P&O &lt;b&gt;", "P&amp;O &amp;lt;b&amp;gt;", id="what is escaped already"),
        pytest.param("nil\x00 bell\x07", "nil� bell�", id="control characters"),
        pytest.param("“Ukraïna” 🙂 \u202e", "“Ukraïna” 🙂 \u202e", id="every script there is"),
    ],
)
def test_no_character_of_a_text_becomes_markup(text, shown):
    assert sentence_html(text, text, text) == (
        f'<div><span style="color: #767676">{shown} </span><mark>{shown}</mark>'
        f'<span style="color: #767676"> {shown}</span></div>'
    )


def test_each_annotator_gets_his_items_in_the_assignments_order():
    items = pd.DataFrame([ITEM, {**ITEM, "item_id": "a.2@topic"}])
    assignments = pd.DataFrame(
        {"annotator": ["annotator-2", "annotator-1", "annotator-2"],
         "item_id": ["a.2@topic", "a.2@topic", "a.1@sanctions-russia"]}
    )  # fmt: skip

    rounds = plan(items, assignments, "1")

    assert {who: [one["item_id"] for one in asked] for who, asked in rounds.items()} == {
        "annotator-2": ["a.2@topic", "a.1@sanctions-russia"],
        "annotator-1": ["a.2@topic"],
    }


def test_an_assignment_to_an_item_that_is_gone_is_refused():
    with pytest.raises(ContractError) as error:
        plan(pd.DataFrame([ITEM]), pd.DataFrame({"annotator": ["annotator-1"], "item_id": ["a.9@topic"]}), "1")

    assert str(error.value) == ("The assignments name a.9@topic, which is no item any more. Run `make assignments`.")


def test_a_title_that_label_studio_cannot_hold_is_refused():
    with pytest.raises(ContractError) as error:
        title("a-workspace-with-a-long-name", "1", "annotator-1")

    assert str(error.value) == (
        "The project's title 'a-workspace-with-a-long-name codebook 1 annotator-1' has 51 characters, and Label Studio "
        "takes 50. Shorten the workspace's name (DATA=folder) or the pseudonym in labeling/assignments.toml."
    )
