"""Items and assignments -> Label Studio: one project a person, holding the tasks that are theirs, each once."""

import json
import os
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd

from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.tables import ITEMS, records
from labeling import codebook
from labeling.alone import alone
from labeling.ballot import votes_html
from labeling.studio import Held, State, connect, offered, title
from labeling.tables import ADJUDICATION, ANSWERS, ASSIGNMENTS, CHECKS, if_there
from labeling.tasks import shown
from labeling.trouble import Lost, patient

BATCH = 1000  # tasks a request: each request is all or nothing
TRIES = 10  # times a project is looked at again after a lost connection
SETTLED = 2.0  # seconds in which nothing was added: a request whose connection was lost is over

Shown = Mapping[str, object]
Holding = Mapping[str, Sequence[Held]]  # what a project holds, by key


class Project(Protocol):
    """What push needs of a project."""

    title: str
    screen: str

    def state(self) -> State:
        """What the project says of itself now."""

    def show(self, screen: str, guidelines: str) -> None:
        """Show another screen and other guidelines."""

    def held(self) -> Iterator[Held]:
        """Every task in brief, in the order in which they were added."""

    def add(self, tasks: Sequence[Shown]) -> None:
        """Add tasks."""

    def remove(self, numbers: Sequence[int]) -> None:
        """Delete tasks, but none that is answered or begun."""


class Studio(Protocol):
    """What push needs of a Label Studio."""

    def find(self, name: str) -> Project | None:
        """The project of this title."""

    def create(self, name: str, screen: str, guidelines: str) -> Project:
        """Make a project."""


@dataclass(frozen=True)
class Round:
    """What one person's project is to hold, by key in the order of their places, and what it is to hold no more.

    What was answered and pulled is not asked anew, should its project have been deleted.
    """

    screen: str
    asked: Mapping[str, Shown] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()

    def open(self) -> list[str]:
        """What is still to be answered, as far as is known."""
        return [key for key in self.asked if key not in self.answered]


def plan(
    workspace: str,
    assignments: pd.DataFrame,
    items: Mapping[str, Shown],
    version: str,
    screen: str,
    answered: Collection[str] = (),
) -> dict[str, Round]:
    """The round of each person, by the title of the project; under an earlier codebook nothing is asked any more.

    answered are the assignments to which an answer was pulled that stands; their items may be gone.
    """
    rounds = {}
    over = assignments["assignment_id"].isin(answered) & ~assignments["item_id"].isin(list(items))
    for (who, under), rows in assignments[~over].sort_values("place").groupby(["annotator", "codebook_version"]):
        asked = rows[(rows["withdrawn"] == "") & (rows["codebook_version"] == version)]
        gone = frozenset(rows.loc[rows["withdrawn"] != "", "task_key"])
        done = frozenset(rows.loc[rows["assignment_id"].isin(answered), "task_key"])
        rounds[title(workspace, "codebook", str(under), str(who))] = Round(screen, tasks(asked, items), gone, done)
    return rounds


def tasks(asked: pd.DataFrame, items: Mapping[str, Shown]) -> dict[str, Shown]:
    """What each task shows, by its key."""
    unknown = [item for item in asked["item_id"] if item not in items]
    if unknown:
        raise ContractError(f"The assignments name {unknown[0]}, which is no item any more. Run `make assignments`.")
    return {key: items[item] for key, item in zip(asked["task_key"], asked["item_id"], strict=True)}


def plan_adjudication(
    workspace: str, adjudication: pd.DataFrame, items: Mapping[str, Shown], book: codebook.Codebook, screen: str
) -> dict[str, Round]:
    """The round of each adjudicator, by the title of the project; an item that is gone is to be ruled on no more."""
    rounds = {}
    asked = adjudication[adjudication["codebook_version"] == book.version].sort_values("place")
    for who, rows in asked.groupby("annotator"):
        there = rows["item_id"].isin(list(items))
        votes = dict(zip(rows["task_key"], rows["votes"], strict=True))
        shown = {
            key: {**one, "votes_html": votes_html(json.loads(votes[key]), book)}
            for key, one in tasks(rows[there], items).items()
        }
        gone = frozenset(rows.loc[~there, "task_key"])
        rounds[title(workspace, "adjudication", book.version, str(who))] = Round(screen, shown, gone)
    return rounds


