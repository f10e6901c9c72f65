"""Counts by reason, in words."""

from collections import Counter


def reasoned(counts: Counter[str], what: str) -> str:
    """How many of what, with the reasons, the most frequent first.

    >>> reasoned(Counter({"empty": 1, "no text": 2}), "rejected")
    '3 rejected: 2 no text, 1 empty'
    """
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    told = ", ".join(f"{count:,} {reason}" for reason, count in ordered)
    return f"{counts.total():,} {what}: {told}" if counts else f"none {what}"
