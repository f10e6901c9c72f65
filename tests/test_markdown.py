"""Markdown becomes its words, without its marks and without those of other languages in it."""

import time

import pytest

from corpus.reading import read
from corpus.records import Raw, Rejected
from tests.test_pages import READING


def text(source: str) -> str:
    """The words of a Markdown file."""
    return read(Raw("a.md", ".md", source.encode()), READING).text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("Ministers **met** on\nMonday.", "Ministers met on Monday.", id="emphasis and a line break"),
        pytest.param("On March 10<sup>th</sup>, <u>they met</u>.", "On March 10th, they met.", id="tags in a line"),
        pytest.param("They met.<br>He left.", "They met. He left.", id="a tag that breaks a line"),
        pytest.param("It closed <s>two</s> \\[three\\] ports.", "It closed two [three] ports.", id="a correction"),
        pytest.param("<!-- wp:more -->\n\nThey met.", "They met.", id="a comment"),
        pytest.param("<div>They <b>met</b>.</div>\n\nHe left.", "They met.\n\nHe left.", id="a block of HTML"),
        pytest.param("<script>\nvar a = 1;\n</script>\n\nHe left.", "He left.", id="a script"),
        pytest.param("![The port](port.jpg)\n\nHe left.", "He left.", id="a picture"),
        pytest.param("| Ship | Flag |\n|---|---|\n| Nord | none |", "Ship\n\nFlag\n\nNord\n\nnone", id="a table"),
        pytest.param("It ~~is~~ was open.", "It is was open.", id="words struck out"),
        pytest.param("*Looking ahead, *they met.", "Looking ahead, they met.", id="emphasis that ends too late"),
        pytest.param("** Talks** went on.", "Talks went on.", id="emphasis that begins too early"),
        pytest.param("Sec. 5. ** **", "Sec. 5.", id="emphasis of nothing"),
        pytest.param("They were f*** furious, 5 * 3 * 2.", "They were f*** furious, 5 * 3 * 2.", id="other asterisks"),
        pytest.param("\\[bridging\\]* equipment*", "[bridging]* equipment*", id="a footnote's mark"),
    ],
)
def test_markdown_is_read_as_its_words(source, words):
    assert text(source) == words


@pytest.mark.parametrize(
    ("source", "reason", "detail"),
    [
        pytest.param(
            "[" * 60_000,
            "too many tags",
            "more than 50,000 marks, the max_tags of articles.toml",
            id="marks without an end",
        ),
        pytest.param(
            "---\n" + "a: [b]\n" * 20_000 + "---\nWords.",
            "broken YAML head",
            "it is longer than 100,000 characters",
            id="a head without an end",
        ),
    ],
)
def test_markdown_that_would_take_minutes_is_refused_at_once(source, reason, detail):
    began = time.process_time()

    with pytest.raises(Rejected) as why:
        text(source)

    assert (why.value.reason, why.value.detail) == (reason, detail)
    assert time.process_time() - began < 1
