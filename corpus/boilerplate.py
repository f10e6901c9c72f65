"""boilerplate.toml: the lines that are no part of any article."""

import re
from dataclasses import dataclass
from pathlib import Path

from corpus import toml
from corpus.errors import ContractError


@dataclass(frozen=True)
class Boilerplate:
    """What a line of boilerplate looks like, and how long it can be at most, in characters."""

    pattern: re.Pattern[str]
    longest: int

    def is_line(self, line: str) -> bool:
        """Whether the whole line is boilerplate."""
        words = line.strip()
        return 0 < len(words) <= self.longest and self.pattern.fullmatch(words) is not None

    def lines(self, text: str) -> list[tuple[int, int]]:
        """Where lines of boilerplate stand in a text: half-open offsets without outer white space, in order."""
        spans = [match.span() for match in re.finditer(r"[^\r\n]+", text) if self.is_line(match.group())]
        return [trimmed(text, start, end) for start, end in spans]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The same span without outer white space."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def load(path: Path) -> Boilerplate:
    """Read the lines of boilerplate, or say what in the file is wrong."""
    try:
        raw = toml.read(path)
        return Boilerplate(re.compile("|".join(f"(?:{line})" for line in raw["lines"]), re.IGNORECASE), raw["longest"])
    except re.error as error:
        raise ContractError(f"{path} cannot be read: {error}. Correct it and run `make articles`.") from error
    except KeyError as error:
        raise ContractError(f"{path} lacks {error}. Add it and run `make articles`.") from error
