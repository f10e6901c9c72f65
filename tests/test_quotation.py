"""Which sentences stand in direct speech, told by small stories; ❯ marks those that do."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.quotation import quoted
from corpus.splitting import spans


def wrong_today(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=reason)


def told(story: str) -> tuple[str, list[tuple[int, int]], list[bool]]:
    """Read a story of one sentence a line: its text, its sentences, and which of them are marked as direct speech."""
    text, places, spoken = "", [], []
    for line in story.strip().split("\n"):
        sentence = line.strip().removeprefix("❯ ")
        if sentence:
            text += "" if text.endswith("\n") or not text else " "
            places.append((len(text), len(text) + len(sentence)))
            spoken.append(line.strip().startswith("❯ "))
        text += sentence or "\n\n"
    return text, places, spoken


@pytest.mark.parametrize(
    "story",
    [
        pytest.param("The ships left. \n Nobody knew why.", id="no quotation"),
        pytest.param("He spoke. \n ❯ “We will leave.” \n He left.", id="one sentence"),
        pytest.param("❯ “We will leave the port tonight,” he said. \n He left.", id="a quotation and its speaker"),
        pytest.param("“No,” the minister of defence said.", id="one quoted word"),
        pytest.param("She called the “emergency” plan a farce.", id="a word in doubt"),
        pytest.param("“We left,” he said.", id="half of the words are not the greater part"),
        pytest.param(
            "❯ “We left. \n ❯ It was late. \n ❯ They stayed on board,” he said. \n It rained.", id="three sentences"
        ),
        pytest.param("❯ “We left the port,” he said, “and nobody saw us.” \n It rained.", id="a speaker in between"),
        pytest.param("He said that “ships came. \n ❯ Then they left.”", id="a quotation that opens late"),
        pytest.param(
            "He spoke. \n ❯ “We left. \n ❯ They stayed. \n\n ❯ “It was late. \n\n ❯ “It rained.” \n\n He left.",
            id="each paragraph opens again and the last closes",
        ),
        pytest.param("❯ “We left. \n ❯ They stayed. \n\n It rained. \n It rained on.", id="nobody closed it"),
        pytest.param(
            "❯ “We left. \n ❯ “They stayed on board,” he said. \n It rained.", id="opened twice and closed once"
        ),
        pytest.param("It rained.” \n The ships left.", id="closed and never opened"),
        pytest.param(
            'He spoke. \n ❯ "We will leave." \n He left. \n ❯ "Now," he said, "or tonight."', id="straight marks"
        ),
        pytest.param('❯ "We left. \n\n ❯ "They stayed." \n\n It rained.', id="straight marks in two paragraphs"),
        pytest.param('The 12" gun and the 8" gun fired. \n Nobody fell.', id="inches"),
        pytest.param('❯ "I was on—" he said. \n It rained.', id="broken off at a dash"),
        pytest.param('❯ ("We left the harbour.") \n It rained.', id="in brackets"),
        pytest.param("It's the ministers' plan, and it isn't Roe's. \n Nobody's happy.", id="straight apostrophes"),
        pytest.param("It’s the ministers’ plan, and it isn’t Roe’s. \n The ’90s are over.", id="apostrophes"),
        pytest.param("❯ ‘We will leave tonight,’ he said. \n He left.", id="British quotes"),
        pytest.param("❯ ‘It’s the ministers’ plan and it won’t work,’ he said. \n He left.", id="apostrophes inside"),
        pytest.param(
            "❯ 'It's the ministers' plan and it won't work,' he said. \n He left.", id="straight British quotes"
        ),
        pytest.param(
            "❯ ‘We left. \n ❯ They stayed. \n\n ❯ ‘It was far too late,’ he said. \n It rained.",
            id="British paragraphs",
        ),
        pytest.param("Rock ’n’ roll, or rock 'n' roll, is dead. \n Tell ’em.", id="words cut short"),
        pytest.param("The ‘reds’ and the ‘blues’ of the north met. \n It rained.", id="words in single quotes"),
        pytest.param("❯ ‘He told us “no” and left at once,’ she said. \n It rained.", id="double marks within single"),
        pytest.param("❯ “He told us ‘no’ and left at once,” she said. \n It rained.", id="single marks within double"),
        pytest.param(
            "❯ “She said: ‘Go home now,” he said. \n The boys' house burned.", id="an inner quotation left open"
        ),
        pytest.param("❯ « Nous partons ce soir », dit-il. \n Il pleut.", id="French"),
        pytest.param("❯ „Wir gehen heute Abend“, sagte er. \n Es regnet.", id="German"),
        pytest.param("❯ »Wir gehen heute Abend«, sagte er. \n Es regnet.", id="German of books"),
        pytest.param("❯ ”Vi går i kväll”, sade han. \n Det regnar.", id="Swedish"),
        pytest.param("❯ 「走吧」 \n 他走了。", id="corner brackets"),
        pytest.param("❯ “We left tonight.“ \n He left.", id="the opening mark closes"),
        pytest.param('❯ “We left the port tonight," he said. \n It rained.', id="a curly mark and a straight one"),
        pytest.param('❯ "We left the port tonight,” he said. \n It rained.', id="a straight mark and a curly one"),
        pytest.param('❯ “He said "no" to us and left,” she said. \n It rained.', id="straight marks within curly ones"),
        pytest.param('❯ "He said “no” to us and left," she said. \n It rained.', id="curly marks within straight ones"),
        pytest.param("“ ” \n It rained.", id="nothing between the marks"),
        pytest.param(
            '❯ "The 12" gun fired twice at us," he said. \n It rained.',
            id="inches inside a quotation",
            marks=wrong_today("the mark of the inches closes it"),
        ),
        pytest.param(
            "❯ “We left. \n\n ❯ They stayed. \n\n ❯ It was far too late,” he said.",
            id="paragraphs that are not opened again",
            marks=wrong_today("they may as well be the writer's"),
        ),
    ],
)
def test_a_sentence_is_quoted_if_most_of_its_words_are(story: str) -> None:
    text, sentences, spoken = told(story)

    assert quoted(text, sentences) == spoken


def test_an_article_without_sentences_quotes_nobody() -> None:
    assert quoted("", []) == []
    assert quoted("“…”", [(0, 3)]) == [False]


marks = st.text(alphabet="ab s\n.,“”„«»‹›「」\"'‘’\u00a0")


@settings(deadline=None)  # a busy machine is no failure
@given(marks | st.text())
def test_every_sentence_gets_an_answer_and_a_text_without_marks_quotes_nobody(text: str) -> None:
    bare = text.translate(dict.fromkeys(map(ord, "“”„«»‹›「」『』\"'‘’")))

    assert len(quoted(text, spans(text))) == len(spans(text))
    assert not any(quoted(bare, spans(bare)))


@settings(deadline=None)  # a busy machine is no failure
@given(marks)
def test_the_next_paragraph_changes_nothing_in_this_one(text: str) -> None:
    here = spans(text)

    assert quoted(text + "\n\nHe left. “Go!” It’s late.", here) == quoted(text, here)


@pytest.mark.parametrize(
    "unit", ['"', '" ', ' "', "“", "“ ”", "‘", " ‘a", "’ ", "s’ a", "'", " 'a", "«", "»", "a", "a ", "\n", "“‘a’” "]
)
def test_time_grows_with_length_and_not_with_its_square(unit: str) -> None:
    program = "import sys; from corpus.quotation import quoted; t = sys.argv[1] * 300_000; quoted(t, [(0, len(t))])"

    subprocess.run([sys.executable, "-c", program, unit], check=True, timeout=120)
