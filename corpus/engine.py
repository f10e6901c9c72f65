"""One function over many tasks: here, on processes of this machine, or on a Dask cluster, with the same results."""

import importlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import ContractError
from corpus.progress import progress

if TYPE_CHECKING:
    from distributed import Client

Told = TypeVar("Told")
Done = Iterator[tuple[int, Told]]  # a task's number and what the function returned, in whatever order they end
PATIENCE = 10  # seconds to wait for a cluster
ADDRESS = re.compile(r"((tcp|tls|ws|wss|ucx)://)?[^\s/]+:\d{1,5}/?")  # of a Dask scheduler
TRIES = 3  # deaths of a worker without any task done in between, before it is somebody's mistake


def each(function: Callable[..., Told], tasks: Sequence[tuple[Any, ...]], what: str) -> list[Told]:
    """Return function(*task) for each task, in the tasks' order, whatever runs it and whichever ends first.

    The function is a module's, arguments and results pickle and are small: what is large goes to files, written whole.
    DASK_SCHEDULER names a Dask cluster whose workers see the same files; without it WORKERS processes of this machine
    (as many as it has cores, if not said) do the work, and one worker or one task needs no process of its own.
    """
    address, workers = os.environ.get("DASK_SCHEDULER", ""), processes()
    if address:
        done = on_dask(address, importable(function), tasks)
    elif workers > 1 and len(tasks) > 1:
        done = on_processes(min(workers, len(tasks)), importable(function), tasks)
    else:
        done = ((number, function(*task)) for number, task in enumerate(tasks))
    found = dict(progress(done, what, " parts", len(tasks)))
    return [found[number] for number in range(len(tasks))]


def processes() -> int:
    """How many processes may work at once: WORKERS, or the cores that are ours."""
    said = os.environ.get("WORKERS") or str(cores())
    if not said.isdecimal() or int(said) < 1:
        raise ContractError(
            f"WORKERS is {said!r}, and no number above 0. Give the number of processes, e.g. WORKERS=2."
        )
    return int(said)


def cores() -> int:
    """The cores that this process may use, which may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def importable(function: Callable[..., Told]) -> Callable[..., Told]:
    """The same function under its module's name: a worker cannot import what was run as __main__."""
    main = sys.modules["__main__"]
    if function.__module__ != "__main__" or main.__spec__ is None:
        return function
    found: Callable[..., Told] = getattr(importlib.import_module(main.__spec__.name), function.__name__)
    return found


def on_processes(workers: int, function: Callable[..., Told], tasks: Sequence[tuple[Any, ...]]) -> Done[Told]:
    """Run the tasks on processes; when one dies, what was not done yet is done again on new ones."""
    left, deaths = dict(enumerate(tasks)), 0
    while left:
        before = len(left)
        try:
            for number, told in in_one_pool(workers, function, left):
                del left[number]
                yield number, told
        except BrokenProcessPool as error:
            deaths = deaths + 1 if len(left) == before else 1
            if deaths == TRIES:
                raise ContractError(
                    f"A worker process was ended from outside {TRIES} times in a row, for want of memory perhaps. "
                    "What is done is kept: run the same command again with WORKERS=1, "
                    "or with a smaller partition_bytes in articles.toml."
                ) from error


def in_one_pool(workers: int, function: Callable[..., Told], tasks: Mapping[int, tuple[Any, ...]]) -> Done[Told]:
    """Run the tasks on processes until one of them dies; whoever stops early leaves no process behind."""
    pool = ProcessPoolExecutor(workers, get_context("spawn"), leave_interrupts_to_us)
    try:
        waiting = {pool.submit(function, *task): number for number, task in tasks.items()}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    except BaseException:
        for child in active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def leave_interrupts_to_us() -> None:
    """Ctrl-C reaches every process of the terminal; the one that a person started says so, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def on_dask(address: str, function: Callable[..., Told], tasks: Sequence[tuple[Any, ...]]) -> Done[Told]:
    """Run the tasks on a Dask cluster; it gives what a dead worker was doing to another."""
    from distributed import KilledWorker
    from distributed import as_completed as as_they_end

    with cluster(address, PATIENCE) as client:
        alert(address, client.scheduler_info()["workers"])
        numbers = {client.submit(function, *task, pure=False): number for number, task in enumerate(tasks)}
        try:
            for future in as_they_end(list(numbers), loop=client.loop):  # type: ignore[no-untyped-call]
                yield numbers[future], future.result()
        except KilledWorker as error:
            raise ContractError(
                f"{address}: a task was given up after the workers that had it died, for want of memory perhaps. What "
                "is done is kept: give the workers more memory and run the same command again."
            ) from error


def alert(address: str, workers: Mapping[str, object]) -> None:
    """Say that nobody works yet, since a cluster may well get its workers later."""
    if not workers:
        print(
            f"{address} has no workers yet. Start some (docs/cluster.md says how); they are waited for.",
            file=sys.stderr,
        )


def ask(address: str, function: Callable[[], Told], patience: float) -> dict[str, Told]:
    """What a function returns on each worker of a cluster, by the worker's address."""
    with cluster(address, patience) as client:
        said: dict[str, Told] = client.run(function)
    return said


def check(address: str) -> None:
    """Refuse an address that no scheduler can have."""
    if not ADDRESS.fullmatch(address):
        raise ContractError(
            f"DASK_SCHEDULER is {address!r}, which is no address as tcp://host:port. "
            "Correct it, or unset it to work on this machine."
        )


def cluster(address: str, patience: float) -> "Client":
    """A client of the Dask cluster at an address, whose scheduler and workers know the project; patience in seconds."""
    from distributed import Client

    check(address)
    try:
        client = Client(address, timeout=patience, set_as_default=False)  # type: ignore[no-untyped-call]
        client.run_on_scheduler(importlib.import_module, __package__)  # type: ignore[no-untyped-call]
        client.run(importlib.import_module, __package__)
    except (OSError, ValueError) as error:
        raise ContractError(
            f"No Dask scheduler answers at DASK_SCHEDULER={address}. Start one (`.venv/bin/dask scheduler`) and its "
            "workers in the project's folder, or unset DASK_SCHEDULER to work on this machine."
        ) from error
    except ModuleNotFoundError as error:
        raise ContractError(
            f"The Dask cluster at {address} does not know the project. Start its scheduler and its workers with the "
            "project's .venv and with PYTHONPATH set to the project's folder, and run the same command again."
        ) from error
    return client
