"""The screens and the guidelines made from the codebook."""

import re
import xml.etree.ElementTree as ET

import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.ballot import votes_html
from labeling.interface import adjudication, guidelines, main, screen
from labeling.studio import check_screen
from labeling.tasks import shown
from tests.house import ROOT
from tests.test_tasks import ITEM

FILE = ROOT / "labeling/codebook.toml"
BOOK = codebook.load(FILE)


def tags(xml: str, name: str) -> list[ET.Element]:
    """All tags of this name."""
    return list(ET.fromstring(xml).iter(name))  # noqa: S314 - our own


def offered(xml: str) -> dict[str | None, list[str | None]]:
    """The ids of each set of choices."""
    return {tag.get("name"): [choice.get("alias") for choice in tag.iter("Choice")] for tag in tags(xml, "Choices")}


def fields(xml: str) -> set[str]:
    """The fields of a task that a screen shows."""
    values = [value for tag in ET.fromstring(xml).iter() for value in tag.attrib.values()]  # noqa: S314 - our own
    return {value[1:] for value in values if re.fullmatch(r"\$\w+", value)}


def changed(tmp_path, old, new) -> codebook.Codebook:
    """The codebook with one change."""
    path = tmp_path / "codebook.toml"
    path.write_text(FILE.read_text().replace(old, new, 1))
    return codebook.load(path)


def made(file, folder):
    """Call the step, as make does."""
    main(file, *(folder / name for name in ("interface.xml", "guidelines.html", "adjudication.xml", "codebooks")))


def test_the_screen_offers_every_label_by_its_id():
    assert offered(screen(BOOK)) == {name: list(labels) for name, labels in BOOK.sets.items()}


def test_adjudicators_get_the_same_questions_and_say_why_the_votes_differed():
    assert offered(adjudication(BOOK)) == {
        **offered(screen(BOOK)),
        "reason": list(BOOK.reasons),
        "guideline_gap": ["guideline_gap"],
    }
    assert [tag.get("value") for tag in tags(adjudication(BOOK), "HyperText")] == ["$sentence_html", "$votes_html"]


def test_a_task_holds_every_field_that_the_screens_show():
    assert fields(screen(BOOK)) == {"headline", "byline", "targets", "proposition", "sentence_html"}
    assert fields(adjudication(BOOK)) == {*fields(screen(BOOK)), "votes_html"}
    assert fields(screen(BOOK)) <= set(shown(ITEM, "1"))


def test_a_question_about_a_target_is_there_once_for_each_target_of_the_task_and_others_are_there_always():
    asked_of_targets = [
        tag.get("name") for repeater in tags(screen(BOOK), "Repeater") for tag in repeater.iter("Choices")
    ]

    assert asked_of_targets == ["stance", "holder"]
    assert [tag.get("on") for tag in tags(screen(BOOK), "Repeater")] == ["$targets"]
    assert [tag.get("name") for tag in tags(screen(BOOK), "Choices") if tag.get("required")] == [
        "stance", "holder", "sanction_violation", "regime",
    ]  # fmt: skip


def test_every_screen_shows_rule_0():
    for xml in (screen(BOOK), adjudication(BOOK)):
        assert BOOK.rule in [tag.get("value") for tag in tags(xml, "Header")]


def test_a_label_shows_its_key_and_one_without_a_key_gets_none_from_label_studio():
    choices = {tag.get("alias"): tag for tag in tags(adjudication(BOOK), "Choice")}

    assert (choices["favor"].get("html"), choices["favor"].get("hotkey")) == ("<span>Favor<kbd>Q</kbd></span>", "q")
    assert (choices["slip"].get("html"), choices["slip"].get("hotkey")) == (
        "<span>A slip<kbd>⇧1</kbd></span>",
        "shift+1",
    )
    assert (choices["haiti"].get("html"), choices["haiti"].get("hotkey")) == ("<span>Haiti</span>", " ")


def test_a_text_of_the_codebook_cannot_break_the_screen_or_name_a_field_of_the_task(tmp_path):
    shows = '<b>"Favor"</b> & $5 million'
    book = changed(tmp_path, 'shows = "Favor"', f"shows = '{shows}'")

    first = tags(screen(book), "Choice")[0]
    assert first.get("value") == '<b>"Favor"</b> & $\u20605 million'  # an invisible joiner behind the dollar sign
    assert first.get("html") == '<span>&lt;b&gt;"Favor"&lt;/b&gt; &amp; $5 million<kbd>Q</kbd></span>'
    assert "&lt;b&gt;&#34;Favor&#34;&lt;/b&gt; &amp; $5 million" in guidelines(book)


