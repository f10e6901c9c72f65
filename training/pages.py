"""A template of this stage and values -> a page."""

import re
from pathlib import Path

from labeling import pages
from labeling.pages import write

__all__ = ["cell", "render", "write"]

MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~])")


def cell(text: object) -> str:
    r"""A text as one cell of a Markdown table: on one line, none of its characters read as markup.

    >>> cell("Arms | <b>oil</b>")
    'Arms \\| \\<b\\>oil\\</b\\>'
    """
    return MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def render(template: str, **values: object) -> str:
    """Fill a template of this folder."""
    return pages.render(Path(__file__).parent / template, {"cell": cell}, **values)
