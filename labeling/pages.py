"""A template and values -> a page, written whole."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from corpus.whole import whole


def render(template: Path, filters: Mapping[str, Callable[..., object]], **values: object) -> str:
    """Fill a template, which may include those beside this file; HTML is escaped, a value that lacks is an error."""
    house = Environment(
        loader=FileSystemLoader([template.parent, Path(__file__).parent]),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    house.filters.update(filters)
    return house.get_template(template.name).render(**values)


def write(page: str, path: Path, note: str) -> None:
    """Write the page beside its place, move it there whole, and say so in one line."""
    with whole(path) as beside:
        beside.write_text(page, encoding="utf-8")
    print(f"{path.stem}: {note} -> {path}", flush=True)


def write_numbers(numbers: Mapping[str, object], path: Path) -> None:
    """Write a page's numbers as JSON, which has no word for what is no number."""
    write(f"{json.dumps(numbers, indent=2, ensure_ascii=False, allow_nan=False)}\n", path, "the numbers")
