"""Every table of the labeling stage -> the state of the work as JSON, and a page to read it on."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from corpus import toml
from corpus.shell import shell
from corpus.tables import ITEMS, records
from labeling import charts, codebook, pages, workload
from labeling.audits import overturned
from labeling.codebook import Codebook
from labeling.tables import ADJUDICATION, AGREEMENT, ANNOTATIONS, ANNOTATORS, ASSIGNMENTS, GOLD, RULINGS, if_there
from labeling.workload import Rows, known

METHODS = {"majority": "majority", "dawid_skene": "Dawid and Skene", "mace": "MACE", "crowdlab": "CROWDLAB"}
VOTED = ["unanimous", "majority", "adjudicated", "unresolved"]  # provenances, in the order in which they are shown


@dataclass(frozen=True)
class Settings:
    """status.toml: after how many days somebody is idle, percent of the audit's interval, items listed by name."""

    idle_days: int
    percent: float
    listed: int


@dataclass(frozen=True)
class Work:
    """The tables of the labeling stage."""

    items: pd.DataFrame
    assignments: pd.DataFrame
    annotations: pd.DataFrame
    agreement: pd.DataFrame
    rulings: pd.DataFrame
    gold: pd.DataFrame
    annotators: pd.DataFrame
    adjudication: pd.DataFrame


def load(path: Path) -> Settings:
    """Read what is shown, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def progress(work: Work, rows: Rows) -> dict[str, Any]:
    """How much of what was asked is done, and how long the rest takes at everybody's own speed."""
    counts = {name: sum(row[name] for row in rows) for name in ("assigned", "answered", "skipped", "open")}
    batch = work.assignments[work.assignments["purpose"] == "batch"]
    hours = [row["hours_left"] for row in rows if row["hours_left"] is not None]
    return {
        **counts,
        "done": 1 - counts["open"] / counts["assigned"] if counts["assigned"] else None,
        "items": int(batch["item_id"].nunique()),
        "hours_left": sum(hours) if hours else None,
        **workload.pace(work.annotations),
    }


def stuck(work: Work, rows: Rows, settings: Settings) -> dict[str, Any]:
    """What does not get on, and whom it waits for."""
    left = workload.still_open(work.assignments, work.annotations)
    deserted = workload.deserted(work.items, work.assignments, left, work.gold)
    skipped = workload.skipped(work.annotations)
    return {
        "owing": workload.owing(left),
        "idle": workload.idle(rows, settings.idle_days),
        "deserted": {"items": len(deserted), "first": deserted[: settings.listed]},
        "skipped": {"items": len(skipped), "first": skipped[: settings.listed]},
        "doubtful": doubtful(work, set(left.loc[left["purpose"] == "batch", "item_id"])),
    }


def doubtful(work: Work, waiting: set[str]) -> dict[str, int]:
    """Where the items are whose labels an adjudicator is to settle."""
    doubts = set(work.gold.loc[work.gold["priority"] >= 0, "item_id"])
    given = doubts & set(work.adjudication["item_id"])
    return {
        "with_adjudicators": len(given),
        "waiting_for_votes": len((doubts - given) & waiting),
        "to_be_given": len(doubts - given - waiting),
    }


def agreement(work: Work) -> Rows:
    """Alpha in every slice but of each two people."""
    rows = work.agreement[(work.agreement["measure"] == "alpha") & (work.agreement["slice"] != "pair")]
    return [{name: known(value) for name, value in row.items()} for row in records(rows)]


def measures(work: Work) -> Rows:
    """Every measure of all answers, one row a question."""
    rows = work.agreement[work.agreement["slice"] == "all"]
    return [
        {"question": question, **{row["measure"]: known(row["value"]) for row in records(some)}}
        for question, some in rows.groupby("question", sort=False)
    ]


def gold(work: Work, book: Codebook) -> Rows:
    """How the labels of each question that was answered came to stand, and what each method would make of them."""
    each = [(question, work.gold[work.gold["question"] == question.id]) for question in book.questions.values()]
    return [{"question": one.id, "title": one.title, **standing(rows)} for one, rows in each if len(rows)]


