"""The same work on one process, on several, and on a Dask cluster; a worker that dies takes nothing with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from corpus import engine, health, inventory, partitions
from corpus.errors import ContractError
from corpus.health import Check
from corpus.partitions import Task, build, put_up, workshop
from corpus.tables import REJECTS, parts
from labeling.ports import free_port
from tests.cluster import Cluster
from tests.house import ROOT, SHARED, needs_shared

SLOW = 0.2  # seconds that a piece of work takes, so that somebody can be killed in the middle of it


def square(number: int) -> int:
    """Work that takes no time."""
    return number * number


def die_once(number: int, marks: Path) -> int:
    """Work whose first try at number 3 ends its process as the kernel does when memory runs out."""
    if number == 3 and not (marks / "died").exists():
        (marks / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(number: int) -> int:
    """Work that always ends its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def copy_slowly(source: Path, place: Path) -> int:
    """Work that takes a while, counts its tries, and writes a part."""
    time.sleep(SLOW)
    with (place.parent / f"{source.name}.tries").open("a") as tries:
        tries.write("x")
    name = source.read_text()
    REJECTS.save(REJECTS.batch([(name, name, "empty", "")]), place / "part.parquet")
    return len(name)


@pytest.fixture
def files(tmp_path) -> list[Path]:
    """Files with a word each."""
    found = [tmp_path / f"{number}.txt" for number in range(12)]
    for number, path in enumerate(found):
        path.write_text(f"word {number}")
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_results_come_in_the_order_of_the_tasks_whoever_ends_first(monkeypatch, workers):
    monkeypatch.setenv("WORKERS", workers)

    assert engine.each(square, [(number,) for number in range(7)], "squares") == [0, 1, 4, 9, 16, 25, 36]


