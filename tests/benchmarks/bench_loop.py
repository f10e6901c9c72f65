"""The everyday loop on a workspace of 5,000 items: make with nothing to do, and the report after one new answer.

The articles are made up, and some of the answers are wrong on purpose, so that there is something to settle.
"""

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from corpus.tables import ITEMS
from labeling.answer import result
from labeling.tables import ANSWERS, ASSIGNMENTS, CHECKS, DECISIONS
from tests import press
from tests.house import ROOT
from tests.soak import expected
from tests.world import BOOK

SENTENCES, ITEMS_OF = 8, 10  # of an article: its sentences, and about how many items they make
WRONG = 0.13  # of the answers, on purpose


def make(folder: Path, *words: str) -> tuple[float, float, list[str]]:
    """Run make; return the seconds it took and kept a processor busy, and the steps that said what they made."""
    places = ["--no-print-directory", f"DATA={folder}", f"RAW={folder / 'raw'}"]
    before, begun = used(), time.perf_counter()
    told = subprocess.run(
        ["make", *places, *words],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        sys.exit(told.stdout + told.stderr)
    return time.perf_counter() - begun, used() - before, re.findall(r"^([a-z]+): ", told.stdout, re.MULTILINE)


def used() -> float:
    """Seconds of processor that processes which have ended took."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def answered(folder: Path) -> pd.DataFrame:
    """An answer to all that is asked, each a minute after the one before."""
    shown = {row["item_id"]: press.reading(row) for row in ITEMS.read(folder / "items.parquet").to_dict("records")}
    shown |= {row["item_id"]: expected(row) for row in CHECKS.read(folder / "checks.parquet").to_dict("records")}
    asked, chance = ASSIGNMENTS.read(folder / "assignments.parquet"), random.Random(1)  # noqa: S311 - a test
    said = [misread(shown[item], chance) for item in asked["item_id"]]
    when = pd.date_range("2026-01-01", periods=len(asked), freq="min").strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    found = asked.assign(annotation=range(1, len(asked) + 1), created_at=when, updated_at=when, lead_time=9.0)
    found["result"] = [json.dumps(result(one, BOOK), ensure_ascii=False) for one in said]
    found["answer_id"] = found["assignment_id"] + "/" + found["annotation"].astype(str) + "/" + found["updated_at"]
    found = found.assign(account="account-" + found["annotator"], skipped=False, ground_truth=False, gone="")
    return found.assign(prediction="", last_action="")[list(ANSWERS.columns)]


def misread(said: dict[str, object], chance: random.Random) -> dict[str, object]:
    """What is answered: mostly what is right."""
    if chance.random() >= WRONG:
        return said
    return said | {"sanction_violation": "none"} | ({"stance": "neutral"} if "stance" in said else {})


def workspace(folder: Path, items: int) -> pd.DataFrame:
    """Make a workspace of so many items, all asked and all answered but for one assignment; return all answers."""
    press.articles(range(items // ITEMS_OF), SENTENCES, folder / "raw")
    make(folder, "assignments", "interface")
    make(folder, "batch", f"MORE={items}")
    make(folder, "assignments")
    answers = answered(folder)
    ANSWERS.write(answers[:-1], folder / "answers.parquet")
    DECISIONS.write(DECISIONS.frame([]), folder / "decisions.parquet")
    return answers


def measure(folder: Path, items: int) -> None:
    """Make a workspace and its report, and print how long make takes when nothing and when little has changed."""
    answers = workspace(folder, items)
    tell("the first report", make(folder, "report"))
    tell("`make items`, nothing to do", make(folder, "items"))
    tell("`make report`, nothing to do", make(folder, "report"))
    ANSWERS.write(answers, folder / "answers.parquet")
    tell("`make report`, one new answer", make(folder, "report"))


def tell(what: str, took: tuple[float, float, list[str]]) -> None:
    """Print what was measured."""
    seconds, busy, steps = took
    print(f"{what}: {seconds:.2f} s, {busy:.2f} s of processor; made: {', '.join(steps) or 'nothing'}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        measure(Path(sys.argv[2] if sys.argv[2:] else place), int(sys.argv[1]) if sys.argv[1:] else 5000)
