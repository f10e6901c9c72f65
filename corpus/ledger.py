"""The ledger of a raw folder: one line for each address that was asked, and what came of it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from corpus.errors import ContractError

NAME = ".fetched.jsonl"  # hidden: it is no article, and the inventory passes over it


@dataclass(frozen=True)
class Attempt:
    """What came of asking one address; "" or 0 where there is nothing to say."""

    url: str  # as it was asked
    final_url: str  # where its redirects led
    time: str  # when it ended, UTC, ISO 8601
    outcome: str  # "new", "unchanged", "list" or "not fetched"
    tries: int = 0  # requests, without those for redirects and robots.txt
    status: int = 0
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""  # of the page's bytes, unpacked
    file: str = ""  # where the page is kept, from the raw folder
    reason: str = ""  # why it is not kept
    detail: str = ""  # what exactly was wrong


class Ledger:
    """Attempts on disk, only ever added to; a line that was half written when a run was stopped is passed over."""

    def __init__(self, folder: Path) -> None:
        """Read what was kept, and get ready to add."""
        if folder.exists() and not folder.is_dir():
            raise ContractError(f"{folder} is a file. Name a folder for the pages: `make fetch DATA=folder`.")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / NAME
        self.kept = {attempt.url: attempt for attempt in read(self.path) if attempt.file}

    def page(self, url: str) -> Attempt | None:
        """The last attempt by which this address gave a page, if its file is still there."""
        attempt = self.kept.get(url)
        return attempt if attempt and (self.folder / attempt.file).is_file() else None

    def fresh(self, url: str, now: datetime, hours: float) -> bool:
        """Whether the address gave a page, or the same page again, so lately that it is not asked."""
        attempt = self.page(url)
        return attempt is not None and now - datetime.fromisoformat(attempt.time) < timedelta(hours=hours)

    def add(self, attempt: Attempt) -> None:
        """Write a line, at once; behind a half-written one it starts anew."""
        line = json.dumps(asdict(attempt), ensure_ascii=False) + "\n"
        with self.path.open("a+b") as file:
            if file.tell() and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
                file.write(b"\n")
            file.write(line.encode("utf-8", "replace"))
        if attempt.file:
            self.kept[attempt.url] = attempt


def read(path: Path) -> Iterator[Attempt]:
    """The whole lines of a ledger, of which there may be none."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                yield attempt(json.loads(line))
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                continue


def attempt(said: Any) -> Attempt:
    """A line of a ledger, or an error if it is none; what a later version may have added is passed over."""
    kinds = {field.name: field.type for field in fields(Attempt)}
    told = {name: value for name, value in said.items() if name in kinds}
    if wrong := [name for name, value in told.items() if type(value) is not kinds[name]]:
        raise TypeError(wrong)
    if datetime.fromisoformat(told["time"]).tzinfo is None:
        raise ValueError(told)
    return Attempt(**told)
