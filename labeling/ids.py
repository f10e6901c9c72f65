"""How what is asked is named, here and in Label Studio."""

import hashlib

from corpus.targets import TOPIC


def assignment_id(item_id: str, annotator: str, version: str, again: bool = False) -> str:
    """Name what one person is asked once.

    >>> assignment_id("3f9a1c20d4.8c1e07@topic", "annotator-1", "1", again=True)
    '3f9a1c20d4.8c1e07@topic/annotator-1/1/again'
    """
    return f"{item_id}/{annotator}/{version}" + ("/again" if again else "")


def task_key(assignment: str) -> str:
    """Name an assignment in Label Studio, so that nobody sees there whether it is a repeat or a check."""
    return hashlib.sha256(assignment.encode()).hexdigest()[:12]


def target_of(item_id: str) -> str:
    """The target that an item asks about, "" for none; its id tells it although the item may be gone.

    >>> target_of("3f9a1c20d4.8c1e07@sanctions-iran"), target_of("3f9a1c20d4.8c1e07@topic")
    ('sanctions-iran', '')
    """
    asks = item_id.rpartition("@")[2]
    return "" if asks == TOPIC else asks
