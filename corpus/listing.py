"""The list of a raw folder's files, as `make` keeps it."""

import json
from pathlib import Path
from typing import Any

from corpus.errors import ContractError

Row = tuple[str, int, int, str]  # a file's path from the folder, its bytes, when it changed in ns, day first seen


def read(path: Path) -> tuple[Path, list[Row]]:
    """What such a list holds: the folder, and its files in order."""
    folder, *lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    try:
        return Path(json.loads(folder)), [row(json.loads(line)) for line in filter(None, lines)]
    except (ValueError, TypeError, RecursionError) as error:
        raise ContractError(
            f"{path} is no list of files any more. Delete it: it is made anew, and what the articles say of their "
            "dates is then held against today."
        ) from error


def row(said: Any) -> Row:
    """A line of the list, or a TypeError."""
    name, size, time, day = said
    if [*map(type, said)] != [str, int, int, str]:
        raise TypeError(said)
    return name, size, time, day
