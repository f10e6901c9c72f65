"""The report's numbers -> a table on the screen, 80 columns wide."""

import json
import textwrap
from pathlib import Path
from typing import Any

from corpus.errors import ContractError
from corpus.shell import shell
from labeling.columns import WIDTH, number, table


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
    """Macro F1 of baseline and majority on the test split, the interval of their difference, and what it allows."""
    rows, said = [], [""]
    for name, one in found["questions"].items():
        if not one["undefined"]:
            macro = [number(one[who]["macro_f1"]) for who in ("baseline", "majority", "difference")]
            rows.append([name, f"{one['rows']:,}", *macro, between(one["difference"]["interval"])])
        said += textwrap.wrap(f"{name}: {one['verdict']}", WIDTH)
    heads = ["question", "items", "baseline", "majority", "difference", "its interval"]
    return [*table("Macro F1 on the test split", heads, rows), *said]


def between(interval: list[float] | None) -> str:
    """An interval in words."""
    return "none" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"


def summary(found: dict[str, Any], page: Path) -> str:
    """The whole screen."""
    notice = "A demonstration: articles and answers were written for it. No number here is about real news or people."
    lines = [*stages(found), *agreement(found), *scores(found), ""]
    lines += [*textwrap.wrap(notice, WIDTH), ""] if found["demonstration"] else []
    return "\n".join([*lines, f"The report: {page}"])


def main(numbers: Path, page: Path) -> None:
    """Read the report's numbers, print them and where the page is."""
    if not numbers.exists():
        raise ContractError(f"There is no report at {numbers}. Run `make report` first.")
    print(summary(json.loads(numbers.read_text(encoding="utf-8")), page))


if __name__ == "__main__":
    shell(main)
