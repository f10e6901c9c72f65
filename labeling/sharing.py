"""Items and people -> who is asked what: everybody as often as the others, and every two as often together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

UNEVEN = 2  # how many items more than another one may have before work is moved


@dataclass(eq=False)
class Asked:
    """An item: how many answers it lacks, and of the people, by number, who has or had it, and who may not get it.

    `open` are those of `held` who have not answered: from them it may go to another.
    """

    lacks: int
    held: list[int] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    open: list[int] = field(default_factory=list)


def share(items: Sequence[Asked], people: int) -> None:
    """Give each item the people it lacks: those who have least, and have least met the others who have it."""
    loads, met = [0] * people, [[0] * people for _ in range(people)]
    for item in items:
        count(item.held, loads, met, 1)
    for item in (item for item in items if item.lacks > 0):
        chosen = choose(item, loads, met)
        count(item.held, loads, met, -1)
        item.held += chosen
        item.open += chosen
        item.barred.update(chosen)
        item.lacks -= len(chosen)
        count(item.held, loads, met, 1)


def count(people: Sequence[int], loads: list[int], met: list[list[int]], by: int) -> None:
    """Note that these people have an item, and meet at it."""
    for one in people:
        loads[one] += by
        for other in people:
            met[one][other] += by


def choose(item: Asked, loads: Sequence[int], met: Sequence[Sequence[int]]) -> list[int]:
    """The people for what an item lacks, as far as there are any: one after the other, whom it costs least to ask."""
    cost = [load + sum(met[one][other] for other in item.held) for one, load in enumerate(loads)]
    free = [one for one in range(len(loads)) if one not in item.barred]
    chosen: list[int] = []
    while free and len(chosen) < item.lacks:
        best = min(free, key=cost.__getitem__)
        free.remove(best)
        chosen.append(best)
        cost = [before + meetings for before, meetings in zip(cost, met[best], strict=True)]
    return chosen


def even(items: Sequence[Asked], people: int) -> None:
    """Move open items, the last first, from those who have most to those who have least: to one who joined midway.

    Nobody is given so much that he has more left to do than the one it comes from.
    """
    had = [0] * people
    left: list[list[Asked]] = [[] for _ in range(people)]
    for item in items:
        for one in item.held:
            had[one] += 1
        for one in item.open:
            left[one].append(item)
    while move(had, left):
        pass


def move(had: list[int], left: list[list[Asked]]) -> bool:
    """Move one item to the one who has least, or to the next if he can take none; False if nobody can."""
    people = range(len(had))
    for taker in sorted(people, key=had.__getitem__):
        for giver in sorted(people, key=lambda one: -len(left[one])):
            if had[giver] > had[taker] + UNEVEN and len(left[giver]) > len(left[taker]) + 1:
                for at in reversed(range(len(left[giver]))):
                    if taker not in left[giver][at].barred:
                        hand_over(left[giver].pop(at), giver, taker, had, left)
                        return True
    return False


def hand_over(item: Asked, giver: int, taker: int, had: list[int], left: list[list[Asked]]) -> None:
    """Move an open item from one to another."""
    for people in (item.held, item.open):
        people[people.index(giver)] = taker
    item.barred ^= {giver, taker}
    had[giver], had[taker] = had[giver] - 1, had[taker] + 1
    left[taker].append(item)
