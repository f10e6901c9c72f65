"""Keyword rules: a baseline that learns nothing."""

import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import BOOK
from training.rules import Asked, Entry, Told, build, load, said

RULES = load(ROOT / "training/rules.toml")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("The trader pleaded guilty to evading the embargo.", "established", id="a plea"),
        pytest.param("The tanker smuggled banned coal out of Nampo.", "established", id="flatly said"),
        pytest.param("Prosecutors accuse the trader of evading the embargo.", "alleged", id="an accusation"),
        pytest.param("The trader denied that it had violated sanctions.", "denied", id="a denial"),
        pytest.param("Selling the engine parts would breach the embargo.", "prospective", id="a condition"),
        pytest.param("The council added the airline to its blacklist.", "none", id="a measure"),
    ],
)
def test_a_plain_sentence_of_each_violation_label_is_told(text, label):
    assert RULES["sanction_violation"].label(text, "") == label


@pytest.mark.parametrize(
    ("text", "target", "label"),
    [
        pytest.param("The sanctions must stay in place, and be tightened.", "sanctions-iran", "favor", id="keep"),
        pytest.param("The union demanded that sanctions be lifted.", "sanctions-russia", "against", id="lift"),
        pytest.param("Ministers will discuss the sanctions on Thursday.", "sanctions-dprk", "neutral", id="talk"),
        pytest.param("The committee has a room without windows.", "sanctions-dprk", "none", id="nothing"),
        pytest.param("Berlin will send more tanks to Kyiv.", "aid-ukraine", "favor", id="aid"),
        pytest.param("Seoul condemned the shipment of shells.", "dprk-russia-arms", "against", id="arms"),
    ],
)
def test_a_plain_sentence_of_each_stance_is_told(text, target, label):
    assert RULES["stance"].label(text, target) == label


def test_rules_say_labels_of_the_codebook_only():
    for question, rules in RULES.items():
        assert rules.labels <= set(BOOK.questions[question].labels)


def test_a_label_that_the_question_does_not_have_is_refused():
    with pytest.raises(ContractError) as error:
        said(RULES["stance"], "stance", ["A sentence."], [""], ["pro", "con", "none"])

    assert str(error.value) == (
        "rules.toml says 'against' of stance, but its labels are pro, con, none. "
        "Correct it, or remove [question.stance] to be compared with no rules."
    )


def test_the_first_rule_that_fits_says_the_label():
    given = Asked("c", [Entry("a", ["one"], ("t",)), Entry("b", ["one", "two"])])

    rules = build(Told({"one": ["yes"], "two": ["no"]}, {"q": given}))["q"]

    assert [rules.label(*row) for row in (("yes no", "t"), ("yes no", "u"), ("yes", "u"), ("no", "t"))] == [*"abcc"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param(
            '[cues]\none = ["x"]\n[question.q]\ndefault = "a"\nrules = [{label = "a", all_of = ["two"]}]\n',
            ":5: question.q.rules (number 1).all_of (number 1) is 'two', which is no cue list. Make it one of one.",
            id="a list that is not there",
        ),
        pytest.param(
            "[cues]\none = []\n[question]\n",
            ":2: cues.one is empty or holds an empty cue. Add one, or take it out.",
            id="no cue",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused(tmp_path, text, wrong):
    path = tmp_path / "rules.toml"
    path.write_text(text)

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{wrong}"


def test_an_empty_file_has_rules_for_nothing(tmp_path):
    (tmp_path / "rules.toml").write_text("")

    assert load(tmp_path / "rules.toml") == {}
