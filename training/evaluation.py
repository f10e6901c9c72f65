"""One question's predictions, from whatever dataset -> what they are worth on its test rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corpus import toml
from corpus.shape import INLINE
from corpus.tables import records
from training.calibration import calibration, precision_recall
from training.scores import Bootstrap, Interval, Sums, confusions, f1, mean, per_class, scored
from training.significance import Permutation, against
from training.tables import PLACES, SPLIT_NAMES

FORM = 1  # of report.json: another number where a key changes its meaning
SPLIT = "test"  # what is reported on
COST = ("seconds", "rows_per_second", "bytes")  # of a model, as they stand beside it
ERROR = ("error", "error_interval")


@dataclass(frozen=True)
class Settings:
    """How scores are made, as in evaluation.toml."""

    bootstrap: Bootstrap = field(metadata=INLINE)
    permutation: Permutation = field(metadata=INLINE)
    errors: int
    sides: Sequence[str]  # labels that take a side, whose mean F1 is told of every question that has them all


def load(path: Path) -> Settings:
    """Read how intervals and tests are made, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def balance(rows: pd.DataFrame, labels: Sequence[str]) -> dict[str, dict[str, int]]:
    """Rows of each label by split; a split that is no other's name is told only if it has rows."""
    counted = Counter(zip(rows["gold"], rows["split"], strict=True))
    places = [split for split in PLACES if split in SPLIT_NAMES or split in set(rows["split"])]
    return {label: {split: counted[label, split] for split in places} for label in labels}


def ordered(test: pd.DataFrame, said: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """The probabilities of the labels in their order, where a model gives them in another; 0 of one it never met."""
    chances = np.array(test["probabilities"].tolist(), np.float64).reshape(len(test), len(said))
    place = {label: at for at, label in enumerate(said)}
    columns = [chances[:, place[one]] if one in place else np.zeros(len(test)) for one in labels]
    return np.stack(columns, axis=1)


def evaluation(
    rows: pd.DataFrame, labels: Sequence[str], said: Sequence[str], others: Mapping[str, pd.Series], settings: Settings
) -> dict[str, Any]:
    """One question's class balance, and its scores on the test split.

    rows has the columns of PREDICTIONS; said has the labels in the order of their probabilities; others has what other
    ways to label say of some of the rows, by the rows' index; majority and chance are always there.
    """
    test = rows[rows["split"] == SPLIT]
    found = {"labels": list(labels), "balance": balance(rows, labels), "split": SPLIT, "rows": len(test)}
    if test.empty:
        return {**found, "undefined": "this split has no row with a settled label"}
    every = {"majority": test["majority"], "chance": chance(rows, settings.bootstrap.seed), **others}
    counts, chances = confusions(test, "predicted", labels), ordered(test, said, labels)
    surety = calibration(test, chances, labels, settings.bootstrap)
    return {
        **found,
        "articles": int(test["article_id"].nunique()),
        "undefined": "",
        "baseline": headline(counts, labels, settings) | {f"calibration_{name}": surety[name] for name in ERROR},
        "comparisons": {name: compared(test, label, labels, settings) for name, label in every.items()},
        "per_class": per_class(counts, labels, settings.bootstrap),
        "confusion": counts.sum(axis=0).astype(int).tolist(),
        "precision_recall": precision_recall(test["gold"].tolist(), chances, labels),
        "calibration": surety,
    }


def chance(rows: pd.DataFrame, seed: int) -> pd.Series:
    """Labels of the test rows drawn at random, each as often as it stands in the training rows.

    Where labels are about as frequent, this scores far more macro F1 than always saying the most frequent one.
    """
    taught = rows.loc[rows["split"] == "train", "gold"]
    test = rows.loc[rows["split"] == SPLIT].sort_values("item_id")
    drawn = np.random.default_rng(seed).choice(np.sort(taught.to_numpy(object)), len(test)) if len(taught) else None
    return pd.Series(drawn, index=test.index, dtype=object)


def headline(counts: Sums, labels: Sequence[str], settings: Settings) -> dict[str, Any]:
    """The scores that papers give: macro F1, accuracy, and the mean F1 of the labels that take a side."""
    names, sides = [label.casefold() for label in labels], [side.casefold() for side in settings.sides]
    places = [names.index(side) for side in sides] if set(sides) <= set(names) else []
    value: tuple[float | None, Interval] = (None, None)
    if places:
        value = settings.bootstrap.measured(counts, lambda sums: mean(f1(sums)[..., places]))
    told = {"sides": [labels[place] for place in places], "f1_sides": value[0], "f1_sides_interval": value[1]}
    return {**scored(counts, settings.bootstrap), **told}


def compared(test: pd.DataFrame, label: pd.Series, labels: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Another way to label, against ours on the rows of which both say something."""
    both = test.assign(other=label.reindex(test.index)).dropna(subset="other")
    counts = {"rows": len(both), "articles": int(both["article_id"].nunique())}
    if both.empty:
        return {**counts, "undefined": "it says nothing of these rows"}
    ours, theirs = (confusions(both, who, labels) for who in ("predicted", "other"))
    return {**counts, "undefined": "", **against(ours, theirs, settings.bootstrap, settings.permutation)}


def verdict(found: dict[str, Any]) -> str:
    """What the scores allow to be said of the baseline, in one sentence, and no more."""
    if found["undefined"]:
        return f"There are no scores: {found['undefined']}."
    names = {
        "majority": "always giving the most frequent label",
        "chance": "labels drawn at random",
        "rules": "keyword rules",
        "former": "the former baseline",
    }
    sorted_out: dict[str, list[str]] = {"better": [], "worse": [], "not told apart": []}
    for name, one in found["comparisons"].items():
        if not one["undefined"]:
            sorted_out[one["verdict"]].append(names[name])
    begin = {"better": "better than", "worse": "worse than", "not told apart": "not told apart from"}
    said = "; ".join(f"{begin[kind]} {listed(who)}" for kind, who in sorted_out.items() if who)
    return f"{said[:1].upper()}{said[1:]}."


def rounded(value: Any) -> Any:
    """The same with every number to six decimals, beyond which machines differ.

    >>> rounded({"a": [0.1 + 0.2, 1, None]})
    {'a': [0.3, 1, None]}
    """
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["one"]), listed(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def errors(test: pd.DataFrame, columns: Sequence[str], number: int) -> list[dict[str, Any]]:
    """The test rows of which the model was surest and wrong, without their words: report.json may be published."""
    wrong = test[test["predicted"] != test["gold"]].sort_values(["probability", "item_id"], ascending=[False, True])
    return records(wrong[["item_id", "gold", "predicted", "probability", *columns]].head(number))
