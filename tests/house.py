"""Where the house stands, and what of the shared data is there."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"


def needs_shared(folder: str) -> pytest.MarkDecorator:
    """Skip a test, by name and reason, where the shared data it reads is absent."""
    return pytest.mark.skipif(not (SHARED / folder).exists(), reason=f"../shared/data/{folder} is not here")
