"""What a task holds in Label Studio: what the screen shows, and nothing that tells what the task is for."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

GREY = '<span style="color: #767676">'
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but no tab and no line's end


def shown(item: Mapping[str, Any], version: str) -> dict[str, object]:
    """What the screen shows of an item, a row of ITEMS or CHECKS, and the codebook it is asked under."""
    return {
        "codebook_version": version,
        "targets": [item["target"]] if item["target"] else [],
        "headline": plain(item["title"]),
        "byline": plain(" · ".join(part for part in (item["outlet"], item["published"]) if part)),
        "proposition": plain(item["proposition"]),
        "sentence_html": sentence_html(item["before"], item["text"], item["after"]),
    }


def sentence_html(before: str, text: str, after: str) -> str:
    """The sentence marked, between its greyed neighbours; nothing in them can become markup."""
    earlier, middle, later = (escape(plain(part), quote=False) for part in (before, text, after))
    earlier = f"{GREY}{earlier} </span>" if before else ""
    later = f"{GREY} {later}</span>" if after else ""
    return f"<div>{earlier}<mark>{middle}</mark>{later}</div>"


def plain(text: str) -> str:
    """Text without control characters, which PostgreSQL refuses or a browser drops: each is shown as �."""
    return CONTROLS.sub("�", text)
