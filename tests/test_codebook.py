"""The codebook: what it declares, and what is said when it is wrong."""

import pytest

from corpus.errors import ContractError
from labeling import codebook
from tests.house import ROOT

FILE = ROOT / "labeling/codebook.toml"
BOOK = codebook.load(FILE)


def test_the_labels_stand_in_the_order_annotators_see_them():
    assert {name: list(labels) for name, labels in BOOK.sets.items() if name != "regime"} == {
        "stance": ["favor", "against", "neutral", "none"],
        "holder": ["author", "quoted", "both"],
        "sanction_violation": ["established", "alleged", "denied", "prospective", "none"],
        "none_reason": [
            "imposition", "compliance", "licence", "other_law", "rhetoric", "not_restrictive_measures", "unrelated",
        ],
        "flags": ["contested", "cannot_tell", "names_private_person"],
    }  # fmt: skip


def test_the_codebook_says_what_its_labels_are_for():
    assert [question.id for question in BOOK.questions.values() if question.needs_target] == ["stance"]
    assert [(one.without, one.any, one.any_threshold) for one in BOOK.questions.values()] == [
        ("none", "", None),
        ("none", "any_violation", 0.67),
    ]
    assert BOOK.flagged("leave_out") == ["cannot_tell"]
    assert BOOK.flagged("hold_back") == ["names_private_person"]
    assert BOOK.reasons


def test_every_label_of_a_question_has_an_example_and_hard_cases():
    bare = [
        (question.id, label.id)
        for question in BOOK.questions.values()
        for label in question.labels.values()
        if not (label.example and label.hard_cases)
    ]

    assert bare == []


SMALLEST = """
version = "1"
rule = "Read the words."
context = "The headline helps."

[question.tone]
title = "Tone"
ask = "What is the tone?"
asked_of = "every item"
threshold = 0.5
rules = []
label.glad = { shows = "Glad", means = "Somebody is." }
label.sad = { shows = "Sad", means = "Somebody is." }
"""


