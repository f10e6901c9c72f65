"""Pairs of alike sentences -> groups of copies, and pairs that look like copies and say something else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corpus.guard import Guard, Reading, gaps


class Pair(NamedTuple):
    """Two wordings by their numbers, one below other, and the share of their words that they have in common, 0 to 1."""

    one: int
    other: int
    similarity: float


class Difference(NamedTuple):
    """What stands in the one and what in the other, and the guarded families of these words."""

    one_has: str
    other_has: str
    families: str


def similarity(one: Reading, other: Reading) -> float:
    """Jaccard: the words that two sentences share, of all words that either has; 0 to 1."""
    shared = len(one.bag & other.bag)
    return shared / (len(one.bag) + len(other.bag) - shared)


def apart(guard: Guard, one: Reading, other: Reading) -> bool:
    """Whether two alike sentences say something else.

    Copies have the same guarded words, in the same order and between the same words, and nowhere does a word stand in
    place of another: a copy may only be longer, shorter or misspelt. So twins part at words that no list knows, too.
    """
    return one.key != other.key or any(guard.turns(gap) for gap in gaps(one.words, other.words))


def difference(guard: Guard, one: Reading, other: Reading) -> Difference:
    """What two sentences differ in."""
    found = list(gaps(one.words, other.words))
    one_has, other_has = (" … ".join(" ".join(gap[side]) for gap in found) for side in (0, 1))
    return Difference(one_has, other_has, ", ".join(sorted(set().union(*map(guard.families, found)))))


@dataclass
class Groups:
    """Wordings in groups that grow by pairs of copies; no group holds two wordings that may not be together."""

    apart: Callable[[int, int], object]
    largest: int
    members: dict[int, list[int]]  # of each wording's group; all of one group hold the same list

    def join(self, one: int, other: int) -> None:
        """Make one group of two, unless it gets too large or would hold two wordings that must stay apart."""
        first, second = (self.members.setdefault(wording, [wording]) for wording in (one, other))
        if first is second or len(first) + len(second) > self.largest:
            return
        if any(self.apart(*sorted((a, b))) for a in first for b in second if {a, b} != {one, other}):
            return
        first += second
        self.members.update(dict.fromkeys(second, first))


def group(pairs: Iterable[Pair], apart: Callable[[int, int], object], largest: int) -> dict[int, list[int]]:
    """Join copies, the most alike first; each wording that has a copy with its group, in the order of their numbers.

    A copy of two twins joins the one that it is more like. Pairs equally alike come in the order of their numbers.
    """
    groups = Groups(apart, largest, {})
    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair.one, pair.other)):
        groups.join(pair.one, pair.other)
    return {wording: sorted(members) for wording, members in groups.members.items() if len(members) > 1}


def closest(pairs: Iterable[Pair], groups: Mapping[int, Sequence[int]]) -> list[Pair]:
    """Of the pairs between the same two groups, the one that is most alike; none within a group."""
    best: dict[tuple[int, int], Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair.one, pair.other)):
        one, other = (min(groups.get(wording, (wording,))) for wording in pair[:2])
        if one != other:
            best.setdefault((min(one, other), max(one, other)), pair)
    return list(best.values())
