"""Label Studio -> answers: every answer of every annotator's project, counted against what the project says it has."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.whole import whole
from labeling import codebook
from labeling.studio import State, Task, connect, title
from labeling.tables import ANSWERS, ASSIGNMENTS

READINGS = 2  # a project that changes while it is read is read once more


class Project(Protocol):
    """What pull needs of a project."""

    title: str

    def state(self) -> State:
        """What the project says of itself now."""

    def page(self, number: int) -> Sequence[Task]:
        """A page of its tasks, from 1; none after the last."""


class Studio(Protocol):
    """What pull needs of a Label Studio."""

    def find(self, name: str) -> Project | None:
        """The project of this title."""


def read(project: Project, folder: Path) -> list[Task]:
    """Read a project whole, in the state in which it was when reading began, or refuse it.

    Finished pages are kept in folder, so that a pull that was ended goes on from them; under a name made of the
    project's state, so that those of another state are never taken.
    """
    for _ in range(READINGS):
        state = project.state()
        kept = folder / hashlib.sha256(repr((project.title, state)).encode()).hexdigest()[:16]
        tasks = [task for page in pages(project, kept, state) for task in page]
        found = State(len(tasks), sum(len(task.answers) for task in tasks), state.changed)
        if found == state == project.state():
            return tasks
        shutil.rmtree(kept)
    raise ContractError(
        f"{project.title!r} changed while it was read: it had {state.tasks:,} tasks and {state.answers:,} answers, "
        f"and {found.tasks:,} and {found.answers:,} came. Run `make pull` again when nobody is answering."
    )


def pages(project: Project, kept: Path, state: State) -> Iterator[list[Task]]:
    """Every page of the project, those kept from an earlier pull first."""
    kept.mkdir(parents=True, exist_ok=True)
    bar: tqdm[None] = progress((), f"pull {project.title}", " tasks", state.tasks)
    number = 1
    while page := whole_page(project, number, kept / f"{number:06}.json"):
        yield page
        bar.update(len(page))
        number += 1
    bar.close()


def whole_page(project: Project, number: int, path: Path) -> list[Task]:
    """A page as it was kept, or else fetched and kept whole."""
    if not path.exists():
        fetched = [[task.id, dict(task.data), list(task.answers)] for task in project.page(number)]
        with whole(path) as beside:
            beside.write_text(json.dumps(fetched), encoding="utf-8")
    return [Task(*parts) for parts in json.loads(path.read_text(encoding="utf-8"))]


def rows(task: Task, annotator: str) -> list[dict[str, object]]:
    """One row of ANSWERS for each answer to a task, in the order in which they were begun."""
    return [row(task.data, annotator, answer) for answer in sorted(task.answers, key=lambda answer: answer["id"])]


def row(data: Mapping[str, Any], annotator: str, answer: Mapping[str, Any]) -> dict[str, object]:
    """One row of ANSWERS."""
    assignment = f"{data['item_id']}/{annotator}/{data.get('codebook_version', '')}"
    return {
        "answer_id": f"{assignment}/{answer['id']}/{answer['updated_at']}",
        "assignment_id": assignment,
        "item_id": data["item_id"],
        "annotator": annotator,
        "purpose": "batch",
        "annotation": answer["id"],
        "account": str(answer["completed_by"] or ""),
        "created_at": answer["created_at"],
        "updated_at": answer["updated_at"],
        "lead_time": answer["lead_time"] or 0.0,
        "skipped": answer["was_cancelled"],
        "ground_truth": False,
        "prediction": "",
        "last_action": "",
        "codebook_version": data.get("codebook_version", ""),
        "gone": "",
        "result": json.dumps(answer["result"], ensure_ascii=False),
    }


def pull(studio: Studio, named: Mapping[str, str], folder: Path) -> tuple[list[dict[str, object]], int]:
    """Rows of ANSWERS from each annotator's project, by title, and how many answers stand at tasks of no item."""
    found: list[dict[str, object]] = []
    foreign = 0
    for name, annotator in named.items():
        project = studio.find(name)
        if project is None:
            raise ContractError(f"There is no project {name!r}. Run `make push` first.")
        for task in read(project, folder):
            if "item_id" in task.data:
                found += rows(task, annotator)
            else:
                foreign += len(task.answers)
    return found, foreign


def main(workspace: str, assignment_file: Path, codebook_file: Path, out: Path) -> None:
    """Read every annotator's project, write answers; a file that says the same is left alone, for make's sake."""
    version = codebook.load(codebook_file).version
    annotators = ASSIGNMENTS.read(assignment_file)["annotator"].unique()
    named = {title(workspace, version, annotator): annotator for annotator in annotators}
    folder = out.with_name(f".{out.name}.pages")
    found, foreign = pull(connect(os.environ), named, folder)
    note = f"{len(named)} projects" + (f"; left out: {foreign:,} answers to tasks that are no items" if foreign else "")
    answers = ANSWERS.frame(found)
    if out.exists() and ANSWERS.read(out).equals(answers):
        print(f"answers: nothing new since the last pull, {len(answers):,} rows in {out}", flush=True)
    else:
        ANSWERS.write(answers, out, note)
    shutil.rmtree(folder)


if __name__ == "__main__":
    shell(main)
