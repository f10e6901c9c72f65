"""A template of this stage and values -> a page."""

import re
from collections.abc import Sequence
from pathlib import Path

from labeling import pages
from labeling.pages import write, write_numbers

__all__ = ["cell", "render", "write", "write_numbers"]

MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~])")


def cell(text: object) -> str:
    r"""A text as one cell of a Markdown table: on one line, none of its characters read as markup.

    >>> cell("Arms | <b>oil</b>")
    'Arms \\| \\<b\\>oil\\</b\\>'
    """
    return MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash for what is undefined; a true minus before what is below zero.

    >>> number(-0.257)
    '−0.26'
    """
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def span(interval: Sequence[float] | None, digits: int = 2) -> str:
    """An interval in words."""
    return "no interval" if interval is None else f"{number(interval[0], digits)} to {number(interval[1], digits)}"


def chance(p: float) -> str:
    """How likely chance is.

    >>> chance(0.00004), chance(0.0312)
    ('< 0.001', '0.031')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - what is printed with three digits


def render(template: str, **values: object) -> str:
    """Fill a template of this folder."""
    return pages.render(
        Path(__file__).parent / template, {"cell": cell, "number": number, "span": span, "chance": chance}, **values
    )
