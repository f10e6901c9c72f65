"""What is well and what is wrong with this machine, the environment, a workspace and the cluster, thing by thing."""

import fcntl
import locale
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from corpus import engine, partitions
from corpus.errors import ContractError
from corpus.tables import parts

OK, WRONG, UNUSED = "ok", "wrong", "not used"
PATIENCE = 2  # seconds in which a service of the same network answers
ROOM = 1_000_000_000  # bytes: 50,000 tasks with their answers and the tables made of them take half of it
PYTHONS = ((3, 11), (3, 14))  # the oldest that will do, and the first that will not
MAKES = (3, 81)  # the oldest make that knows what the Makefile says
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)( *;)?", re.MULTILINE)  # the `;` of a condition


class Check(NamedTuple):
    """What was looked at, its state, what was found, and what to do about it if something is to be done."""

    name: str
    state: str
    found: str
    remedy: str = ""


def told(name: str, error: ContractError) -> Check:
    """A person's mistake as a check: what is wrong, and behind the first full stop what to do."""
    found, _, remedy = str(error).partition(". ")
    return Check(name, WRONG, found, remedy)


def machine(workspace: Path, make: str, lock: Path) -> Iterator[Check]:
    """What all work needs, with or without a service."""
    yield python(sys.version_info[:2])
    yield makes(make)
    yield environment(lock.read_text(encoding="utf-8"), installed())
    yield words(locale.getpreferredencoding(), sys.getfilesystemencoding())
    yield disk(workspace)


def python(version: tuple[int, ...]) -> Check:
    """Whether this Python is one of those that the lock was made for."""
    found = f"{platform.python_version()}, {sys.prefix}"
    if PYTHONS[0] <= version < PYTHONS[1]:
        return Check("python", OK, found)
    return Check("python", WRONG, found, "Remove .venv and name a Python 3.11 to 3.13: `make PYTHON3=... doctor`.")


def makes(version: str) -> Check:
    """Whether this make understands the Makefile."""
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) >= MAKES:
        return Check("make", OK, version)
    return Check("make", WRONG, version or "it does not say its version", "Install GNU make 3.81 or newer.")


def installed() -> dict[str, str]:
    """The versions that are there: Python's, and each package's by its name as the lock writes it."""
    return {"python": platform.python_version()} | {
        re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in distributions()
    }


def environment(lock: str, there: Mapping[str, str]) -> Check:
    """Whether the packages are those of the lock; one that only some machines need may be away."""
    wanted: dict[str, list[str]] = {}  # one version, or one for each of several Pythons
    for name, version, some in LOCKED.findall(lock):
        if not some or name in there:
            wanted.setdefault(name, []).append(version)
    odd = sorted(name for name, versions in wanted.items() if there.get(name) not in versions)
    if not odd:
        return Check("packages", OK, f"{len(wanted):,}, each as requirements.lock has it")
    first = f"{odd[0]} is {there.get(odd[0], 'not there')}, locked is {' or '.join(wanted[odd[0]])}"
    found = f"{len(odd):,} of {len(wanted):,} differ from requirements.lock: {first}"
    return Check("packages", WRONG, found, "Set them up anew: `rm .venv/ready`, then `make doctor`.")


def words(text: str, names: str) -> Check:
    """Whether text and the names of files are UTF-8 here."""
    if {encoding.lower().replace("-", "") for encoding in (text, names)} == {"utf8"}:
        return Check("locale", OK, "UTF-8")
    found = f"text is {text}, and names of files are {names}"
    return Check("locale", WRONG, found, "`export LC_ALL=C.UTF-8` (on macOS en_US.UTF-8).")


def disk(folder: Path) -> Check:
    """Whether there is room where the workspace is, and whether it may be written to."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:,.1f} GB free at {folder}"
    return Check("disk", OK, found) if free > ROOM else Check("disk", WRONG, found, "Make room before you go on.")


def workspace(folder: Path, raw: Path) -> Iterator[Check]:
    """What a workspace holds: raw articles, tables that can be read, and whether somebody is at work on it."""
    yield articles(raw)
    yield tables(folder)
    yield lock(folder)


def articles(raw: Path) -> Check:
    """Whether there is a folder of raw articles, which only a workspace that begins with articles needs."""
    if not raw.exists():
        return Check("articles", UNUSED, f"{raw} is not there: name your own, `make items RAW=folder`, or `make fetch`")
    if not raw.is_dir():
        return Check("articles", WRONG, f"{raw} is no folder", "Name the folder it lies in: `make items RAW=folder`.")
    try:
        some = any(path.is_file() for path in raw.rglob("*"))
    except OSError as error:
        return Check("articles", WRONG, f"{raw}: {error.strerror}", "Give yourself the right to read it.")
    return (
        Check("articles", OK, f"{raw}") if some else Check("articles", WRONG, f"{raw} is empty", "Put articles there.")
    )


def tables(folder: Path) -> Check:
    """Whether every table of the workspace can be read, as far as its files' ends tell."""
    found = sorted(folder.glob("*.parquet"))
    for path in found:
        try:
            for part in parts(path):
                pq.read_metadata(part)
        except (pa.ArrowException, OSError):
            remedy = f"Delete it and run `make {path.stem}`."
            return Check("tables", WRONG, f"{path} cannot be read", remedy)
    if not found:
        return Check("tables", UNUSED, f"none in {folder} yet")
    return Check("tables", OK, f"{counted(len(found), 'table')} in {folder}, each can be read")


def lock(folder: Path) -> Check:
    """Whether another run is at work on the workspace."""
    held = folder / partitions.RUNNING
    if not held.exists():
        return Check("runs", OK, f"nobody is at work in {folder}")
    with held.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return Check("runs", WRONG, f"a run is at work in {folder}", "Wait until it has ended, or stop it.")
    return Check("runs", OK, f"nobody is at work in {folder}")


def dask(environ: Mapping[str, str]) -> Check:
    """Whether the Dask cluster answers, knows the project, has workers, and has what we have."""
    address = environ.get("DASK_SCHEDULER", "")
    if not address:
        return Check("dask", UNUSED, "DASK_SCHEDULER is not set: this machine's processes do the work")
    try:
        return workers(address, engine.ask(address, installed, PATIENCE), installed())
    except ContractError as error:
        return told("dask", error)


def workers(address: str, there: Mapping[str, Mapping[str, str]], here: Mapping[str, str]) -> Check:
    """Whether a cluster has workers, and each of them our versions of what both have."""
    if not there:
        remedy = f"Start some in the project's folder: `PYTHONPATH=. .venv/bin/dask worker {address}`."
        return Check("dask", WRONG, f"{address} has no workers", remedy)
    for worker, versions in sorted(there.items()):
        odd = sorted(name for name in versions.keys() & here.keys() if versions[name] != here[name])
        if odd:
            found = f"{worker} has {odd[0]} {versions[odd[0]]}, and we have {here[odd[0]]}"
            return Check("dask", WRONG, found, "Set up .venv from the same requirements.lock on every machine.")
    return Check("dask", OK, f"{address}, {counted(len(there), 'worker')} with our versions")


def counted(number: int, what: str) -> str:
    """So many of something.

    >>> counted(1, "worker"), counted(1200, "worker")
    ('1 worker', '1,200 workers')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
