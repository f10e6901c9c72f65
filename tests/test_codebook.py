"""The codebook, and the screen and guidelines made from it."""

import xml.etree.ElementTree as ET

import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.interface import guidelines, main, screen
from labeling.studio import check_screen
from tests.house import ROOT

FILE = ROOT / "labeling/codebook.toml"
BOOK = codebook.load(FILE)


def test_the_labels_stand_in_the_order_annotators_see_them():
    assert {name: list(question.labels) for name, question in BOOK.questions.items()} == {
        "stance": ["favor", "against", "neutral", "none"],
        "sanction_violation": ["established", "alleged", "denied", "prospective", "none"],
    }
    assert {name: list(one.labels) for name, one in BOOK.follow_ups.items() if name != "regime"} == {
        "holder": ["author", "quoted", "both"],
        "none_reason": [
            "imposition", "compliance", "licence", "other_law", "rhetoric", "not_restrictive_measures", "unrelated",
        ],
    }  # fmt: skip
    assert list(BOOK.flags) == ["contested", "cannot_tell", "names_private_person"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            'version = "1"',
            "version = ",
            "{} is no TOML: Invalid value (at line 4, column 11). Correct it and run the same command again.",
            id="broken TOML",
        ),
        pytest.param(
            'rule = "', 'ruler = "', "{} lacks 'rule'. Add it, as the other entries have it.", id="a key lacks"
        ),
        pytest.param(
            'hotkey = "w"',
            'hotkey = "q"',
            "{}: the hotkey 'q' stands at 'favor' and at 'against'.",
            id="two labels on one key",
        ),
        pytest.param(
            'after = "stance"',
            'after = "tone"',
            "{}: follow_up.holder comes after 'tone', which is no question.",
            id="a follow-up after nothing",
        ),
        pytest.param(
            'when = ["favor", ',
            'when = ["for", ',
            "{}: follow_up.holder waits for 'for', no label of stance.",
            id="a follow-up to no label",
        ),
    ],
)
def test_a_mistake_in_the_codebook_is_told_in_one_line(tmp_path, old, new, message):
    path = tmp_path / "codebook.toml"
    path.write_text(FILE.read_text().replace(old, new, 1))

    with pytest.raises(ContractError) as error:
        codebook.load(path)

    assert str(error.value) == message.format(path)


def test_the_screen_offers_every_label_by_its_id_with_its_hotkey_and_meaning():
    choices = {
        tag.get("name"): [choice.get("alias") for choice in tag.iter("Choice")]
        for tag in ET.fromstring(screen(BOOK)).iter("Choices")  # noqa: S314 - our own
    }

    assert choices == {
        **{name: list(question.labels) for name, question in BOOK.questions.items()},
        **{name: list(one.labels) for name, one in BOOK.follow_ups.items()},
        "flags": list(BOOK.flags),
    }


def test_a_meaning_with_angle_brackets_and_quotes_cannot_break_the_screen(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(FILE.read_text().replace('shows = "Favor"', "shows = '<b>\"Favor\" & co</b>'", 1))

    book = codebook.load(path)
    shown = [choice.get("value") for choice in ET.fromstring(screen(book)).iter("Choice")]  # noqa: S314 - our own

    assert shown[0] == '<b>"Favor" & co</b>'
    assert "&lt;b&gt;&#34;Favor&#34; &amp; co&lt;/b&gt;" in guidelines(book)


def test_the_guidelines_hold_every_rule_and_meaning_and_load_nothing_from_elsewhere():
    page = guidelines(BOOK).replace("&#39;", "'")

    missing = [rule for question in BOOK.questions.values() for rule in question.rules if rule not in page]
    missing += [label.means for label in codebook.every_label(BOOK) if label.means not in page]
    assert missing == []
    assert "http" not in page
    assert "<script" not in page


def test_a_screen_that_label_studio_would_not_show_is_refused_without_asking_one():
    with pytest.raises(ContractError) as error:
        check_screen('<View><Choices name="stance" toName="text"/></View>')

    assert str(error.value) == (
        "Label Studio cannot show this screen: Validation failed on : 'View' is a required property. "
        "Correct labeling/codebook.toml."
    )


def test_the_step_writes_the_screen_and_the_guidelines(tmp_path, capsys):
    main(FILE, tmp_path / "interface.xml", tmp_path / "guidelines.html")

    assert (tmp_path / "interface.xml").read_text() == screen(BOOK)
    assert (tmp_path / "guidelines.html").read_text() == guidelines(BOOK)
    assert capsys.readouterr().out == (
        f"interface: codebook 1 -> {tmp_path}/interface.xml and {tmp_path}/guidelines.html\n"
    )
