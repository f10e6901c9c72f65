"""What can go wrong between us and a Label Studio: told in one line, and outlasted where that is possible."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from corpus.errors import ContractError

Answer = TypeVar("Answer")

PATIENCE = 60.0  # seconds for which a Label Studio may be away before we give up
FIRST, LONGEST = 0.5, 8.0  # seconds between two tries: each pause is twice the one before
BUSY = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class Lost(ContractError):
    """The connection broke, and nobody knows whether the last request was carried out."""


class Refused(Exception):
    """The request came and was not carried out."""

    def __init__(self, status: int, detail: str = "") -> None:
        """The HTTP status, and why if a reason was given."""
        super().__init__(status, detail)
        self.status, self.detail = status, detail


def patient(ask: Callable[[], Answer], patience: float = PATIENCE) -> Answer:
    """Ask again, each time later, while the connection is lost; only what may be asked twice is asked so."""
    pause, until = FIRST, time.monotonic() + patience
    while True:
        try:
            return ask()
        except Lost:
            if time.monotonic() + pause > until:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)


@contextmanager
def told(url: str, key: str) -> Iterator[None]:
    """Tell what went wrong in one line, without what Label Studio puts into its own: cookies, keys, pages."""
    try:
        yield
    except httpx.ConnectError:
        raise Lost(
            f"Nobody answers at {url}. Start Label Studio with `make studio`, or correct LABEL_STUDIO_URL."
        ) from None
    except httpx.TransportError as error:
        raise Lost(lost(url, type(error).__name__)) from None
    except Refused as error:
        if error.status in BUSY or error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Lost(lost(url, f"HTTP {error.status}")) from None
        raise ContractError(refusal(url, key, error.status, error.detail)) from None


def lost(url: str, how: str) -> str:
    """What to say when nobody knows whether a request was carried out."""
    return (
        f"The connection to {url} was lost ({how}). "
        "Run the same command again: it looks what is there, and sends nothing twice."
    )


def refusal(url: str, key: str, status: int, detail: str) -> str:
    """What to say of a request that was refused."""
    if status == httpx.codes.UNAUTHORIZED:
        return f"{url} does not accept LABEL_STUDIO_API_KEY, {kind(key)}. {remedy(key)}"
    if status == httpx.codes.FORBIDDEN:
        return f"The account of LABEL_STUDIO_API_KEY may not do this at {url}. Export the key of an administrator."
    if status == httpx.codes.NOT_FOUND:
        return f"What was asked for is not at {url}: a project or a task was deleted. Run `make push` again."
    said = " ".join((detail or "no reason given").split())[:300]
    return f"{url} refused the request (HTTP {status}: {said})."


def personal(key: str) -> bool:
    """Whether a key has the look of a personal token: header.payload.signature.

    >>> personal("eyJh.eyJl.c2ln"), personal("0123456789abcdef0123456789abcdef01234567")
    (True, False)
    """
    return key.count(".") == 2  # noqa: PLR2004 - three parts


def kind(key: str) -> str:
    """Which kind of key was given, without showing it."""
    if re.fullmatch(r"[0-9a-f]{40}", key):
        return "a legacy token (40 hex digits)"
    if personal(key):
        return "a personal token (three parts between dots)"
    return "which is neither a legacy token (40 hex digits) nor a personal token (three parts between dots)"


def remedy(key: str) -> str:
    """What to do when a key of this kind is refused."""
    if re.fullmatch(r"[0-9a-f]{40}", key):
        return (
            "Export the one `make studio` printed; a Label Studio of your own may have legacy tokens switched off: "
            "then export a personal token (Account & Settings, Personal Access Token)."
        )
    if personal(key):
        return (
            "It is revoked, expired, or of another Label Studio: make a new one "
            "(Account & Settings, Personal Access Token) and export it."
        )
    return "Copy the whole of it again."
