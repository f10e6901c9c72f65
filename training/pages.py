"""A template and values -> a page, written whole."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from corpus.whole import whole

MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~])")


def cell(text: object) -> str:
    r"""A text as one cell of a Markdown table: on one line, none of its characters read as markup.

    >>> cell("Arms | <b>oil</b>")
    'Arms \\| \\<b\\>oil\\</b\\>'
    """
    return MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def render(template: str, **values: object) -> str:
    """Fill the template of this folder; HTML is escaped, and a value that is not there is an error."""
    house = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    house.filters["cell"] = cell
    return house.get_template(template).render(**values)


def write(page: str, path: Path, note: str) -> None:
    """Write the page beside its place, move it there whole, and say so in one line."""
    with whole(path) as beside:
        beside.write_text(page, encoding="utf-8")
    print(f"{path.stem}: {note} -> {path}", flush=True)
