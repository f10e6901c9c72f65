"""Test rows -> how the model does on parts of them: by target, outlet, year, length, and what else annotators said."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from labeling.codebook import Codebook
from training.scores import Bootstrap, Interval, confusions, macro_f1, mean, scored

Parts = pd.Series  # of each item the names of the parts it is of, a list: none, one or several
MOST = 10  # parts of a slice that stand alone; the smaller ones are told as one
LENGTHS = ((15, "up to 15 words"), (25, "16 to 25 words"), (40, "26 to 40 words"))


def length(text: str) -> str:
    """How long a sentence is.

    >>> length("Rain fell.")
    'up to 15 words'
    """
    words = len(text.split())
    return next((name for most, name in LENGTHS if words <= most), "more than 40 words")


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
    """One entry a slice with its parts, the largest first; rows has the columns of confusions, and item_id.

    The smallest parts are told as one. An item with no part is told as "not said", one that is not known as none.
    """
    found = []
    for name, parts in known.items():
        some = rows[rows["item_id"].isin(parts.index)]
        each = some.assign(part=some["item_id"].map(parts)).explode("part")
        each["part"] = each["part"].fillna("not said")
        counts = each["part"].value_counts()
        order = sorted(counts.index, key=lambda part: (-counts[part], part))
        if set(counts.index) <= {"not said"}:
            continue
        small = order[MOST:] if len(order) > MOST + 1 else []
        told = {part: each[each["part"] == part] for part in order if part not in small}
        if small:
            told[f"{len(small)} others"] = each[each["part"].isin(small)].drop_duplicates("item_id")
        found.append({"slice": name, "parts": [part_of(part, some, labels, bootstrap) for part, some in told.items()]})
    return found


def over(
    rows: pd.DataFrame, parts: Parts, labels: Sequence[str], bootstrap: Bootstrap
) -> tuple[float | None, Interval]:
    """The mean over parts of their macro F1, and its interval; None of fewer than two parts."""
    of = rows["item_id"].map(parts).map(lambda names: names[0])
    names = sorted(set(of))
    if len(names) < 2:  # noqa: PLR2004 - the mean of one is its macro F1
        return None, None
    counts = np.zeros((len(names), rows["article_id"].nunique(), len(labels), len(labels)))
    known = pd.factorize(rows["article_id"])[1]
    for at, name in enumerate(names):
        some = rows[of == name]
        counts[at, known.get_indexer(some["article_id"].unique())] = confusions(some, "predicted", labels)
    return bootstrap.measured(counts.swapaxes(0, 1), lambda sums: mean(macro_f1(sums)))


def part_of(name: str, rows: pd.DataFrame, labels: Sequence[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """The scores of one part."""
    counts = {"part": name, "rows": len(rows), "articles": int(rows["article_id"].nunique())}
    return {**counts, **scored(confusions(rows, "predicted", labels), bootstrap)}
