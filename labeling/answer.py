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

import pandas as pd
from tqdm import tqdm

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from labeling import codebook
from labeling.codebook import Codebook
from labeling.ids import assignment_id
from labeling.studio import Studio, Task, connect, title
from labeling.tables import ADJUDICATION, ASSIGNMENTS, if_there
from labeling.trouble import PATIENCE, patient

SENTENCE = "sentence"  # the tag of the screen that every question belongs to
COMMENT = "comment"
REASON, GAP = "reason", "guideline_gap"  # only on the adjudicators' screen: why the votes differed; no rule decides it

Recorded = Mapping[str, Any]
Result = Sequence[Mapping[str, object]]


class Project(Protocol):
    """What answering needs of a project."""

    title: str

    def changed(self, since: str, after: int) -> Sequence[Task]:
        """The next tasks behind number `after`, all if since is ""; none after the last."""

    def answer(self, task: int, result: Result, unique_id: str) -> bool:
        """Answer a task, unless an answer of this unique_id is there."""


def result(recorded: Recorded, book: Codebook) -> list[dict[str, object]]:
    """A recorded answer as Label Studio keeps it: a label is named by its alias, which is its id in the codebook."""
    asked = [*book.questions, *book.follow_ups, "flags", REASON]
    given = {name: chosen(recorded.get(name)) for name in asked} | {GAP: [GAP] if recorded.get(GAP) else []}
    parts = [part(name, "choices", {"choices": labels}) for name, labels in given.items() if labels]
    comment = recorded.get(COMMENT)
    return parts + ([part(COMMENT, "textarea", {"text": [comment]})] if comment else [])


def chosen(value: str | list[str] | None) -> list[str]:
    """One label or several, as a list."""
    return list(value) if isinstance(value, list) else [value] if value else []


def part(name: str, kind: str, value: Mapping[str, object]) -> dict[str, object]:
    """What was answered under one name of the screen."""
    return {"from_name": name, "to_name": SENTENCE, "type": kind, "value": value}


def load(path: Path, book: Codebook) -> list[dict[str, Any]]:
    """Read one annotator's recorded answers, or say which line is wrong."""
    recorded = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ContractError(
                f"{path}:{number} is no JSON: {getattr(error, 'msg', error)}. Correct the line."
            ) from error
        for wrong in faults(answer, book):
            raise ContractError(f"{path}:{number} {wrong}. Correct the line.")
        recorded.append(answer)
    return recorded


def faults(answer: Recorded, book: Codebook) -> Iterator[str]:
    """What a recorded answer says that the codebook does not know; Label Studio would take anything."""
    if not isinstance(answer, dict) or not isinstance(answer.get("item_id"), str):
        yield "has no item_id"
    asked = {name: one.labels for name, one in book.questions.items()}
    asked |= {name: one.labels for name, one in book.follow_ups.items()} | {"flags": book.flags, REASON: book.reasons}
    for name, labels in asked.items():
        for label in chosen(answer.get(name)):
            if label not in list(labels):
                yield f"answers {name} with {label!r}, but the codebook has only {', '.join(labels)}"


@dataclass
class Round:
    """What one annotator is to answer, by the key of the task, and where."""

    project: Project
    account: int
    recorded: Mapping[str, Recorded]
    patience: float = PATIENCE  # seconds for which the connection may be lost

    def missing(self) -> list[tuple[int, str]]:
        """Number and key of the tasks that this account has not answered, in the recording's order."""
        tasks: dict[str, int] = {}
        answered, after = set(), 0
        while page := self.project.changed("", after):
            after = page[-1].id
            tasks = {str(task.data.get("key", "")): task.id for task in page} | tasks
            answered |= {task.id for task in page if any(one["completed_by"] == self.account for one in task.answers)}
        unsent = [one for key, one in self.recorded.items() if key not in tasks]
        if unsent:
            raise ContractError(f"{self.project.title!r} has no task for {named(unsent[0])}. Run `make push` first.")
        return [(tasks[key], key) for key in self.recorded if tasks[key] not in answered]


def named(answer: Recorded) -> str:
    """Which question a recorded answer answers."""
    return f"{answer['item_id']}{' (again)' if answer.get('again') else ''}"


def give(one: Round, task: int, key: str, book: Codebook) -> None:
    """Give one answer for certain; one that was given although the connection was lost is not given again."""
    unique_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.project.title}/{key}/{one.account}"))
    given = result(one.recorded[key], book)
    patient(lambda: one.project.answer(task, given, unique_id), one.patience)


