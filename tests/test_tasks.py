"""A task shows what the screen needs, tells nobody what it is for, and nothing of a text becomes markup."""

import pytest

from labeling.tasks import sentence_html, shown

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
    "use": "check",
}


def test_a_task_holds_what_the_screen_shows_and_neither_item_nor_purpose():
    assert shown(ITEM, "1") == {
        "codebook_version": "1",
        "targets": ["sanctions-russia"],
        "headline": "Talks",
        "byline": "Herald · 2024-01-02",
        "proposition": "Sanctions on Russia should be kept.",
        "sentence_html": '<div><span style="color: #767676">It rained. </span><mark>Moscow asked again.</mark></div>',
    }


def test_stance_is_not_asked_without_a_target_and_a_missing_outlet_leaves_no_gap():
    found = shown({**ITEM, "target": "", "proposition": "", "outlet": ""}, "1")

    assert found["targets"] == []
    assert found["proposition"] == ""
    assert found["byline"] == "2024-01-02"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="a script"),
        pytest.param("</mark><img src=x onerror=a()>", "&lt;/mark&gt;&lt;img src=x onerror=a()&gt;", id="a way out"),
        pytest.param("P&O &lt;b&gt;", "P&amp;O &amp;lt;b&amp;gt;", id="what is escaped already"),
        pytest.param("nil\x00 bell\x07 next\x85 delete\x7f", "nil� bell� next� delete�", id="control characters"),
        pytest.param("one\ttwo\nthree", "one\ttwo\nthree", id="tabs and lines"),
        pytest.param("“Ukraïna” 🙂 \u202e", "“Ukraïna” 🙂 \u202e", id="every script there is"),
    ],
)
def test_no_character_of_a_text_becomes_markup(text, told):
    assert sentence_html(text, text, text) == (
        f'<div><span style="color: #767676">{told} </span><mark>{told}</mark>'
        f'<span style="color: #767676"> {told}</span></div>'
    )