def found(studio: Studio, name: str, one: Round, guidelines: str) -> Project | None:
    """Somebody's project, None if there is none; with other words on its screen, but refused with other questions."""
    project = studio.find(name)
    if not project or not one.asked or project.screen.strip() == one.screen.strip():
        return project
    if offered(project.screen) != offered(one.screen):
        raise ContractError(
            f"The project {name!r} is answered on another screen than the codebook makes now, and a live project's "
            "questions never change. Raise `version` in codebook.toml: `make push` then makes new projects."
        )
    patient(lambda: project.show(one.screen, guidelines))
    return project


def made(studio: Studio, name: str, screen: str, guidelines: str) -> Project:
    """A new project; made again only if the one whose connection was lost was not."""

    def make() -> Project:
        try:
            return studio.create(name, screen, guidelines)
        except Lost:
            if project := studio.find(name):
                return project
            raise

    return patient(make)


def fill(project: Project, one: Round, settled: float = SETTLED) -> Counter[str]:
    """Bring a project to what it is to hold, and return what was done and what was there, counted."""
    before = held = holding(project)
    for _ in range(TRIES):
        held = tidied(project, held, one.withdrawn)
        missing = [key for key in one.open() if key not in held]
        if not missing or arrived(project, missing, one, len(list(every(held))), settled):
            return account(before, held, one)
        held = holding(project)
    raise ContractError(
        f"{project.title!r} still lacks {len(missing):,} tasks, the first {missing[0]}. Run `make push` again."
    )


def holding(project: Project) -> Holding:
    """What a project holds, by key; a key that stands twice was added twice."""
    found: dict[str, list[Held]] = {}
    for one in progress(project.held(), f"look through {project.title}", " tasks"):
        found.setdefault(one.key, []).append(one)
    return found


def every(held: Holding) -> Iterator[Held]:
    """All tasks, those of others among them."""
    return (task for copies in held.values() for task in copies)


def tidied(project: Project, held: Holding, withdrawn: Iterable[str]) -> Holding:
    """What a project holds once unanswered copies, and what is withdrawn and unanswered, were deleted from it."""
    spare = superfluous(held, frozenset(withdrawn))
    for start in range(0, len(spare), BATCH):
        patient(lambda numbers=spare[start : start + BATCH]: project.remove(numbers))  # type: ignore[misc]
    return holding(project) if spare else held


def superfluous(held: Holding, withdrawn: frozenset[str]) -> list[int]:
    """Unanswered tasks that should not be there: what is withdrawn, and of what stands twice all but one."""
    spare = []
    for key, copies in held.items():
        idle = [one.id for one in copies if not one.answers]
        if key in withdrawn:
            spare += idle
        elif key:  # without one it is none of ours
            spare += idle if len(idle) < len(copies) else idle[1:]
    return spare


def arrived(project: Project, missing: Sequence[str], one: Round, were: int, settled: float) -> bool:
    """Send what is missing, and say whether the project then holds just as many tasks more."""
    try:
        send(project, missing, one.asked)
    except Lost:
        wait_until_settled([project], settled)
        return False
    return project.state().tasks == were + len(missing)


def send(project: Project, missing: Sequence[str], asked: Mapping[str, Shown]) -> None:
    """Add tasks in batches, showing how far it is."""
    for start in progress(range(0, len(missing), BATCH), f"push {project.title}", " batches"):
        project.add([{"key": key, **asked[key]} for key in missing[start : start + BATCH]])


