"""The numbers of the status -> the screen, 80 columns wide."""

import json
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import ContractError
from corpus.shell import shell
from labeling.columns import WIDTH, number, table


def work(found: dict[str, Any]) -> list[str]:
    """What each annotator has done, how fast, and how carefully."""
    rows = [
        [
            row["annotator"],
            f"{row['answered']:,}",
            f"{row['open']:,}",
            f"{row['skipped']:,}",
            "–" if row["seconds"] is None else f"{row['seconds']:.0f}",
            of(row["checks_passed"], row["checks"]),
            of(row["repeats_same"], row["repeats"]),
            number(row["against_others"]),
            remark(row, found["stuck"]["idle"]),
        ]
        for row in found["annotators"]
    ]
    heads = ["annotator", "done", "open", "skip", "sec", "checks", "alike", "alpha", "remark"]
    return table("Who has done how much", heads, rows) if rows else ["", "Nobody was asked anything yet."]


def of(some: int, all_: int) -> str:
    """A part of a whole, or a dash where there is none."""
    return f"{some:,}/{all_:,}" if all_ else "–"


def remark(row: dict[str, Any], idle: list[str]) -> str:
    """What speaks against an annotator, briefly."""
    verdicts = (row["qualification_verdict"], row["checks_verdict"])
    said = ["suspected"] * bool(row["suspected"]) + ["below mark"] * ("below the pass mark" in verdicts)
    silent = "not begun" if row["days"] is None else "idle"
    return ", ".join([*said, *[silent] * (row["annotator"] in idle)])


def agreement(found: dict[str, Any]) -> list[str]:
    """Alpha of each question with its interval, and the verdict on it."""
    rows = [
        [
            row["question"],
            number(row["value"]),
            between(row),
            f"{row['items']:,}",
            number(row["threshold"]),
            row["verdict"],
        ]
        for row in found["agreement"]
        if row["measure"] == "alpha" and row["slice"] == "all"
    ]
    heads = ["question", "alpha", "interval", "items", "gate", "verdict"]
    return table("How far annotators agree", heads, rows)


def between(row: dict[str, Any]) -> str:
    """An interval, or a dash without one."""
    return "–" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}"


def gold(found: dict[str, Any]) -> list[str]:
    """How the labels of each question came to stand, and how many depend on the method."""
    rows = [
        [
            row["question"],
            *(f"{count:,}" for count in row["provenance"].values()),
            f"{row['sensitive']:,}",
            methods(row),
        ]
        for row in found["gold"]
    ]
    heads = ["question", "unanimous", "majority", "adjud.", "unresolved", "depends", "by"]
    return table("How labels came to stand", heads, rows) if rows else []


def methods(row: dict[str, Any]) -> str:
    """The methods by which a question was settled."""
    return ", ".join(method for method, _ in row["method"])


def stuck(found: dict[str, Any]) -> list[str]:
    """What does not get on, a sentence each."""
    what, doubts = found["stuck"], found["stuck"]["doubtful"]
    silent = {row["annotator"]: "has not begun" if row["days"] is None else "is idle" for row in found["annotators"]}
    said = [f"{name} has something left to answer and {silent[name]}." for name in what["idle"]]
    said += [f"{items(row['items'])} to be answered by {' and '.join(row['annotators'])}." for row in what["owing"][:5]]
    counts = {
        "lacking votes that nobody is left to give.": what["deserted"]["items"],
        "skipped.": what["skipped"]["items"],
        "with the adjudicators.": doubts["with_adjudicators"],
        "to be ruled on: make adjudication, then make push.": doubts["to_be_given"],
    }
    said += [f"{items(count)} {what}" for what, count in counts.items() if count]
    return ["", "What is stuck", *(said or ["Nothing."])]


def items(count: int) -> str:
    """So many items."""
    return "1 item" if count == 1 else f"{count:,} items"


def ruled(found: dict[str, Any]) -> list[str]:
    """How far adjudication is, and what the audit says; nothing without a round."""
    people = [
        f"{row['adjudicator']} {row['ruled']:,} of {row['assigned']:,}" for row in found["adjudication"]["people"]
    ]
    audits = [
        f"audit of {row['question']}: {row['overturned']:,} of {row['audited']:,} agreed labels overturned, "
        f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %"
        for row in found["adjudication"]["audit"]
        if row["audited"]
    ]
    return ["", "Adjudication", *textwrap.wrap(f"ruled: {', '.join(people)}", WIDTH), *audits] if people else []


def overview(found: dict[str, Any], page: Path, now: datetime) -> str:
    """The whole screen; now is when it is looked at."""
    notice = "A demonstration: articles and answers were written for it. No number here is about real news or people."
    lines = [head(found, now), *work(found), *agreement(found), *gold(found), *ruled(found)]
    wrapped = [part for line in stuck(found) for part in textwrap.wrap(line, WIDTH) or [""]]
    lines += [*wrapped, ""]
    lines += [*textwrap.wrap(notice, WIDTH), ""] if found["demonstration"] else []
    return "\n".join([*lines, f"The page: {page}"])


def head(found: dict[str, Any], now: datetime) -> str:
    """How much is done, and when the last answer came."""
    done = found["progress"]
    if not found["as_of"]:
        return f"{done['assigned']:,} assignments, no answers yet"
    days = max(0, (now - datetime.fromisoformat(found["as_of"])).days)  # the server's clock may be ahead
    ago = f"{days:,} day{'s' * (days > 1)} ago" if days else "today"
    left = "" if not done["open"] or done["hours_left"] is None else f", {done['hours_left']:,.1f} hours left"
    return f"{done['assigned'] - done['open']:,} of {done['assigned']:,} assignments done{left}; the last answer {ago}"


def main(numbers: Path, page: Path) -> None:
    """Read the status's numbers, print them and where the page is."""
    if not numbers.exists():
        raise ContractError(f"There is no status at {numbers}. Run `make status` first.")
    print(overview(json.loads(numbers.read_text(encoding="utf-8")), page, datetime.now(UTC)))


if __name__ == "__main__":
    shell(main)
