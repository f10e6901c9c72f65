"""The codebook -> the screens that annotators and adjudicators answer on, and the guidelines they read."""

import xml.etree.ElementTree as ET
from collections.abc import Collection
from pathlib import Path

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.whole import whole
from labeling import codebook, pages
from labeling.codebook import COMMENT, FLAGS, GAP, REASON, Codebook, FollowUp, Label, Question
from labeling.studio import check_screen
from labeling.versions import between, compare, semantic

SENTENCE, VOTES = "sentence", "votes"  # the tags that hold text; every question belongs to the first
NO_KEY = " "  # without a key of ours Label Studio gives one of its own; a blank is a key that nobody can press
GAPS = {GAP: Label(GAP, "Guideline gap", "shift+0", "No rule of the codebook decides it.")}

KEYS = "Ctrl+Enter submits, Ctrl+Space skips"

HERE = Path(__file__).parent


def screen(book: Codebook) -> str:
    """Make the annotators' screen: the sentence in its context, each question with its follow-ups, flags, a comment."""
    root = begun(book)
    for question in book.questions.values():
        add_question(root, book, question)
    add_remarks(root, book)
    return written(root)


def adjudication(book: Codebook) -> str:
    """Make the adjudicators' screen: the same, with the votes before the questions and why they differed after them."""
    root = begun(book)
    votes = ET.SubElement(root, "View", className="st-votes")
    ET.SubElement(votes, "HyperText", name=VOTES, value="$votes_html", inline="true")
    for question in book.questions.values():
        add_question(root, book, question)
    why = ET.SubElement(root, "View", className="st-question st-more")
    ET.SubElement(why, "Header", size="5", value="Why did the votes differ?")
    add_choices(why, REASON, "single-radio", book.reasons.values())
    add_choices(why, GAP, "multiple", GAPS.values())
    add_remarks(root, book)
    return written(root)


def begun(book: Codebook) -> ET.Element:
    """A screen up to the sentence: its look, rule 0, headline, outlet and date, and the sentence."""
    root = ET.Element("View", className="st")
    ET.SubElement(root, "Style").text = (HERE / "screen.css.jinja").read_text(encoding="utf-8")
    rule = ET.SubElement(root, "View", className="st-rule")
    ET.SubElement(rule, "Header", size="5", value=plain(book.rule))
    ET.SubElement(rule, "Header", size="5", value=KEYS)
    reading = ET.SubElement(root, "View", className="st-reading")
    source = ET.SubElement(reading, "View", className="st-source")
    ET.SubElement(source, "Header", size="4", value="$headline")
    ET.SubElement(source, "Header", size="5", value="$byline")
    ET.SubElement(reading, "HyperText", name=SENTENCE, value="$sentence_html", inline="true")
    return root


def written(root: ET.Element) -> str:
    """A screen as Label Studio reads it."""
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def add_question(root: ET.Element, book: Codebook, question: Question) -> None:
    """Add one question's card: its title, the proposition where there is one, its labels, then its follow-ups.

    A card about a target is repeated for each target of the task, of which there is one or none.
    """
    if question.needs_target:
        root = ET.SubElement(root, "Repeater", on="$targets", indexFlag="{{target}}")
    card = ET.SubElement(root, "View", className="st-question")
    ask = ET.SubElement(card, "View", className="st-ask")
    ET.SubElement(ask, "Header", size="4", value=plain(question.title))
    ET.SubElement(ask, "Header", size="5", value=plain(question.ask))
    if question.needs_target:
        ET.SubElement(ET.SubElement(card, "View", className="st-about"), "Header", size="4", value="$proposition")
    required = {"required": "true", "requiredMessage": f"{question.title}: no answer."}
    add_choices(card, question.id, "single-radio", question.labels.values(), required)
    for follow_up in book.led(question.id):
        add_follow_up(card, follow_up)