def wait_until_settled(projects: Sequence[Project], settled: float) -> None:
    """Wait until nothing is added any more: a server goes on with a request whose connection was lost."""
    before: list[int] = []
    while before != (now := [project.state().tasks for project in projects]):
        before = now
        time.sleep(settled)


def account(before: Holding, held: Holding, one: Round) -> Counter[str]:
    """What was done to a project, and what was left as it was."""
    left = {task.id for task in every(held)}
    deleted = Counter(task.key for task in every(before) if task.id not in left)
    withdrawn = sum(deleted[key] for key in one.withdrawn)
    were = sum(key in before for key in one.asked)
    done = sum(key not in held and key in one.answered for key in one.asked)
    return Counter(
        {
            "added": len(one.asked) - were - done,
            "were there": were,
            "answered before, and not asked anew": done,
            "withdrawn and deleted": withdrawn,
            "withdrawn but answered or begun, and left": sum(key in held for key in one.withdrawn),
            "that stood twice deleted": deleted.total() - withdrawn,
            "answered twice, and left": sum(len(held.get(key, ())) > 1 for key in one.asked),
        }
    )


def push(studio: Studio, rounds: Mapping[str, Round], guidelines: str, settled: float = SETTLED) -> Counter[str]:
    """Bring all projects, by title, to what they are to hold, and return what was done, counted."""
    there = {name: project for name, one in rounds.items() if (project := found(studio, name, one, guidelines))}
    # A push that was killed may have left a request with the server, which would add its tasks once more.
    begun = [project for name, project in there.items() if project.state().tasks < len(rounds[name].open())]
    if begun:
        wait_until_settled(begun, settled)
    for name, one in rounds.items():
        if one.asked and name not in there:
            there[name] = made(studio, name, one.screen, guidelines)
    return sum((fill(project, rounds[name], settled) for name, project in there.items()), Counter())


def told(done: Counter[str], items: int, projects: int) -> str:
    """The closing line: what was added and was there, and whatever else happened."""
    counts = {name: count for name, count in done.items() if name not in ("added", "were there") and count}
    more = "".join(f"; {count:,} {name}" for name, count in counts.items())
    added, were = done["added"], done["were there"]
    return f"push: {items:,} items -> {projects} projects; {added:,} tasks added, {were:,} were there{more}"


def look(asked: Collection[str], tables: Iterable[pd.DataFrame], version: str) -> dict[str, Shown]:
    """What the screen shows of each item that is asked."""
    found: dict[str, Shown] = {}
    for table in tables:
        found |= {row["item_id"]: shown(row, version) for row in records(table[table["item_id"].isin(asked)])}
    return found


def main(
    workspace: str,
    item_file: Path,
    check_file: Path,
    assignment_file: Path,
    adjudication_file: Path,
    answer_file: Path,
    codebook_file: Path,
    screen_file: Path,
    adjudication_screen_file: Path,
    guidelines_file: Path,
) -> None:
    """Read what is asked of whom, screens and guidelines, send what is new."""
    book, assignments = codebook.load(codebook_file), ASSIGNMENTS.read(assignment_file)
    adjudication, answers = if_there(ADJUDICATION, adjudication_file), if_there(ANSWERS, answer_file)
    asked = {*assignments["item_id"], *adjudication["item_id"]}
    items = look(asked, [ITEMS.read(item_file), if_there(CHECKS, check_file)], book.version)
    stand = set(answers.loc[(answers["gone"] == "") & ~answers["skipped"].astype(bool), "assignment_id"])
    rounds = plan(workspace, assignments, items, book.version, screen_file.read_text(encoding="utf-8"), stand)
    if len(adjudication):
        screen = adjudication_screen_file.read_text(encoding="utf-8")
        rounds |= plan_adjudication(workspace, adjudication, items, book, screen)
    with alone("push", assignment_file):
        done = push(connect(os.environ), rounds, guidelines_file.read_text(encoding="utf-8"))
    print(told(done, len(items), sum(bool(one.asked) for one in rounds.values())), flush=True)


if __name__ == "__main__":
    shell(main)
