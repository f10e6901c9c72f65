"""Test rows -> how the model does on parts of them: by target, outlet, year, length, and what else annotators said."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from labeling.codebook import Codebook
from training.scores import Bootstrap, Interval, confusions, macro_f1, mean, scored

Parts = pd.Series  # of each item the names of the parts it is of, a list: none, one or several
MOST = 10  # parts of a slice that stand alone; the smaller ones are told as one
LENGTHS = ((15, "up to 15 words"), (25, "16 to 25 words"), (40, "26 to 40 words"))
LONGER = "more than 40 words"
ORDERS: Mapping[str, Callable[[str], Any]] = {  # of slices that have one; the largest part comes first in the others
    "year": str,
    "length": [*(name for _, name in LENGTHS), LONGER].index,
}


def length(text: str) -> str:
    """How long a sentence is.

    >>> length("Rain fell.")
    'up to 15 words'
    """
    words = len(text.split())
    return next((name for most, name in LENGTHS if words <= most), LONGER)


def facts(items: pd.DataFrame, sentences: pd.DataFrame, annotations: pd.DataFrame, book: Codebook) -> dict[str, Parts]:
    """What is known of each item: of each slice the parts it is of, by item_id.

    items has the columns item_id, sentence_id, target, outlet, published and text; sentences sentence_id and quoted.
    """
    of = items.set_index("item_id")
    quoted = dict(zip(sentences["sentence_id"], sentences["quoted"], strict=True))
    single = {
        "target": of["target"].where(of["target"] != "", "no target"),
        "outlet": of["outlet"].where(of["outlet"] != "", "unknown"),
        "year": of["published"].str[:4].where(of["published"] != "", "unknown"),
        "speech": of["sentence_id"].map(lambda name: "quoted" if quoted.get(name) else "not quoted"),
        "length": of["text"].map(length),
    }
    found = {name: values.map(lambda value: [value]) for name, values in single.items()}
    return found | {name: said(annotations, name) for name in book.follow_ups if name in annotations}


def said(annotations: pd.DataFrame, follow_up: str) -> Parts:
    """What half or more of those who answered a follow-up to an item said."""
    every = annotations.loc[annotations[follow_up].map(len) > 0, ["item_id", follow_up]]
    if every.empty:
        return pd.Series(dtype=object)
    counts = every.explode(follow_up).groupby(["item_id", follow_up]).size().rename("named").reset_index()
    most = counts[2 * counts["named"] >= counts["item_id"].map(every["item_id"].value_counts())]
    return most.groupby("item_id")[follow_up].agg(list)


def slices(
    rows: pd.DataFrame, known: Mapping[str, Parts], labels: Sequence[str], bootstrap: Bootstrap
) -> list[dict[str, Any]]:
    """One entry a slice with its parts; rows has the columns of confusions, and item_id.

    An item with no part is told as "not said"; one that is not known at all is left out.
    """
    found = []
    for name, of in known.items():
        some = rows[rows["item_id"].isin(of.index)]
        each = some.assign(part=some["item_id"].map(of)).explode("part")
        each["part"] = each["part"].fillna("not said")
        if set(each["part"]) - {"not said"}:
            told = [part_of(part, here, labels, bootstrap) for part, here in parts(name, each).items()]
            found.append({"slice": name, "parts": told})
    return found


def parts(name: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each part, in the slice's own order or else the largest first; the smallest are told as one."""
    counts = rows["part"].value_counts()
    largest = sorted(counts.index, key=lambda part: (-counts[part], part))
    small = largest[MOST:] if len(largest) > MOST + 1 else []
    alone = sorted(set(largest) - set(small), key=ORDERS.get(name, largest.index))
    found = {part: rows[rows["part"] == part] for part in alone}
    if small:
        found[f"{len(small)} others"] = rows[rows["part"].isin(small)].drop_duplicates("item_id")
    return found


def over(rows: pd.DataFrame, targets: Parts, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """The mean over targets of their macro F1, and its interval; None of fewer than two targets."""
    of = rows["item_id"].map(targets).map(lambda names: names[0])
    names, known = sorted(set(of)), pd.factorize(rows["article_id"])[1]
    counts = np.zeros((len(names), len(known), len(labels), len(labels)))
    for at, name in enumerate(names):
        some = rows[of == name]
        counts[at, known.get_indexer(some["article_id"].unique())] = confusions(some, "predicted", labels)
    told: tuple[float | None, Interval] = (None, None)
    if len(names) > 1:
        told = bootstrap.measured(counts.swapaxes(0, 1), lambda sums: mean(macro_f1(sums)))
    return dict(zip(("macro_f1_over_targets", "macro_f1_over_targets_interval"), told, strict=True))


def part_of(name: str, rows: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """The scores of one part."""
    counts = {"part": name, "rows": len(rows), "articles": int(rows["article_id"].nunique())}
    return {**counts, **scored(confusions(rows, "predicted", labels), bootstrap)}
