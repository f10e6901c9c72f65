"""The codebook -> the screen that annotators answer on, and the guidelines they read."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from corpus.shell import shell
from corpus.whole import whole
from labeling import codebook
from labeling.codebook import Codebook, FollowUp, Label, Question
from labeling.studio import check_screen

SENTENCE = "sentence"  # the tag that every question belongs to

STYLE = """
.st { max-width: 1080px; margin: 0 auto; }
.st .st-source { border-bottom: 1px solid #d9d9e3; padding-bottom: .25rem; }
.st .st-reading { padding: 1rem 1.25rem; margin: .75rem 0; background: #fbfaf7; border: 1px solid #e6e3da;
  border-radius: 8px; }
.st .st-reading * { font-size: 17px; line-height: 1.55; }
.st .st-reading mark { font-size: 22px; background: #ffe9a8; color: #141414; padding: 0 .15em; border-radius: 3px; }
.st .st-questions { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 1rem; }
.st .st-question { border: 1px solid #e1e1ea; border-radius: 8px; padding: .5rem .9rem .75rem; }
.st .st-more { margin-top: .75rem; }
"""


def screen(book: Codebook) -> str:
    """Make the Label Studio screen: the sentence in its context, both questions, their follow-ups, flags, a comment."""
    root = ET.Element("View", className="st")
    ET.SubElement(root, "Style").text = STYLE
    source = ET.SubElement(root, "View", className="st-source")
    ET.SubElement(source, "Header", size="4", value="$headline")
    ET.SubElement(source, "Text", name="byline", value="$byline")
    reading = ET.SubElement(root, "View", className="st-reading")
    ET.SubElement(reading, "HyperText", name=SENTENCE, value="$sentence_html", inline="true")
    cards = ET.SubElement(root, "View", className="st-questions")
    for number, question in enumerate(book.questions.values(), 1):
        add_question(cards, number, question, [one for one in book.follow_ups.values() if one.after == question.id])
    add_remarks(ET.SubElement(root, "View", className="st-more"), book.flags)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def add_question(cards: ET.Element, number: int, question: Question, follow_ups: Iterable[FollowUp]) -> None:
    """Add one question's card: its title, the proposition where there is one, its labels, then its follow-ups."""
    card = ET.SubElement(cards, "View", className="st-question")
    ET.SubElement(card, "Header", size="4", value=f"{number}. {question.title}")
    if question.needs_target:
        ET.SubElement(card, "Header", size="5", value="$proposition")
    # Label Studio cannot make an answer required by what the task holds: a stance that is missing is found on return.
    required = {} if question.needs_target else {"required": "true", "requiredMessage": f"{question.title}: no answer"}
    add_choices(card, question.id, "single-radio", question.labels.values(), required)
    for follow_up in follow_ups:
        add_follow_up(card, follow_up)


def add_follow_up(card: ET.Element, follow_up: FollowUp) -> None:
    """Add what is asked only after certain labels, and shown only then."""
    shown_after = {"visibleWhen": "choice-selected", "whenTagName": follow_up.after}
    view = ET.SubElement(
        card, "View", {"className": "st-more", **shown_after, "whenChoiceValue": ",".join(follow_up.when)}
    )
    ET.SubElement(view, "Header", size="5", value=follow_up.title)
    required = {"required": "true", "requiredMessage": f"{follow_up.title} No answer"} if follow_up.required else {}
    choice = "single-radio" if follow_up.choice == "single" else "multiple"
    add_choices(view, follow_up.id, choice, follow_up.labels.values(), {**required, "showInLine": "true"})


def add_remarks(view: ET.Element, flags: Mapping[str, Label]) -> None:
    """Add the flags' tick boxes and the free comment."""
    add_choices(view, "flags", "multiple", flags.values(), {"showInLine": "true"})
    ET.SubElement(
        view,
        "TextArea",
        name="comment",
        toName=SENTENCE,
        rows="1",
        maxSubmissions="1",
        placeholder="Comment (optional)",
    )


def add_choices(view: ET.Element, name: str, choice: str, labels: Iterable[Label], more: dict[str, str]) -> None:
    """Add one set of choices; the id of a label is its alias, so that what it shows may change."""
    choices = ET.SubElement(view, "Choices", {"name": name, "toName": SENTENCE, "choice": choice, **more})
    for label in labels:
        optional = {"hotkey": label.hotkey, "hint": label.means}
        given = {key: value for key, value in optional.items() if value}
        ET.SubElement(choices, "Choice", {"value": label.shows, "alias": label.id, **given})


def guidelines(book: Codebook) -> str:
    """Make the page annotators read before they begin: every rule, label, meaning and example, no remote assets."""
    folder = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("guidelines.html.jinja").render(book=book)


def main(codebook_file: Path, screen_file: Path, guidelines_file: Path) -> None:
    """Read the codebook, write screen and guidelines."""
    book = codebook.load(codebook_file)
    check_screen(screen(book))
    for text, path in ((screen(book), screen_file), (guidelines(book), guidelines_file)):
        with whole(path) as beside:
            beside.write_text(text, encoding="utf-8")
    print(f"interface: codebook {book.version} -> {screen_file} and {guidelines_file}", flush=True)


if __name__ == "__main__":
    shell(main)
