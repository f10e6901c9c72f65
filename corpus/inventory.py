"""A raw folder -> the list of its files, rewritten only when a file came, went or changed."""

import json
import os
from pathlib import Path

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.whole import whole


def inventory(folder: Path) -> str:
    """The folder on the first line, then one line a file: its path from there, its bytes, its time of change in ns.

    Every line is JSON, since a file's name may hold a tab or a newline. Hidden files and folders (a name with a leading
    dot) are no articles and are not listed.
    """
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(here, name) for name in files if not name.startswith(".")]
    rows = sorted((file.relative_to(folder).as_posix(), file.stat()) for file in found if file.is_file())
    lines = [json.dumps([name, seen.st_size, seen.st_mtime_ns]) for name, seen in rows]
    return "\n".join([json.dumps(str(folder), ensure_ascii=False), *lines]) + "\n"


def main(folder: Path, out: Path) -> None:
    """List the raw folder; leave the list alone if nothing changed, so that make has nothing to do."""
    if not folder.is_dir():
        raise ContractError(
            f"There is no folder {folder}. Put articles (.txt, .md, .html, .jsonl) there, "
            "or name another: `make articles RAW=folder`."
        )
    now = inventory(folder)
    if out.exists() and out.read_text(encoding="utf-8") == now:
        return
    with whole(out) as beside:
        beside.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    shell(main)
