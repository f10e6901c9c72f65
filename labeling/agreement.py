"""Annotations -> agreement: how far annotators agree, question by question, beyond chance."""

from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corpus.shell import shell
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import AGREEMENT, ANNOTATIONS

UNDEFINED = float("nan")
Counts = NDArray[np.int64]


def tally(answers: pd.DataFrame, labels: list[str]) -> Counts:
    """Count the answers of each item for each label: shape (items with two answers or more, labels)."""
    counts = pd.crosstab(answers["item_id"], answers["label"]).reindex(columns=labels, fill_value=0)
    return counts[counts.sum(axis=1) >= 2].to_numpy()  # noqa: PLR2004 - agreement needs a pair


def alpha(counts: Counts) -> tuple[float, str]:
    """Krippendorff's alpha for nominal data, at most 1 and 0 by chance, and why it is undefined ("" if it is not).

    counts has shape (items, labels). Source: Krippendorff, Content Analysis (4th ed., 2018), chapter 12.
    """
    if not len(counts):
        return UNDEFINED, "undefined: no item has two answers"
    if np.count_nonzero(counts.sum(axis=0)) == 1:
        return UNDEFINED, "undefined: everybody gave the same label to every item, so chance agrees as well"
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")), ""


def percent(counts: Counts) -> tuple[float, str]:
    """The share of pairs of answers to one item that agree, mean over items, 0 to 100, and why it is undefined."""
    if not len(counts):
        return UNDEFINED, "undefined: no item has two answers"
    answers = counts.sum(axis=1)
    return float(100 * np.mean((counts * (counts - 1)).sum(axis=1) / (answers * (answers - 1)))), ""


def measured(question: str, answers: pd.DataFrame, labels: list[str], threshold: float) -> list[dict[str, object]]:
    """Both measures of one question; answers has the columns item_id, annotator, label."""
    counts = tally(answers, labels)
    paired = answers[answers.groupby("item_id")["label"].transform("size") >= 2]  # noqa: PLR2004 - agreement needs a pair
    rows: list[dict[str, object]] = []
    for name, (value, undefined), gate in (
        ("alpha", alpha(counts), threshold),
        ("percent", percent(counts), UNDEFINED),
    ):
        rows.append(
            {
                "agreement_id": f"{question}/{name}/all/all",
                "question": question,
                "measure": name,
                "slice": "all",
                "part": "all",
                "value": value,
                "low": UNDEFINED,
                "high": UNDEFINED,
                "items": len(counts),
                "articles": paired["item_id"].str.partition(".")[0].nunique(),
                "annotators": paired["annotator"].nunique(),
                "threshold": gate,
                "verdict": undefined or verdict(value, gate),
            }
        )
    return rows


def verdict(value: float, threshold: float) -> str:
    """The value against the codebook's gate: a warning, never a failure."""
    if np.isnan(threshold):
        return "no threshold"
    return "reached" if value >= threshold else "below threshold"


def agreement(annotations: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Two rows a question, and two for any violation against none."""
    counted = annotations[annotations["left_out"] == ""]
    rows: list[dict[str, object]] = []
    for question in book.questions.values():
        answers = counted.assign(label=counted[question.id]).query("label != ''")
        labels = list(question.labels)
        rows += measured(question.id, answers, labels, question.threshold)
        if question.any_threshold is not None:
            merged = answers.assign(label=answers["label"].where(answers["label"] == "none", "any"))
            rows += measured("any_violation", merged, ["any", "none"], question.any_threshold)
    return AGREEMENT.frame(rows)


def main(annotation_file: Path, codebook_file: Path, out: Path) -> None:
    """Read annotations and the codebook, write agreement."""
    found = agreement(ANNOTATIONS.read(annotation_file), codebook.load(codebook_file))
    alphas = found[found["measure"] == "alpha"]
    told = [f"{one.question} alpha {one.value:.2f} {one.verdict}" for one in alphas.itertuples()]
    AGREEMENT.write(found, out, "; ".join(told))


if __name__ == "__main__":
    shell(main)
