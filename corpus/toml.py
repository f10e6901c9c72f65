"""A settings file, read as TOML or refused."""

import tomllib
from pathlib import Path
from typing import Any

from corpus.errors import ContractError


def read(path: Path) -> dict[str, Any]:
    """What a TOML file holds, or where it breaks off."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{path} is no TOML: {error}. Correct it and run the same command again.") from error
