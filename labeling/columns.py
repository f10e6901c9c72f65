"""Rows -> a table on the screen, 80 columns wide."""

import textwrap

WIDTH = 80


def table(title: str, heads: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the last one wrapped, those between to the right."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns[:-1]]
    last = WIDTH - sum(widths) - 2 * len(widths)
    lines = ["", title]
    for row in [heads, ["─" * width for width in [*widths, last]], *rows]:
        first, *between = (
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        wrapped = textwrap.wrap(row[-1], last) or [""]
        begin = "  ".join([first, *between])
        lines += [
            f"{part}  {text}".rstrip()
            for part, text in zip([begin, *[" " * len(begin)] * len(wrapped)], wrapped, strict=False)
        ]
    return lines


def number(value: float | None) -> str:
    """Two decimals, or a dash for what is undefined."""
    return "–" if value is None else f"{value:.2f}"
