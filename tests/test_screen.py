"""The screens in a real Chromium, in front of a real Label Studio: read, answered by keys alone, and read back."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from string import ascii_lowercase, digits
from urllib.parse import urlsplit

import pytest

from labeling import codebook, interface, studio
from labeling.ballot import votes_html
from labeling.choices import ticked
from labeling.tasks import shown as shown_of
from tests.house import ROOT
from tests.test_tasks import ITEM

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# No sandbox, since root has none, and nothing that Chromium would ask the network by itself.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SENTENCE = (
    "The panel of experts said on Thursday that at least eleven tankers registered through shell companies in three "
    "free ports had carried banned coal from the western harbours to buyers abroad between March and August."
)
HOSTILE = (
    "<script>document.title='owned'</script> <img src=x onerror=\"document.title='owned'\"> </mark></div> <b>P&O</b> "
    "שלום עולם \u202eevil\u202c مرحبا 😀👩‍👩‍👧 $headline {{target}} &lt;i&gt; ї"
)
NAMES = (f"screen {number}" for number in count(1))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.studio,
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium (Debian's package chromium)"),
]


@pytest.fixture(scope="module")
def door(studio_server):
    """The Label Studio, as its administrator sees it."""
    return studio.connect({"LABEL_STUDIO_URL": studio_server.url, "LABEL_STUDIO_API_KEY": studio_server.api_key})


@pytest.fixture(scope="module")
def annotator(door) -> Iterator["Annotator"]:
    """Somebody who made an account by the invite link, in a browser of his own, and logged in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        person = Annotator(page)
        person.enter(door.invite_link())
        page.context.clear_cookies()
        person.enter(f"{door.url}/user/login/")
        yield person
        browser.close()


class Annotator:
    """A page, what it asked for, and what the person at its keyboard does."""

    def __init__(self, page):
        self.page = page
        self.asked: list[str] = []
        page.set_default_timeout(60_000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))

    def enter(self, address):
        """Sign up or log in."""
        self.page.goto(address)
        self.page.fill("input[name=email]", "reader@sanction-stance.example")
        self.page.fill("input[name=password]", "a long password")
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/user/" not in url)

    def begin(self, project):
        """Open a project's first task, and close the guidelines that stand before it."""
        self.page.goto(f"{project.studio.url}/projects/{project.number}/data?labeling=1")
        self.page.wait_for_selector(".st-reading mark")
        self.page.get_by_text("Labeling Instructions").wait_for()
        self.close_guidelines()

    def close_guidelines(self):
        self.page.keyboard.press("Escape")
        self.page.get_by_text("Labeling Instructions").wait_for(state="hidden")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, headline):
        """Wait until the task of this headline is there."""
        self.page.locator(".st-source h3", has_text=headline).wait_for()

    def change(self, project, headline):
        """Open a task that was answered."""
        (number,) = [one.id for one in project.changed("", 0) if one.data["headline"] == headline]
        self.page.goto(f"{project.studio.url}/projects/{project.number}/data?task={number}")
        self.sees(headline)
        self.page.get_by_test_id("bottombar-update-button").wait_for()

    def warned(self):
        """What a warning says, which the Escape key closes."""
        box = self.page.locator(".ant-modal-confirm")
        said = box.locator(".ant-modal-confirm-content").inner_text()
        box.locator("button:focus").wait_for()
        self.press("Escape")
        box.wait_for(state="hidden")
        return said

    def follow_ups(self):
        """The titles of the follow-ups that are shown."""
        return [one.inner_text() for one in self.page.locator(".st-more h4").all() if one.is_visible()]

    def chosen(self):
        """What is chosen now, as the screen names it."""
        return self.page.eval_on_selector_all(".st input:checked", "found => found.map(one => one.name)")


@contextmanager
def project(door, tasks, screen=None):
    """A project with these tasks; its answers by the key of their task."""
    made = door.create(next(NAMES), screen or interface.screen(BOOK), interface.guidelines(BOOK))
    made.add(tasks)
    yield made
    door.ask("DELETE", f"/api/projects/{made.number}/")


def shown(headline, target="sanctions-dprk", text=SENTENCE, **more):
    """A task."""
    proposition = "Sanctions on North Korea should be kept or tightened." if target else ""
    context = {"before": "The committee met behind closed doors.", "after": "Two owners did not answer."}
    item = {**ITEM, "title": headline, "target": target, "proposition": proposition, "text": text, **context}
    return {**shown_of(item, "1"), **more}


