"""Assignments and annotations -> who has done how much, what is still to come, and where it is stuck."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from corpus.tables import records
from labeling.current import DELETED, SKIPPED, STRANGE

DAYS = 31  # more are counted by week
SECONDS = 3600  # of an hour

Rows = list[dict[str, Any]]


def still_open(assignments: pd.DataFrame, annotations: pd.DataFrame) -> pd.DataFrame:
    """The assignments that are to be answered yet, those among them that somebody else answered in his place."""
    there = annotations.loc[~annotations["left_out"].isin((DELETED, STRANGE)), "annotation_id"]
    return assignments[(assignments["withdrawn"] == "") & ~assignments["assignment_id"].isin(there)]


def latest(annotations: pd.DataFrame) -> str:
    """When the last answer was given or changed, ISO 8601 in UTC; "" if none was."""
    return str(annotations["updated_at"].max()) if len(annotations) else ""


def people(annotators: pd.DataFrame, annotations: pd.DataFrame) -> Rows:
    """The rows of ANNOTATORS, with the hours left at everybody's own speed, and the days since his last answer.

    Days are counted to the last answer of anybody, so that the same answers make the same page. None is unknown.
    """
    usual = annotations.loc[annotations["lead_time"] > 0, "lead_time"].median()
    last = pd.to_datetime(annotations.groupby("annotator")["updated_at"].max(), format="ISO8601", utc=True)
    found: Rows = []
    for row in records(annotators):
        seconds = usual if pd.isna(row["seconds"]) else row["seconds"]
        since = (last.max() - last[row["annotator"]]).days if row["annotator"] in last else None
        hours = None if pd.isna(seconds) else row["open"] * seconds / SECONDS
        found.append({**{name: known(value) for name, value in row.items()}, "hours_left": hours, "days": since})
    return found


def known(value: Any) -> Any:
    """A cell as JSON holds it: None for NaN."""
    return None if isinstance(value, float) and pd.isna(value) else value


def pace(annotations: pd.DataFrame) -> dict[str, Any]:
    """Answers of each day in order, or of each week (by its Monday) if there are many days: `weekly` says which."""
    moments = pd.to_datetime(annotations["created_at"], format="ISO8601", utc=True).dt.tz_localize(None)
    days = moments.dt.normalize()
    weekly = bool(len(days)) and (days.max() - days.min()).days >= DAYS
    if weekly:
        days -= pd.to_timedelta(days.dt.day_of_week, unit="D")
    counts = days.value_counts().sort_index().items()
    return {"weekly": weekly, "days": [{"from": f"{day:%Y-%m-%d}", "answers": int(count)} for day, count in counts]}


def owing(left: pd.DataFrame) -> Rows:
    """The items on which votes are still to come, counted by whose, most items first."""
    batch = left[left["purpose"] == "batch"]
    whose = Counter(tuple(sorted(names)) for _, names in batch.groupby("item_id")["annotator"])
    ranked = sorted(whose.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"annotators": list(names), "items": count} for names, count in ranked]


def deserted(items: pd.DataFrame, assignments: pd.DataFrame, left: pd.DataFrame, gold: pd.DataFrame) -> list[str]:
    """The items that lack votes and that nobody is left to answer: everybody skipped, left, or was not counted."""
    asked = set(assignments.loc[assignments["purpose"] == "batch", "item_id"]) & set(items["item_id"])
    lacking = asked - set(gold["item_id"]) | set(gold.loc[gold["outcome"] == "too few votes", "item_id"])
    return sorted(lacking & asked - set(left["item_id"]))


def skipped(annotations: pd.DataFrame) -> Rows:
    """The items that were skipped, and by whom; those that most skipped first."""
    rows = annotations[(annotations["left_out"] == SKIPPED) & (annotations["purpose"] == "batch")]
    found = [
        {"item_id": str(item), "annotators": sorted(names)} for item, names in rows.groupby("item_id")["annotator"]
    ]
    return sorted(found, key=lambda row: (-len(row["annotators"]), row["item_id"]))


def idle(rows: Iterable[dict[str, Any]], days: int) -> list[str]:
    """Who has something left to answer and has not answered for so many days, or never."""
    return [row["annotator"] for row in rows if row["open"] and (row["days"] is None or row["days"] >= days)]
