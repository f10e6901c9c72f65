"""Rows with text, target and label -> a scikit-learn model, and what it says of other rows.

Every row has a text, a target (empty if there is none), a label and a group: what must not be cut apart, the article.
"""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from corpus.engine import processes
from corpus.errors import ContractError
from training.calibrate import Scale
from training.grams import PATTERN
from training.model import BY_TARGET, KNOWN, SHARED, UNKNOWN, Settings, Way
from training.readable import NAMED, Reader

Scores = NDArray[np.float64]  # of each row (down) and label (across): the higher the likelier
Rows = NDArray[np.int64]
MORE = (
    "Label more items (`make batch MORE=300` draws some to learn from) and run `make pull`, or draw other splits by a "
    "new salt in splits.toml."
)
UNSEEN = -30.0  # the score of a label that a fold had nothing to learn from


@dataclass(frozen=True)
class Head:
    """A classifier for rows about known or about unknown targets, and how it came to be."""

    classifier: LogisticRegression
    scale: Scale
    strength: float
    variant: str  # the columns that it learned from, as `ways` names them
    searched: dict[str, float] = field(default_factory=dict)  # macro F1, 0 to 1, of each candidate; empty if none was
    held_out: dict[str, Any] = field(default_factory=dict)  # scores of training rows by models that had not seen them


@dataclass(frozen=True)
class Learned:
    """The features, and a classifier for each kind of target; `targets` are those that were learned from."""

    features: ColumnTransformer
    heads: dict[str, Head]
    labels: list[str]
    targets: list[str]
    reader: Reader

    @property
    def pipeline(self) -> Pipeline:
        """The features and the classifier for known targets, as scikit-learn has it."""
        return Pipeline([("features", self.features), ("classifier", self.heads[KNOWN].classifier)])


def view(kind: str, settings: Settings, rarest: int, largest: int) -> Pipeline:
    """N-grams of words or characters, weighed by TF-IDF with the logarithm of their count."""
    lengths, analyzer = settings.ngrams[kind], {"words": "word", "characters": "char_wb"}[kind]
    counted = CountVectorizer(
        analyzer=analyzer,
        ngram_range=(lengths[0], lengths[1]),
        min_df=rarest,
        max_features=largest,
        token_pattern=PATTERN if kind == "words" else None,
        dtype=np.float32,
    )
    return Pipeline([("counts", counted), ("weights", TfidfTransformer(sublinear_tf=True))])


def features(settings: Settings, reader: Reader, measures: list[str]) -> ColumnTransformer:
    """N-grams of the text; the measures; with several targets, the target's words, and n-grams by target."""
    kinds = list(settings.ngrams)
    parts: list[tuple[str, object, str | list[str]]] = [
        (kind, view(kind, settings, settings.rarest[kind], settings.largest), "text") for kind in kinds
    ]
    parts.append(("measures", "passthrough", measures))
    if reader.several:
        named = CountVectorizer(token_pattern=r"\S+", dtype=np.float32)  # noqa: S106 - no password
        parts.append(("target", Pipeline([("counts", named), ("weights", TfidfTransformer())]), "target"))
    largest = settings.own.largest // max(len(reader.own), 1)
    owned = [
        (f"{kind} {NAMED}{one}", view(kind, settings, 1, largest), f"{NAMED}{one}")
        for one in reader.own
        for kind in kinds
    ]
    weights = {name: settings.own.weight for name, _, _ in owned}
    return ColumnTransformer([*parts, *owned], sparse_threshold=1.0, transformer_weights=weights)


def classifier(strength: float, settings: Settings) -> LogisticRegression:
    """A logistic regression over all labels, in which each weighs the same, however rare.

    Over all labels and not of each against the rest: what tells favor from against is then learned from these two
    alone, and does not have to tell both from what is off the target as well.
    """
    return LogisticRegression(
        C=strength, class_weight="balanced", max_iter=settings.iterations, tol=1e-3, warm_start=True
    )


