"""Votes on one question -> the label of each item, how it came to stand, and how far that depends on the method."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling.aggregation import Floats, Ints, Votes, crowdlab, dawid_skene, mace, shares

MAJORITY, DAWID_SKENE, MACE, CROWDLAB = "majority", "dawid-skene", "mace", "crowdlab"
SETTLED, TIED, TOO_FEW, NO_MAJORITY = "settled", "tied", "too few votes", "no majority"
NOBODY = -1  # stands for no label
CLOSE = 1e-6  # chances that differ by less are as large

Mask = NDArray[np.bool_]
Chances = Mapping[str, Floats]  # by method, of each item (rows) and label


@dataclass(frozen=True)
class Settings:
    """gold.toml: votes a label needs, when which method settles, and a seed."""

    votes_needed: int
    model_votes: int
    dawid_skene_answers: int
    seed: int


def chosen(votes: Votes, settings: Settings) -> tuple[str, str]:
    """The method that settles, and why it and no other, in words."""
    an_item, a_person = (
        float(np.median(counts[counts > 0])) for counts in (np.bincount(votes.item), np.bincount(votes.person))
    )
    if an_item < settings.model_votes:
        below = f"with fewer than {settings.model_votes} a model of the annotators does no better than the majority"
        return MAJORITY, f"{an_item:g} votes an item: {below}"
    given = f"{an_item:g} votes an item, {a_person:g} answers an annotator"
    if a_person < settings.dawid_skene_answers:
        return MACE, f"{given}: enough to tell who reads, too few to tell who mistakes what for what"
    return DAWID_SKENE, f"{given}: enough to weigh each one's votes by the mistakes that each one makes"


def views(votes: Votes, predicted: Floats, settings: Settings) -> Chances:
    """What each method that can be asked says; a model of annotators needs items that several of them answered."""
    found = {MAJORITY: shares(votes)}
    if np.bincount(votes.item).max() > 1 and votes.people > 1:
        found |= {DAWID_SKENE: dawid_skene(votes), MACE: mace(votes, settings.seed)}
        if not np.isnan(predicted).all():
            found[CROWDLAB] = crowdlab(votes, predicted, settings.seed)
    return found


def leading(chances: Floats) -> Ints:
    """The likeliest label of each item, or NOBODY where several are as likely, or nothing is known."""
    known = np.where(np.isnan(chances), -1, chances)
    top = known.max(axis=1, keepdims=True)
    alone = (known > top - CLOSE).sum(axis=1) == 1
    return np.where(alone & (top[:, 0] >= 0), known.argmax(axis=1), NOBODY)


def outcomes(chances: Floats, enough: Mask) -> NDArray[np.str_]:
    """Whether the likeliest label stands: it must be one, on votes enough, and likelier than all others together."""
    lacks = [leading(chances) == NOBODY, ~enough, chances.max(axis=1) <= 1 / 2 + CLOSE]
    return np.select(lacks, [TIED, TOO_FEW, NO_MAJORITY], SETTLED)


@dataclass(frozen=True)
class Settled:
    """What the votes on one question settle, an entry an item in every array; a label is a number, or NOBODY."""

    method: str
    because: str
    counts: Ints  # votes for each label, shape (items, labels)
    views: Chances
    outcome: NDArray[np.str_]
    majority: Ints

    @property
    def label(self) -> Ints:
        """The label that stands."""
        return np.where(self.outcome == SETTLED, self.top, NOBODY)

    @property
    def top(self) -> Ints:
        """The likeliest label, the first of several as likely."""
        return np.asarray(self.views[self.method].argmax(axis=1))

    def says(self, method: str) -> Ints:
        """What a method says."""
        if method == MAJORITY:
            return self.majority
        return leading(self.views[method]) if method in self.views else np.full(len(self.counts), NOBODY)

    @property
    def sensitive(self) -> Mask:
        """Whether the majority and the models of the annotators say different labels, or only some of them say one."""
        said = np.stack([self.says(method) for method in (MAJORITY, DAWID_SKENE, MACE) if method in self.views])
        return np.asarray((said.min(axis=0) != said.max(axis=0)) & (self.outcome != TOO_FEW))

    @property
    def sure(self) -> Floats:
        """How likely the majority and the models hold the likeliest label to be, mean over them, 0 to 1."""
        asked = [view for method, view in self.views.items() if method != CROWDLAB]
        return np.asarray(np.mean([view[np.arange(len(view)), self.top] for view in asked], axis=0))

    @property
    def quality(self) -> Floats:
        """CROWDLAB's quality of the likeliest label, NaN where it was not asked."""
        rows = np.arange(len(self.counts))
        return self.views[CROWDLAB][rows, self.top] if CROWDLAB in self.views else np.full(len(rows), np.nan)


def settle(votes: Votes, predicted: Floats, settings: Settings) -> Settled:
    """Settle every item by the method that the number of votes allows."""
    method, because = chosen(votes, settings)
    counts = np.bincount(votes.item * votes.labels + votes.label, minlength=votes.items * votes.labels)
    counts = counts.reshape(votes.items, votes.labels)
    found = views(votes, predicted, settings)
    for_one, for_all = (some >= settings.votes_needed for some in (counts.max(axis=1), counts.sum(axis=1)))
    by_vote = outcomes(found[MAJORITY], for_one)
    outcome = by_vote if method == MAJORITY else outcomes(found[method], for_all)
    majority = np.where(by_vote == SETTLED, found[MAJORITY].argmax(axis=1), NOBODY)
    return Settled(method, because, counts, found, outcome, majority)
