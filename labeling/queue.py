"""What an annotator is newly given -> the order in which he is asked, with checks and repeats hidden among it."""

import heapq
from collections import Counter
from collections.abc import Container, Mapping, Sequence

from labeling.asking import BATCH, CHECK, OPEN, QUALIFICATION, REPEAT, Row, Settings
from labeling.draw import ranks

Tasks = list[tuple[str, str]]  # purpose and item, in order


def queue(
    mine: Sequence[Row],
    items: Sequence[str],
    checks: Mapping[str, Sequence[str]],
    settings: Settings,
    name: str,
    version: str,
    asked: Container[str],
) -> Tasks:
    """What is added to an annotator's project, given all that he was asked before: he qualifies before he begins.

    checks are the items of each use. A check is asked once, under whatever codebook; an item comes again once, under
    its own, if it is one of those that are still asked. Nothing is hidden where nothing is new.
    """
    here = [row for row in mine if row.codebook_version == version]
    seen = {row.item_id for row in mine if row.stands} | {row.item_id for row in here}
    unseen = {use: [check for check in checks[use] if check not in seen] for use in (QUALIFICATION, CHECK)}
    begun = any(row.purpose == BATCH and row.state != OPEN for row in mine)
    first = [] if begun else [(QUALIFICATION, check) for check in unseen[QUALIFICATION]]
    chosen = ranks(unseen[CHECK], name).argsort()[: due(CHECK, mine, len(items), settings.checks)]
    hidden = [unseen[CHECK][at] for at in chosen]
    end, again = free_place(here), {row.item_id for row in here if row.purpose == REPEAT}
    standing = [row for row in here if row.purpose == BATCH and row.stands and row.item_id in asked]
    earlier = [(row.place - end, row.item_id) for row in standing if row.item_id not in again]
    repeats = due(REPEAT, here, len(items), settings.repeats)
    return first + mixed(items, earlier, hidden, repeats, settings.distance, f"{name}/{version}/{end}")


def due(purpose: str, rows: Sequence[Row], items: int, percent: int) -> int:
    """How many more are to be hidden among so many new items, so that with those before they are so many percent."""
    counts = Counter(row.purpose for row in rows if row.stands)
    return min(max(round((counts[BATCH] + items) * percent / 100) - counts[purpose], 0), items)


def free_place(rows: Sequence[Row]) -> int:
    """The place behind the last."""
    return max((row.place for row in rows), default=-1) + 1


def mixed(
    items: Sequence[str],
    earlier: Sequence[tuple[int, str]],
    checks: Sequence[str],
    repeats: int,
    distance: int,
    salt: str,
) -> Tasks:
    """The items in their order, between them the checks and so many repeats.

    earlier are the items that were asked before and have not come again, each with its place before the first of the
    new, from -1 down. What comes again does so `distance` items later at the least, or not at all.
    """
    placed = [(float(at), BATCH, item) for at, item in enumerate(items)]
    may = sorted([*earlier, *enumerate(items)])
    first = max(may[0][0] + distance, 0) if may else 0
    again = scattered(repeats if first < len(items) else 0, first, len(items), f"{salt}/repeats")
    hidden = scattered(len(checks), 0, len(items), f"{salt}/checks")
    placed += [(at, CHECK, item) for at, item in zip(hidden, checks, strict=True)]
    placed += [(at, REPEAT, item) for at, item in repeated(again, may, distance, salt)]
    return [(purpose, item) for _, purpose, item in sorted(placed)]


def scattered(count: int, first: int, last: int, salt: str) -> list[float]:
    """So many places, one at random in each of as many equal parts of what lies between first and last.

    >>> [int(place) for place in scattered(3, 10, 40, "s")]
    [14, 27, 37]
    """
    chance = ranks(map(str, range(count)), salt) / 2**64
    return [first + (at + by) * (last - first) / count for at, by in enumerate(chance.tolist())]


def repeated(
    places: Sequence[float], may: Sequence[tuple[int, str]], distance: int, salt: str
) -> list[tuple[float, str]]:
    """For each place an item that stands `distance` before it or earlier, no item twice; may is in order of place."""
    chance = ranks((item for _, item in may), salt).tolist()
    found: list[tuple[float, str]] = []
    far: list[tuple[int, str]] = []
    passed = 0
    for place in places:
        while passed < len(may) and may[passed][0] <= place - distance:
            heapq.heappush(far, (chance[passed], may[passed][1]))
            passed += 1
        if far:
            found.append((place, heapq.heappop(far)[1]))
    return found
