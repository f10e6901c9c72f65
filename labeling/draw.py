"""A draw is a function of a name and a salt: it is the same on every machine, and more names move none."""

import hashlib


def bucket(name: str, salt: str) -> int:
    """Put a name in one of 100 buckets, 0 to 99; another salt is another draw.

    What is drawn is what leaks, the article and not the sentence: two sentences of one article tell each other's label,
    since they share names, events and style, and stand in each other's context.

    >>> bucket("3f9a1c20d4", "split-1") == bucket("3f9a1c20d4", "split-1")
    True
    """
    return int(hashlib.sha256(f"{salt}/{name}".encode()).hexdigest(), 16) % 100
