"""Recorded answers -> a running Label Studio, given by each annotator's own account."""

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from tqdm import tqdm

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.codebook import Codebook
from labeling.studio import Lost, Studio, Task, connect, title

TRIES = 3  # times an answer is given whose connection is lost; its unique_id keeps it single
SENTENCE = "sentence"  # the tag of the screen that every question belongs to
COMMENT = "comment"

Recorded = Mapping[str, Any]
Result = Sequence[Mapping[str, object]]


class Project(Protocol):
    """What answering needs of a project."""

    title: str

    def page(self, number: int) -> Sequence[Task]:
        """A page of its tasks, from 1; none after the last."""

    def answer(self, task: int, result: Result, unique_id: str) -> bool:
        """Answer a task, unless an answer of this unique_id is there."""


def result(recorded: Recorded, book: Codebook) -> list[dict[str, object]]:
    """A recorded answer as Label Studio keeps it: a label is named by its alias, which is its id in the codebook."""
    asked = [*book.questions, *book.follow_ups, "flags"]
    given = {name: chosen(recorded.get(name)) for name in asked}
    parts = [part(name, "choices", {"choices": labels}) for name, labels in given.items() if labels]
    comment = recorded.get(COMMENT)
    return parts + ([part(COMMENT, "textarea", {"text": [comment]})] if comment else [])


def chosen(value: str | list[str] | None) -> list[str]:
    """One label or several, as a list."""
    return [value] if isinstance(value, str) and value else list(value or [])


def part(name: str, kind: str, value: Mapping[str, object]) -> dict[str, object]:
    """What was answered under one name of the screen."""
    return {"from_name": name, "to_name": SENTENCE, "type": kind, "value": value}


def load(path: Path, book: Codebook) -> list[dict[str, Any]]:
    """Read one annotator's recorded answers, or say which line is wrong."""
    recorded = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            answer = json.loads(line)
        except json.JSONDecodeError as error:
            raise ContractError(f"{path}:{number} is no JSON: {error.msg}. Correct the line.") from error
        for wrong in faults(answer, book):
            raise ContractError(f"{path}:{number} {wrong}. Correct the line.")
        recorded.append(answer)
    return recorded


def faults(answer: Recorded, book: Codebook) -> Iterator[str]:
    """What a recorded answer says that the codebook does not know; Label Studio would take anything."""
    if "item_id" not in answer:
        yield "has no item_id"
    asked = {name: one.labels for name, one in book.questions.items()}
    asked |= {name: one.labels for name, one in book.follow_ups.items()} | {"flags": book.flags}
    for name, labels in asked.items():
        for label in chosen(answer.get(name)):
            if label not in labels:
                yield f"answers {name} with {label!r}, but the codebook has only {', '.join(labels)}"


@dataclass
class Round:
    """What one annotator is to answer, and where."""

    project: Project
    account: int
    recorded: Sequence[Recorded]

    def missing(self) -> list[tuple[int, Recorded]]:
        """The tasks that this account has not answered, in the recording's order."""
        tasks: dict[str, int] = {}
        answered = set()
        number = 1
        while page := self.project.page(number):
            tasks |= {str(task.data.get("item_id")): task.id for task in page}
            answered |= {task.id for task in page if any(one["completed_by"] == self.account for one in task.answers)}
            number += 1
        unsent = [one["item_id"] for one in self.recorded if one["item_id"] not in tasks]
        if unsent:
            raise ContractError(f"{self.project.title!r} has no task for {unsent[0]}. Run `make push` first.")
        placed = [(tasks[one["item_id"]], one) for one in self.recorded]
        return [(task, one) for task, one in placed if task not in answered]


def give(one: Round, task: int, answer: Recorded, book: Codebook) -> None:
    """Give one answer for certain; one that was given although the connection was lost is not given again."""
    unique_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.project.title}/{answer['item_id']}/{one.account}"))
    for tried in range(TRIES):
        try:
            one.project.answer(task, result(answer, book), unique_id)
        except Lost:
            if tried == TRIES - 1:
                raise
        else:
            return


def answer_all(rounds: Sequence[Round], book: Codebook) -> int:
    """Give all answers, the annotators side by side, and return how many were given; all are there afterwards."""
    todo = [(one, one.missing()) for one in rounds]
    total = sum(len(missing) for _, missing in todo)
    bar: tqdm[None] = progress((), "answer", " answers", total)
    ended = Event()
    with ThreadPoolExecutor(len(rounds)) as pool:
        try:
            for done in [pool.submit(answer_one, *each, book, bar, ended) for each in todo]:
                done.result()
        finally:
            ended.set()
            bar.close()
    verify(rounds)
    return total


def answer_one(
    one: Round, missing: Sequence[tuple[int, Recorded]], book: Codebook, bar: "tqdm[None]", ended: Event
) -> None:
    """Give one annotator's answers, one after the other, until another's fail or Ctrl-C ends it."""
    for task, answer in missing:
        if ended.is_set():
            return
        give(one, task, answer, book)
        bar.update()


def verify(rounds: Sequence[Round]) -> None:
    """Refuse to end while an answer that was given is not there: SQLite has been seen to lose some."""
    for one in rounds:
        if lost := one.missing():
            raise ContractError(
                f"{one.project.title!r} lacks {len(lost):,} answers that were given, "
                f"the first to {lost[0][1]['item_id']}. Run `make answer` again."
            )


def known(recorded: Sequence[Recorded], items: set[str]) -> tuple[list[Recorded], list[str]]:
    """The recorded answers to items that are asked, and the items of the others."""
    return [one for one in recorded if one["item_id"] in items], [
        one["item_id"] for one in recorded if one["item_id"] not in items
    ]


def note(were: int, unknown: Sequence[str]) -> str:
    """What the closing line adds when not every recorded answer was given now."""
    told = f"; {were:,} were there" if were else ""
    if unknown:
        more = f" and {len(unknown) - 3:,} more" if len(unknown) > 3 else ""  # noqa: PLR2004 - three are named
        told += f"; left out, no such item: {', '.join(unknown[:3])}{more}"
    return told


def opened(studio: Studio, name: str, annotator: str, recorded: Sequence[Recorded]) -> Round:
    """The annotator's project, of this title, as his own account sees it."""
    project = studio.find(name)
    if project is None:
        raise ContractError(f"There is no project {name!r}. Run `make push` first.")
    own = studio.own(annotator)
    return Round(project.seen_by(own), own.account, recorded)


def main(workspace: str, folder: Path, item_file: Path, codebook_file: Path) -> None:
    """Read recorded answers, give those that are missing."""
    begun, book = time.monotonic(), codebook.load(codebook_file)
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ContractError(f"There are no recorded answers (annotator.jsonl) in {folder}. Name another folder.")
    items = set(ITEMS.read(item_file)["item_id"])
    told = {path.stem: known([one for one in load(path, book) if not one.get("again")], items) for path in files}
    studio = connect(os.environ)
    rounds = [opened(studio, title(workspace, book.version, who), who, asked) for who, (asked, _) in told.items()]
    given = answer_all(rounds, book)
    were = sum(len(one.recorded) for one in rounds) - given
    unknown = sorted({item for _, items in told.values() for item in items})
    took = f"{time.monotonic() - begun:.0f} s"
    print(f"answer: {given:,} answers by {len(rounds)} annotators in {took}{note(were, unknown)}", flush=True)


if __name__ == "__main__":
    shell(main)