def answer_all(rounds: Sequence[Round], book: Codebook) -> int:
    """Give all answers, the annotators side by side, and return how many were given; all are there afterwards."""
    todo = [(one, one.missing()) for one in rounds]
    total = sum(len(missing) for _, missing in todo)
    bar: tqdm[None] = progress((), "answer", " answers", total)
    ended = Event()
    with ThreadPoolExecutor(len(rounds) or 1) as pool:
        try:
            for done in [pool.submit(answer_one, *each, book, bar, ended) for each in todo]:
                done.result()
        finally:
            ended.set()
            bar.close()
    verify([one for one, missing in todo if missing])
    return total


def answer_one(one: Round, missing: Sequence[tuple[int, str]], book: Codebook, bar: "tqdm[None]", ended: Event) -> None:
    """Give one annotator's answers, one after the other, until another's fail or Ctrl-C ends it."""
    for task, key in missing:
        if ended.is_set():
            return
        give(one, task, key, book)
        bar.update()


def verify(rounds: Sequence[Round]) -> None:
    """Refuse to end while an answer that was given is not there: SQLite has been seen to lose some."""
    for one in rounds:
        if lost := one.missing():
            raise ContractError(
                f"{one.project.title!r} lacks {len(lost):,} answers that were given, "
                f"the first to {named(one.recorded[lost[0][1]])}. Run `make answer` again."
            )


def asked_of(who: str, workspace: str, version: str, tables: Mapping[str, pd.DataFrame]) -> tuple[str, dict[str, str]]:
    """The title of somebody's project, and the key of each assignment in it; tables are by what the project is for."""
    for what, table in tables.items():
        rows = table[(table["annotator"] == who) & (table["codebook_version"] == version)]
        if len(rows):
            return title(workspace, what, version, who), dict(zip(rows["assignment_id"], rows["task_key"], strict=True))
    return "", {}


def placed(
    recorded: Sequence[Recorded], asked: Mapping[str, str], who: str, version: str
) -> tuple[dict[str, Recorded], list[str]]:
    """The recorded answers to what is asked, by the key of the task, and which questions the others answer."""
    found, left_out = {}, []
    for one in recorded:
        key = asked.get(assignment_id(one["item_id"], who, version, bool(one.get("again"))))
        if key is None:
            left_out.append(named(one))
        else:
            found[key] = one
    return found, left_out


def note(were: int, left_out: Sequence[str], silent: int, unasked: Sequence[str] = ()) -> str:
    """What the closing line adds when not every recorded answer was given now, or not all that is asked is recorded."""
    told = f"; {were:,} were there" if were else ""
    told += f"; nothing is asked yet of {' and '.join(unasked)}" if unasked else ""
    if left_out:
        more = f" and {len(left_out) - 3:,} more" if len(left_out) > 3 else ""  # noqa: PLR2004 - three are named
        told += f"; left out, not asked: {', '.join(left_out[:3])}{more}"
    return told + (f"; {silent:,} asked, but not recorded" if silent else "")


def opened(studio: Studio, name: str, who: str, recorded: Mapping[str, Recorded]) -> Round:
    """The project of this title, as its annotator's own account sees it."""
    project = studio.find(name)
    if project is None:
        raise ContractError(f"There is no project {name!r}. Run `make push` first.")
    own = studio.own(who)
    return Round(project.seen_by(own), own.account, recorded)


def recordings(folder: Path) -> list[Path]:
    """The files of recorded answers, one an annotator."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ContractError(
            f"There are no recorded answers (annotator.jsonl) in {folder}. "
            "Name another folder: `make answer ANSWERS=folder`."
        )
    return files


def main(workspace: str, folder: Path, assignment_file: Path, adjudication_file: Path, codebook_file: Path) -> None:
    """Read recorded answers and decisions, give those that are missing."""
    begun, book = time.monotonic(), codebook.load(codebook_file)
    files = recordings(folder)
    assignments = ASSIGNMENTS.read(assignment_file)
    tables = {
        "codebook": assignments[assignments["withdrawn"] == ""],
        "adjudication": if_there(ADJUDICATION, adjudication_file),
    }
    asked = {path.stem: asked_of(path.stem, workspace, book.version, tables) for path in files}
    told = {path.stem: placed(load(path, book), asked[path.stem][1], path.stem, book.version) for path in files}
    studio = connect(os.environ)
    rounds = [opened(studio, asked[who][0], who, found) for who, (found, _) in told.items() if found]
    given = answer_all(rounds, book)
    recorded, wanted = sum(len(one.recorded) for one in rounds), sum(len(keys) for _, keys in asked.values())
    unasked = [who for who, (_, keys) in asked.items() if not keys]
    left_out = sorted({one for who, (_, others) in told.items() if who not in unasked for one in others})
    took, more = f"{time.monotonic() - begun:.0f} s", note(recorded - given, left_out, wanted - recorded, unasked)
    print(f"answer: {given:,} answers by {len(rounds)} annotators in {took}{more}", flush=True)


if __name__ == "__main__":
    shell(main)
