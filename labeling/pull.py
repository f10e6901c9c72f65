"""Label Studio -> answers and decisions: every answer of everybody's project, counted against what the project says."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.tables import Table
from labeling.accounts import pseudonym, workspace_key
from labeling.alone import alone
from labeling.pulled import (
    Mark,
    Naming,
    Page,
    Reading,
    answers,
    check_unique,
    load,
    merged,
    page,
    save,
    since,
    standing,
    strays,
)
from labeling.studio import State, Task, connect, title
from labeling.tables import ADJUDICATION, ANSWERS, ASSIGNMENTS, DECISIONS, STRAYS, if_there

PIECE = 8_192  # rows; what Parquet keeps together is a multiple of it
READINGS = 4  # of a project whose counts do not agree with what came of it


class Project(Protocol):
    """What pull needs of a project."""

    title: str
    identity: str

    def state(self) -> State:
        """What the project says of itself now."""

    def latest(self) -> str:
        """When a task was last changed, by the server's clock; "" if there is none."""

    def clock(self) -> datetime:
        """What the clock of the server showed when it last answered."""

    def drafts(self) -> int:
        """How many tasks somebody has begun to answer and not submitted."""

    def changed(self, since: str, after: int) -> Sequence[Task]:
        """The next tasks behind number `after`, of those changed since then; none after the last."""


class Studio(Protocol):
    """What pull needs of a Label Studio."""

    def find(self, name: str) -> Project | None:
        """The project of this title."""


def rounds(workspace: str, what: str, asked: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What was asked in each project, by its title, in the order of the places."""
    by_project = asked.sort_values("place").groupby(["codebook_version", "annotator"])
    return {title(workspace, what, str(version), str(who)): rows for (version, who), rows in by_project}


def read(project: Project, path: Path, named: Naming) -> pa.Table:
    """Read what changed in a project since it was last read, and return all that is known of it.

    Whatever was answered when the reading began is there afterwards: what is known must lie between what the project
    counts before and after, for people may be answering. If it does not, something was deleted unseen: read all.
    """
    known, mark = load(path)
    after = mark.since if mark.project == project.identity else ""
    now = project.state()
    for _ in range(READINGS):
        before, reading = now, Reading(path.with_name(f".{path.stem}"), Mark(project.identity, after), begun(project))
        pages = list(shown(reading.pages(partial(fetch, project, named)), project.title, now.tasks))
        known = merged(known, pages, project.identity, everything=not after)
        save(known, Mark(project.identity, reading.begun), path)
        reading.close()
        now = project.state()
        found = State(now.tasks if after else count(pages), standing(known, project.identity))
        if not reading.resumed and agrees(before, found, now):
            return known
        after = reading.begun if reading.resumed else ""
    raise ContractError(
        f"{project.title!r} counts {now.tasks:,} tasks and {now.answers:,} answers, and {found.tasks:,} and "
        f"{found.answers:,} came, however often it was read. Run `make pull` again when nobody is answering."
    )


def begun(project: Project) -> str:
    """Since when a reading that begins now may leave changes unseen."""
    return since(project.latest(), project.clock())


def fetch(project: Project, named: Naming, after: str, behind: int) -> Page:
    """The next page of what changed in a project."""
    return page(project.identity, project.changed(after, behind), named)


def shown(pages: Iterable[Page], what: str, total: int) -> Iterator[Page]:
    """The same pages, showing how far it is."""
    bar: tqdm[None] = progress((), f"pull {what}", " tasks", total)
    for one in pages:
        bar.update(len(one.tasks))
        yield one
    bar.close()


def count(pages: Iterable[Page]) -> int:
    """How many tasks there are on these pages."""
    return sum(len(one.tasks) for one in pages)


def agrees(before: State, found: State, now: State) -> bool:
    """Whether what was found lies between what was counted before and what is counted now."""
    return all(min(a, b) <= one <= max(a, b) for a, one, b in zip(before, found, now, strict=True))


def pull(studio: Studio, name: str, path: Path, named: Naming) -> tuple[pa.Table, str]:
    """What is known of a project, and what is to be said of it.

    A project that is gone from Label Studio loses nothing that was pulled of it.
    """
    project = studio.find(name)
    if project:
        known, drafts = read(project, path, named), project.drafts()
        return known, f"{drafts:,} begun and not submitted: {name}" if drafts else ""
    if path.exists():
        return load(path)[0], f"not in Label Studio any more, what was pulled of it stands: {name}"
    return load(path)[0], f"not there yet: {name}"


def keep(table: Table, rows: pa.Table, path: Path, note: str) -> None:
    """Write a table; a file that says the same is left alone, for make's sake."""
    check_unique(table, rows)
    if path.exists() and same(rows, path):
        print(f"{table.name}: nothing new since the last pull, {len(rows):,} rows in {path} ({note})", flush=True)
    else:
        table.save(rows, path)
        table.say(len(rows), path, note)


def same(rows: pa.Table, path: Path) -> bool:
    """Whether a file holds these rows; looked at piece by piece, since two whole tables are large."""
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows != len(rows) or file.schema_arrow.names != rows.schema.names:
            return False
        pieces = file.iter_batches(PIECE)
        return all(
            pa.Table.from_batches([piece]).equals(rows.slice(at * PIECE, PIECE)) for at, piece in enumerate(pieces)
        )


def gather(
    studio: Studio, asked: Mapping[str, pd.DataFrame], folder: Path, named: Naming, table: Table
) -> tuple[pa.Table, pa.Table, list[str]]:
    """The answers in all projects, the strays among them, and what is to be said."""
    found, foreign, notes = [table.batch([])], [STRAYS.batch([])], [f"{len(asked)} projects"]
    for name, rows in asked.items():
        known, note = pull(studio, name, place(folder, name), named)
        found.append(answers(known, rows, table))
        foreign.append(strays(known, rows, name))
        notes += [note] if note else []
    return pa.concat_tables(found), pa.concat_tables(foreign), notes


def place(folder: Path, name: str) -> Path:
    """Where what is known of a project is kept.

    >>> place(Path("data/pulled"), "data codebook 1 annotator-2").as_posix()
    'data/pulled/data-codebook-1-annotator-2.parquet'
    """
    return folder / f"{name.replace(' ', '-').replace('/', '-')}.parquet"


def main(
    workspace: str,
    assignment_file: Path,
    adjudication_file: Path,
    key_file: Path,
    folder: Path,
    answer_file: Path,
    decision_file: Path,
    stray_file: Path,
) -> None:
    """Read everybody's project, write answers, decisions, and answers to what nobody was asked."""
    asked = rounds(workspace, "codebook", ASSIGNMENTS.read(assignment_file))
    judged = if_there(ADJUDICATION, adjudication_file).assign(purpose="adjudication")
    ruled = rounds(workspace, "adjudication", judged)
    named, studio = partial(pseudonym, workspace_key(key_file)), connect(os.environ)
    if asked and not any(place(folder, name).exists() or studio.find(name) for name in asked):
        raise ContractError(f"There is no project {next(iter(asked))!r}. Run `make push` first.")
    with alone("pull", key_file):
        found, foreign, notes = gather(studio, asked, folder, named, ANSWERS)
        decided, more, others = gather(studio, ruled, folder, named, DECISIONS)
        foreign = pa.concat_tables([foreign, more])
        if len(foreign) or stray_file.exists():
            keep(STRAYS, foreign, stray_file, "answers to tasks that nobody was asked")
        keep(ANSWERS, found, answer_file, "; ".join(notes))
        keep(DECISIONS, decided, decision_file, "; ".join(others))


if __name__ == "__main__":
    shell(main)
