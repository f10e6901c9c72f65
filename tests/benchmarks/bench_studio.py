"""Tasks and answers made here -> tables: what push and pull cost beside the bare requests to the same Label Studio.

`python -m tests.benchmarks.bench_studio 5000` takes so many tasks, each answered twice; goals hold for 50,000.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from corpus.tables import ITEMS
from labeling.ids import task_key
from labeling.pulled import LATE
from labeling.studio import ANSWERED, BEHIND, PAGE, Project, Studio
from labeling.tables import ASSIGNMENTS
from labeling.tasks import shown
from tests.benchmarks.bench_duplicates import measured
from tests.mortal import Mortal
from tests.workspace import Workspace, assignment, item

TASKS = 50_000
BATCH = 1_000  # tasks a request
WHO = "annotator-1"
TEXT = "The ministry said on {} that sanctions on Russia must stay until the shipments of banned parts have stopped."
TOLD = [("stance", ["favor"]), ("holder", ["quoted"]), ("sanction_violation", ["alleged"]), ("regime", ["russia"])]
RESULT = [
    {"from_name": name, "to_name": "sentence", "type": "choices", "value": {"choices": labels}} for name, labels in TOLD
]
GOALS = {"push": 1.3, "pull": 1.3}  # times what the bare requests take
MEMORY = 0.4  # GB of the client


def made(folder: Path, count: int) -> Workspace:
    """A workspace of so many items, all asked of one annotator."""
    folder.mkdir()
    with redirect_stdout(None):
        workspace = Workspace(folder)
        fill(workspace, count)
    return workspace


def fill(workspace: Workspace, count: int) -> None:
    """Write items and assignments."""
    workspace.holds([item(f"a.{number}@sanctions-russia", TEXT.format(number)) for number in range(count)])
    workspace.asks(*(assignment(WHO, f"a.{number}@sanctions-russia", number) for number in range(count)))


def tasks(workspace: Workspace, answers: int) -> Iterator[list[dict[str, object]]]:
    """The workspace's tasks in batches, each answered so many times."""
    rows: list[dict[str, Any]] = ITEMS.read(workspace / "items.parquet").to_dict("records")  # type: ignore[assignment]
    keys = [task_key(assignment) for assignment in ASSIGNMENTS.read(workspace / "assignments.parquet")["assignment_id"]]
    given = [{"result": RESULT, "lead_time": 4.5, "ground_truth": False}] * answers
    for start in range(0, len(rows), BATCH):
        batch = zip(rows[start : start + BATCH], keys[start : start + BATCH], strict=True)
        data: list[dict[str, Any]] = [{"data": {"key": key, **shown(row, "1")}} for row, key in batch]
        yield [{**one, "annotations": given} if answers else one for one in data]


def project(opened: Studio, workspace: Workspace) -> Project:
    """The annotator's project, which a benchmark fills itself."""
    return opened.create(workspace.title(WHO), (workspace / "interface.xml").read_text(), "Read.")


def imported(opened: Studio, into: Project, batches: Sequence[list[dict[str, object]]]) -> float:
    """Seconds that the bare import of batches takes."""
    began = time.perf_counter()
    for batch in batches:
        opened.ask("POST", f"/api/projects/{into.number}/import", batch)
    return time.perf_counter() - began


def paged(opened: Studio, of: Project) -> float:
    """Seconds that the server takes for all pages of a project, asked for as pull does, and thrown away."""
    after, spent = 0, 0.0
    while True:
        query = json.dumps(
            {"ordering": ["tasks:id"], "filters": {"conjunction": "and", "items": [{**BEHIND, "value": after}]}}
        )
        asked: dict[str, Any] = {"include": ANSWERED, "fields": "all", "resolve_uri": "false", "query": query}
        began = time.perf_counter()
        told = opened.fetch("GET", "/api/tasks/", project=of.number, page=1, page_size=PAGE, **asked)
        spent += time.perf_counter() - began
        found = told.json()["tasks"]
        if not found:
            return spent
        after = found[-1]["id"]


def verb(name: str, server: Mortal, workspace: Workspace) -> tuple[float, float, float]:
    """What a verb costs: wall and CPU seconds and GB, starting it included."""
    told = [f"LABEL_STUDIO_URL={server.server.url}", f"LABEL_STUDIO_API_KEY={server.server.api_key}"]
    return measured(["env", *told, sys.executable, "-m", f"labeling.{name}", *map(str, workspace.words(name))])


def line(what: str, count: int, bare: float, cost: tuple[float, float, float], goal: float) -> str:
    """One line of the table."""
    wall, spent, memory = cost
    verdict = "reached" if wall / bare <= goal and memory <= MEMORY else "MISSED"
    times = f"{bare:9.1f}{wall:8.1f}{wall / bare:7.2f}{count / wall:9,.0f}"
    return f"{what:30}{count:9,}{times}{spent:8.1f}{memory * 1e3:8.0f}  {verdict}"


def main(count: int) -> None:
    """Print what push and pull cost."""
    with tempfile.TemporaryDirectory() as folder:
        server = Mortal(Path(folder, "studio"))
        try:
            compare(server, Path(folder), count)
        finally:
            server.close()


def compare(server: Mortal, folder: Path, count: int) -> None:
    """Print the table."""
    opened = server.opened()
    head = f"{'':30}{'tasks':>9}{'bare s':>9}{'ours s':>8}{'ratio':>7}{'a second':>9}{'CPU s':>8}{'MB':>8}"
    print(f"{head}  goals: ratio {GOALS['push']}, {MEMORY * 1e3:.0f} MB", flush=True)
    before, ours, after, full = (made(folder / name, count) for name in ("before", "ours", "after", "full"))
    # The bare requests are made before and after ours: other work on the machine comes and goes.
    first = imported(opened, project(opened, before), list(tasks(before, 0)))
    cost = verb("push", server, ours)
    second = imported(opened, project(opened, after), list(tasks(after, 0)))
    print(line("push, all new", count, (first + second) / 2, cost, GOALS["push"]), flush=True)
    print(f"{'push, nothing new':30}{count:9,}{'':9}{verb('push', server, ours)[0]:8.1f}", flush=True)
    target = project(opened, full)
    imported(opened, target, list(tasks(full, 2)))
    first, cost, second = paged(opened, target), verb("pull", server, full), paged(opened, target)
    print(line("pull, all, 2 answers a task", count, (first + second) / 2, cost, GOALS["pull"]), flush=True)
    time.sleep(LATE.total_seconds())  # until then, what came last is read again
    print(f"{'pull, nothing new':30}{count:9,}{'':9}{verb('pull', server, full)[0]:8.1f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TASKS)
