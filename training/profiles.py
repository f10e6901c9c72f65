"""profiles.toml: how much of a text may go out, by the licence of its source; no config ever mixes two profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError

STANDOFF, QUOTE, FULL = PROFILES = ("standoff", "quote", "full")  # the weakest first
TEXT = {STANDOFF: (), QUOTE: ("text",), FULL: ("text", "before", "after", "title")}  # the columns of text that go out
HIDDEN = frozenset(TEXT[FULL])  # what is text, and may have to stay at home


@dataclass(frozen=True)
class Profiles:
    """The profile of each licence, and that of all others."""

    default: str
    licences: Mapping[str, str]

    def of(self, licence: str) -> str:
        """The profile of a licence, of several that fit that of the longest entry.

        >>> Profiles("standoff", {"cc-by-*": "full", "cc-by-nd*": "quote"}).of("CC-BY-ND-4.0")
        'quote'
        """
        fitting = [entry for entry in self.licences if fnmatchcase(licence.strip().lower(), entry)]
        return self.licences[max(fitting, key=len)] if fitting else self.default


def load(path: Path) -> Profiles:
    """Read the profiles, or say what in the file is wrong."""
    found = toml.settings(path, Profiles)
    for licence, profile in [("default", found.default), *found.licences.items()]:
        if profile not in PROFILES:
            raise ContractError(f"{path}: {licence} is {profile!r}; it is one of {', '.join(PROFILES)}. Correct it.")
    return found


def configs(name: str, rows: pd.DataFrame, profiles: Profiles) -> dict[str, tuple[str, pd.DataFrame]]:
    """The configs that a question's rows go out in: config to its profile and rows.

    The config of the question's own name holds every row, under the weakest profile that a source of them has. For each
    stronger one a config `name_profile` holds the rows whose sources have it or a stronger one.
    """
    ranks = rows["license"].map(profiles.of).map(PROFILES.index)
    levels = sorted(set(ranks))
    return {
        name if rank == levels[0] else f"{name}_{PROFILES[rank]}": (PROFILES[rank], rows[ranks >= rank])
        for rank in levels
    }
