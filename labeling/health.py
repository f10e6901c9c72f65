"""What is well and what is wrong between us and Label Studio, thing by thing."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from corpus.errors import ContractError
from labeling.studio import Studio, check_version, named
from labeling.trouble import kind

WELL, DOUBTFUL, WRONG, UNKNOWN = "well", "doubtful", "wrong", "unknown"
SKEW = 60  # seconds that two clocks may differ
ROOM = 1_000_000_000  # bytes: 50,000 tasks with their answers and the tables made of them take half of it
ALONE = 2  # accounts of somebody who works alone: an administrator's and an annotator's
NEED_MORE = ("version", "token", "clock", "rights", "database")  # what is unknown where something before it is wrong


class Check(NamedTuple):
    """What was looked at, its state, what was found, and what to do about it if something is to be done."""

    name: str
    state: str
    found: str
    remedy: str = ""


def checks(environ: Mapping[str, str], folder: Path, now: datetime) -> list[Check]:
    """All that can be looked at, in the order in which one thing needs the other; never a key."""
    found = list(talk(environ, now))
    seen = {one.name for one in found}
    why = "not looked at, since something before it is wrong"
    found += [Check(name, UNKNOWN, why) for name in NEED_MORE if name not in seen]
    return [*found, disk(folder)]


def talk(environ: Mapping[str, str], now: datetime) -> Iterator[Check]:
    """What can be seen of the Label Studio that the environment names, up to the first thing that is wrong."""
    name = "address"
    try:
        url, key = named(environ)
        release = check_version(url)
        yield Check(name, WELL, url)
        name = "version"
        yield Check(name, WELL, release)
        name = "token"
        studio = Studio(url, key, patience=0)
        yield Check(name, WELL, f"{kind(key)}, accepted")
        yield clock(studio.clock, now)
        name = "rights"
        studio.invitation()
        yield Check(name, WELL, "may make projects, tasks and invitations")
        name = "database"
        yield database(studio.database(), len(studio.members()))
    except ContractError as error:
        found, _, remedy = str(error).partition(". ")
        yield Check(name, WRONG, found, remedy)


def clock(theirs: datetime, ours: datetime) -> Check:
    """Whether the server's clock, which every answer's time comes from, shows the same as ours."""
    seconds = round((theirs - ours).total_seconds())
    if abs(seconds) <= SKEW:
        return Check("clock", WELL, f"the server's differs from ours by {abs(seconds)} s")
    ahead = f"{abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'}"
    return Check("clock", DOUBTFUL, f"the server's is {ahead} ours", "Answers bear the server's time: set both by NTP.")


def database(behind: str, people: int) -> Check:
    """Which database is behind it, told by how it answers; SQLite is no database for several people at once."""
    if not behind:
        return Check("database", UNKNOWN, "cannot be told before a task is there")
    found = f"{behind}, and {people} account{'' if people == 1 else 's'}"
    if behind == "SQLite" and people > ALONE:
        return Check("database", DOUBTFUL, found, "For several people at once put PostgreSQL behind Label Studio.")
    return Check("database", WELL, found)


def disk(folder: Path) -> Check:
    """Whether there is room where the workspace is."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:,.1f} GB free at {folder}"
    return Check("disk", WELL, found) if free > ROOM else Check("disk", DOUBTFUL, found, "Make room before you go on.")
