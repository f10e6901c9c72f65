"""One verb of a kind at a time on a workspace."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import ContractError


@contextmanager
def alone(verb: str, path: Path) -> Iterator[None]:
    """Keep a second run of the verb away while the block runs; path is a file of the workspace, and stays as it is.

    However a run ends, kill -9 included, the next one is let in.
    """
    with path.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ContractError(f"Another `make {verb}` runs on this workspace. Let it end first.") from None
        yield
