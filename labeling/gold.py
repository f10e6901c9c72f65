"""Annotations -> gold: the label of each item and how it was settled."""

from collections import Counter
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import ANNOTATIONS, GOLD

CANNOT_TELL = "cannot_tell"


def load(path: Path) -> int:
    """Read how many votes a label needs, or say what in the file is wrong."""
    try:
        needed = toml.read(path)["votes_needed"]
    except KeyError as error:
        raise ContractError(f"{path} lacks {error}. Add it and run `make gold`.") from error
    if not isinstance(needed, int) or needed < 1:
        raise ContractError(f"{path}: votes_needed is {needed!r}, but it is a whole number from 1. Correct it.")
    return needed


def settle(votes: list[str], labels: list[str], votes_needed: int) -> tuple[str, int, str]:
    """The label of one item by majority, its votes, and the outcome; the label is "" unless settled.

    >>> settle(["favor", "favor", "none"], ["favor", "none"], 2)
    ('favor', 2, 'settled')
    >>> settle(["favor", "none"], ["favor", "none"], 2)
    ('', 1, 'tied')
    """
    counts = Counter(votes)
    most = max(counts.values())
    leaders = [label for label in labels if counts[label] == most]
    if len(leaders) > 1:
        return "", most, "tied"
    if most < votes_needed:
        return "", most, "too few votes"
    return (leaders[0], most, "settled") if 2 * most > len(votes) else ("", most, "no majority")


def gold(annotations: pd.DataFrame, book: Codebook, votes_needed: int) -> pd.DataFrame:
    """One row an item and question that was answered, items in order; an item somebody could not tell has no label."""
    counted = annotations[annotations["left_out"] == ""]
    rows: list[dict[str, object]] = []
    for item_id, answers in counted.groupby("item_id", sort=True):
        untold = any(CANNOT_TELL in flags for flags in answers["flags"])
        for question in book.questions.values():
            votes = [vote for vote in answers[question.id] if vote]
            if votes:
                rows.append(row(str(item_id), question.id, votes, list(question.labels), votes_needed, untold))
    return GOLD.frame(rows)


def row(
    item_id: str, question: str, votes: list[str], labels: list[str], needed: int, untold: bool
) -> dict[str, object]:
    """One row of GOLD."""
    label, most, outcome = settle(votes, labels, needed)
    return {
        "gold_id": f"{item_id}/{question}",
        "item_id": item_id,
        "question": question,
        "label": "" if untold else label,
        "votes": most,
        "answers": len(votes),
        "outcome": "cannot tell" if untold else outcome,
        "provenance": provenance(label, most, len(votes)),
        "method": "majority",
        "shares": [votes.count(one) / len(votes) for one in labels],
        "soft": [votes.count(one) / len(votes) for one in labels],
        "majority": label,
        "dawid_skene": "",
        "mace": "",
        "crowdlab": "",
        "sensitive": False,
        "quality": float("nan"),
        "recheck": "",
        "priority": -1,
    }


def provenance(label: str, most: int, answers: int) -> str:
    """How a label came to stand."""
    if not label:
        return "unresolved"
    return "unanimous" if most == answers else "majority"


def main(annotation_file: Path, codebook_file: Path, settings_file: Path, out: Path) -> None:
    """Read annotations, the codebook and the settings, write gold."""
    found = gold(ANNOTATIONS.read(annotation_file), codebook.load(codebook_file), load(settings_file))
    outcomes = Counter(found["outcome"])
    GOLD.write(found, out, ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items())))


if __name__ == "__main__":
    shell(main)
