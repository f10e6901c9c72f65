"""A settings file, read as TOML or as the dataclass that declares it, or refused."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from corpus.errors import ContractError
from corpus.lines import line_of
from corpus.shape import Wrong, made

Settings = TypeVar("Settings")


def read(path: Path) -> dict[str, Any]:
    """What a TOML file holds, or where it breaks off."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # as Windows writes it
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{path} is no TOML: {error}. Correct it and run the same command again.") from error
    except OSError as error:
        raise ContractError(f"{path} cannot be read: {error.strerror}. Put it back, or mend its rights.") from error


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell what is wrong in a settings file, and on which line."""
    try:
        yield
    except Wrong as wrong:
        line = line_of(path.read_text(encoding="utf-8-sig"), wrong.place)
        raise ContractError(f"{path}:{line}: {wrong}") from None


def settings(path: Path, kind: type[Settings]) -> Settings:
    """A settings file as a dataclass whose fields are its keys, none unknown, and each of its kind."""
    raw = read(path)
    with told(path):
        found: Settings = made(kind, raw, ())
    return found