def test_another_label_set_needs_one_question_and_nothing_else(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(SMALLEST)

    book = codebook.load(path)

    assert {name: list(labels) for name, labels in book.sets.items()} == {"tone": ["glad", "sad"], "flags": []}
    assert (book.flagged("leave_out"), book.reasons, book.changes) == ([], {}, ())


def case(old, new, says, name, at=""):
    """A change to the file, what is said of it, and what stands on the line that is named: the change, unless said."""
    return pytest.param(old, new, at or new, says, id=name)


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        # What the file holds
        case(
            'rule = "',
            'ruler = "',
            "ruler is read by nobody. Correct it to one of version, rule, context, question, "
            "follow_up, flag, reason, change, or take it out.",
            "a key nobody reads",
        ),
        case(
            "[question.stance]",
            "[question.stance]\nuntil = 3",
            "question.stance.until is read by nobody. Correct it "
            "to one of title, ask, asked_of, rules, threshold, label, without, any, any_threshold, or take it out.",
            "a key nobody reads in a table",
            at="until = 3",
        ),
        case(
            'rule = "', '# rule = "', "the file lacks rule. Add it.", "a key of the file lacks", at="# What annotators"
        ),
        case('after = "stance"\n', "", "follow_up.holder lacks after. Add it.", "a key lacks", at="[follow_up.holder]"),
        case('version = "1"', "version = 1", "version is 1. Make it text in quotes.", "a number for a text"),
        case(
            "required = true",
            'required = "yes"',
            "follow_up.holder.required is 'yes'. Make it true or false.",
            "a text for a truth",
        ),
        case(
            "threshold = 0.40",
            "threshold = true",
            "question.stance.threshold is true. Make it a number.",
            "a truth for a number",
        ),
        case(
            'when = ["favor", "against"]',
            'when = "favor"',
            "follow_up.holder.when is 'favor'. Make it a list.",
            "a text for a list",
        ),
        case(
            'when = ["favor", "against"]',
            'when = ["favor", 2]',
            "follow_up.holder.when (number 2) is 2. Make it text in quotes.",
            "a number in a list",
        ),
        case(
            '    "A neutral report that a thing happened is neutral.",',
            "    {},",
            "question.stance.rules (number 5) is a table. Make it text in quotes.",
            "a table in a long list",
        ),
        case(
            'examples = ["The minister said',
            'examples = ["", "The minister said',
            "question.stance.label.favor.examples (number 1) is empty. Fill it, or take it out if it may be left out.",
            "an empty text",
        ),
        case(
            'libya = { shows = "Libya" }',
            'libya = "Libya"',
            "follow_up.regime.label.libya is 'Libya'. Make it a table.",
            "a text for a table",
        ),
        case(
            '{ says = "Customs officers',
            '{ sayz = "Customs officers',
            "question.stance.label.favor.hard_cases "
            "(number 1).sayz is read by nobody. Correct it to one of says, why, or take it out.",
            "a hard case misspelt",
        ),
        # Words that are none of those there are
        case(
            'asked_of = "items with a target"',
            'asked_of = "items"',
            "question.stance.asked_of is 'items'. Make it one of every item, items with a target.",
            "asked of nobody",
        ),
        case(
            'choice = "single"',
            'choice = "one"',
            "follow_up.holder.choice is 'one'. Make it one of single, multiple.",
            "a choice there is not",
        ),
        case(
            'effect = "leave_out"',
            'effect = "delete"',
            "flag.cannot_tell.effect is 'delete'. Make it one of note, leave_out, hold_back.",
            "an effect there is not",
        ),
        # Numbers out of range
        case(
            'version = "1"',
            'version = "1.1"',
            "version is '1.1'. Make it a whole number from 1, in quotes.",
            "half a version",
        ),
        case(
            "threshold = 0.40",
            "threshold = 40",
            "question.stance.threshold is 40. Make it 0 to 1, as alpha is.",
            "a threshold in percent",
        ),
        case(
            "any_threshold = 0.67",
            "any_threshold = -1",
            "question.sanction_violation.any_threshold is -1. Make it 0 to 1, as alpha is.",
            "a threshold below 0",
        ),
        # Names of nothing, and names that are taken
        case(
            'without = "none"  #',
            'without = "no"  #',
            "question.stance.without is 'no', no label of stance. Make it one of favor, against, neutral, none.",
            "without nothing",
        ),
        case(
            'any = "any_violation"',
            "",
            "question.sanction_violation has only one of any and any_threshold. Give both, or neither.",
            "a threshold of nothing",
            at="[question.sanction_violation]",
        ),
        case(
            'without = "none"\n',
            "",
            "question.sanction_violation.any puts other labels against `without`, which is not given. Add `without`.",
            "any against nothing",
            at="any = ",
        ),
        case(
            'after = "stance"',
            'after = "tone"',
            "follow_up.holder.after is 'tone', which is no question. Make it one of stance, sanction_violation.",
            "a follow-up after nothing",
        ),
        case(
            'when = ["favor", ',
            'when = ["for", ',
            "follow_up.holder.when (number 1) is 'for', no label of stance. "
            "Make it one of favor, against, neutral, none.",
            "a follow-up to no label",
        ),
        case(
            'when = ["favor", "against"]',
            "when = []",
            "follow_up.holder.when is empty, so it is never asked. Name labels of stance.",
            "a follow-up to nothing",
        ),
        case(
            'vague = ["other", ',
            'vague = ["any", ',
            "follow_up.regime.vague (number 1) is 'any', no label of regime. "
            f"Make it one of {', '.join(BOOK.follow_ups['regime'].labels)}.",
            "no label is vague",
        ),
        case(
            "held_out = true",
            "held_out = false",
            "follow_up.regime.vague is read only where held_out is true. Set that too, or take vague out.",
            "vague about nothing",
            at="vague = ",
        ),
        case(
            "russia = { shows",
            "Russia = { shows",
            "follow_up.regime.label.Russia is no id. Write small letters, digits and _, a letter first.",
            "an id with a capital",
        ),
        case(
            "libya = { shows",
            '"li:bya" = { shows',
            "follow_up.regime.label.li:bya is no id. Write small letters, digits and _, a letter first.",
            "an id with a colon",
        ),
        # Texts
        case(
            'shows = "Against"',
            'shows = "favor"',
            "question.stance.label.against.shows is 'favor', as favor shows. Make them differ.",
            "two labels that look alike",
        ),
        case(
            'means = "The sentence does not speak about the proposition."\n',
            "",
            "question.stance.label.none lacks means, which the guidelines tell. Add it.",
            "a label without a meaning",
            at="[question.stance.label.none]",
        ),
        case(
            'means = "Nothing of the kind."\n',
            "",
            "follow_up.none_reason.label.unrelated lacks means, which the guidelines tell. Add it.",
            "one of several without a meaning",
            at="[follow_up.none_reason.label.unrelated]",
        ),
        # Hotkeys
        case(
            'hotkey = "w"',
            'hotkey = "q"',
            "question.stance.label.against.hotkey is 'q', which question.stance.label.favor has. Take another key.",
            "two labels on one key",
            at='"q"\nmeans = "The holder of the view is against',
        ),
        case(
            'hotkey = "w"',
            'hotkey = "ctrl+w"',
            "question.stance.label.against.hotkey is 'ctrl+w'. Take a small letter or a digit, or shift+ and one.",
            "a key that is none",
        ),
        case(
            'hotkey = "w"',
            'hotkey = "u"',
            "question.stance.label.against.hotkey is 'u', which Label Studio takes to unselect. Take another key.",
            "a key of Label Studio's own",
        ),
        # Changes
        case(
            "# --- reasons",
            '[[change]]\nversion = "2"\nwhat = "x"\naffects = []\n#',
            "change (number 1).version is '2'. Changes begin with version 2 and end with this one, 1.",
            "a change to come",
            at='version = "2"',
        ),
        case(
            "# --- reasons",
            '[[change]]\nversion = "1"\nwhat = "x"\naffects = []\n#',
            "change (number 1).version is '1'. Changes begin with version 2 and end with this one, 1.",
            "a change before the first",
            at='version = "1"\nwhat',
        ),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(tmp_path, old, new, at, says):
    path = tmp_path / "codebook.toml"
    text = FILE.read_text().replace(old, new, 1)
    path.write_text(text)

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    line = text[: text.index(at)].count("\n") + 1
    assert str(error.value) == f"{path}:{line}: {says}"


def test_a_change_that_touches_no_set_is_refused(tmp_path):
    path = tmp_path / "codebook.toml"
    change = '[[change]]\nversion = "2"\nwhat = "New words."\naffects = [\n"tone:glad", "tune"]\n'
    path.write_text(SMALLEST.replace('"1"', '"2"') + change)

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    assert str(error.value) == (
        f"{path}:18: change (number 1).affects (number 2) is 'tune'. Write set:label, or a set for all of it; "
        "the sets are tone, flags."
    )


@pytest.mark.parametrize("taken", ["tone", "flags", "comment", "target", "reason", "outlet", "splits", "folds"])
def test_a_follow_up_cannot_go_by_a_name_that_is_taken(tmp_path, taken):
    path = tmp_path / "codebook.toml"
    follow_up = (
        'title = "Why?"\nafter = "tone"\nwhen = ["sad"]\nchoice = "single"\nrequired = false\nlabel.a = { shows = "A" }'
    )
    path.write_text(f"{SMALLEST}\n[follow_up.{taken}]\n{follow_up}\n")

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    assert str(error.value) == (
        f"{path}:15: follow_up.{taken} is a name that is taken, by a question, a part of the screen or "
        "of the dataset, or a column. Take another."
    )


def test_broken_toml_is_told_with_its_line(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text('version = "1"\nrule = ')

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    assert str(error.value) == (
        f"{path} is no TOML: Invalid value (at end of document). Correct it and run the same command again."
    )


def test_a_follow_up_needs_a_label(tmp_path):
    path = tmp_path / "codebook.toml"
    follow_up = 'title = "T"\nchoice = "single"\nrequired = true\nafter = "tone"\nwhen = ["sad"]\nlabel = {}\n'
    path.write_text(f"{SMALLEST}\n[follow_up.holder]\n{follow_up}")

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    line = path.read_text().splitlines().index("label = {}") + 1
    assert str(error.value) == f"{path}:{line}: follow_up.holder.label has no label. Add one."


def test_a_question_needs_two_labels_and_a_codebook_a_question(tmp_path):
    path = tmp_path / "codebook.toml"
    told = []
    for text in (SMALLEST.replace("label.sad", "# label.sad"), SMALLEST[: SMALLEST.index("[")] + "[question]"):
        path.write_text(text)
        with pytest.raises(ContractError) as error:
            codebook.load(path)
        told.append(str(error.value))

    assert told == [
        f"{path}:12: question.tone.label has 1 label. A question needs two: add another.",
        f"{path}:6: question has none. Add one.",
    ]
