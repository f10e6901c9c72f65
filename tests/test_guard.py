"""Copies and twins are told apart: a twin looks like a copy and says something else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus import copies, guard
from corpus.errors import ContractError
from corpus.wording import wording
from tests.house import ROOT

GUARD = guard.load(ROOT / "corpus/guard.toml")


def apart(one: str, other: str) -> tuple[str, str, str] | None:
    """What keeps two sentences apart, None if they are copies."""
    read = GUARD.read(one), GUARD.read(other)
    return copies.difference(GUARD, *read) if copies.apart(GUARD, *read) else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Iran shipped oil.", "“IRAN  shipped oil”", id="quotes, case and spaces"),
        pytest.param("It's the U.S. embargo.", "It’s the US embargo!", id="apostrophes, stops and marks"),
        pytest.param("The 4.–5. May, No.–5", "The 4. 5. May, No. 5", id="a dash between figures"),
        pytest.param("Oil – and gas", "oil, and gas", id="dashes and commas"),
        pytest.param("He paid $1,200.", "He paid $ 1,200", id="a sign before a figure"),
        pytest.param("A so\u00adcalled e\u0301lite", "A socalled élite", id="soft hyphens and accents in two signs"),
    ],
)
def test_exact_copies_have_the_same_wording(one, other):
    assert wording(one) == wording(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("He paid 1.5 million.", "He paid 15 million.", id="a decimal point"),
        pytest.param("Iran broke the embargo.", "Iran broke the embargo?", id="a question"),
        pytest.param("They won't pay.", "They want pay.", id="a short form"),
        pytest.param("It changed by -12.5 percent.", "It changed by 12.5 percent.", id="the sign of a number"),
        pytest.param("The cap is ≥ 60 dollars.", "The cap is ≤ 60 dollars.", id="at least and at most"),
        pytest.param("Those of <$5 billion pay.", "Those of >$5 billion pay.", id="less and more"),
    ],
)
def test_what_is_read_otherwise_has_another_wording(one, other):
    assert wording(one) != wording(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("The tanker left port.", "The old tanker quietly left port.", id="words put in"),
        pytest.param("The tanker left the port.", "A tanker left port.", id="articles"),
        pytest.param("The ministry denied it.", "The minsitry denied it.", id="a slip of the finger"),
        pytest.param("The air craft was seized.", "The aircraft was seized.", id="a word cut apart"),
        pytest.param("The vessels that were seized", "The vessel that was seized", id="an ending"),
        pytest.param(
            "Two ships left, officials said.", "Two ships left, officials said at length.", id="who said it where"
        ),
        pytest.param("Iran paid three men.", "Iran paid 3 men.", id="a number in words"),
        pytest.param("Iran denies the deal.", "Iran denied the deal.", id="the tense of a guarded word"),
        pytest.param("And the port reopened.", "The port reopened.", id="an opening word"),
    ],
)
def test_a_copy_is_longer_shorter_or_misspelt(one, other):
    assert apart(one, other) is None
    assert apart(other, one) is None


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        pytest.param("Iran shipped 40 drones.", "Iran shipped 48 drones.", ("40", "48", "number"), id="a figure"),
        pytest.param("It cost 3 million.", "It cost 3 billion.", ("million", "billion", "number"), id="a magnitude"),
        pytest.param("He paid two men.", "He paid three men.", ("2", "3", "number"), id="a number in words"),
        pytest.param("He left in May.", "He left in June.", ("May", "June", "name"), id="a month",
                     marks=pytest.mark.xfail(strict=True, reason="May is taken for the modal; the two stay apart")),
        pytest.param("It fell on Monday.", "It fell on Friday.", ("Monday", "Friday", "name"), id="a day"),
        pytest.param("Iran broke the ban.", "Russia broke the ban.", ("Iran", "Russia", "name"), id="a country, first"),
        pytest.param("He left Iran.", "He left Russia.", ("Iran", "Russia", "name"), id="a country, last"),
        pytest.param("It hit the US.", "It hit us.", ("the Us", "us", "name"), id="US and us"),
        pytest.param("He is guilty.", "He is not guilty.", ("", "not", "negation"), id="a negation"),
        pytest.param("They did pay.", "They didn't pay.", ("did", "didn't", "negation"), id="its short form"),
        pytest.param("They won't pay.", "They can't pay.", ("won't", "can't", "negation"), id="two short forms"),
        pytest.param("It may end.", "It must end.", ("may", "must", "modal"), id="a modal"),
        pytest.param("Kyiv denied it.", "Kyiv admitted it.", ("deny", "admit", "report"), id="a reporting verb"),
        pytest.param("The EU imposed a ban.", "The EU lifted a ban.", ("impose", "lift", "act"), id="an act"),
        pytest.param("It paid him.", "It allegedly paid him.", ("", "allege", "hedge"), id="a hedge"),
        pytest.param("It refused to pay.", "It to pay.", ("refuse", "", "unrealised"), id="what did not happen"),
        pytest.param("Oil rose.", "Oil fell.", ("rise", "fall", "direction"), id="a direction"),
        pytest.param("It left before dawn.", "It left after dawn.", ("before", "after", "direction"), id="before"),
        pytest.param("They ship illegal arms.", "They ship arms.", ("illegal", "", "quality"), id="a quality"),
        pytest.param("It broke the ban.", "It broke the ban?", ("", "?", "question"), id="a question"),
        pytest.param("It broke the ban.", "It broke the ban, officials said.", ("", "officials said", "attribution"),
                     id="an attribution: established, alleged"),
        pytest.param("The plant closed.", "The plant reopened.", ("close", "reopen", "act"), id="opposites"),
        pytest.param("The buyer sued.", "The seller sued.", ("buyer", "seller", "words"), id="words in no list"),
        pytest.param("Sold to him.", "Sold by him.", ("to", "by", "words"), id="prepositions"),
        pytest.param("An employer left.", "An employee left.", ("employer", "employee", "words"), id="another end"),
    ],
)  # fmt: skip
def test_a_twin_is_kept_apart_by_the_words_it_differs_in(one, other, difference):
    assert apart(one, other) == difference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Russia sanctioned Iran.", "Iran sanctioned Russia.", id="two countries"),
        pytest.param("The buyer sued the seller.", "The seller sued the buyer.", id="two words in no list"),
        pytest.param("He never paid and left it.", "He paid and never left it.", id="a negation elsewhere"),
    ],
)
def test_the_same_words_in_another_order_are_no_copy(one, other):
    assert apart(one, other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("The deal is on.", "The sham deal is on.", id="a word put in that no list has"),
        pytest.param("He saw the trial.", "He saw the trail.", id="two words one slip apart"),
    ],
)
@pytest.mark.xfail(strict=True, reason="it takes a dictionary, or a reader")
def test_what_the_guard_cannot_know(one, other):
    assert apart(one, other) is not None


@given(st.text(alphabet="abIR '.-1", max_size=30), st.text(alphabet="abIR '.-1", max_size=30))
@example("1I", "I.1")  # the figure moved, or the letter: difflib says the one or the other
def test_it_does_not_matter_which_of_two_is_named_first(one, other):
    assert (apart(one, other) is None) == (apart(other, one) is None)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param("", ":1: the file lacks families. Add it.", id="nothing in it"),
        pytest.param(
            'guarded = []\nlight = []\nopeners = ""\nfamilies.act = ["lift lifts", "raise lifts"]',
            " names 'lifts' twice, the second time under act. Remove one of them.",
            id="a word twice",
        ),
        pytest.param(
            'guarded = ["tone"]\nlight = []\nopeners = ""\nfamilies.act = []',
            " names the family 'tone'; there are number, name, question, negation, modal, hedge, attribution, report, "
            "act, unrealised, direction, quality. Correct it.",
            id="an unknown family",
        ),
    ],
)
def test_a_guard_that_cannot_be_used_is_refused(tmp_path, wrong, message):
    path = tmp_path / "guard.toml"
    path.write_text(wrong)

    with pytest.raises(ContractError) as error:
        guard.load(path)

    assert str(error.value) == f"{path}{message}"
