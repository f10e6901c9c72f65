"""A model and rows -> what it says of them: scikit-learn's very pipeline, with n-grams counted by training/grams.py.

The numbers are those of `learned.pipeline.predict_proba(learned.reader.columns(frame))`, six times as fast.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from training.calibrate import softmax
from training.grams import Batch, Index, batch, counts, index
from training.learning import Head, Learned
from training.model import KNOWN, UNKNOWN
from training.readable import NAMED

Scores = NDArray[np.float64]
AT_ONCE = 4096  # rows in memory at once, however many there are


@dataclass(frozen=True)
class Counted:
    """N-grams that are counted here: their table, their weights squared, and how much each says for each label."""

    index: Index
    squared: NDArray[np.float32]
    says: NDArray[np.float32]

    def scores(self, found: Batch, texts: int) -> Scores:
        """What the n-grams of the texts say, for each label: sublinear TF-IDF, each text of length 1."""
        said, squares = np.zeros((texts, self.says.shape[1]), np.float32), np.zeros(texts, np.float32)
        for each in counts(found, texts, self.index):
            each.data = 1 + np.log(each.data)
            said += each @ self.says
            each.data *= each.data
            squares += each @ self.squared
        told: Scores = said / np.sqrt(np.where(squares > 0, squares, 1))[:, None]
        return told


@dataclass(frozen=True)
class Teller:
    """A classifier made ready for many rows, part by part of its features."""

    learned: Learned
    head: Head
    of_text: list[Counted]
    own: dict[str, list[Counted]]
    measures: NDArray[np.float32]
    target: tuple[Pipeline, NDArray[np.float32]] | None

    def logarithms(self, frame: pd.DataFrame) -> Scores:
        """Of each row and label the logarithm of its probability, or what differs from it by row alone."""
        texts = self.learned.reader.texts(frame)
        found = batch(texts)
        told = sum((part.scores(found, len(texts)) for part in self.of_text), np.zeros((len(texts), 1)))
        told = told + self.learned.reader.measures(frame, found) @ self.measures
        if self.target:
            names, at = np.unique(frame["target"].to_numpy(str), return_inverse=True)
            told += (self.target[0].transform(names) @ self.target[1])[at]
        for target, parts in self.own.items():
            rows = np.flatnonzero(frame["target"] == target)
            if len(rows):
                again = batch([texts[row] for row in rows])
                told[rows] += sum(part.scores(again, len(rows)) for part in parts)
        return np.asarray(told + wide(self.head.classifier.intercept_), np.float64)


def wide(of_labels: NDArray[Any]) -> NDArray[Any]:
    """One entry a label, where scikit-learn keeps one for both of two labels."""
    return of_labels if len(of_labels) > 1 else np.concatenate([np.zeros_like(of_labels), of_labels])


def teller(learned: Learned, head: Head) -> Teller:
    """Make a classifier ready."""
    says = np.ascontiguousarray(wide(head.classifier.coef_).T, np.float32)
    of_text: list[Counted] = []
    own: dict[str, list[Counted]] = {}
    target = None
    measures = np.zeros((0, says.shape[1]), np.float32)
    for name, part, _ in learned.features.transformers_:
        weight = (learned.features.transformer_weights or {}).get(name, 1.0)
        here = says[learned.features.output_indices_[name]] * np.float32(weight)
        if name == "measures":
            measures = here
        elif name == "target":
            target = (part, here)
        elif name != "remainder" and here.any():  # columns that this classifier did not learn from say nothing
            _, _, about = name.partition(f" {NAMED}")
            idf = part["weights"].idf_.astype(np.float32)
            counted = Counted(made(part["counts"]), idf**2, here * idf[:, None])
            (own.setdefault(about, []) if about else of_text).append(counted)
    return Teller(learned, head, of_text, own, measures, target)


def made(vectorizer: Any) -> Index:
    """The table of a fitted vectorizer's vocabulary."""
    return index(list(vectorizer.vocabulary), vectorizer.analyzer, tuple(vectorizer.ngram_range))


@dataclass(frozen=True)
class Told:
    """Of each row the probability of each label, summing to 1, and the label that is said, by its number."""

    probabilities: Scores
    said: NDArray[np.int64]

    @property
    def sure(self) -> Scores:
        """Of each row the probability of the label that is said."""
        found: Scores = self.probabilities[np.arange(len(self.said)), self.said]
        return found


@dataclass(frozen=True)
class Speaker:
    """A model made ready to speak of many rows."""

    learned: Learned

    @cached_property
    def tellers(self) -> dict[str, Teller]:
        """Its classifiers, by the kind of targets that each is for."""
        return {kind: teller(self.learned, head) for kind, head in self.learned.heads.items()}

    def tell(self, frame: pd.DataFrame) -> Told:
        """What the model says of rows, so many at once; the same for a row whatever stands around it.

        Rows about targets that it has not learned from are told by what holds for any.
        """
        seen = frame["target"].isin(self.learned.targets) | (UNKNOWN not in self.tellers)
        kinds = np.where(seen, KNOWN, UNKNOWN)
        chances, said = np.zeros((len(frame), len(self.learned.labels))), np.zeros(len(frame), np.int64)
        for kind, one in self.tellers.items():
            every = np.flatnonzero(kinds == kind)
            for rows in (every[first : first + AT_ONCE] for first in range(0, len(every), AT_ONCE)):
                with threadpool_limits(1):
                    found = one.logarithms(frame.iloc[rows])
                chances[rows], said[rows] = softmax(found), one.head.scale.said(found)
        return Told(chances, said)


def tell(learned: Learned, frame: pd.DataFrame) -> Told:
    """What a model says of rows."""
    return Speaker(learned).tell(frame)


def predict_proba(learned: Learned, frame: pd.DataFrame) -> Scores:
    """Of each row the probability of each of `learned.labels`, summing to 1."""
    return tell(learned, frame).probabilities
