"""Answers as Label Studio holds them -> annotations: one row a person's current answer to what he was asked."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.answered import answered
from labeling.asking import REPEAT
from labeling.choices import Chosen, fault, given, labels, ticked
from labeling.codebook import Codebook
from labeling.current import DELETED, SKIPPED, STRANGE, current
from labeling.ids import target_of
from labeling.tables import ANNOTATIONS, ANSWERS, CHECKS
from labeling.versions import Reached, reached, stale


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


def read(last: pd.DataFrame) -> list[Answer]:
    """The rows of `current` as answers."""
    columns = [last[field.name].tolist() for field in fields(Answer) if field.name in last]
    return [Answer(*row) for row in zip(*columns, map(ticked, last["result"]), strict=True)]


def annotations(answers: pd.DataFrame, targets: Mapping[str, str], book: Codebook, reach: Reached) -> pd.DataFrame:
    """One row an assignment that was answered, by item and annotator; targets are those of all items, "" for none."""
    last = current(answers).sort_values(["item_id", "annotator", "assignment_id"], ignore_index=True)
    said = read(last)
    aims = [targets.get(one.item_id) for one in said]
    moved, again = reread(zip(said, aims, strict=True), book, reach), repeated(said, book.version)
    about = [target_of(one.item_id) for one in said]  # also where the item is gone
    columns = [labels(one.chosen, bool(target), book) for one, target in zip(said, about, strict=True)]
    found = last.join(pd.DataFrame(columns, index=last.index, columns=list(labels({}, False, book))))
    return answered(ANNOTATIONS, book).check(
        found.assign(
            annotation_id=last["assignment_id"],
            target=about,
            left_out=[left_out(one, aim, book, reach, moved, again) for one, aim in zip(said, aims, strict=True)],
        )
    )


def reread(answers: Iterable[tuple[Answer, str | None]], book: Codebook, reach: Reached) -> set[tuple[str, str]]:
    """Items and versions of which somebody gave a label that means something else now: all of these are asked anew."""
    return {
        (one.item_id, one.codebook_version)
        for one, aim in answers
        if one.given and one.purpose != REPEAT and one.codebook_version in reach
        if stale(given(one.chosen, bool(aim), book), reach[one.codebook_version])
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
    reach: Reached,
    moved: Collection[tuple[str, str]],
    again: Collection[str],
) -> str:
    """Why an answer does not count, "" if it does."""
    under = f"answered under codebook {one.codebook_version}"
    reasons = {
        DELETED: one.gone,
        "the item is no longer asked": target is None,
        STRANGE: one.strange,
        SKIPPED: one.skipped,
        under: one.codebook_version not in {book.version, *reach},
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


def main(answer_file: Path, item_file: Path, check_file: Path, codebook_file: Path, kept: Path, out: Path) -> None:
    """Read answers, items, checks, the codebook and its earlier versions, write annotations."""
    asked = [table.read(path, ["item_id", "target"]) for table, path in ((ITEMS, item_file), (CHECKS, check_file))]
    targets = {item: target for part in asked for item, target in zip(part["item_id"], part["target"], strict=True)}
    book = codebook.load(codebook_file)
    found = annotations(ANSWERS.read(answer_file), targets, book, reached(codebook.kept(kept), book))
    answered(ANNOTATIONS, book).write(found, out, told(found))


if __name__ == "__main__":
    shell(main)
