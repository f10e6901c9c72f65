"""How far answers agree beyond chance: each measure as a function of sums over pairs of answers.

A pair is two answers to one item. Sums over pairs add up from article to article, so a measure takes a row of sums for
each of a thousand draws of articles, and gives a value for each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of answers to one item, one entry a pair in every array; `rows`, `people` and `labels` have two columns."""

    item: Ints
    article: Ints
    of: Ints  # answers the item has
    rows: Ints  # which answers these are
    people: Ints  # who gave them, the lesser code first
    labels: Ints  # what they say

    def where(self, chosen: NDArray[np.bool_]) -> "Pairs":
        """Some of the pairs."""
        return Pairs(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def labelled(self, codes: Ints) -> "Pairs":
        """The same pairs under other labels: codes[old] is new."""
        return replace(self, labels=codes[self.labels])


def pairs(answers: pd.DataFrame) -> Pairs:
    """All pairs of answers to one item; answers has the columns item, article, annotator, label, each codes from 0."""
    alone = answers[["item", "annotator", "label"]].assign(row=range(len(answers)))
    known = alone.assign(article=answers["article"], of=answers.groupby("item")["label"].transform("size"))
    both = known.merge(alone, on="item", suffixes=("", "_other")).query("annotator < annotator_other")
    twos = [both[[name, f"{name}_other"]].to_numpy(np.int64) for name in ("row", "annotator", "label")]
    return Pairs(*(both[name].to_numpy(np.int64) for name in ("item", "article", "of")), *twos)


@dataclass(frozen=True)
class Sums:
    """What the measures are made of, summed over pairs: its first axis is articles, or draws of them."""

    columns: Floats  # items, agreed, disagreed, then answers and then shares label by label

    @property
    def items(self) -> Floats:
        """Items, each counted once however many pairs it has."""
        return self.columns[:, 0]

    @property
    def agreed(self) -> Floats:
        """Items, each by the share of its pairs that agree."""
        return self.columns[:, 1]

    @property
    def disagreed(self) -> Floats:
        """The distances of all pairs, each item weighed by its answers: n times Krippendorff's D_o."""
        return self.columns[:, 2]

    @property
    def answers(self) -> Floats:
        """Answers of each label."""
        return self.columns[:, 3 : 3 + self.labels]

    @property
    def shares(self) -> Floats:
        """Items, each by its share of answers of each label."""
        return self.columns[:, 3 + self.labels :]

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return (self.columns.shape[1] - 3) // 2


def nominal(labels: int) -> Floats:
    """The distance of any two labels is 1."""
    return 1.0 - np.eye(labels)


def sums(found: Pairs, distance: Floats, articles: int) -> Sums:
    """Sum pairs by article. An item of m answers has m (m - 1) / 2 pairs, which share its weight."""
    by_answer, by_item = 1 / (found.of - 1), 2 / (found.of * (found.of - 1))
    labels, (one, other) = len(distance), found.labels.T

    def by_article(weights: Floats) -> Floats:
        return np.asarray(np.bincount(found.article, weights, articles), float).reshape(articles, 1)

    def by_label(weights: Floats) -> Floats:
        both = [np.bincount(found.article * labels + label, weights, articles * labels) for label in (one, other)]
        return np.asarray(both[0] + both[1]).reshape(articles, labels)

    agreed, disagreed = by_item * (one == other), 2 * by_answer * distance[one, other]
    columns = [by_article(weights) for weights in (by_item, agreed, disagreed)]
    return Sums(np.hstack([*columns, by_label(by_answer), by_label(by_item / 2)]))


def ratio(over: Floats, under: Floats) -> Floats:
    """A quotient, NaN where it is undefined."""
    over, under = np.broadcast_arrays(np.asarray(over, float), np.asarray(under, float))
    quotient: Floats = np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0)
    return quotient


