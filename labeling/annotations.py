"""Answers as Label Studio holds them -> annotations: one row a person's current answer to an item."""

from collections import Counter
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.answered import answered
from labeling.choices import Chosen, fault, labels, ticked
from labeling.codebook import Codebook
from labeling.tables import ANNOTATIONS, ANSWERS


def current(answers: pd.DataFrame) -> pd.DataFrame:
    """One row an item and annotator: the latest answer of the project's own account; `earlier` counts the others.

    A project's own account is the one that answered most in it (the first made, of two with as many): Label Studio lets
    any member answer in any project.
    """
    owners = answers.groupby("annotator")["account"].agg(lambda used: used.mode().min()).rename("owner")
    ranked = answers.join(owners, on="annotator")
    ranked["strange"] = ranked["account"] != ranked["owner"]
    ranked = ranked.sort_values(
        ["item_id", "annotator", "strange", "updated_at", "annotation"], ascending=[True, True, True, False, False]
    )
    pair = ranked.groupby(["item_id", "annotator"], sort=False)
    return ranked.assign(earlier=pair["answer_id"].transform("size") - 1).drop_duplicates(["item_id", "annotator"])


def annotation(answer: dict[str, object], targets: dict[str, str], book: Codebook) -> dict[str, object]:
    """One row of ANNOTATIONS: what was answered, and why it is left out if it is."""
    chosen = ticked(str(answer["result"]))
    target = targets.get(str(answer["item_id"]))
    return {
        **{name: answer[name] for name in ANNOTATIONS.columns if name in answer},
        "annotation_id": answer["assignment_id"],
        "target": target or "",
        **labels(chosen, bool(target), book),
        "left_out": left_out(answer, chosen, target, book),
    }


def left_out(answer: dict[str, object], chosen: Chosen, target: str | None, book: Codebook) -> str:
    """Why an answer does not count, "" if it does."""
    if target is None:
        return "the item is no longer asked"
    if answer["strange"]:
        return "another account answered in this project"
    if answer["codebook_version"] != book.version:
        return f"answered under codebook {answer['codebook_version']}"
    return "skipped" if answer["skipped"] else fault(chosen, bool(target), book)


def annotations(answers: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """One row an item and annotator, in order of both."""
    targets = dict(zip(items["item_id"], items["target"], strict=True))
    rows = current(answers).to_dict("records")
    return answered(ANNOTATIONS, book).frame(
        [annotation({str(k): v for k, v in row.items()}, targets, book) for row in rows]
    )


def main(answer_file: Path, item_file: Path, codebook_file: Path, out: Path) -> None:
    """Read answers, items and the codebook, write annotations."""
    book = codebook.load(codebook_file)
    found = annotations(ANSWERS.read(answer_file), ITEMS.read(item_file), book)
    reasons = Counter(reason for reason in found["left_out"] if reason)
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    answered(ANNOTATIONS, book).write(found, out, f"left out: {told}" if told else "none left out")


if __name__ == "__main__":
    shell(main)
