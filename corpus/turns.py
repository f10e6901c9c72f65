"""Whose turn it is: each host has a queue and a pace of its own, and different hosts go on in between."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


@dataclass(frozen=True)
class Clock:
    """How time is told and passed; the tests have a clock that does not wait."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    passed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Task:
    """An address to be asked: where its redirects have led so far, and how often it was tried there."""

    asked: str
    url: httpx.URL
    depth: int  # lists that lead to it
    behind: list[str] = field(default_factory=list)  # the addresses that redirected it
    tries: int = 0


@dataclass
class Lane:
    """The queue of one host: not asked before `due`, and no more once `closed` says why."""

    due: float = 0.0
    tasks: deque[Task] = field(default_factory=deque)
    delay: float = 0.0  # seconds between two requests, as its robots.txt wants
    failures: int = 0  # in a row, each after all its tries
    closed: str = ""


class Turns:
    """The lanes of all hosts."""

    def __init__(self, clock: Clock, seconds_between: float) -> None:  # noqa: D107 - the class says it
        self.clock, self.seconds_between = clock, seconds_between
        self.lanes: dict[str, Lane] = {}

    def lane(self, url: httpx.URL) -> Lane:
        """The lane of an address's host, whatever the scheme and port."""
        return self.lanes.setdefault(url.host, Lane())

    def next(self) -> Lane | None:
        """The lane whose turn comes first, closed ones before all; None when nothing waits."""
        waiting = [lane for lane in self.lanes.values() if lane.tasks]
        return min(waiting, key=lambda lane: 0 if lane.closed else lane.due, default=None)

    def wait(self, lane: Lane) -> None:
        """Sleep until the host may be asked."""
        if (seconds := lane.due - self.clock.passed()) > 0:
            self.clock.sleep(seconds)

    def asked(self, lane: Lane) -> None:
        """Let the host rest after a request."""
        self.postpone(lane, max(self.seconds_between, lane.delay))

    def postpone(self, lane: Lane, seconds: float) -> None:
        """Ask the host nothing for some seconds; it never makes a pause shorter."""
        lane.due = max(lane.due, self.clock.passed() + seconds)


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, given as such or as a date; None if it asks nothing that can be read.

    >>> retry_after("120", datetime.now(UTC)), retry_after("soon", datetime.now(UTC))
    (120.0, None)
    """
    if value.isascii() and value.isdecimal() and len(value) < 10:  # noqa: PLR2004 - 10 digits are centuries
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return None
