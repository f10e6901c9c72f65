"""The report's numbers -> a table on the screen, 80 columns wide."""

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus.errors import ContractError
from corpus.shell import shell
from labeling.columns import WIDTH, number, table

WAYS = ("majority", "rules", "former")  # what the baseline is held against, where it is there


def stages(found: dict[str, Any]) -> list[str]:
    """What each stage made, and what became of it."""
    rows = [
        [row["stage"], f"{row['count']:,}", ", ".join(f"{count:,} {what}" for what, count in row["of_which"].items())]
        for row in found["stages"]
    ]
    return table("What each stage made", ["stage", "count", "of which"], rows)


def agreement(found: dict[str, Any]) -> list[str]:
    """Alpha of each question, and the verdict on it."""
    rows = [
        [row["question"], number(row["value"]), f"{row['items']:,}", number(row["threshold"]), row["verdict"]]
        for row in found["agreement"]
        if row["measure"] == "alpha"
    ]
    return table("How far annotators agree", ["question", "alpha", "items", "threshold", "verdict"], rows)


def scores(found: dict[str, Any]) -> list[str]:
    """Macro F1 on the test split of the baseline and of what it is held against, and what the comparison allows."""
    scored = {name: one for name, one in found["questions"].items() if not one["undefined"]}
    ways = [way for way in WAYS if any(way in one["comparisons"] for one in scored.values())]
    rows, said = [], [""]
    for name, one in scored.items():
        ours = one["baseline"]
        others = [number(one["comparisons"].get(way, {}).get("macro_f1")) for way in ways]
        rows.append([name, f"{one['rows']:,}", number(ours["macro_f1"]), between(ours["macro_f1_interval"]), *others])
    for name, one in found["questions"].items():
        said += textwrap.wrap(f"{name}: {one['verdict']}", WIDTH)
    heads = ["question", "items", "baseline", "its interval", *ways]
    return [*table("Macro F1 on the test split", heads, rows), *said]


def unseen(found: dict[str, Any]) -> list[str]:
    """Macro F1 where articles are held out at random, and of the same items where they are for what they are."""
    rows = []
    for name, scored in found["questions"].items():
        for one in scored.get("suites", ()):
            if beside := one["same_rows_in_folds"]:
                macro = [number(beside["macro_f1"]), number(one["macro_f1"])]
                loss = f"{number(beside['loss'])} ({between(beside['loss_interval'])})"
                rows.append([name, one["suite"], f"{one['rows']:,}", *macro, loss])
    heads = ["question", "by", "rows", "at random", "held out", "loss"]
    return table("Macro F1 of what is held out at random, or for what it is", heads, rows) if rows else []


def between(interval: list[float] | None) -> str:
    """An interval in words."""
    return "none" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"


def summary(found: dict[str, Any], places: Mapping[str, Path]) -> str:
    """The whole screen; places are the pages and folders there are, by what they hold."""
    notice = "A demonstration: articles and answers were written for it. No number here is about real news or people."
    lines = [*stages(found), *agreement(found), *scores(found), *unseen(found), ""]
    lines += [*textwrap.wrap(notice, WIDTH), ""] if found["demonstration"] else []
    return "\n".join([*lines, *(f"The {what}: {path}" for what, path in places.items())])


def main(numbers: Path, page: Path, status: Path, edition: Path) -> None:
    """Read the report's numbers, print them and where the pages and the edition are."""
    if not numbers.exists():
        raise ContractError(f"There is no report at {numbers}. Run `make report` first.")
    places = {"report": page, "status": status, "edition": edition}
    there = {what: path for what, path in places.items() if path.exists()}
    print(summary(json.loads(numbers.read_text(encoding="utf-8")), there))


if __name__ == "__main__":
    shell(main)
