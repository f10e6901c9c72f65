"""boilerplate.toml: the lines that are no part of any article."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpus import toml

FIGURES = re.compile(r"\d+")


@dataclass(frozen=True)
class Boilerplate:
    """What a line of boilerplate looks like, and how long it can be at most, in characters."""

    pattern: re.Pattern[str] = field(metadata={"key": "lines"})
    longest: int

    def is_line(self, line: str) -> bool:
        """Whether the whole line is boilerplate."""
        words = line.strip()
        return 0 < len(words) <= self.longest and self.pattern.fullmatch(words) is not None


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text stand that hold something: half-open offsets without outer white space, in order."""
    for match in re.finditer(r"[^\r\n]+", text):
        line = match.group()
        if words := line.strip():
            start = match.start() + line.index(words[0])
            yield start, start + len(words)


def folded(line: str) -> str:
    """A line as it returns with another date or count.

    >>> folded("Updated  3:15 PM, 5 comments")
    'updated 0:0 pm, 0 comments'
    """
    return FIGURES.sub("0", " ".join(line.lower().split()))


def load(path: Path) -> Boilerplate:
    """Read the lines of boilerplate, or say what in the file is wrong."""
    return toml.settings(path, Boilerplate)
