"""A raw folder -> the list of its files, rewritten only when a file came, went or changed."""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from corpus import listing
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.whole import whole


def inventory(folder: Path, before: Iterable[listing.Row], today: str) -> str:
    """The folder on the first line, then a line a file: path from there, bytes, time of change in ns, day first seen.

    Every line is JSON, since a file's name may hold a tab or a newline. Hidden files and folders (a name with a leading
    dot) are no articles and are not listed. The day is what a date in the file is held against, and stays while the
    file does: so what is made of it does not hang on the day it is made.
    """
    rows = sorted(
        (file.relative_to(folder).as_posix(), *changed(file)) for file in files(folder, {os.path.realpath(folder)})
    )
    seen = {(name, size, time): day for name, size, time, day in before}
    lines = [json.dumps([*row, seen.get(row, today)]) for row in rows]
    return "\n".join([json.dumps(str(folder), ensure_ascii=False), *lines]) + "\n"


def files(folder: Path, seen: set[str]) -> Iterator[Path]:
    """The files of a folder and of those in it, links followed, each folder once; one that is closed counts itself."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            yield Path(entry)
        elif (real := os.path.realpath(entry)) not in seen:
            seen.add(real)
            yield from files(Path(entry), seen)


def changed(file: Path) -> tuple[int, int]:
    """The bytes of a file and when it changed; of a link that leads nowhere, its own."""
    try:
        found = file.stat()
    except OSError:
        found = file.lstat()
    return found.st_size, found.st_mtime_ns


def main(folder: Path, out: Path) -> None:
    """List the raw folder; leave the list alone if nothing changed, so that make has nothing to do."""
    if folder.is_file():
        raise ContractError(f"{folder} is a file. Name the folder it stands in: `make articles RAW=folder`.")
    if not folder.is_dir():
        raise ContractError(
            f"There is no folder {folder}. Put articles (pages, text, tables, WARC) there, run `make fetch`, "
            "or name another: `make articles RAW=folder`."
        )
    former, before = listing.read(out) if out.exists() else (folder, [])
    if former.resolve() != folder.resolve():
        print(f"inventory: the articles are those of {folder} now, and no longer those of {former}", flush=True)
    now = inventory(folder, before, datetime.now(UTC).date().isoformat())
    if out.exists() and now == out.read_text(encoding="utf-8", errors="surrogateescape"):
        return
    with whole(out) as beside:
        beside.write_text(now, encoding="utf-8", errors="surrogateescape")


if __name__ == "__main__":
    shell(main)
