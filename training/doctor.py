"""What is well and what is wrong with a workspace and the services it talks to, a line each."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from corpus.shell import shell
from labeling.health import WRONG, Check, checks


def line(check: Check) -> str:
    """One check as it is shown.

    >>> line(Check("disk", "doubtful", "0.2 GB free at data", "Make room."))
    'disk      doubtful  0.2 GB free at data. Make room.'
    """
    return f"{check.name:9} {check.state:9} {check.found}{f'. {check.remedy}' if check.remedy else ''}"


def main(workspace: Path) -> None:
    """Look at everything, say what was found, and end with an error if something is wrong."""
    found = checks(os.environ, workspace, datetime.now(UTC))
    print("\n".join(line(check) for check in found), flush=True)
    sys.exit(any(check.state == WRONG for check in found))


if __name__ == "__main__":
    shell(main)
