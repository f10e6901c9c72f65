"""Batch, checks and annotators -> assignments: who answers what, and in which order."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from labeling import asking, codebook
from labeling.asking import ANSWERED, CHECK, OPEN, QUALIFICATION, REPEAT, SKIPPED, Row, Settings, Stale
from labeling.current import current
from labeling.ids import assignment_id, task_key
from labeling.queue import Tasks, free_place, queue
from labeling.sharing import even, share
from labeling.tables import ANSWERS, ASSIGNMENTS, BATCH, CHECKS, RELABEL, if_there


def load(path: Path) -> Settings:
    """Read who answers and how, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    for fault in faults(found):
        raise ContractError(f"{path}: {fault}")
    return found


def faults(settings: Settings) -> Iterator[str]:
    """What the settings say that cannot be."""
    names = settings.annotators
    if wrong := [name for name in names if not re.fullmatch(r"[a-z][a-z0-9-]*", name)]:
        yield f"{wrong[0]!r} is no pseudonym. Use small letters, digits and hyphens."
    if not names or len(set(names)) < len(names):
        yield "`annotators` names nobody, or somebody twice. Correct it."
    if not 1 <= settings.answers <= len(names):
        yield (
            f"an item is to be answered by {settings.answers} people, but `annotators` names {len(names)}. "
            "Name more, or set `answers` lower."
        )
    if not (0 <= settings.repeats <= 50 and 0 <= settings.checks <= 50 and settings.distance > 0):  # noqa: PLR2004
        yield "repeats and checks are 0 to 50 percent, and distance is above 0. Correct it."


def known(former: pd.DataFrame, answers: pd.DataFrame) -> list[Row]:
    """What was assigned before, and what became of it; an answer to what the table has lost is taken in."""
    last = current(answers)
    own = last[~last["strange"] & (last["gone"] == "")].sort_values("created_at")
    state = dict(zip(own["assignment_id"], own["skipped"].map({True: SKIPPED, False: ANSWERED}), strict=True))
    there = set(former["assignment_id"])
    lost = own[own["assignment_id"].map(lambda name: name not in there).astype(bool)]
    keys, places = lost["assignment_id"].map(task_key), lost.groupby("annotator").cumcount()
    rows: list[Row] = []
    for part in (former, lost.assign(task_key=keys, batch=0, place=places, withdrawn="")):
        columns = (part[name].tolist() for name in ASSIGNMENTS.columns)
        rows += [Row(*values) for values in zip(*columns, strict=True)]
    for row in rows:
        row.state = state.get(row.assignment_id, OPEN)
    return rows


def assign(
    former: pd.DataFrame,
    batch: pd.DataFrame,
    checks: pd.DataFrame,
    answers: pd.DataFrame,
    stale: Stale,
    settings: Settings,
    version: str,
) -> pd.DataFrame:
    """All that was and is asked: what was answered stays, what is lacking is shared out, what is new stands last."""
    rows, names = known(former, answers), settings.annotators
    drawn = batch[batch["withdrawn"] == ""].sort_values(["batch", "place"], ignore_index=True)
    items, numbers = drawn["item_id"].tolist(), dict(zip(drawn["item_id"], drawn["batch"].tolist(), strict=True))
    asking.close(rows, {*items, *checks["item_id"]}, names, version)
    asked = asking.lacking(rows, items, settings, stale)
    asking.relieve(asked)
    for places in drawn.groupby("batch").indices.values():
        share(draw := [asked[at] for at in places], len(names))
        even(draw, len(names))
    new = asking.settle(rows, items, asked, names, version)
    asking.bereave(rows)
    uses = {use: checks.loc[checks["use"] == use, "item_id"].tolist() for use in (QUALIFICATION, CHECK)}
    for name in names:
        mine = [row for row in rows if row.annotator == name]
        rows += placed(queue(mine, new[name], uses, settings, name, version, numbers), mine, numbers, name, version)
    return framed(rows)


def placed(tasks: Tasks, mine: Sequence[Row], numbers: Mapping[str, int], name: str, version: str) -> Iterator[Row]:
    """Tasks as rows, behind what the annotator's project holds already; numbers are those of the items' draws."""
    end = free_place([row for row in mine if row.codebook_version == version])
    for at, (purpose, item) in enumerate(tasks, end):
        named = assignment_id(item, name, version, purpose == REPEAT)
        yield Row(named, task_key(named), item, name, version, purpose, numbers.get(item, 0), at)


def framed(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as ASSIGNMENTS."""
    return ASSIGNMENTS.check(pd.DataFrame({name: [getattr(row, name) for row in rows] for name in ASSIGNMENTS.columns}))


def told(found: pd.DataFrame, before: int, settings: Settings) -> str:
    """The closing line: what is new for whom, what was withdrawn and why, and what nobody is left for."""
    new = Counter(found["purpose"][before:])
    withdrawn = Counter(found.loc[found["withdrawn"] != "", "withdrawn"])
    parts = [f"{len(settings.annotators)} annotators, {settings.answers} answers an item"]
    parts += [f"new: {', '.join(f'{count:,} {purpose}' for purpose, count in sorted(new.items())) or 'none'}"]
    parts += [f"withdrawn: {', '.join(f'{count:,} {why}' for why, count in sorted(withdrawn.items()))}"] * bool(
        withdrawn
    )
    return "; ".join(parts)


def main(
    setting_file: Path,
    batch_file: Path,
    check_file: Path,
    codebook_file: Path,
    answer_file: Path,
    relabel_file: Path,
    out: Path,
) -> None:
    """Read who answers what is asked, and what was assigned and answered before, write assignments."""
    settings, version = load(setting_file), codebook.load(codebook_file).version
    former, answers = if_there(ASSIGNMENTS, out), if_there(ANSWERS, answer_file)
    relabel = if_there(RELABEL, relabel_file)
    stale = set(zip(relabel["item_id"], relabel["from_version"], strict=True))
    found = assign(former, BATCH.read(batch_file), CHECKS.read(check_file), answers, stale, settings, version)
    ASSIGNMENTS.write(found, out, told(found, len(former), settings))


if __name__ == "__main__":
    shell(main)
