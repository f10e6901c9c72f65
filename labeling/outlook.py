"""The plan -> tables on the screen: what the next labels buy, and what came of earlier forecasts."""

import textwrap
from pathlib import Path

import numpy as np
import pandas as pd

from corpus.shell import shell
from labeling.columns import WIDTH, table
from labeling.tables import PLAN

TITLES = {
    "half width": "What the next labels buy: half the width of alpha's interval",
    "macro F1": "What the next labels buy: macro F1 of the model",
}
SHOWN = 12  # past forecasts, those made last
HELP = "A label is an item that was answered twice or more; for macro F1, one that the model learned from."


def ahead(now: pd.DataFrame) -> list[str]:
    """What each measure will be with more labels."""
    lines = []
    for measure, title in TITLES.items():
        mine = now[now["measure"] == measure]
        rows = [row for _, of in mine.groupby("question", sort=False) for row in forecasts(of)]
        lines += table(title, ["question", "labels", "now", "with", "forecast", "its band"], rows)
    return lines


def forecasts(of: pd.DataFrame) -> list[list[str]]:
    """The rows of one question: what is measured now, then each forecast; or why there is none."""
    now, later = of[of["more"] == 0].iloc[0], of[of["more"] > 0]
    named = [str(now["question"]), f"{now['labels']:,}", number(now["value"])]
    if later["value"].isna().all():
        return [[*named, "", "", str(now["verdict"])]]
    rows = [
        [f"+{one.more:,}", number(one.value), f"{number(one.low)} to {number(one.high)}"] for one in later.itertuples()
    ]
    return [[*(named if not at else ["", "", ""]), *row] for at, row in enumerate(rows)]


def behind(past: pd.DataFrame) -> list[str]:
    """The past forecasts that were held against what was measured."""
    held = past[past["then"] > 0].tail(SHOWN)
    rows = [
        [
            str(one.question),
            str(one.measure),
            f"{one.labels:,} + {one.more:,}",
            number(one.value),
            number(one.came),
            str(one.verdict),
        ]
        for one in held.itertuples()
    ]
    heads = ["question", "measure", "labels", "forecast", "came", "verdict"]
    return table("What earlier forecasts were worth", heads, rows) if rows else []


def number(value: object) -> str:
    """Three decimals, or a dash for what is unknown."""
    return "–" if np.isnan(float(str(value))) else f"{float(str(value)):.3f}"


def screen(plan: pd.DataFrame) -> str:
    """The whole screen."""
    lines = [*ahead(plan[plan["now"]]), *behind(plan[~plan["now"]]), "", *textwrap.wrap(HELP, WIDTH)]
    return "\n".join(lines)


def main(plan_file: Path) -> None:
    """Read the plan, print it."""
    print(screen(PLAN.read(plan_file)))


if __name__ == "__main__":
    shell(main)
