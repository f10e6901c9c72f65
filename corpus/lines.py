"""A place in a TOML file -> its line, which tomllib does not tell."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

CLOSING = ("]", "]]", "]}", '"""', "'''")  # what may end a statement early that goes over several lines

Place = tuple[str | int, ...]  # keys from the top, a number for each entry of a list: ("change", 0, "version")


def line_of(text: str, place: Place) -> int:
    """The line, from 1, on which a place is first given; text must be TOML.

    tomllib itself says where: a place stands where reading ever more of the text first knows it.

    >>> line_of('[port.aden]\\nberths = [\\n  3,\\n  9,\\n]\\ndepth = 11', ("port", "aden", "berths", 1))
    4
    """
    lines = text.split("\n")
    begun, ended = statements(lines)
    first = bisect_left(ended, True, key=lambda end: knows(lines[:end], place))
    if first == len(begun):
        return 1
    inside = range(begun[first] + 1, ended[first])
    return next((end for end in inside if any(knows([*lines[:end], close], place) for close in CLOSING)), ended[first])


def statements(lines: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where each statement begins and ends: the fewest lines that are TOML by themselves."""
    begun, ended, start = [], [], 0
    for end in range(1, len(lines) + 1):
        if knows(lines[start:end], ()):
            begun.append(start)
            ended.append(end)
            start = end
    return begun, ended


def knows(lines: Sequence[str], place: Place) -> bool:
    """Whether lines are TOML that holds this place."""
    try:
        found: Any = tomllib.loads("\n".join(lines))
        for key in place:
            found = found[key]
    except (tomllib.TOMLDecodeError, KeyError, IndexError, TypeError):
        return False
    return True