def standing(rows: pd.DataFrame) -> dict[str, Any]:
    """How the labels of one question came to stand."""
    voted = rows[rows["provenance"] != "adjudicated"]
    settled = voted[voted["outcome"] == "settled"]
    return {
        "items": len(rows),
        "provenance": {name: int((rows["provenance"] == name).sum()) for name in VOTED},
        "outcomes": {str(name): int(n) for name, n in sorted(Counter(rows["outcome"]).items())},
        "method": [[*pair] for pair in sorted(set(zip(voted["method"], voted["because"], strict=True)))],
        "methods": [method(settled, column) for column in METHODS if (settled[column] != "").any()],
        "sensitive": int(settled["sensitive"].sum()),
        "settled": len(settled),
        "recheck": int((rows["recheck"] != "").sum()),
    }


def method(settled: pd.DataFrame, column: str) -> dict[str, Any]:
    """How many labels that votes settled a method would give too, give otherwise, or not give."""
    says, label = settled[column], settled["label"]
    same, none = int((says == label).sum()), int((says == "").sum())
    return {"method": METHODS[column], "same": same, "other": len(settled) - same - none, "none": none}


def to_be_ruled(work: Work, ruled: pd.Series, version: str) -> pd.DataFrame:
    """One row an item that an adjudicator is or was to rule on, `ruled` or not.

    What is gone, or was given to him under an earlier codebook and not ruled on, nobody waits for.
    """
    given = work.adjudication.assign(ruled=work.adjudication["item_id"].isin(ruled))
    stands = given["ruled"] | (given["codebook_version"] == version)
    there = given["item_id"].isin(work.items["item_id"])
    return given[stands & there].drop_duplicates("item_id", keep="last")


def adjudication(work: Work, settings: Settings, version: str) -> dict[str, Any]:
    """Who is to rule on how much, what was ruled and why, and how often what all agreed on was wrong."""
    valid = work.rulings[work.rulings["left_out"] == ""]
    asked = to_be_ruled(work, valid["item_id"], version)
    gaps = valid.loc[valid["guideline_gap"], "item_id"].tolist()
    return {
        "people": [
            {"adjudicator": str(name), "assigned": len(rows), "ruled": int(rows["ruled"].sum())}
            for name, rows in asked.groupby("annotator")
        ],
        "why": [
            {"why": str(why), "assigned": len(rows), "ruled": int(rows["ruled"].sum())}
            for why, rows in asked.groupby("why")
        ],
        "reasons": {str(why): int(n) for why, n in Counter(valid["reason"]).most_common() if why},
        "gaps": {"items": len(gaps), "first": gaps[: settings.listed]},
        "audit": overturned(work.adjudication, work.gold, settings.percent),
        "percent": settings.percent,
    }


def status(work: Work, book: Codebook, settings: Settings) -> dict[str, Any]:
    """All that the page and the screen say, as JSON can hold it."""
    rows = workload.people(work.annotators, work.annotations)
    return {
        "adjudication": adjudication(work, settings, book.version),
        "agreement": agreement(work),
        "annotators": rows,
        "as_of": workload.latest(work.annotations),
        "codebook_version": book.version,
        "demonstration": bool(work.items["demonstration"].any()),
        "gold": gold(work, book),
        "idle_days": settings.idle_days,
        "measures": measures(work),
        "progress": progress(work, rows),
        "stuck": stuck(work, rows, settings),
    }


def main(
    codebook_file: Path,
    setting_file: Path,
    item_file: Path,
    assignment_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    ruling_file: Path,
    gold_file: Path,
    annotator_file: Path,
    adjudication_file: Path,
    page: Path,
    numbers: Path,
) -> None:
    """Read every table, write the page and its numbers."""
    work = Work(
        ITEMS.read(item_file, ["item_id", "demonstration"]),
        ASSIGNMENTS.read(assignment_file),
        ANNOTATIONS.read(annotation_file),
        AGREEMENT.read(agreement_file),
        RULINGS.read(ruling_file),
        GOLD.read(gold_file),
        ANNOTATORS.read(annotator_file),
        if_there(ADJUDICATION, adjudication_file),
    )
    found = status(work, codebook.load(codebook_file), load(setting_file))
    pages.write_numbers(found, numbers)
    template = Path(__file__).with_name("status.html.jinja")
    pages.write(pages.render(template, {}, pictures=charts.pictures(found), **found), page, "the page")


if __name__ == "__main__":
    shell(main)
