"""A Dask cluster on this machine, whose workers can be killed."""

import os
import subprocess
import sys
from pathlib import Path

from labeling.ports import free_port
from tests.house import ROOT


class Cluster:
    """A Dask scheduler and workers, each a process of its own, on loopback."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.processes = folder, []  # type: tuple[Path, list[subprocess.Popen[bytes]]]
        self.environ = {"PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(folder)} | environ
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.run("scheduler", "--host", self.address, "--no-dashboard", "--no-jupyter")
        for _ in range(2):
            self.add_worker()

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one of Dask's own commands."""
        log = (self.folder / f"{len(list(self.folder.iterdir()))}-{words[0]}.log").open("wb")
        known = {**os.environ, **self.environ}
        command = [sys.executable, "-m", "dask", *words]
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=known))
        return self.processes[-1]

    def add_worker(self) -> None:
        """Start a worker of one thread, which nobody starts again when it dies."""
        self.run("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")

    def kill_a_worker(self) -> None:
        """End a worker as a machine that fails does."""
        worker = self.processes.pop(1)
        worker.kill()
        worker.wait()

    def close(self) -> None:
        """End all of it."""
        for process in self.processes:
            process.kill()
            process.wait()