def alpha(of: Sums, distance: Floats) -> Floats:
    """Krippendorff's alpha, 1 - D_o / D_e: at most 1, 0 by chance.

    Source: Krippendorff, Content Analysis, 4th ed. 2018, chapter 12; Computing Krippendorff's Alpha-Reliability, 2011.
    """
    answers = of.answers.sum(-1)
    expected = ratio(np.einsum("...c,cd,...d->...", of.answers, distance, of.answers), answers * (answers - 1))
    return 1 - ratio(ratio(of.disagreed, answers), expected)


def fleiss(of: Sums) -> Floats:
    """Fleiss' kappa, at most 1, 0 by chance, which takes labels as often as all people together; of two, Scott's pi.

    Items may have different numbers of answers, and each item weighs the same.
    Source: Fleiss, Psychological Bulletin 76 (1971); for varying numbers Gwet, Handbook, 4th ed. 2014, chapter 2.
    """
    label = ratio(of.shares, of.items[..., None])
    return ratio(ratio(of.agreed, of.items) - (label**2).sum(-1), (label * (1 - label)).sum(-1))


def ac1(of: Sums) -> Floats:
    """Gwet's AC1, at most 1: chance is likelier the more evenly labels are used; steady where one label is frequent.

    Source: Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008). Where he takes how frequent a
    label is from all answers, this takes it from those with a second answer to the item, as alpha does.
    """
    label = ratio(of.shares, of.items[..., None])
    chance = (label * (1 - label)).sum(-1) / (of.shares.shape[-1] - 1)
    return ratio(ratio(of.agreed, of.items) - chance, 1 - chance)


def percent(of: Sums) -> Floats:
    """The share of an item's pairs that agree, mean over items, 0 to 100: what chance would do is not taken off."""
    return 100 * ratio(of.agreed, of.items)


def confusions(found: Pairs, labels: int, articles: int) -> sparse.csr_array:
    """How often which two people gave which two labels in each article; shape (twos * labels * labels, articles)."""
    many = int(found.people.max(initial=0)) + 1
    twos, two = np.unique(found.people @ [many, 1], return_inverse=True)
    one, other = found.labels.T
    cells, shape = (two * labels + one) * labels + other, (len(twos) * labels * labels, articles)
    return sparse.csr_array((np.ones(len(cells)), (cells, found.article)), shape=shape)


def cohen(counts: Floats) -> Floats:
    """Cohen's kappa of two people, at most 1, 0 by chance; of more, the mean over those twos for which it is defined.

    counts has the last axes (twos, labels, labels). Source: Cohen, Educational and Psychological Measurement 20 (1960);
    the mean: Light, Psychological Bulletin 76 (1971).
    """
    answers = counts.sum((-2, -1))
    rows, columns = (ratio(counts.sum(axis), answers[..., None]) for axis in (-1, -2))
    chance = (rows * columns).sum(-1)
    kappas = ratio(ratio(np.trace(counts, axis1=-2, axis2=-1), answers) - chance, 1 - chance)
    defined = ~np.isnan(kappas)
    return ratio(np.where(defined, kappas, 0).sum(-1), defined.sum(-1))


def measured(cuts: Sequence[tuple[Pairs, int]], often: Floats) -> Iterator[dict[str, Floats]]:
    """Every measure of each lot of pairs between so many labels, once for each column of often.

    often has a row an article and a column a draw, and says how often the article is in it.
    """
    articles = len(often)
    counted = [sums(found, nominal(labels), articles).columns for found, labels in cuts]
    edges = np.cumsum([columns.shape[1] for columns in counted])[:-1]
    drawn = np.split(often.T @ np.hstack(counted), edges, axis=1)  # at once: often is large, and read but once
    for (found, labels), columns in zip(cuts, drawn, strict=True):
        of, twos = Sums(columns), np.asarray(confusions(found, labels, articles) @ often)
        yield {
            "alpha": alpha(of, nominal(labels)),
            "ac1": ac1(of),
            "fleiss": fleiss(of),
            "cohen": cohen(twos.T.reshape(len(columns), -1, labels, labels)),
            "percent": percent(of),
        }