def test_what_a_dead_process_was_doing_is_done_again(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKERS", "2")

    assert engine.each(die_once, [(number, tmp_path) for number in range(6)], "numbers") == [0, 1, 2, 3, 4, 5]
    assert (tmp_path / "died").exists()


def test_work_that_always_kills_its_process_is_given_up_with_what_to_do(monkeypatch):
    monkeypatch.setenv("WORKERS", "2")

    with pytest.raises(ContractError) as error:
        engine.each(die, [(1,), (2,)], "numbers")

    assert str(error.value) == (
        "A worker process was ended from outside 3 times in a row, for want of memory perhaps. What is done is kept: "
        "run the same command again with WORKERS=1, or with a smaller partition_bytes in articles.toml."
    )


def test_a_number_of_workers_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("WORKERS", "many")

    with pytest.raises(ContractError) as error:
        engine.each(square, [(1,)], "squares")

    assert str(error.value) == "WORKERS is 'many', and no number above 0. Give the number of processes, e.g. WORKERS=2."


def test_a_scheduler_that_does_not_answer_is_said_to_be_missing(monkeypatch):
    address = f"tcp://127.0.0.1:{free_port()}"
    monkeypatch.setenv("DASK_SCHEDULER", address)
    monkeypatch.setattr(engine, "PATIENCE", 1)

    with pytest.raises(ContractError) as error:
        engine.each(square, [(1,)], "squares")

    assert str(error.value) == (
        f"No Dask scheduler answers at DASK_SCHEDULER={address}. Start one (`.venv/bin/dask scheduler`) and its "
        "workers in the project's folder, or unset DASK_SCHEDULER to work on this machine."
    )


def test_a_run_goes_on_where_it_stopped_and_one_changed_file_makes_one_place_anew(files, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKERS", "1")
    tasks = [Task((path,), (path,)) for path in files[:3]]

    def tried() -> list[int]:
        build(copy_slowly, tasks, tmp_path / "out", "words")
        return [len((workshop(tmp_path / "out") / f"{path.name}.tries").read_text()) for path in files[:3]]

    monkeypatch.setattr(partitions, "remove", keep_counts)
    assert tried() == [1, 1, 1]
    assert tried() == [1, 1, 1]
    files[1].write_text("another word")
    assert tried() == [1, 2, 1]
    (workshop(tmp_path / "out") / "00002" / "made.json").unlink()
    assert tried() == [1, 2, 2]


def test_a_part_that_other_words_would_have_cut_otherwise_is_made_anew(tmp_path, monkeypatch):
    for name in ("partitions.py", "splitting.toml"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(partitions, "__file__", str(tmp_path / "partitions.py"))
    task = Task((), ())
    before = partitions.fingerprint(square, task)

    (tmp_path / "splitting.toml").write_text("[title]")

    assert partitions.fingerprint(square, task) != before


def keep_counts(place: Path) -> None:
    """Remove a place, but not the counts of tries beside it."""
    if place.suffix != ".tries":
        REMOVE(place)


REMOVE = partitions.remove


def test_a_table_is_put_up_whole_in_place_of_the_one_before(tmp_path):
    out = tmp_path / "rejects.parquet"
    for name in ("one", "two"):
        REJECTS.save(REJECTS.batch([(name, name, "empty", "")]), tmp_path / name)

    put_up(REJECTS, [tmp_path / "one", tmp_path / "two"], out)
    first = REJECTS.read(out)["source"].tolist()
    put_up(REJECTS, [tmp_path / "two"], out)
    second = REJECTS.read(out)["source"].tolist()
    put_up(REJECTS, [], out)

    assert (first, second) == (["one", "two"], ["two"])
    assert REJECTS.read(out)["source"].tolist() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "rejects.parquet", "two"]


@pytest.fixture
def cluster(request, tmp_path, monkeypatch):
    """A cluster that the engine is told to use, with what a test wants in its environment."""
    (tmp_path / "dask").mkdir()
    running = Cluster(tmp_path / "dask", **getattr(request, "param", {}))
    monkeypatch.setenv("DASK_SCHEDULER", running.address)
    monkeypatch.setattr(engine, "PATIENCE", 60)
    yield running
    running.close()


@pytest.mark.dask
def test_a_worker_of_a_cluster_that_is_killed_in_mid_run_loses_nothing(cluster, files, tmp_path):
    tasks = [Task((path,), (path,)) for path in files]
    command = [sys.executable, "-c", KILLER, str(cluster.processes[1].pid), str(workshop(tmp_path / "out"))]

    with subprocess.Popen(command) as killer:
        told = build(copy_slowly, tasks, tmp_path / "out", "words")
        assert killer.wait(60) == 0

    assert [result for _, result in told] == [len(path.read_text()) for path in files]
    found = pd.concat([pd.read_parquet(place / "part.parquet") for place, _ in told])
    assert found["source"].tolist() == [path.read_text() for path in files]
    assert cluster.processes[1].wait(5) == -signal.SIGKILL


@pytest.mark.dask
@pytest.mark.parametrize("cluster", [{"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}], indirect=True)
def test_a_task_that_kills_its_workers_is_given_up(cluster):
    with pytest.raises(ContractError) as error:
        engine.each(die, [(1,)], "deaths")

    assert str(error.value) == (
        f"{cluster.address}: a task was given up after the workers that had it died, for want of memory perhaps. What "
        "is done is kept: give the workers more memory and run the same command again."
    )


@pytest.mark.dask
@pytest.mark.parametrize("cluster", [{"PYTHONPATH": ""}], indirect=True)
def test_a_cluster_that_does_not_know_the_project_is_told(cluster):
    with pytest.raises(ContractError) as error:
        engine.each(square, [(1,)], "squares")

    assert str(error.value) == (
        f"The Dask cluster at {cluster.address} does not know the project. Start its scheduler and its workers with "
        "the project's .venv and with PYTHONPATH set to the project's folder, and run the same command again."
    )


def test_a_cluster_without_workers_is_waited_for_and_that_is_said(capsys):
    engine.alert("tcp://one:8786", {"tcp://two:1": {}})
    engine.alert("tcp://one:8786", {})

    assert capsys.readouterr().err == (
        "tcp://one:8786 has no workers yet. Start some (docs/cluster.md says how); they are waited for.\n"
    )


@pytest.mark.dask
def test_the_doctor_tells_of_a_cluster_that_works_of_one_without_workers_and_of_one_that_is_away(cluster):
    environ = {"DASK_SCHEDULER": cluster.address}
    until = time.monotonic() + 60
    while "2 workers" not in health.dask(environ).found and time.monotonic() < until:
        time.sleep(0.1)
    whole = health.dask(environ)
    for worker in cluster.processes[1:]:
        worker.terminate()
        worker.wait()
    idle = health.dask(environ)
    cluster.processes[0].kill()
    cluster.processes[0].wait()
    away = health.dask(environ)

    assert whole == Check("dask", "ok", f"{cluster.address}, 2 workers with our versions")
    assert idle == Check(
        "dask",
        "wrong",
        f"{cluster.address} has no workers",
        f"Start some in the project's folder: `PYTHONPATH=. .venv/bin/dask worker {cluster.address}`.",
    )
    assert away.found == f"No Dask scheduler answers at DASK_SCHEDULER={cluster.address}"


# Wait until some parts are made and kill a worker: the run is then in its middle.
KILLER = """
import os, pathlib, signal, sys, time
until = time.monotonic() + 60
while len(list(pathlib.Path(sys.argv[2]).glob("*/made.json"))) < 3 and time.monotonic() < until:
    time.sleep(0.02)
os.kill(int(sys.argv[1]), signal.SIGKILL)
"""


STEPS = {
    "articles": (["inventory.jsonl", "articles.toml", "boilerplate.toml", "quality.toml"], ["articles", "rejects"]),
    "repeated": (["articles.parquet", "boilerplate.toml", "repeated.toml"], ["repeated"]),
    "sentences": (["articles.parquet", "repeated.parquet", "boilerplate.toml", "quality.toml"], ["sentences"]),
    "duplicates": (["sentences.parquet", "guard.toml", "duplicates.toml"], ["duplicates", "contrasts"]),
    "items": (["sentences.parquet", "articles.parquet", "targets.toml"], ["items", "coverage", "audit"]),
}


@pytest.fixture
def stage(tmp_path):
    """The corpus stage on some real documents, in many small partitions, a process a step as make runs them."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for path in sorted((SHARED / "wh_briefings_sanctions" / "docs").glob("*.md"))[::20]:
        (raw / path.name).symlink_to(path)
    settings = (ROOT / "corpus/articles.toml").read_text()
    (tmp_path / "articles.toml").write_text(settings.replace("_bytes = 8_000_000", "_bytes = 100_000"))

    def run(step: str, name: str, **environment: str) -> "subprocess.Popen[bytes]":
        reads, writes = STEPS[step]
        inventory.main(raw, tmp_path / name / "inventory.jsonl")
        known = {path.name: path.parent for path in [*(ROOT / "corpus").glob("*.toml"), tmp_path / "articles.toml"]}
        words = [known.get(read, tmp_path / name) / read for read in reads]
        words += [tmp_path / name / f"{table}.parquet" for table in writes]
        inherited = {key: value for key, value in os.environ.items() if key != "DASK_SCHEDULER"}
        command = [sys.executable, "-m", f"corpus.{step}", *words]
        return subprocess.Popen(command, cwd=ROOT, env={**inherited, **environment}, start_new_session=True)

    return run


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every part of every table of a workspace."""
    return {
        f"{table.name}/{part.name}": part.read_bytes() for table in folder.glob("*.parquet") for part in parts(table)
    }


@pytest.mark.dask
@needs_shared("wh_briefings_sanctions")
def test_real_articles_become_the_same_bytes_whatever_does_the_work_and_after_a_kill(cluster, stage, tmp_path):
    for step in STEPS:
        assert stage(step, "one", WORKERS="1").wait() == 0
        assert stage(step, "two", WORKERS="2").wait() == 0
        assert stage(step, "cluster", DASK_SCHEDULER=cluster.address).wait() == 0
        if step in ("articles", "sentences", "items"):
            with stage(step, "killed", WORKERS="2") as process:
                until_some_parts_are_made(tmp_path / "killed" / f"{step}.parquet")
                os.killpg(process.pid, signal.SIGKILL)
        assert stage(step, "killed", WORKERS="2").wait() == 0

    one = bytes_of(tmp_path / "one")
    assert len([name for name in one if name.startswith("sentences")]) > 4
    for other in ("two", "cluster", "killed"):
        assert bytes_of(tmp_path / other) == one


def until_some_parts_are_made(out: Path) -> None:
    """Wait until a run is in its middle."""
    until = time.monotonic() + 60
    while not list(workshop(out).glob("*/made.json")) and time.monotonic() < until:
        time.sleep(0.01)
