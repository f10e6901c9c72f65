"""What a task holds in Label Studio: what the screen shows, and nothing that tells what the task is for."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

from labeling.codebook import Codebook, FollowUp, Question

NO_TARGET = "No target: leave this question unanswered."
GREY = "color: #767676"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but no tab and no line's end


def shown(item: Mapping[str, Any], version: str) -> dict[str, object]:
    """What the screen shows of an item, a row of ITEMS or CHECKS, and the codebook it is asked under."""
    return {
        "codebook_version": version,
        "targets": [item["target"]] if item["target"] else [],
        "headline": plain(item["title"]),
        "byline": plain(" · ".join(part for part in (item["outlet"], item["published"]) if part)),
        "proposition": plain(item["proposition"]) or NO_TARGET,
        "sentence_html": sentence_html(item["before"], item["text"], item["after"]),
    }


def sentence_html(before: str, text: str, after: str) -> str:
    """The sentence marked, between its greyed neighbours; nothing in them can become markup."""
    page = ET.Element("div")
    if before:
        ET.SubElement(page, "span", style=GREY).text = f"{plain(before)} "
    ET.SubElement(page, "mark").text = plain(text)
    if after:
        ET.SubElement(page, "span", style=GREY).text = f" {plain(after)}"
    return ET.tostring(page, encoding="unicode", method="html")


def votes_html(votes: Sequence[Mapping[str, object]], book: Codebook) -> str:
    """The votes on an item as A, B, C, each with what was answered under each name of the screen."""
    page = ET.Element("div")
    for number, vote in enumerate(votes):
        line = ET.SubElement(page, "p")
        ET.SubElement(line, "b").text = chr(ord("A") + number)
        said = [f"{name}: {text}" for name, value in vote.items() if (text := worded(name, value, book))]
        ET.SubElement(line, "span").text = plain(" " + " · ".join(said))
    return ET.tostring(page, encoding="unicode", method="html")


def worded(name: str, value: object, book: Codebook) -> str:
    """What was answered under one name of the screen, in the words that the annotator saw; "" if nothing was."""
    asked: list[Question | FollowUp] = [*book.questions.values(), *book.follow_ups.values()]
    labels = {one.id: one.labels for one in asked}.get(name, book.flags)
    given = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    return ", ".join(labels[one].shows if one in labels else one for one in given)


def plain(text: str) -> str:
    """Text without control characters, which PostgreSQL refuses or a browser drops: each is shown as �."""
    return CONTROLS.sub("�", text)
