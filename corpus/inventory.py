"""A raw folder -> the list of its files, rewritten only when a file came, went or changed."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.whole import whole


def inventory(folder: Path, before: str, today: str) -> str:
    """The folder on the first line, then a line a file: path from there, bytes, time of change in ns, day first seen.

    Every line is JSON, since a file's name may hold a tab or a newline. Hidden files and folders (a name with a leading
    dot) are no articles and are not listed. The day is what a date in the file is held against, and stays while the
    file does: so what is made of it does not hang on the day it is made.
    """
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(here, name) for name in files if not name.startswith(".")]
    rows = sorted((file.relative_to(folder).as_posix(), file.stat()) for file in found if file.is_file())
    seen = {(name, size, changed): day for name, size, changed, day in map(json.loads, before.splitlines()[1:])}
    listed = [(name, now.st_size, now.st_mtime_ns) for name, now in rows]
    lines = [json.dumps([*file, seen.get(file, today)]) for file in listed]
    return "\n".join([json.dumps(str(folder), ensure_ascii=False), *lines]) + "\n"


def main(folder: Path, out: Path) -> None:
    """List the raw folder; leave the list alone if nothing changed, so that make has nothing to do."""
    if not folder.is_dir():
        raise ContractError(
            f"There is no folder {folder}. Put articles (pages, text, tables, WARC) there, run `make fetch`, "
            "or name another: `make articles RAW=folder`."
        )
    before = out.read_text(encoding="utf-8") if out.exists() else ""
    now = inventory(folder, before, datetime.now(UTC).date().isoformat())
    if before == now:
        return
    with whole(out) as beside:
        beside.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    shell(main)