def answers(made):
    """What was answered to each task, by its headline: skipped or not, and what was chosen and written."""
    return {
        one.data["headline"]: [(said["was_cancelled"], ticked(json.dumps(said["result"]))) for said in one.answers]
        for one in made.changed("", 0)
    }


def eventually(read, expected):
    """Wait until what is read is what is expected: an answer is there a moment after the screen went on."""
    until = time.monotonic() + 20
    while (found := read()) != expected and time.monotonic() < until:
        time.sleep(0.2)
    assert found == expected


def test_three_items_are_answered_by_keys_alone_one_is_skipped_and_one_is_changed(door, annotator):
    tasks = [shown("Coal ships"), shown("Town hall", target=""), shown("Skip me"), shown("Talks")]
    with project(door, tasks) as made:
        annotator.begin(made)
        annotator.sees("Coal ships")
        annotator.press("q", "s", "2", "f", "h", "6", "Control+Enter")
        annotator.sees("Town hall")
        annotator.press("5", "z", "Control+Enter")
        annotator.sees("Skip me")
        annotator.press("1", "f", "Control+Space")
        annotator.sees("Talks")
        annotator.press("e", "4", "o", "Control+Enter")
        annotator.page.get_by_text("no more tasks").or_(annotator.page.get_by_text("No more annotations")).wait_for()
        given = {
            "Coal ships": [(False, {"stance": ["favor"], "holder": ["quoted"], "sanction_violation": ["alleged"],
                                    "regime": ["russia", "dprk"], "flags": ["contested"]})],
            "Town hall": [(False, {"sanction_violation": ["none"], "none_reason": ["imposition"]})],
            "Skip me": [(True, {"sanction_violation": ["established"], "regime": ["russia"]})],
            "Talks": [(False, {"stance": ["neutral"], "sanction_violation": ["prospective"], "regime": ["other"]})],
        }  # fmt: skip
        eventually(lambda: answers(made), given)

        annotator.change(made, "Talks")
        annotator.press("5", "x", "Control+Enter")
        changed = {"stance": ["neutral"], "sanction_violation": ["none"], "none_reason": ["compliance"]}
        eventually(lambda: answers(made), {**given, "Talks": [(False, changed)]})


def test_follow_ups_appear_only_when_they_apply_and_what_is_hidden_again_is_not_sent(door, annotator):
    with project(door, [shown("Coal ships"), shown("Talks")]) as made:
        annotator.begin(made)
        asked = {}
        for key in ("r", "e", "w", "5", "1"):
            annotator.press(key)
            asked[key] = annotator.follow_ups()
        annotator.press("a", "f", "e", "5", "Control+Enter")  # the holder and the regime are hidden again
        annotator.sees("Talks")

        assert asked == {
            "r": [],
            "e": [],
            "w": ["Whose stance is it?"],
            "5": ["Whose stance is it?", "Why none? Optional."],
            "1": ["Whose stance is it?", "Which family of measures? All that apply."],
        }
        sent = {"stance": ["neutral"], "sanction_violation": ["none"]}
        eventually(lambda: answers(made)["Coal ships"], [(False, sent)])


def test_an_answer_without_a_label_that_is_asked_for_is_not_taken(door, annotator):
    with project(door, [shown("Coal ships"), shown("Talks")]) as made:
        annotator.begin(made)
        annotator.press("5", "Control+Enter")
        told = [annotator.warned()]
        annotator.press("q", "Control+Enter")
        told += [annotator.warned()]
        annotator.press("a", "Control+Enter")
        annotator.sees("Talks")

        assert told == ["Stance toward the target: no answer.", "Whose stance is it? No answer."]


def test_without_a_target_stance_is_not_asked_and_its_keys_do_nothing(door, annotator):
    with project(door, [shown("Town hall", target=""), shown("Talks")]) as made:
        annotator.begin(made)
        headings = annotator.page.locator(".st-ask h3").all_inner_texts()
        annotator.press("q", "w", "5", "Control+Enter")
        annotator.sees("Talks")

        assert headings == ["Sanction violation"]
        eventually(lambda: answers(made)["Town hall"], [(False, {"sanction_violation": ["none"]})])


def test_labels_without_a_key_are_reached_by_tab_and_space_and_no_key_ticks_them(door, annotator):
    with project(door, [shown("Coal ships"), shown("Talks")]) as made:
        annotator.begin(made)
        annotator.press("1")
        keys = {label.hotkey for labels in BOOK.sets.values() for label in labels.values()}
        annotator.press(*sorted({*ascii_lowercase, *digits} - keys))
        ticked_by_keys = annotator.chosen()
        for _ in range(60):
            annotator.press("Tab")
            if annotator.page.evaluate("document.activeElement.name") == "Haiti":
                annotator.press("Space")
                break

        assert ticked_by_keys == ["Established"]
        assert annotator.chosen() == ["Established", "Haiti"]