def add_follow_up(card: ET.Element, follow_up: FollowUp) -> None:
    """Add what is asked only after certain labels, and shown only then."""
    shown_after = {"visibleWhen": "choice-selected", "whenTagName": follow_up.after}
    view = ET.SubElement(
        card, "View", {"className": "st-more", **shown_after, "whenChoiceValue": ",".join(follow_up.when)}
    )
    ET.SubElement(view, "Header", size="5", value=plain(follow_up.title))
    required = {"required": "true", "requiredMessage": f"{follow_up.title} No answer."} if follow_up.required else {}
    choice = "single-radio" if follow_up.choice == "single" else "multiple"
    add_choices(view, follow_up.id, choice, follow_up.labels.values(), required)


def add_remarks(root: ET.Element, book: Codebook) -> None:
    """Add the flags' tick boxes and the free comment."""
    view = ET.SubElement(root, "View", className="st-remarks")
    add_choices(view, FLAGS, "multiple", book.flags.values())
    ET.SubElement(
        view,
        "TextArea",
        name=COMMENT,
        toName=SENTENCE,
        rows="1",
        maxSubmissions="1",
        editable="true",
        placeholder="Comment where a rule failed you; Enter keeps it",
    )


def add_choices(
    view: ET.Element, name: str, choice: str, labels: Collection[Label], more: dict[str, str] | None = None
) -> None:
    """Add one set of choices, if it has any; the id of a label is its alias, so that what it shows may change."""
    if not labels:
        return
    choices = ET.SubElement(
        view, "Choices", {"name": name, "toName": SENTENCE, "choice": choice, "showInLine": "true", **(more or {})}
    )
    for label in labels:
        hint = {"hint": label.means} if label.means else {}
        shown = {"value": plain(label.shows), "html": named(label), "hotkey": label.hotkey or NO_KEY}
        ET.SubElement(choices, "Choice", {**shown, "alias": label.id, **hint})


def named(label: Label) -> str:
    """What a label shows, and its key."""
    shown = ET.Element("span")
    shown.text = label.shows
    if label.hotkey:
        ET.SubElement(shown, "kbd").text = key(label.hotkey)
    return ET.tostring(shown, encoding="unicode", method="html")


def key(hotkey: str) -> str:
    """A hotkey as it stands on the keyboard.

    >>> key("q"), key("shift+1")
    ('Q', '⇧1')
    """
    return hotkey.replace("shift+", "⇧").upper()


def plain(text: str) -> str:
    """A text that Label Studio takes as it is: behind a dollar sign it would look for a field of the task."""
    return text.replace("$", "$\u2060")


def guidelines(book: Codebook) -> str:
    """Make the page annotators read before they begin: every rule, label, meaning and example, no remote assets."""
    return pages.render(HERE / "guidelines.html.jinja", {"key": key}, book=book)


def keep(file: Path, book: Codebook, folder: Path) -> None:
    """Keep the codebook among the workspace's; refused if what its version means would be another than before."""
    copy, earlier = folder / f"{book.version}.toml", codebook.kept(folder)
    if book.version in earlier and (changed := semantic(compare(earlier[book.version], book))):
        raise ContractError(
            f"{file} changes what codebook {book.version} means: {'; '.join(changed)}. Raise `version` and say under "
            f"[[change]] which labels this touches; or, if nobody has answered under {book.version} yet, delete {copy}."
        )
    before = [one for version, one in earlier.items() if int(version) < int(book.version)]
    if before:
        between(before[-1], book)  # refuses a version that declares too little of what it changes
    with whole(copy) as beside:
        beside.write_bytes(file.read_bytes())


def main(codebook_file: Path, screen_file: Path, guidelines_file: Path, adjudication_file: Path, folder: Path) -> None:
    """Read the codebook, keep it in the folder of the workspace's versions, write both screens and the guidelines."""
    book = codebook.load(codebook_file)
    made = {guidelines_file: guidelines(book), adjudication_file: adjudication(book), screen_file: screen(book)}
    for path in (screen_file, adjudication_file):
        check_screen(made[path])
    keep(codebook_file, book, folder)
    for path, text in made.items():
        with whole(path) as beside:
            beside.write_text(text, encoding="utf-8")
    print(f"interface: codebook {book.version} -> {', '.join(map(str, made))}", flush=True)


if __name__ == "__main__":
    shell(main)
