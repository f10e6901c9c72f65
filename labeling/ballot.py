"""The votes on one item -> the table that adjudicators see above the questions."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from labeling.codebook import COMMENT, FLAGS, Codebook, Label
from labeling.tasks import plain

Vote = Mapping[str, str | Sequence[str]]  # what was chosen under each name of the screen, and the comment


def votes_html(votes: Sequence[Vote], book: Codebook) -> str:
    """A table with a column for each vote, A first, and a row for whatever was answered; bold where they differ."""
    table = ET.Element("table")
    head = ET.SubElement(table, "tr")
    for name in ("", *map(letter, range(len(votes)))):
        ET.SubElement(head, "th").text = name
    for name, labels in {**book.sets, COMMENT: {}}.items():
        shown = [plain(said(vote.get(name, ""), labels)) for vote in votes]
        if any(shown):
            row = ET.SubElement(table, "tr")
            ET.SubElement(row, "th").text = title(name, book)
            for words in shown:
                cell = ET.SubElement(row, "td")
                (ET.SubElement(cell, "b") if len(set(shown)) > 1 else cell).text = words or "–"
    return ET.tostring(table, encoding="unicode", method="html")


def letter(at: int) -> str:
    """The name of a vote: A, B, C and so on.

    >>> letter(0), letter(27)
    ('A', 'B1')
    """
    return chr(ord("A") + at % 26) + (str(at // 26) if at >= 26 else "")  # noqa: PLR2004 - letters


def said(given: str | Sequence[str], labels: Mapping[str, Label]) -> str:
    """What was chosen, as the screen shows it."""
    chosen = [given] if isinstance(given, str) else given
    return ", ".join(labels[one].shows if one in labels else one for one in chosen if one)


def title(name: str, book: Codebook) -> str:
    """What the screen calls a set of answers."""
    titles = {one.id: one.title for one in book.questions.values()}
    titles |= {one.id: one.title for one in book.follow_ups.values()}
    return {**titles, FLAGS: "Flags", COMMENT: "Comment"}[name]
