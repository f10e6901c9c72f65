"""Votes -> how likely each label of each item is, under models of the people who gave them."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import digamma, logsumexp, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST = 1e-10  # a chance of 0 would rule out for ever what was not seen yet
STILL = 1e-6  # chances that change by less stand still


@dataclass(frozen=True)
class Votes:
    """One entry a vote in every array: codes from 0; and how many items, people and labels there are."""

    item: Ints
    person: Ints
    label: Ints
    items: int
    people: int
    labels: int

    @property
    def table(self) -> sparse.csr_array:
        """Votes of each item (rows) by who gave which label (columns: person * labels + label)."""
        cells = (np.ones(len(self.item)), (self.item, self.person * self.labels + self.label))
        return sparse.csr_array(cells, shape=(self.items, self.people * self.labels))


def shares(votes: Votes) -> Floats:
    """The share of each label among an item's votes: shape (items, labels), rows summing to 1."""
    counts = np.bincount(votes.item * votes.labels + votes.label, minlength=votes.items * votes.labels)
    table = counts.reshape(votes.items, votes.labels).astype(float)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def dawid_skene(votes: Votes, rounds: int = 100) -> Floats:
    """The chances of each label if each person mistakes each label for each other at a rate of their own.

    Shape (items, labels), rows summing to 1. Fitted by expectation and maximisation, from the shares of votes.
    Source: Dawid and Skene, Journal of the Royal Statistical Society C 28 (1979).
    """
    table, chances = votes.table, shares(votes)
    for _ in range(rounds):
        said = (table.T @ chances).reshape(votes.people, votes.labels, votes.labels).clip(LEAST)
        rates = np.log(said / said.sum(axis=1, keepdims=True)).reshape(-1, votes.labels)
        before, chances = chances, softmax(table @ rates + np.log(chances.mean(axis=0).clip(LEAST)), axis=1)
        if np.abs(chances - before).max() < STILL:
            break
    return chances


@dataclass(frozen=True)
class Habits:
    """What MACE thinks of people: how likely each does not read an item, or does; and what each says without reading.

    Variational Bayes makes them sum to a little less than 1, the less the more is known of a person.
    """

    reads: Floats  # shape (people, 2)
    says: Floats  # shape (people, labels)

    def rates(self) -> tuple[Floats, Floats]:
        """How likely each person says each label (rows) of an item of each true label: without reading, by reading."""
        read = np.asarray(np.kron(self.reads[:, 1:], np.eye(self.says.shape[1])), np.float64)
        return (self.reads[:, :1] * self.says).reshape(-1, 1), read


def mace(votes: Votes, seed: int, starts: int = 10, rounds: int = 50) -> Floats:
    """The chances of each label if each person either reads an item and is right, or does not and says what they say.

    Shape (items, labels), rows summing to 1. The best of some starts, fitted by variational Bayes with the priors of
    the paper: Hovy, Berg-Kirkpatrick, Vaswani and Hovy, Learning Whom to Trust with MACE, NAACL 2013.
    """
    chance, table = np.random.default_rng(seed), votes.table
    found = [fitted(table, begun(votes, chance), rounds) for _ in range(starts)]
    return max(found, key=lambda one: one[0])[1]


def begun(votes: Votes, chance: np.random.Generator) -> Habits:
    """Habits to begin with: nearly even, by chance."""
    begin = [chance.uniform(1, 1.5, (votes.people, kinds)) for kinds in (2, votes.labels)]
    return Habits(*(one / one.sum(axis=1, keepdims=True) for one in begin))


def fitted(table: sparse.csr_array, habits: Habits, rounds: int) -> tuple[float, Floats]:
    """How well the votes fit, as a log likelihood, and the chances of each label, after some rounds."""
    for _ in range(rounds):
        unread, read = habits.rates()
        seen = table.T @ softmax(table @ np.log(unread + read), axis=1) / (unread + read)
        habits = learned((seen * unread).sum(axis=1).reshape(habits.says.shape), (seen * read).sum(axis=1))
    likely = table @ np.log(sum(habits.rates()))
    return float(logsumexp(likely, axis=1).sum()), softmax(likely, axis=1)


def learned(unread: Floats, read: Floats) -> Habits:
    """Habits from how often each person is thought to have said each label without reading, and by reading."""
    times = np.stack([unread.sum(axis=1), read.reshape(unread.shape).sum(axis=1)], axis=1)
    return Habits(expected(times + 0.5), expected(unread + 10.0))


def expected(counts: Floats) -> Floats:
    """What Dirichlet distributions of these counts, a row each, expect of each share's logarithm; as a share."""
    shared: Floats = np.exp(digamma(counts) - digamma(counts.sum(axis=1, keepdims=True)))
    return shared


def crowdlab(votes: Votes, predicted: Floats, seed: int) -> Floats:
    """CROWDLAB's chances of the labels that somebody gave, or that it holds for right; NaN of all others.

    predicted, shape (items, labels), is what a classifier says that was not taught by these items; a row it says
    nothing of is NaN. Source: Goh, Tkachenko and Mueller, CROWDLAB, 2022.
    """
    chances, known = np.full((votes.items, votes.labels), np.nan), ~np.isnan(predicted).any(axis=1)
    given = np.full((votes.items, votes.people), np.nan)
    given[votes.item, votes.person] = votes.label
    asked = given[known][:, ~np.isnan(given[known]).all(axis=0)]
    if (~np.isnan(asked)).sum(axis=1).max(initial=0) < 2:  # noqa: PLR2004 - nobody's votes can be held against another's
        return chances
    best, quality, own = weighed(asked, predicted[known], seed)
    rows, people = np.nonzero(~np.isnan(asked))
    at = np.flatnonzero(known)
    chances[at[rows], asked[rows, people].astype(int)] = own[rows, people]
    chances[at, best] = quality
    return chances


def weighed(given: Floats, predicted: Floats, seed: int) -> tuple[Ints, Floats, Floats]:
    """Of each item the label that CROWDLAB holds for right, its quality, and the quality of what each person gave."""
    from cleanlab.multiannotator import get_label_quality_multiannotator

    np.random.seed(seed)  # what cleanlab breaks its last ties with
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody agrees with anybody: the agreement table says so
        found = get_label_quality_multiannotator(given, predicted, return_annotator_stats=False, verbose=False)
    of = found["label_quality"]
    best, quality = of["consensus_label"].to_numpy(np.int64), of["consensus_quality_score"].to_numpy()
    return best, quality, found["detailed_label_quality"].to_numpy()
