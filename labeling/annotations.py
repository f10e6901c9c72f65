"""Answers as Label Studio holds them -> annotations: one row a person's current answer to what he was asked."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.asking import REPEAT
from labeling.choices import Chosen, fault, labels, ticked
from labeling.codebook import Codebook
from labeling.current import current
from labeling.tables import ANNOTATIONS, ANSWERS, CHECKS

# Of each earlier codebook, by version: the labels of each question that mean something else now.
Touched = Mapping[str, Mapping[str, Collection[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person's latest answer to an assignment says."""

    assignment_id: str
    item_id: str
    annotator: str
    purpose: str
    codebook_version: str
    updated_at: str
    gone: str
    strange: bool
    skipped: bool
    chosen: Chosen

    @property
    def given(self) -> bool:
        """Whether it is the annotator's own, stands, and says anything."""
        return not (self.gone or self.strange or self.skipped)


def answered(last: pd.DataFrame) -> list[Answer]:
    """The rows of `current` as answers."""
    columns = [last[field.name].tolist() for field in fields(Answer) if field.name in last]
    return [Answer(*row) for row in zip(*columns, map(ticked, last["result"]), strict=True)]


def annotations(answers: pd.DataFrame, targets: Mapping[str, str], book: Codebook, touched: Touched) -> pd.DataFrame:
    """One row an assignment that was answered, by item and annotator; targets are those of all items, "" for none."""
    last = current(answers).sort_values(["item_id", "annotator", "assignment_id"], ignore_index=True)
    given = answered(last)
    aims = [targets.get(one.item_id) for one in given]
    moved, again = reread(given, touched), repeated(given, book.version)
    said = [labels(one.chosen, bool(aim), book) for one, aim in zip(given, aims, strict=True)]
    found = last.join(pd.DataFrame(said, index=last.index, columns=list(labels({}, False, book))))
    return ANNOTATIONS.check(
        found.assign(
            annotation_id=last["assignment_id"],
            target=[aim or "" for aim in aims],
            left_out=[left_out(one, aim, book, touched, moved, again) for one, aim in zip(given, aims, strict=True)],
        )
    )


def reread(given: Sequence[Answer], touched: Touched) -> set[tuple[str, str]]:
    """Items and versions of which somebody gave a label that means something else now: all of these are asked anew."""
    return {
        (one.item_id, one.codebook_version)
        for one in given
        if one.given and one.purpose != REPEAT
        for question, labels in touched.get(one.codebook_version, {}).items()
        if not set(labels).isdisjoint(one.chosen.get(question, []))
    }


def repeated(given: Sequence[Answer], version: str) -> set[str]:
    """Assignments whose annotator answered the same under another codebook; this one's answer stands, else the last."""
    ordered = sorted((one.codebook_version == version, one.updated_at, one.assignment_id) for one in given if one.given)
    of = {one.assignment_id: (one.item_id, one.annotator, one.purpose) for one in given}
    standing = {of[assignment]: assignment for _, _, assignment in ordered}
    return {assignment for _, _, assignment in ordered if standing[of[assignment]] != assignment}


def left_out(
    one: Answer,
    target: str | None,
    book: Codebook,
    touched: Touched,
    moved: Collection[tuple[str, str]],
    again: Collection[str],
) -> str:
    """Why an answer does not count, "" if it does."""
    under = f"answered under codebook {one.codebook_version}"
    reasons = {
        "deleted in Label Studio": one.gone,
        "the item is no longer asked": target is None,
        "another account answered in this project": one.strange,
        "skipped": one.skipped,
        under: one.codebook_version not in {book.version, *touched},
        "answered again under another codebook": one.assignment_id in again,
        f"{under}, which meant something else by a label of its item": (one.item_id, one.codebook_version) in moved,
    }
    return next((reason for reason, holds in reasons.items() if holds), "") or fault(one.chosen, bool(target), book)


def told(found: pd.DataFrame) -> str:
    """The closing line: what was answered for which purpose, and why some of it does not count."""
    purposes = Counter(found["purpose"])
    reasons = Counter(reason for reason in found["left_out"] if reason)
    parts = [", ".join(f"{count:,} {purpose}" for purpose, count in sorted(purposes.items()))] if purposes else []
    left = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    return "; ".join([*parts, f"left out: {left}" if left else "none left out"])


def main(answer_file: Path, item_file: Path, check_file: Path, codebook_file: Path, out: Path) -> None:
    """Read answers, items, checks and the codebook, write annotations."""
    asked = [table.read(path, ["item_id", "target"]) for table, path in ((ITEMS, item_file), (CHECKS, check_file))]
    targets = {item: target for part in asked for item, target in zip(part["item_id"], part["target"], strict=True)}
    found = annotations(ANSWERS.read(answer_file), targets, codebook.load(codebook_file), {})
    ANNOTATIONS.write(found, out, told(found))


if __name__ == "__main__":
    shell(main)
