"""What a new version of the codebook changes, and which answers it touches."""

from collections.abc import Mapping
from dataclasses import fields, replace

import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.choices import given
from labeling.codebook import Codebook, Declared, Flag, Label, Question
from labeling.versions import between, compare, semantic, stale, touched
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
FILE = (ROOT / "labeling/codebook.toml").read_text()


def edited(tmp_path, *changes: tuple[str, str]) -> Codebook:
    """The codebook with changes to its file."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "codebook.toml"
    path.write_text(text)
    return codebook.load(path)


def told(new: Codebook) -> list[tuple[str, str]]:
    """What differs from the codebook, in words."""
    return [(change.asked, change.says) for change in compare(BOOK, new)]


def test_a_codebook_does_not_differ_from_itself():
    assert compare(BOOK, BOOK) == []


@pytest.mark.parametrize(
    ("old", "new", "asked", "says"),
    [
        pytest.param('shows = "Against"', 'shows = "Opposed"', "stance", "shows of against", id="a display text"),
        pytest.param('hotkey = "w"', 'hotkey = "y"', "stance", "hotkey of against", id="a hotkey"),
        pytest.param('title = "Sanction violation"', 'title = "Breach"', "sanction_violation", "title", id="a title"),
        pytest.param('"Why none? Optional."', '"Why?"', "none_reason", "title", id="a follow-up's title"),
        pytest.param("threshold = 0.40", "threshold = 0.45", "stance", "threshold", id="a threshold"),
        pytest.param("any_threshold = 0.67", "any_threshold = 0.7", "sanction_violation", "any threshold",
                     id="another threshold"),
        pytest.param("farmers' union", "dockers' union", "stance", "examples of against", id="an example"),
        pytest.param("Enforcing is a commitment", "To enforce is to commit", "stance", "hard cases of favor",
                     id="a hard case"),
        pytest.param('effect = "leave_out"', 'effect = "note"', "flags", "effect of cannot_tell", id="a flag's effect"),
        pytest.param('vague = ["other", ', "vague = [", "regime", "vague", id="a vague label"),
        pytest.param("iran = { shows = \"Iran\", hotkey = \"g\" }\n", "", "regime", "order", id="the order"),
        pytest.param("Label commitment, not tone:", "Label commitment -- NOT  tone:", "stance",
                     "rules: white space, case, punctuation or order", id="punctuation, case, space of a rule"),
        pytest.param("Anything weaker:", "Anything weaker –", "sanction_violation",
                     "meaning of alleged: white space, case, punctuation or order", id="punctuation of a meaning"),
    ],
)  # fmt: skip
def test_what_leaves_the_meaning_of_answers_alone_is_minor(tmp_path, old, new, asked, says):
    moved = [("wmd = {", 'iran = { shows = "Iran", hotkey = "g" }\nwmd = {')] if says == "order" else []
    book = edited(tmp_path, (old, new), *moved)

    assert told(book) == [(asked, says)]
    assert semantic(compare(BOOK, book)) == []
    assert touched(between(BOOK, book)) == {}


REGIMES = list(BOOK.follow_ups["regime"].labels)
STANCE = {"favor", "against", "neutral", "none"}
VIOLATION = {"established", "alleged", "denied", "prospective", "none"}


@pytest.mark.parametrize(
    ("changes", "says", "reached"),
    [
        pytest.param([("Anything weaker: accused", "Anything weaker: said to be accused")],
                     ["sanction_violation: meaning of alleged"], {"sanction_violation": {"alleged"}}, id="a meaning"),
        pytest.param([("A neutral report that a thing happened is neutral.",
                     "A report that a thing happened is not neutral.")], ["stance: rules"], {"stance": STANCE},
                     id="a rule"),
        pytest.param([("What position does", "Whose position does")], ["stance: what is asked"], {"stance": STANCE},
                     id="what is asked"),
        pytest.param([("It never says what is true", "It says what is true")],
                     ["stance: rule", "sanction_violation: rule"], {"stance": STANCE, "sanction_violation": VIOLATION},
                     id="rule 0"),
        pytest.param([("one sentence before", "two sentences before")],
                     ["stance: context", "sanction_violation: context"],
                     {"stance": STANCE, "sanction_violation": VIOLATION}, id="the context"),
        pytest.param([('asked_of = "every item"', 'asked_of = "items with a target"')],
                     ["sanction_violation: asked of items with a target"], {}, id="asked of fewer items"),
        pytest.param([('asked_of = "items with a target"', 'asked_of = "every item"')],
                     ["stance: asked of every item"], {"stance": {""}}, id="asked of more items"),
        pytest.param([("[question.stance.label.neutral]", "[question.stance.label.mixed]")],
                     ["stance: neutral is gone", "stance: mixed is new"], {"stance": STANCE}, id="another id"),
        pytest.param([('libya = { shows = "Libya" }\n', "")], ["regime: libya is gone"], {"regime": {"libya"}},
                     id="a label less"),
        pytest.param([("[flag.contested]", '[flag.quoted]\nshows = "Quoted"\nmeans = "In quotes."\n[flag.contested]')],
                     ["flags: quoted is new"], {"flags": {"contested", "cannot_tell", "names_private_person", ""}},
                     id="a flag more: any item may want it"),
        pytest.param([('when = ["favor", "against"]', 'when = ["favor", "against", "neutral"]')],
                     ["holder: asked after favor, against, neutral"], {"holder": {""}}, id="a follow-up after more"),
        pytest.param([('when = ["favor", "against"]', 'when = ["favor"]')], ["holder: asked after favor"], {},
                     id="a follow-up after less"),
        pytest.param([('choice = "multiple"', 'choice = "single"')],
                     ["regime: asked after sanction_violation, single choice"], {"regime": {*REGIMES, ""}},
                     id="one label where there were several"),
        pytest.param([("required = false", "required = true")], ["none_reason: required"], {"none_reason": {""}},
                     id="a follow-up that must be answered now"),
        pytest.param([("required = true", "required = false")], ["holder: no longer required"], {},
                     id="a follow-up that need not be answered now"),
        pytest.param([("[reason.slip]", "[reason.oversight]")], ["reason: slip is gone"], {}, id="a reason less"),
    ],
)  # fmt: skip
def test_what_changes_the_meaning_of_answers_is_semantic_and_touches_labels(tmp_path, changes, says, reached):
    book = edited(tmp_path, *changes)

    assert semantic(compare(BOOK, book)) == says
    assert touched(between(BOOK, book)) == {name: frozenset(labels) for name, labels in reached.items()}


def test_a_new_question_is_asked_of_every_item_and_one_that_is_gone_of_none():
    tone = replace(BOOK.questions["stance"], id="tone", asked_of="every item")
    more = replace(BOOK, questions={**BOOK.questions, "tone": tone})

    assert semantic(compare(BOOK, more)) == ["tone: is new"]
    assert touched(compare(BOOK, more)) == {"tone": frozenset({""})}
    assert semantic(compare(more, BOOK)) == ["tone: is asked no more"]
    assert touched(compare(more, BOOK)) == {}


def variants(entry):
    """The codebook, or an entry of it, with one field another, for every field at any depth."""
    words = {"asked_of": "every item", "after": "sanction_violation", "choice": "multiple", "effect": "hold_back"}
    for name in [one.name for one in fields(entry) if one.name not in ("id", "version", "changes")]:
        was = getattr(entry, name)
        if isinstance(was, Mapping):
            first, *rest = was.values()
            changed: list[object] = [{**was, first.id: new} for new in variants(first)]
            changed += [{one.id: one for one in rest}, {**was, "other": replace(first, id="other")}]
        elif isinstance(was, str):
            changed = [words.get(name, "other")]
        else:
            changed = [not was if isinstance(was, bool) else ("other",) if isinstance(was, tuple) else 0.123]
        yield from (replace(entry, **{name: new}) for new in changed)


def test_no_part_of_the_codebook_changes_unseen():
    changed = list(variants(BOOK))

    assert len(changed) > 40
    assert [new for new in changed if compare(BOOK, new) == []] == []


def later(*declared: Declared, version: str = "2", **parts) -> Codebook:
    """A later version, with what it declares to have changed, and other parts."""
    return replace(BOOK, version=version, changes=declared, **parts)


def meaning(label: str, means: str) -> dict[str, Question]:
    """The questions, with another meaning of a stance label."""
    stance = BOOK.questions["stance"]
    labels = {**stance.labels, label: replace(stance.labels[label], means=means)}
    return {**BOOK.questions, "stance": replace(stance, labels=labels)}


def test_a_version_may_declare_more_labels_than_the_difference_shows():
    book = later(
        Declared("2", "Neutral now covers a bare mention.", ("stance:neutral", "stance:none")),
        questions=meaning("neutral", "On the proposition, or it only names it."),
    )

    assert touched(between(BOOK, book)) == {"stance": frozenset({"neutral", "none"})}
    assert semantic(between(BOOK, book)) == [
        "stance: meaning of neutral",
        "stance: Neutral now covers a bare mention.",
        "stance: Neutral now covers a bare mention.",
    ]


def test_a_new_label_touches_the_labels_it_is_declared_to_be_taken_from():
    stance = BOOK.questions["stance"]
    mixed = Label("mixed", "Mixed", means="Two sides.")
    questions = {**BOOK.questions, "stance": replace(stance, labels={**stance.labels, "mixed": mixed})}

    undeclared = touched(between(BOOK, later(questions=questions)))
    declared = later(Declared("2", "Two sides are mixed.", ("stance:neutral",)), questions=questions)

    assert undeclared == {"stance": frozenset(STANCE)}
    assert touched(between(BOOK, declared)) == {"stance": frozenset({"neutral"})}


def test_a_whole_set_may_be_declared():
    holder = later(Declared("2", "Authors and speakers are told apart.", ("holder",)))

    assert touched(between(BOOK, holder)) == {"holder": frozenset({"author", "quoted", "both", ""})}


def test_a_declaration_that_covers_less_than_the_difference_is_refused():
    flags = {**BOOK.flags, "contested": Flag("contested", "Contested", means="Disputed by anybody.")}
    book = later(
        Declared("2", "Neutral is wider.", ("stance:none",)), flags=flags, questions=meaning("neutral", "No side.")
    )

    with pytest.raises(ContractError) as error:
        between(BOOK, book)

    assert str(error.value) == (
        "Codebook 2 differs from 1 in more than its [[change]] declares: stance: meaning of neutral (touches neutral); "
        "flags: meaning of contested (touches contested). Add these labels to `affects`, or take the [[change]] out: "
        "then all that may be touched is asked again."
    )


def test_over_several_versions_declarations_narrow_only_if_each_version_has_one():
    rules = replace(BOOK.questions["stance"], rules=("Read twice.",))
    second = Declared("2", "Read twice.", ("stance:none",))
    third = Declared("3", "Only the screen.", ())
    questions = {**BOOK.questions, "stance": rules}

    assert touched(between(BOOK, later(second, third, version="3", questions=questions))) == {
        "stance": frozenset({"none"})
    }
    assert touched(between(BOOK, later(second, version="3", questions=questions))) == {"stance": frozenset(STANCE)}


@pytest.mark.parametrize(
    ("chosen", "has_target", "found"),
    [
        pytest.param({"stance": ["none"], "sanction_violation": ["none"]}, True, {"stance": ["none"]}, id="a label"),
        pytest.param({"stance": ["none"], "sanction_violation": ["none"]}, False, {}, id="an answer not asked for"),
        pytest.param({"stance": ["favor"], "holder": ["both"], "sanction_violation": ["none"]}, True,
                     {"holder": ["both"]}, id="a follow-up"),
        pytest.param({"stance": ["favor"], "sanction_violation": ["none"]}, True, {"holder": [""]},
                     id="a follow-up left blank"),
        pytest.param({"stance": ["neutral"], "holder": ["both"], "sanction_violation": ["none"]}, True, {},
                     id="a follow-up to nothing"),
        pytest.param({"stance": ["neutral"], "sanction_violation": ["none"], "flags": ["contested"]}, True,
                     {"flags": ["contested"]}, id="a flag"),
    ],
)  # fmt: skip
def test_an_answer_is_stale_where_a_touched_label_was_given(chosen, has_target, found):
    reached = {
        "stance": frozenset({"none"}),
        "holder": frozenset({"both", ""}),
        "flags": frozenset({"contested"}),
    }

    assert stale(given(chosen, has_target, BOOK), reached) == found
