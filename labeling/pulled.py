"""What was pulled of a project: kept whole in one file with how far it was read, and page by page while it is read."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.tables import Table
from corpus.whole import whole
from labeling.studio import Task
from labeling.tables import GIVEN, PULLED, STRAYS

LATE = timedelta(minutes=2)  # how long after the time it bears a change may become visible; no answer takes longer

pc: Any = pyarrow.compute  # its functions are made when it is imported: no type checker sees them

Naming = Callable[[int | None], str]  # an account's number -> its pseudonym


class Page(NamedTuple):
    """Some tasks as they were read, by number, and a row of PULLED for each of their answers."""

    tasks: list[int]
    rows: pa.Table


@dataclass(frozen=True)
class Mark:
    """How far a project was read: which it is, and since when what changed is to be read again ("" is: all)."""

    project: str = ""
    since: str = ""


def since(latest: str, clock: datetime) -> str:
    """From when on changes may be unseen, if a project was last changed at `latest` and read when it was `clock` there.

    >>> from datetime import UTC
    >>> since("2024-05-06T10:00:00Z", datetime(2024, 5, 6, 12, tzinfo=UTC))
    '2024-05-06T10:00:00.000000Z'
    >>> since("2024-05-06T11:59:00.5Z", datetime(2024, 5, 6, 12, tzinfo=UTC))
    '2024-05-06T11:58:00.000000Z'
    """
    return min(datetime.fromisoformat(latest), clock - LATE).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if latest else ""


def page(project: str, tasks: Sequence[Task], named: Naming) -> Page:
    """The tasks of one answer of Label Studio's as a page."""
    answers = [
        (task, answer) for task in tasks for answer in sorted(task.answers, key=lambda answer: int(answer["id"]))
    ]
    rows = [row(project, task, answer, named) for task, answer in answers]
    return Page([task.id for task in tasks], PULLED.batch(rows))


def row(project: str, task: Task, answer: Mapping[str, Any], named: Naming) -> tuple[object, ...]:
    """One row of PULLED; of the account nothing but its pseudonym."""
    return (
        f"{project}/{task.id}/{answer['id']}/{answer['updated_at']}",
        project,
        task.id,
        str(task.data.get("key", "")),
        answer["id"],
        named(answer["completed_by"]),
        answer["created_at"],
        answer["updated_at"],
        answer["lead_time"] or 0.0,
        answer["was_cancelled"],
        answer["ground_truth"],
        str(answer["parent_prediction"] or ""),
        answer["last_action"] or "",
        "",
        json.dumps(answer["result"], ensure_ascii=False),
    )


def merged(known: pa.Table, pages: Sequence[Page], project: str, everything: bool) -> pa.Table:
    """All rows, those that were read now among those known before.

    A row known before whose task was read now, and which is not there any more, is marked `changed` if its answer is
    there with a later change, else `deleted`. If everything was read, a task that was not among it is deleted too.
    """
    now = pa.concat_tables([PULLED.batch([]), *(one.rows for one in pages)])
    here = pc.is_in(known["pulled_id"], value_set=now["pulled_id"])
    tasks = pa.array([task for one in pages for task in one.tasks], pa.int64())
    read = pc.or_(pc.is_in(known["task"], value_set=tasks), everything)
    lacking = pc.and_(pc.and_not(read, here), stand(known, project))
    what = pc.if_else(pc.is_in(identity(known), value_set=identity(now)), "changed", "deleted")
    at, gone = PULLED.schema.get_field_index("gone"), pc.if_else(lacking, what, known["gone"])
    both = pa.concat_tables([known.set_column(at, PULLED.schema.field("gone"), gone), now])
    replaced = pa.chunked_array([*here.chunks, pa.repeat(False, len(now))], pa.bool_())
    return ordered(both, ("project", "task", "annotation", "updated_at"), replaced)


def ordered(rows: pa.Table, names: Sequence[str], left_out: pa.ChunkedArray) -> pa.Table:
    """The rows that are not left out, in the order of some columns; not copied if that is how they are."""
    order = pc.sort_indices(rows.select(names), sort_keys=[(name, "ascending") for name in names])
    order = order.filter(pc.invert(left_out.take(order)))
    as_it_is = len(order) == len(rows) and pc.all(pc.equal(order, pa.array(range(len(rows))))).as_py() is not False
    return rows if as_it_is else rows.take(order)


def identity(rows: pa.Table) -> pa.ChunkedArray:
    """Which answer a row is of, whatever became of it; Label Studio uses a deleted answer's number again."""
    numbers = [pc.cast(rows[name], pa.string()) for name in ("task", "annotation")]
    return pc.binary_join_element_wise(*numbers, rows["created_at"], "/")


