"""The tables as they are declared -> docs/files.md: every file of a workspace, and what each of its columns means."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import datasets
import pyarrow as pa

import corpus.tables
import labeling.tables
import training.tables
from corpus.shell import shell
from corpus.tables import Table
from labeling import codebook
from labeling.answered import answered
from labeling.codebook import Codebook
from training import pages, release

DECLARED = (corpus.tables, labeling.tables, training.tables)
TEMPLATE = "files.md.jinja"
Kind: TypeAlias = pa.DataType | datasets.Value | datasets.ClassLabel
KINDS = {"string": "text", "int64": "whole number", "double": "number", "float64": "number", "bool": "yes or no"}


def tables(book: Codebook) -> dict[str, Table]:
    """Every table by its name, in the order in which they are declared; an open one with what the codebook asks."""
    found = {one.name: one for module in DECLARED for one in vars(module).values() if isinstance(one, Table)}
    return {name: answered(one, book) if one.open else one for name, one in found.items()}


def kind(of: Kind) -> str:
    """A column's type in words.

    >>> kind(pa.list_(pa.float64())), kind(datasets.Value("bool"))
    ('list: number', 'yes or no')
    """
    if isinstance(of, datasets.ClassLabel):
        return f"one of {', '.join(of.names)}"
    if isinstance(of, datasets.Value):
        return KINDS[of.dtype]
    return f"list: {KINDS[str(of.value_type)]}" if pa.types.is_list(of) else KINDS[str(of)]


def columns(of: Mapping[str, tuple[Kind, str]], key: str = "") -> str:
    """Columns with type and meaning as a Markdown table, the key marked."""
    rows = [
        f"| `{name}`{' (key)' if name == key else ''} | {pages.cell(kind(its))} | {pages.cell(meaning)} |"
        for name, (its, meaning) in of.items()
    ]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def page(book: Codebook) -> str:
    """The whole page."""
    configs = {name: release.of_config(name, book) for name in (*book.questions, release.ANSWERED, release.SUITES)}
    return pages.render(
        TEMPLATE,
        book=book,
        tables={name: columns(one.columns, one.key) for name, one in tables(book).items()},
        configs={name: columns(one) for name, one in configs.items()},
    )


def main(codebook_file: Path, out: Path) -> None:
    """Read the codebook, write the page."""
    book = codebook.load(codebook_file)
    pages.write(page(book), out, f"{len(tables(book))} tables")


if __name__ == "__main__":
    shell(main)