def test_another_set_of_questions_makes_its_screens_without_flags_or_reasons(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(
        'version = "1"\nrule = "Read the words."\ncontext = "The headline helps."\n'
        '[question.tone]\ntitle = "Tone"\nask = "What is it?"\nasked_of = "every item"\nthreshold = 0.5\nrules = []\n'
        'label.glad = { shows = "Glad", means = "Somebody is." }\n'
        'label.sad = { shows = "Sad", means = "Somebody is." }\n'
    )
    book = codebook.load(path)

    check_screen(screen(book))
    check_screen(adjudication(book))
    assert offered(screen(book)) == {"tone": ["glad", "sad"]}
    assert "Flags" not in guidelines(book)


def test_the_guidelines_hold_every_rule_meaning_and_case_and_load_nothing_from_elsewhere():
    page = guidelines(BOOK).replace("&#39;", "'")

    labels = [label for found in BOOK.sets.values() for label in found.values()]
    told = [rule for question in BOOK.questions.values() for rule in question.rules]
    told += [label.means for label in labels] + [example for label in labels for example in label.examples]
    told += [words for label in labels for case in label.hard_cases for words in (case.says, case.why)]
    assert [words for words in told if words not in page] == []
    assert not re.search(r"https?:|//|@import|url\(|<script|src=", page)


def test_no_style_of_the_guidelines_reaches_beyond_them():
    (style,) = re.findall(r"<style>(.*?)</style>", guidelines(BOOK), re.DOTALL)

    selectors = [part.strip() for rule in re.findall(r"([^{}@]+)\{", style) for part in rule.split(",")]
    assert [one for one in selectors if not one.startswith((".guide", "media print"))] == []


def test_votes_stand_side_by_side_as_the_screen_words_them_and_differences_are_bold():
    votes = [
        {"stance": "none", "holder": "", "sanction_violation": "alleged", "regime": ["russia", "iran"], "flags": []},
        {"stance": "none", "holder": "", "sanction_violation": "denied", "regime": ["russia"], "comment": "</td><b>"},
    ]

    found = ET.fromstring(votes_html(votes, BOOK))  # noqa: S314 - our own

    assert [["".join(cell.itertext()) for cell in row] for row in found] == [
        ["", "A", "B"],
        ["Stance toward the target", "None: off the proposition", "None: off the proposition"],
        ["Sanction violation", "Alleged", "Denied"],
        ["Which family of measures? All that apply.", "Russia, Iran", "Russia"],
        ["Comment", "–", "</td><b>"],
    ]
    assert ["".join(cell.itertext()) for cell in found.iter("b")] == [
        "Alleged", "Denied", "Russia, Iran", "Russia", "–", "</td><b>",
    ]  # fmt: skip


def test_a_screen_that_label_studio_would_not_show_is_refused_without_asking_one():
    with pytest.raises(ContractError) as error:
        check_screen('<View><Choices name="stance" toName="text"/></View>')

    assert str(error.value) == (
        "Label Studio cannot show this screen: Validation failed on : 'View' is a required property. "
        "Correct codebook.toml."
    )


def test_the_step_writes_the_screens_and_the_guidelines(tmp_path, capsys):
    made(FILE, tmp_path)

    assert (tmp_path / "interface.xml").read_text() == screen(BOOK)
    assert (tmp_path / "adjudication.xml").read_text() == adjudication(BOOK)
    assert (tmp_path / "guidelines.html").read_text() == guidelines(BOOK)
    assert (tmp_path / "codebooks/1.toml").read_bytes() == FILE.read_bytes()
    assert capsys.readouterr().out == (
        f"interface: codebook 1 -> {tmp_path}/guidelines.html, {tmp_path}/adjudication.xml, {tmp_path}/interface.xml\n"
    )


def rewritten(tmp_path, *changes):
    """The workspace's codebook with changes to its file, made into screens."""
    path, text = tmp_path / "codebook.toml", FILE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    made(path, tmp_path)
    return text


def test_a_minor_change_is_taken_over_under_the_same_version(tmp_path):
    rewritten(tmp_path)

    text = rewritten(tmp_path, ('shows = "Against"', 'shows = "Opposed"'))

    assert (tmp_path / "codebooks/1.toml").read_text() == text
    assert "Opposed" in (tmp_path / "interface.xml").read_text()


def test_a_semantic_change_is_refused_under_the_same_version_and_nothing_is_written(tmp_path):
    text = rewritten(tmp_path)
    changes = [("Anything weaker", "Anything much weaker"), ("Label commitment", "Label no commitment")]

    with pytest.raises(ContractError) as error:
        rewritten(tmp_path, *changes)

    assert str(error.value) == (
        f"{tmp_path}/codebook.toml changes what codebook 1 means: stance: rules; "
        "sanction_violation: meaning of alleged. Raise `version` and say under [[change]] "
        "which labels this touches; or, if nobody has answered under 1 yet, "
        f"delete {tmp_path}/codebooks/1.toml."
    )
    assert (tmp_path / "codebooks/1.toml").read_text() == text
    assert "much weaker" not in (tmp_path / "interface.xml").read_text()


def test_a_semantic_change_is_taken_over_under_a_new_version_and_the_earlier_one_is_kept(tmp_path):
    first = rewritten(tmp_path)

    second = rewritten(tmp_path, ("Anything weaker", "Anything much weaker"), ('version = "1"', 'version = "2"'))

    assert (tmp_path / "codebooks/1.toml").read_text() == first
    assert (tmp_path / "codebooks/2.toml").read_text() == second


def test_a_new_version_that_declares_too_little_is_refused(tmp_path):
    rewritten(tmp_path)
    declared = '# --- reasons\n[[change]]\nversion = "2"\nwhat = "Reports too."\naffects = ["stance:neutral"]\n#'

    with pytest.raises(ContractError) as error:
        rewritten(
            tmp_path, ('version = "1"', 'version = "2"'), ("Anything weaker", "Less"), ("# --- reasons", declared)
        )

    assert str(error.value) == (
        "Codebook 2 differs from 1 in more than its [[change]] declares: "
        "sanction_violation: meaning of alleged (touches alleged). "
        "Add these labels to `affects`, or take the [[change]] out: then all that may be touched is asked again."
    )
