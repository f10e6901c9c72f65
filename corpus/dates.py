"""Dates as their sources write them -> dates as we write them."""

import re
from datetime import UTC, date, datetime

from dateutil import parser

from corpus.records import Rejected

SECONDS = re.compile(r"(\d{10})(\d{3})?(\.\d+)?")  # since 1970, or thousandths of them
YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d\d?)\2(\d\d?)(?!\d)")
TOGETHER = re.compile(r"(\d{4})()(\d\d)(\d\d)(?=\D|\d{6}$|$)")  # 20240501, 20240501T120000Z, 20240501120000
MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
LONGEST = 60  # characters of a date in words
FILLINGS = datetime(1996, 1, 1), datetime(2004, 2, 2)  # what a date in words is filled up with where it says nothing


def day(said: str) -> str:
    """The day of a date as a source writes it: YYYY-MM-DD, "" for none.

    A date in figures is read only if its year comes first, since 3/4/2024 is two days; one that names its month is read
    as English, and only if it says day, month and year: filled up in two ways, it must stay the same.
    """
    try:
        found = in_figures(said) or in_words(said)
    except (ValueError, OverflowError):
        found = None
    if said and not found:
        raise Rejected("bad date", f"{said[:40]!r} is no YYYY-MM-DD")
    return found.isoformat() if found else ""


def in_figures(said: str) -> date | None:
    """The day of a date that is all figures, its year first, or seconds since 1970."""
    if seconds := SECONDS.fullmatch(said):
        return datetime.fromtimestamp(int(seconds[1]), UTC).date()
    found = YEAR_FIRST.match(said) or TOGETHER.match(said)
    return date(int(found[1]), int(found[3]), int(found[4])) if found else None


def in_words(said: str) -> date | None:
    """The day of a date that names its month."""
    if len(said) > LONGEST or not MONTH.search(said):
        return None
    one, other = (parser.parse(said, default=filling, ignoretz=True).date() for filling in FILLINGS)
    return one if one == other else None


def readable(said: object) -> bool:
    """Whether a source's date can be read."""
    try:
        return bool(day(str(said).strip()))
    except Rejected:
        return False


def moment(said: str) -> str:
    """A moment as ISO 8601 in UTC, to the second, "" for none.

    >>> moment("2024-05-01 12:00:00+02:00"), moment("yesterday")
    ('2024-05-01T10:00:00Z', '')
    """
    try:
        found = datetime.fromisoformat(said.strip().replace(" UTC", "Z"))
        return f"{found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return ""