def folds(labels: NDArray[Any], groups: NDArray[Any], settings: Settings) -> list[tuple[Rows, Rows]]:
    """Cut the groups into folds of like labels, passing over those that leave one label to learn from."""
    most = min(settings.folds, len(set(groups)), pd.Series(labels).value_counts().max())
    if most < 2:  # noqa: PLR2004
        return []
    folder = StratifiedGroupKFold(int(most), shuffle=True, random_state=settings.seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # rare labels miss from some folds
        cut = list(folder.split(labels, labels, groups))
    return [(fit, held) for fit, held in cut if len(set(labels[fit])) > 1]


def taught(train: pd.DataFrame, labels: Sequence[str]) -> tuple[Rows, NDArray[Any], NDArray[np.float64]]:
    """What is learned from each row: its label, or each label that some of the answers gave, by its share of them."""
    weight = train["weight"].to_numpy(float) if "weight" in train else np.ones(len(train))
    names = [f"share_{label}" for label in labels]
    if not set(names) <= set(train.columns):
        return np.arange(len(train)), train["label"].to_numpy(), weight
    shares = train[names].to_numpy(float)
    rows, at = np.nonzero(shares > 0)
    return rows, np.array(labels)[at], shares[rows, at] * weight[rows]


def solved(model: LogisticRegression, known: sp.csr_matrix, train: pd.DataFrame, labels: Sequence[str]) -> None:
    """Learn from rows, on one thread, so that the same rows give the same weights to the last digit."""
    rows, said, weight = taught(train, labels)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a solver stopped early is one more way to regularise
        model.fit(known if len(rows) == known.shape[0] else known[rows], said, sample_weight=weight)


def scores(model: LogisticRegression, asked: sp.csr_matrix, labels: Sequence[str]) -> Scores:
    """The score of each label, of which a model may have seen only some."""
    found = np.asarray(model.decision_function(asked), float)
    found = np.stack([-found / 2, found / 2], axis=1) if found.ndim == 1 else found
    every = np.full((asked.shape[0], len(labels)), UNSEEN)
    every[:, [list(labels).index(label) for label in model.classes_]] = found
    return every


@dataclass(frozen=True)
class Search:
    """Rows to choose by: their features, and the folds by which they are held out."""

    known: sp.csr_matrix
    train: pd.DataFrame
    labels: list[str]
    folds: list[tuple[Rows, Rows]]

    def held_out(self, strengths: Sequence[float], settings: Settings) -> dict[float, Scores]:
        """Scores of every row by a model that has not seen its group, for each strength; NaN in a fold passed over."""
        shape = len(self.train), len(self.labels)
        found: dict[float, Scores] = {strength: np.full(shape, np.nan) for strength in strengths}

        def fold(part: tuple[Rows, Rows]) -> None:
            fit, held = part
            model, known, asked = classifier(1.0, settings), self.known[fit], self.known[held]
            for strength in sorted(strengths):  # each begins where the one before ended
                solved(model.set_params(C=strength), known, self.train.iloc[fit], self.labels)
                found[strength][held] = scores(model, asked, self.labels)

        with ThreadPoolExecutor(processes()) as pool:
            list(pool.map(fold, self.folds))
        return found

    def fold(self) -> Rows:
        """The fold that each row is held out in, -1 for none."""
        found = np.full(len(self.train), -1)
        for number, (_, held) in enumerate(self.folds):
            found[held] = number
        return found

    def macro_f1(self, told: Scores) -> float:
        """Macro F1 of the labels with the highest scores, 0 to 1."""
        there = ~np.isnan(told[:, 0])
        guessed = np.array(self.labels)[told[there].argmax(axis=1)]
        return float(f1_score(self.train["label"].to_numpy()[there], guessed, average="macro"))


def check(question: str, train: pd.DataFrame) -> None:
    """Refuse rows from which nothing can be learned."""
    labels = sorted(set(train["label"]))
    if not labels:
        raise ContractError(f"{question}: the training split has no settled label, so nothing can be learned. {MORE}")
    if len(labels) == 1:
        raise ContractError(
            f"{question}: the training split has one label, {labels[0]!r} in all its {len(train):,} rows, "
            f"and a baseline needs two. {MORE}"
        )


def own(train: pd.DataFrame, settings: Settings) -> tuple[str, ...]:
    """The targets with rows enough to have n-grams of their own; none where all rows are about one."""
    counts = train.loc[train["target"] != "", "target"].value_counts()
    many = sorted(counts[counts >= settings.own.rows].index, key=lambda target: (-counts[target], target))
    return tuple(sorted(many[: settings.own.targets])) if train["target"].nunique() > 1 else ()


def sample(train: pd.DataFrame, settings: Settings) -> Rows:
    """The rows to choose by: all, or whole groups at random up to the number that may be searched."""
    if len(train) <= settings.searched:
        return np.arange(len(train))
    groups = pd.factorize(train["group"])[0]
    order = np.random.default_rng(settings.seed).permutation(groups.max() + 1)
    taken = np.cumsum(np.bincount(groups)[order]) <= settings.searched
    return np.flatnonzero(np.isin(groups, order[taken]))


def learn(question: str, train: pd.DataFrame, settings: Settings, kinds: Sequence[str] = (KNOWN, UNKNOWN)) -> Learned:
    """Choose over groups held out in turn, then learn from all rows, for these kinds of targets."""
    check(question, train)
    train = train.reset_index(drop=True)
    made = prepared(train, settings)
    few = sample(train, settings)
    heads = {}
    for kind, groups, variants in ways(train, made):
        by = Search(made.known[few], train.iloc[few], made.labels, [])
        by = Search(by.known, by.train, by.labels, folds(by.train["label"].to_numpy(), groups[few], settings))
        if by.folds and kind in kinds:
            heads[kind] = chosen(by, train, made, variants, settings)
    if KNOWN not in heads:
        raise ContractError(
            f"{question}: no training article can be held out with two labels left to learn from "
            f"({len(train):,} rows, {train['group'].nunique():,} articles). {MORE}"
        )
    return Learned(made.features, heads, made.labels, sorted(set(train["target"])), made.reader)


def fit(train: pd.DataFrame, strength: float, settings: Settings, way: Way = (KNOWN, SHARED)) -> Learned:
    """Learn from rows with what was chosen before: the kind of targets and its columns, if these rows have such."""
    train = train.reset_index(drop=True)
    made = prepared(train, settings)
    variants = {kind: of_kind for kind, _, of_kind in ways(train, made)}.get(way[0], {})
    variant, columns = (way[1], variants[way[1]]) if way[1] in variants else (SHARED, made.shared())
    head = final(train, made, columns, Choice(strength, variant, Scale.none(len(made.labels))), settings)
    return Learned(made.features, {KNOWN: head}, made.labels, sorted(set(train["target"])), made.reader)


def fit_again(train: pd.DataFrame, former: Learned, settings: Settings) -> Learned | None:
    """Learn from rows with all that was chosen for a model before, None if these rows have other labels or columns."""
    train = train.reset_index(drop=True)
    made = prepared(train, settings)
    variants = {(kind, name): columns for kind, _, named in ways(train, made) for name, columns in named.items()}
    same = made.labels == former.labels and made.reader.own == former.reader.own
    if not same or not {(kind, head.variant) for kind, head in former.heads.items()} <= set(variants):
        return None
    heads = {
        kind: final(train, made, variants[kind, one.variant], Choice(one.strength, one.variant, one.scale), settings)
        for kind, one in former.heads.items()
    }
    return Learned(made.features, heads, made.labels, sorted(set(train["target"])), made.reader)


@dataclass(frozen=True)
class Choice:
    """What is learned by: the strength, the name of the columns, and the scale of what is said."""

    strength: float
    variant: str
    scale: Scale


@dataclass(frozen=True)
class Prepared:
    """Training rows as features, and the features that made them."""

    features: ColumnTransformer
    known: sp.csr_matrix
    labels: list[str]
    reader: Reader

    def columns(self, wanted: Sequence[str]) -> NDArray[np.bool_]:
        """Which columns are of the parts whose names begin so."""
        names = [name.partition("__")[0] for name in self.features.get_feature_names_out()]
        return np.array([name in wanted for name in names])

    def shared(self) -> NDArray[np.bool_]:
        """The columns that do not belong to one target alone."""
        return self.columns(["words", "characters", "measures", "target"])

    def of_text(self) -> NDArray[np.bool_]:
        """The columns that say something of a row about a target that nobody has seen."""
        return self.columns(["words", "characters", "measures"])


def prepared(train: pd.DataFrame, settings: Settings) -> Prepared:
    """Read the training rows."""
    several = train["target"].nunique() > 1
    reader = Reader(settings.tone, own(train, settings), several, settings.encode)
    read = reader.columns(train)
    measures = [name for name in read.columns if name not in ("text", "target") and not name.startswith(NAMED)]
    made = features(settings, reader, measures)
    with threadpool_limits(1):
        known = sp.csr_matrix(made.fit_transform(read), dtype=np.float32)
    frozen(made)
    return Prepared(made, known, sorted(set(train["label"])), reader)


def frozen(fitted: ColumnTransformer) -> None:
    """Make every vocabulary an array: a dictionary of 100,000 n-grams takes minutes to keep, an array no time."""
    for _, part, _ in fitted.transformers_:
        if isinstance(part, Pipeline):
            counted = part.steps[0][1]
            known = np.array(sorted(counted.vocabulary_, key=counted.vocabulary_.__getitem__))
            rest = {**counted.get_params(), "vocabulary": known, "max_features": None, "min_df": 1}
            part.steps[0] = ("counts", CountVectorizer(**rest))


def ways(train: pd.DataFrame, made: Prepared) -> Iterator[tuple[str, NDArray[Any], dict[str, NDArray[np.bool_]]]]:
    """For each kind of target: what is held out together, and which columns may be learned from.

    What n-grams say may hold for the targets it was learned from and for no other; tone and what is shared say less.
    """
    variants = {SHARED: made.shared()}
    if made.reader.own:
        variants[BY_TARGET] = np.ones(made.known.shape[1], bool)
    yield KNOWN, train["group"].to_numpy(), variants
    if train["target"].nunique() > 2:  # noqa: PLR2004 - with one held out, two are left
        yield UNKNOWN, train["target"].to_numpy(), {SHARED: made.of_text(), "measures": made.columns(["measures"])}


def chosen(
    by: Search, train: pd.DataFrame, made: Prepared, variants: dict[str, NDArray[np.bool_]], settings: Settings
) -> Head:
    """Learn from all rows with the columns and the strength that did best; of two as good, the first and weaker."""
    found: dict[tuple[str, float], Scores] = {}
    for name, columns in variants.items():
        search = Search(by.known[:, columns], by.train, by.labels, by.folds)
        found |= {(name, one): told for one, told in sorted(search.held_out(settings.strengths, settings).items())}
    searched = {choice: by.macro_f1(one) for choice, one in found.items()}
    best = max(searched, key=searched.__getitem__)
    told, there = found[best], ~np.isnan(found[best][:, 0])
    gold = np.array([by.labels.index(label) for label in by.train["label"]])[there]
    scale = Scale.learned(told[there], gold)
    head = final(train, made, variants[best[0]], Choice(best[1], best[0], scale), settings)
    every = {f"{name}, C {strength:g}": value for (name, strength), value in searched.items()}
    kept = {"scores": told[there], "gold": gold, "rows": by.train.index.to_numpy()[there], "fold": by.fold()[there]}
    return replace(head, searched=every, held_out=kept)


def final(train: pd.DataFrame, made: Prepared, columns: NDArray[np.bool_], choice: Choice, settings: Settings) -> Head:
    """Learn from all rows; the scale goes into the weights, so that the classifier's probabilities are calibrated."""
    model, scale = classifier(choice.strength, settings), choice.scale
    solved(model, made.known[:, columns], train, made.labels)
    wide = np.zeros((model.coef_.shape[0], len(columns)), np.float32)
    wide[:, columns] = scale.weights(model.coef_)
    model.coef_, model.intercept_, model.n_features_in_ = wide, scale.intercept(model.intercept_), len(columns)
    return Head(model, scale, choice.strength, choice.variant)
