"""What is well and what is wrong with a machine, a workspace and the services it talks to, a line each."""

import os
import shutil
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from corpus.health import WRONG, Check, counted, dask, machine, workspace
from corpus.shell import shell
from labeling.health import port, studio
from training.health import hub

MARGIN = 22  # columns before what was found


def line(check: Check, width: int) -> str:
    """One check as it is shown, and below it what to do.

    >>> print(line(Check("disk", "wrong", "0.2 GB free at data", "Make room."), 60))
      disk      wrong     0.2 GB free at data
                          Make room.
    """
    begun = f"  {check.name:9} {check.state:10}"
    told = [textwrap.wrap(words, width - MARGIN, break_on_hyphens=False) for words in (check.found, check.remedy)]
    return begun + f"\n{' ' * MARGIN}".join(part for parts in told for part in parts)


def looked(folder: Path, raw: Path, lock: Path, make: str) -> list[Check]:
    """All checks, in the order in which one thing needs the other; the services are asked at the same time."""
    with ThreadPoolExecutor() as pool:
        labels = pool.submit(studio, os.environ, datetime.now(UTC))
        cluster, release = pool.submit(dask, os.environ), pool.submit(hub)
        here = [*machine(folder, make, lock), port(), *workspace(folder, raw)]
        return [*here, *labels.result(), cluster.result(), release.result()]


def closing(found: list[Check]) -> str:
    """How many things are wrong, and which."""
    wrong = [check.name for check in found if check.state == WRONG]
    return f"{counted(len(wrong), 'thing')} to mend: {', '.join(wrong)}." if wrong else "Nothing is wrong."


def main(lock: Path, make: str, folder: Path, raw: Path) -> None:
    """Look at everything, say what was found, and end with an error if something is wrong."""
    found = looked(folder, raw, lock, make)
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    print("\n".join([*(line(check, width) for check in found), "", closing(found)]), flush=True)
    sys.exit(any(check.state == WRONG for check in found))


if __name__ == "__main__":
    shell(main)
