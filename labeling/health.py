"""What is well and what is wrong between us and Label Studio, thing by thing."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from corpus.errors import ContractError
from corpus.health import OK, UNUSED, WRONG, Check, counted, told
from labeling.ports import FOR_PEOPLE, free_port
from labeling.studio import Studio, check_version, named
from labeling.trouble import kind

SKEW = 60  # seconds that two clocks may differ
ALONE = 2  # accounts of somebody who works alone: an administrator's and an annotator's
SETTINGS = ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY")


def studio(environ: Mapping[str, str], now: datetime) -> list[Check]:
    """All that can be seen of the Label Studio that the environment names, if it names one; never a key."""
    if not any(environ.get(name, "").strip() for name in SETTINGS):
        return [Check("studio", UNUSED, f"{' and '.join(SETTINGS)} are not set: `make studio` starts one and says how")]
    return list(talk(environ, now))


def talk(environ: Mapping[str, str], now: datetime) -> Iterator[Check]:
    """What can be seen, in the order in which one thing needs the other, up to the first thing that is wrong."""
    name = "studio"
    try:
        url, key = named(environ)
        release = check_version(url)
        yield Check(name, OK, f"{url}, Label Studio {release}")
        name = "token"
        studio = Studio(url, key, patience=0)
        yield Check(name, OK, f"{kind(key)}, accepted")
        yield clock(studio.clock, now)
        name = "rights"
        studio.invitation()
        yield Check(name, OK, "may make projects, tasks and invitations")
        name = "database"
        yield database(studio.database(), len(studio.members()))
    except ContractError as error:
        yield told(name, error)


def clock(theirs: datetime, ours: datetime) -> Check:
    """Whether the server's clock, which every answer's time comes from, shows the same as ours."""
    seconds = round((theirs - ours).total_seconds())
    if abs(seconds) <= SKEW:
        return Check("clock", OK, f"the server's differs from ours by {abs(seconds)} s")
    ahead = f"{abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'}"
    return Check("clock", WRONG, f"the server's is {ahead} ours", "Answers bear the server's time: set both by NTP.")


def database(behind: str, people: int) -> Check:
    """Which database is behind it, told by how it answers; SQLite is no database for several people at once."""
    if not behind:
        return Check("database", UNUSED, "which one it is cannot be told before a task is there")
    found = f"{behind}, and {counted(people, 'account')}"
    if behind == "SQLite" and people > ALONE:
        return Check("database", WRONG, found, "For several people at once put PostgreSQL behind Label Studio.")
    return Check("database", OK, found)


def port() -> Check:
    """At which port `make studio` would listen now."""
    free = free_port(FOR_PEOPLE)
    found = f"{free} is free" if free == FOR_PEOPLE else f"{FOR_PEOPLE} is taken"
    return Check("port", OK, f"{found}: `make studio` takes {free}")
