"""Items and assignments -> Label Studio: one project an annotator, holding the items that are his, each once."""

import os
import time
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.studio import Lost, connect, title
from labeling.tables import ASSIGNMENTS

BATCH = 1000  # tasks a request: each request is all or nothing
TRIES = 3  # times a project is looked at again after a lost connection
SETTLED = 2.0  # seconds in which nothing was added: a request whose connection was lost is over

Tasks = Sequence[Mapping[str, Any]]


class Project(Protocol):
    """What push needs of a project."""

    title: str
    screen: str

    def item_ids(self) -> list[str]:
        """The item of each task."""

    def add(self, tasks: Tasks) -> None:
        """Add tasks."""


class Studio(Protocol):
    """What push needs of a Label Studio."""

    def find(self, name: str) -> Project | None:
        """The project of this title."""

    def create(self, name: str, screen: str, guidelines: str) -> Project:
        """Make a project."""


def task(item: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What a task holds: what the screen shows, and what tells its answers apart on their way back."""
    return {
        "item_id": item["item_id"],
        "codebook_version": version,
        "targets": [item["target"]] if item["target"] else [],
        "headline": plain(item["title"]),
        "byline": plain(" · ".join(part for part in (item["outlet"], item["published"]) if part)),
        "proposition": plain(item["proposition"]),
        "sentence_html": sentence_html(item["before"], item["text"], item["after"]),
    }


def sentence_html(before: str, text: str, after: str) -> str:
    """The sentence marked, between its greyed neighbours; nothing in them can become markup."""
    shown = ET.Element("div")
    if before:
        ET.SubElement(shown, "span", style="color: #767676").text = f"{plain(before)} "
    ET.SubElement(shown, "mark").text = plain(text)
    if after:
        ET.SubElement(shown, "span", style="color: #767676").text = f" {plain(after)}"
    return ET.tostring(shown, encoding="unicode", method="html")


def plain(text: str) -> str:
    """Text without control characters, which PostgreSQL refuses or a browser drops: each is shown as �."""
    return "".join("�" if unicodedata.category(char) == "Cc" and char not in "\n\t" else char for char in text)


def opened(studio: Studio, name: str, screen: str, guidelines: str) -> Project:
    """The annotator's project, made if there is none; refused if people answer it on another screen."""
    project = studio.find(name)
    if project is None:
        return studio.create(name, screen, guidelines)
    if project.screen.strip() != screen.strip():
        raise ContractError(
            f"The project {name!r} is answered on another screen than the codebook makes now, and a live project's "
            "questions never change. Raise `version` in labeling/codebook.toml: `make push` then makes new projects."
        )
    return project


def fill(project: Project, tasks: Tasks, settled: float = SETTLED) -> int:
    """Add the tasks whose items are not there yet and return how many; what is there is counted at the end."""
    there = Counter(project.item_ids())
    new = [one for one in tasks if one["item_id"] not in there]
    for _ in range(TRIES):
        missing = [one for one in tasks if one["item_id"] not in there]
        try:
            send(project, missing)
        except Lost:
            wait_until_settled(project, settled)
        there = Counter(project.item_ids())
        if all(there[one["item_id"]] for one in tasks):
            break
    check(project, tasks, there)
    return len(new)


def send(project: Project, tasks: Tasks) -> None:
    """Add tasks in batches, showing how far it is."""
    for start in progress(range(0, len(tasks), BATCH), f"push {project.title}", " batches"):
        project.add(tasks[start : start + BATCH])


def wait_until_settled(project: Project, settled: float) -> None:
    """Wait until nothing is added any more: a server goes on with a request whose connection was lost."""
    before = -1
    while before != (now := len(project.item_ids())):
        before = now
        time.sleep(settled)


def check(project: Project, tasks: Tasks, there: Counter[str]) -> None:
    """Refuse a project that lacks an item, or holds one twice."""
    lacking = [one["item_id"] for one in tasks if not there[one["item_id"]]]
    if lacking:
        raise ContractError(
            f"{project.title!r} still lacks {len(lacking):,} items, the first {lacking[0]}. Run `make push` again."
        )
    doubled = [one["item_id"] for one in tasks if there[one["item_id"]] > 1]
    if doubled:
        raise ContractError(
            f"{project.title!r} holds {len(doubled):,} items twice, the first {doubled[0]}. "
            "Delete the unanswered one of each in Label Studio's Data Manager and run `make push` again."
        )


def plan(items: pd.DataFrame, assignments: pd.DataFrame, version: str) -> dict[str, list[dict[str, Any]]]:
    """The tasks of each annotator, in the assignments' order."""
    rows: list[dict[str, Any]] = items.to_dict("records")  # type: ignore[assignment]  # columns are strings
    tasks = {row["item_id"]: task(row, version) for row in rows}
    unknown = [item for item in assignments["item_id"] if item not in tasks]
    if unknown:
        raise ContractError(f"The assignments name {unknown[0]}, which is no item any more. Run `make assignments`.")
    rounds = assignments.groupby("annotator", sort=False)["item_id"]
    return {str(annotator): [tasks[item] for item in ids] for annotator, ids in rounds}


def push(studio: Studio, rounds: Mapping[str, Tasks], screen: str, guidelines: str) -> int:
    """Make what is missing of each project, by title, and return how many tasks were added."""
    projects = {name: opened(studio, name, screen, guidelines) for name in rounds}
    return sum(fill(projects[name], tasks) for name, tasks in rounds.items())


def main(
    workspace: str,
    item_file: Path,
    assignment_file: Path,
    codebook_file: Path,
    screen_file: Path,
    guidelines_file: Path,
) -> None:
    """Read items, assignments, screen and guidelines, send what is new."""
    version = codebook.load(codebook_file).version
    items = ITEMS.read(item_file)
    assignments = ASSIGNMENTS.read(assignment_file)
    asked = assignments[(assignments["purpose"] == "batch") & (assignments["withdrawn"] == "")]
    rounds = plan(items, asked, version)
    named = {title(workspace, version, annotator): tasks for annotator, tasks in rounds.items()}
    screen, guidelines = (path.read_text(encoding="utf-8") for path in (screen_file, guidelines_file))
    added = push(connect(os.environ), named, screen, guidelines)
    were = sum(len(tasks) for tasks in named.values()) - added
    print(
        f"push: {len(items):,} items -> {len(named)} projects; {added:,} tasks added, {were:,} were there", flush=True
    )


if __name__ == "__main__":
    shell(main)
