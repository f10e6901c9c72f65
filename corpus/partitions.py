"""A table in partitions: a folder of Parquet parts, made place by place, kept while others are made, put up whole."""

import fcntl
import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from corpus.engine import each
from corpus.errors import ContractError
from corpus.tables import Table
from corpus.whole import whole

STAMP = "made.json"
CODE = ("*.py", "splitting.toml")  # what this stage is made of: its code, and the words that code reads for itself
RUNNING = ".running"  # the file of a workspace that a run holds while it works
HELD: dict[Path, IO[str]] = {}  # the workspaces that are ours, by the file that says so


@dataclass(frozen=True)
class Task:
    """One partition's work: job(*args, place) writes its files into place; reads are the files its outcome hangs on."""

    args: tuple[Any, ...]
    reads: tuple[Path, ...]


def workshop(out: Path) -> Path:
    """The hidden folder beside a table where its parts are made; it stays, so that a change makes one part anew."""
    return (out.parent / f".{out.name}.making").absolute()


def hold(folder: Path) -> None:
    """Keep other runs out of a workspace until this process ends, however it ends."""
    if folder in HELD:
        return
    folder.mkdir(parents=True, exist_ok=True)
    HELD[folder] = (folder / RUNNING).open("w")
    try:
        fcntl.flock(HELD[folder], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        HELD.pop(folder).close()
        raise ContractError(
            f"Another run is at work in {folder}. Wait until it has ended, or work in another folder: DATA=folder."
        ) from error
    except OSError:  # a file system that knows no locks
        return


def build(job: Callable[..., Any], tasks: Sequence[Task], out: Path, what: str) -> list[tuple[Path, Any]]:
    """Do what is not done yet; return each task's place and what its job told, which is plain JSON, in their order.

    A place is done when its stamp says that this code made it from these very bytes: so an interrupted run goes on
    where it stopped, and one more raw file makes one place anew.
    """
    hold(out.parent.absolute())
    places = [workshop(out) / f"{number:05}" for number in range(len(tasks))]
    told = each(perform, [(job, task, place) for task, place in zip(tasks, places, strict=True)], what)
    for place in set(workshop(out).glob("*")) - set(places):
        remove(place)
    return list(zip(places, told, strict=True))


def perform(job: Callable[..., Any], task: Task, place: Path) -> Any:
    """Do one task, unless it is done; the stamp is written last."""
    stamp, wanted = place / STAMP, fingerprint(job, task)
    if stamp.exists():
        found = json.loads(stamp.read_text(encoding="utf-8"))
        if found["from"] == wanted:
            return found["told"]
    remove(place)
    place.mkdir(parents=True)
    told = job(*task.args, place)
    with whole(stamp) as beside:
        beside.write_text(json.dumps({"from": wanted, "told": told}), encoding="utf-8")
    return told


def fingerprint(job: Callable[..., Any], task: Task) -> str:
    """What a place is made from: the job, its plain arguments, the bytes that it reads, and the code of this stage."""
    plain = repr([arg for arg in task.args if not isinstance(arg, Path)])
    code = sorted(path for pattern in CODE for path in Path(__file__).parent.glob(pattern))
    name = inspect.getmodulename(inspect.getfile(job))
    return hashlib.sha256(
        "\n".join([f"{name}.{job.__name__}", plain, *map(digest, [*task.reads, *code])]).encode()
    ).hexdigest()


def digest(path: Path) -> str:
    """The sha256 of a file's bytes, "" of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def put_up(table: Table, made: Sequence[Path], out: Path) -> None:
    """Make the table of its parts, in their order: whole, and in place of what stood there before."""
    new, old = (out.with_name(f".{out.name}.{age}") for age in ("new", "old"))
    remove(new)
    new.mkdir(parents=True)
    for number, path in enumerate(made):
        link(path, new / f"part-{number:05}.parquet")
    if not made:
        table.save(table.batch([]), new / "part-00000.parquet")
    remove(old)
    if out.exists():
        out.rename(old)
    new.rename(out)
    remove(old)


def link(path: Path, name: Path) -> None:
    """Give a file a second name, or copy it where the file system has none."""
    try:
        os.link(path, name)
    except OSError:
        shutil.copyfile(path, name)


def remove(place: Path) -> None:
    """Remove a folder, or a file that stands where a folder will."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
