"""A settings file, read as TOML or refused."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from corpus.errors import ContractError

Settings = TypeVar("Settings")

KINDS: dict[type, tuple[str, tuple[type, ...]]] = {  # of a field: what it is called, and what TOML may hold for it
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    bool: ("true or false", (bool,)),
    str: ("a word in quotes", (str,)),
}


def read(path: Path) -> dict[str, Any]:
    """What a TOML file holds, or where it breaks off."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{path} is no TOML: {error}. Correct it and run the same command again.") from error


def settings(path: Path, kind: type[Settings]) -> Settings:
    """A settings file as a dataclass whose fields are its keys, none missing: numbers, words, lists of words."""
    raw, wanted = read(path), get_type_hints(kind)
    for name, of in wanted.items():
        if name not in raw:
            raise ContractError(f"{path}: {name} is missing. Add it.")
        said, allowed = KINDS.get(of, ("a list of words in quotes", (list,)))
        if type(raw[name]) not in allowed or (allowed == (list,) and {type(word) for word in raw[name]} - {str}):
            raise ContractError(f"{path}: {name} is {raw[name]!r}, not {said}. Correct it.")
    for name in raw:
        if name not in wanted:
            raise ContractError(f"{path}: {name} is unknown; it may hold {', '.join(wanted)}. Correct it.")
    return kind(**raw)
