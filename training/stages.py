"""Tables -> how many rows each stage made, and what became of them."""

from collections import Counter
from typing import Any

import pandas as pd

from training.tables import SPLIT_NAMES


def tallied(values: pd.Series) -> dict[str, int]:
    """How often each value stands, the most frequent first."""
    ranked = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
    return {str(value): count for value, count in ranked}


def stages(
    articles: pd.DataFrame,
    rejects: pd.DataFrame,
    sentences: pd.DataFrame,
    items: pd.DataFrame,
    batch: pd.DataFrame,
    answers: pd.DataFrame,
    annotations: pd.DataFrame,
    gold: pd.DataFrame,
) -> list[dict[str, object]]:
    """What each stage made, and what became of it, in the order of the work."""
    aside, left_out, unused = (
        told("left out", tallied(rows.loc[rows["left_out"] != "", "left_out"]))
        for rows in (articles, sentences, annotations)
    )
    target = items["target"].mask(items["target"] == "", "without a target")
    return [
        {"stage": "articles", "count": len(articles), "of_which": aside},
        {"stage": "rejected articles", "count": len(rejects), "of_which": tallied(rejects["reason"])},
        {"stage": "sentences", "count": len(sentences), "of_which": left_out},
        {"stage": "items", "count": len(items), "of_which": tallied(target)},
        {"stage": "items asked", "count": len(batch), "of_which": tallied(batch["reason"])},
        {"stage": "answers", "count": len(answers), "of_which": tallied(answers["annotator"])},
        {"stage": "annotations", "count": len(annotations), "of_which": unused},
        *(
            {"stage": f"gold: {question}", "count": len(rows), "of_which": tallied(came(rows))}
            for question, rows in gold.groupby("question", sort=False)
        ),
    ]


def came(gold: pd.DataFrame) -> pd.Series:
    """How each label came to stand, or why none does."""
    return gold["provenance"].where(gold["outcome"] == "settled", gold["outcome"])


def told(before: str, counts: dict[str, int]) -> dict[str, int]:
    """The same counts, each reason with a word before it."""
    return {f"{before}: {reason}": count for reason, count in counts.items()}


def published(manifest: dict[str, Any]) -> list[dict[str, object]]:
    """Rows of each config of the dataset, by split."""
    counts: dict[str, dict[str, int]] = {}
    for name, about in manifest["files"].items():
        config, _, file = name.partition("/")
        if file:
            counts.setdefault(config, dict.fromkeys(SPLIT_NAMES, 0))[file.split("-")[0]] = about["rows"]
    return [
        {"stage": f"dataset: {config}", "count": sum(rows.values()), "of_which": rows}
        for config, rows in sorted(counts.items())
    ]