def stand(rows: pa.Table, project: str) -> pa.ChunkedArray:
    """Which rows are answers that stand in this project."""
    return pc.and_(pc.equal(rows["project"], project), pc.equal(rows["gone"], ""))


def standing(rows: pa.Table, project: str) -> int:
    """How many answers stand in this project."""
    return len(rows.filter(stand(rows, project)))


def answers(known: pa.Table, asked: pd.DataFrame, table: Table) -> pa.Table:
    """The answers to what was asked in a project, in the order of the places."""
    place = pc.index_in(known["key"], value_set=pa.array(asked["task_key"], pa.string()))
    ours = ordered(known.append_column("place", place), ("place", "annotation", "updated_at"), pc.is_null(place))
    told = {name: pa.array(asked[name], pa.string()).take(ours["place"]) for name in GIVEN if name in asked}
    parts = told["assignment_id"], pc.cast(ours["annotation"], pa.string()), ours["updated_at"]
    told["answer_id"] = pc.binary_join_element_wise(*parts, "/")
    return pa.table([told[name] if name in told else ours[name] for name in GIVEN], schema=table.schema)


def check_unique(table: Table, rows: pa.Table) -> None:
    """Refuse rows of a table of which two have one key."""
    if pc.count_distinct(rows[table.key]).as_py() < len(rows):
        raise table.twice(f"a {table.key}")


def strays(known: pa.Table, asked: pd.DataFrame, name: str) -> pa.Table:
    """The answers in a project to tasks that nobody was asked."""
    theirs = known.filter(pc.invert(pc.is_in(known["key"], value_set=pa.array(asked["task_key"], pa.string()))))
    theirs = theirs.rename_columns({"pulled_id": "stray_id"})
    theirs = theirs.append_column("title", pa.array([name] * len(theirs), pa.string()))
    return theirs.select(list(STRAYS.columns)).cast(STRAYS.schema)


def load(path: Path) -> tuple[pa.Table, Mark]:
    """What is known of a project, of which nothing may be known yet, and how far it was read."""
    if not path.exists():
        return PULLED.batch([]), Mark()
    try:
        found = pq.read_table(path)
        return found.cast(PULLED.schema), Mark(**json.loads(found.schema.metadata[b"mark"]))
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, OSError) and error.errno:  # of the disk, and not of what stands on it
            raise
        raise ContractError(
            f"{path} is not what was pulled any more. Put a copy of it back; without one delete it, and `make pull` "
            "reads the whole project anew."
        ) from error


def save(rows: pa.Table, mark: Mark, path: Path) -> None:
    """Keep what is known of a project and how far it was read, both or neither."""
    write(rows, {"mark": asdict(mark)}, path)


def write(rows: pa.Table, about: Mapping[str, object], path: Path) -> None:
    """Write rows of PULLED, and something about them, as one file."""
    told = {name.encode(): json.dumps(value).encode() for name, value in about.items()}
    PULLED.save(rows.replace_schema_metadata({**PULLED.schema.metadata, **told}), path)


class Reading:
    """A reading of a project that can be broken off: finished pages lie in a folder until all are there."""

    def __init__(self, folder: Path, mark: Mark, begun: str) -> None:
        """Go on with the reading in the folder, if it is one of the same project since the same time."""
        self.folder, about = folder, folder / "about.json"
        wanted = asdict(mark)
        kept = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
        if {name: kept.get(name) for name in wanted} != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            kept = {**wanted, "begun": begun}
            with whole(about) as beside:
                beside.write_text(json.dumps(kept), encoding="utf-8")
        self.mark, self.begun = mark, str(kept["begun"])
        self.resumed = any(self.folder.glob("*.parquet"))

    def pages(self, fetch: Callable[[str, int], Page]) -> Iterator[Page]:
        """Every page, those that lie there first; fetch is told since when, and behind which task."""
        after = 0
        for path in sorted(self.folder.glob("*.parquet")):
            rows = pq.read_table(path)
            tasks = json.loads(rows.schema.metadata[b"tasks"])
            after = tasks[-1]
            yield Page(tasks, rows)
        while (one := fetch(self.mark.since, after)).tasks:
            after = one.tasks[-1]
            write(one.rows, {"tasks": one.tasks}, self.folder / f"{after:012}.parquet")
            yield one

    def close(self) -> None:
        """The pages are not needed any more."""
        shutil.rmtree(self.folder)