def test_a_comment_is_written_kept_by_enter_and_sent(door, annotator):
    with project(door, [shown("Coal ships", target=""), shown("Talks")]) as made:
        annotator.begin(made)
        annotator.press("5")
        annotator.page.locator("input[name=comment]").focus()
        annotator.page.keyboard.type("q5 “is” <b>")
        annotator.press("Enter", "Control+Enter")
        annotator.sees("Talks")

        sent = {"sanction_violation": ["none"], "comment": ["q5 “is” <b>"]}
        eventually(lambda: answers(made)["Coal ships"], [(False, sent)])


def test_hostile_text_does_nothing_and_is_shown_as_it_is(door, annotator):
    with project(door, [shown(HOSTILE, text=HOSTILE, byline=HOSTILE, proposition=HOSTILE)]) as made:
        annotator.begin(made)
        page = annotator.page
        texts = [page.locator(where).inner_text() for where in (".st-reading mark", ".st-source h3", ".st-source h4")]

        assert [*texts, page.locator(".st-about h3").inner_text()] == [HOSTILE] * 4
        assert page.title() == "Label Studio"
        assert page.locator(".st-reading :is(script, img, b, i)").count() == 0
        assert page.locator(".st-reading mark").count() == 1


def test_the_guidelines_are_one_click_away_and_leave_the_page_as_it_is(door, annotator):
    with project(door, [shown("Coal ships")]) as made:
        annotator.begin(made)
        look = """['body', '.st-reading', '.st-question', 'button'].map(one => {
            const {font, color, margin, maxWidth, whiteSpace} = getComputedStyle(document.querySelector(one))
            return [font, color, margin, maxWidth, whiteSpace]
        })"""
        before = annotator.page.evaluate(look)
        annotator.page.get_by_role("button", name="Instructions", exact=True).first.click()
        page = annotator.page.locator(".guide")
        page.wait_for()

        assert page.locator("h1").inner_text() == "Guidelines, codebook 1"
        assert "Enforcing is a commitment to the measures" in page.inner_text()
        assert annotator.page.evaluate(look) == before
        annotator.close_guidelines()


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000)], ids=lambda size: f"{size[0]} by {size[1]}")
def test_the_usual_item_needs_no_scrolling_with_every_follow_up_open(door, annotator, size):
    with project(door, [shown("Panel lists eleven coal ships")]) as made:
        annotator.page.set_viewport_size({"width": size[0], "height": size[1]})
        annotator.begin(made)
        annotator.press("q", "1")
        last = annotator.page.locator("input[name=comment]").bounding_box()
        bar = annotator.page.locator(".lsf-bottombar").bounding_box()
        annotator.page.set_viewport_size({"width": 1280, "height": 800})

        assert last["y"] + last["height"] <= bar["y"]


def test_adjudicators_see_the_votes_and_rule_by_keys_alone(door, annotator):
    votes = [
        {"stance": "none", "sanction_violation": "alleged", "regime": ["dprk"], "comment": HOSTILE},
        {"stance": "none", "sanction_violation": "established", "regime": ["dprk"], "flags": ["contested"]},
    ]
    tasks = [shown(name, votes_html=votes_html(votes, BOOK)) for name in ("Coal ships", "Talks")]
    with project(door, tasks, interface.adjudication(BOOK)) as made:
        annotator.begin(made)
        table = [row.inner_text().split("\t") for row in annotator.page.locator(".st-votes tr").all()]
        annotator.press("r", "1", "h", "Shift+Digit2", "Shift+Digit0", "Control+Enter")
        annotator.sees("Talks")

        assert table[:4] == [
            ["", "A", "B"],
            ["Stance toward the target", "None: off the proposition", "None: off the proposition"],
            ["Sanction violation", "Alleged", "Established"],
            ["Which family of measures? All that apply.", "North Korea", "North Korea"],
        ]
        assert table[-1] == ["Comment", HOSTILE, "–"]
        ruled = {"stance": ["none"], "sanction_violation": ["established"], "regime": ["dprk"],
                 "reason": ["rule_missed"], "guideline_gap": ["guideline_gap"]}  # fmt: skip
        eventually(lambda: answers(made)["Coal ships"], [(False, ruled)])


def test_no_request_left_the_loopback(door, annotator):
    hosts = {urlsplit(address).hostname for address in annotator.asked if not address.startswith(("data:", "blob:"))}

    assert len(annotator.asked) > 100
    assert hosts == {"127.0.0.1"}
