"""A Label Studio that is killed and comes back at its address, and verbs that are killed while they talk to it."""

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from labeling.ports import free_port
from labeling.server import Server, serve
from labeling.studio import Project, Studio
from tests.house import ROOT
from tests.workspace import Workspace, door

SLOW = 600.0  # seconds that a verb or a start may take on a machine with other work to do


class Mortal:
    """A server in a folder; after kill() and start() it is there again, with all that it had promised."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.port = folder, free_port()
        self.environ = {"LABEL_STUDIO_API_KEY": secrets.token_hex(20), **environ}
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        self.running: AbstractContextManager[Server] = serve(self.folder, self.port, self.environ, SLOW)
        self.server = self.running.__enter__()

    def kill(self) -> None:
        """End it as a power cut does."""
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.running.__exit__(None, None, None)

    def close(self) -> None:
        """End it in good order."""
        self.running.__exit__(None, None, None)

    def opened(self) -> Studio:
        """It, as its administrator sees it."""
        return door(self.server.url, self.server.api_key)

    def begin(self, verb: str, workspace: Workspace) -> subprocess.Popen[str]:
        """Start a verb as a process of its own."""
        key = {"LABEL_STUDIO_URL": self.server.url, "LABEL_STUDIO_API_KEY": self.server.api_key}
        words = [sys.executable, "-m", f"labeling.{verb}", *workspace.words(verb)]
        return subprocess.Popen(
            words, cwd=ROOT, env={**os.environ, **key}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, verb: str, workspace: Workspace) -> tuple[float, str]:
        """Run a verb to its end; return how long it took, in seconds, and what it said."""
        begun = time.monotonic()
        process = self.begin(verb, workspace)
        said, _ = process.communicate(timeout=SLOW)
        assert process.returncode == 0, said
        return time.monotonic() - begun, said

    def disturb(self, verb: str, workspace: Workspace, after: float, whom: str) -> bool:
        """Run a verb, kill it or the server after some seconds, and say whether it ended well all the same."""
        process = self.begin(verb, workspace)
        time.sleep(after)
        ended = process.poll() is not None
        if whom == "server":
            self.kill()
            self.start()
        elif not ended:
            process.kill()
        said, _ = process.communicate(timeout=SLOW)
        assert process.returncode in (0, 1, -signal.SIGKILL), said
        assert "Traceback" not in said, said
        return process.returncode == 0


def moments(seed: int, count: int, longest: float) -> list[tuple[float, str]]:
    """When to kill, in seconds from the start of a verb, and whom; the client and the server by turns."""
    chance = random.Random(seed)  # noqa: S311 - a test, no secret
    return [(chance.uniform(0, longest), ("client", "server")[at % 2]) for at in range(count)]


def held(project: Project) -> list[str]:
    """The key of each task."""
    return [one.key for one in project.held()]


def given(project: Project) -> list[tuple[str, Any, Any]]:
    """Every answer that a project holds: the key of its task, its number and when it was last changed."""
    found, after = [], 0
    while page := project.changed("", after):
        after = page[-1].id
        found += [(task.data["key"], one["id"], one["updated_at"]) for task in page for one in task.answers]
    return sorted(found)
