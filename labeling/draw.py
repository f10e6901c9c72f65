"""A draw is a function of a name and a salt: it is the same on every machine, and more names move none."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]


def bucket(name: str, salt: str) -> int:
    """Put a name in one of 100 buckets, 0 to 99; another salt is another draw.

    What is drawn is what leaks, the article and not the sentence: two sentences of one article tell each other's label,
    since they share names, events and style, and stand in each other's context.

    >>> bucket("3f9a1c20d4", "split-1") == bucket("3f9a1c20d4", "split-1")
    True
    """
    return int(hashlib.sha256(f"{salt}/{name}".encode()).hexdigest(), 16) % 100


def ranks(names: Iterable[str], salt: str) -> Numbers:
    """A random number for each name, 0 to 2**64 - 1: in their order the names are shuffled, and the first are a sample.

    >>> ranks(["a", "b"], "s").tolist() == [*ranks(["a"], "s"), *ranks(["b"], "s")]
    True
    """
    drawn = b"".join(hashlib.sha256(f"{salt}/{name}".encode()).digest()[:8] for name in names)
    return np.frombuffer(drawn, dtype=">u8").astype(np.uint64)
