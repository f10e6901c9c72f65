"""Votes on the same items under an old and a new codebook -> how labels moved, and agreement before and after."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from labeling.choices import Chosen
from labeling.codebook import Codebook, Question
from labeling.measures import alpha, nominal, pairs, sums
from labeling.versions import Change, between

Ballots = Mapping[str, Sequence["Vote"]]  # the votes on each item
Cast = Mapping[str, Sequence[Sequence[str]]]  # of each item, the labels that old votes say, and new ones


@dataclass(frozen=True)
class Vote:
    """An answer that counts: who gave it, to what, under which codebook, and what was chosen."""

    item_id: str
    annotator: str
    version: str
    chosen: Chosen

    def says(self, question: str) -> str:
        """Its label for a question, "" if that was not asked."""
        return next(iter(self.chosen.get(question, [])), "")


def report(
    found: Sequence[Vote],
    again: pd.DataFrame,
    texts: Mapping[str, str],
    book: Codebook,
    books: Mapping[str, Codebook],
) -> dict[str, Any]:
    """All that the page says, as JSON can hold it; `again` is RELABEL."""
    old, new = ballots(found, book)
    both = [item for item in sorted(set(again["item_id"])) if item in old and item in new]
    earlier = sorted({one.version for one in found} - {book.version}, key=int)
    return {
        "versions": {"old": earlier, "new": book.version},
        "changes": {version: [told(one) for one in between(books[version], book)] for version in earlier},
        "asked_again": {str(name): int(count) for name, count in again["question"].value_counts(sort=False).items()},
        "items": int(again["item_id"].nunique()),
        "answered": len(both),
        "questions": {name: moved(name, both, old, new, texts, book) for name in book.questions} if both else {},
    }


def ballots(found: Iterable[Vote], book: Codebook) -> tuple[Ballots, Ballots]:
    """Each item's votes under the latest of the earlier codebooks that it has votes under, and under the new one."""
    old: dict[str, list[Vote]] = {}
    new: dict[str, list[Vote]] = {}
    for one in sorted(found, key=lambda one: int(one.version)):
        if one.version == book.version:
            new.setdefault(one.item_id, []).append(one)
        elif one.item_id in old and old[one.item_id][0].version == one.version:
            old[one.item_id].append(one)
        else:
            old[one.item_id] = [one]
    return old, new


def told(change: Change) -> dict[str, Any]:
    """A change as JSON holds it."""
    kind = "semantic" if change.semantic else "minor"
    return {"asked": change.asked, "says": change.says, "kind": kind, "touches": sorted(change.touches)}


def moved(
    question: str, items: Sequence[str], old: Ballots, new: Ballots, texts: Mapping[str, str], book: Codebook
) -> dict[str, Any]:
    """How one question's labels moved from the old votes to the new ones, over items that have both."""
    cast = {item: [[one.says(question) for one in side[item]] for side in (old, new)] for item in items}
    cast = {item: sides for item, sides in cast.items() if any(sides[0]) and any(sides[1])}
    settled = {item: (leading(before), leading(after)) for item, (before, after) in cast.items()}
    labels = ordered(cast, book.questions[question])
    counted = Counter(settled.values())
    return {
        "labels": labels,
        "items": len(settled),
        "matrix": [[counted[before, after] for after in labels] for before in labels],
        "agreement": {side: agreed(cast, at, labels) for at, side in enumerate(("before", "after"))},
        "changed": [
            {"item_id": item, "text": texts[item], "old": cast[item][0], "new": cast[item][1], "from": was, "to": now}
            for item, (was, now) in settled.items()
            if was != now
        ],
    }


def ordered(cast: Cast, question: Question) -> list[str]:
    """The labels of a question, then those that only old votes have, then "" for no majority."""
    given = {label for sides in cast.values() for votes in sides for label in votes}
    return [*question.labels, *sorted(given - {"", *question.labels}), ""]


def leading(votes: Sequence[str]) -> str:
    """The label that most gave, "" if another has as many.

    >>> leading(["none", "alleged", "none"]), leading(["none", "alleged"])
    ('none', '')
    """
    (first, most), *others = Counter(votes).most_common()
    return "" if others and others[0][1] == most else first


def agreed(cast: Cast, side: int, labels: Sequence[str]) -> float | None:
    """Krippendorff's alpha of the votes of one side, None where it is undefined."""
    rows = [
        (item, 0, who, labels.index(label))
        for item, sides in enumerate(cast.values())
        for who, label in enumerate(sides[side])
    ]
    found = pairs(pd.DataFrame(rows, columns=["item", "article", "annotator", "label"]))
    distance = nominal(len(labels))
    (value,) = alpha(sums(found, distance, 1), distance)
    return None if np.isnan(value) else round(float(value), 4)
