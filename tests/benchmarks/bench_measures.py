"""Simulated rounds -> a table: what agreement and gold cost, and what models of annotators cost in crowd-kit.

`python -m tests.benchmarks.bench_measures 5000 50000`: items of each round, three answers an item by ten people.
"""

import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from labeling import codebook
from labeling.aggregation import Votes, dawid_skene, mace
from labeling.agreement import agreement
from labeling.agreement import load as load_draws
from labeling.gold import gold
from labeling.gold import load as load_gold
from labeling.tables import PROBABILITIES, RULINGS
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
PEOPLE, ANSWERS, OFTEN_READ, TOGETHER = (
    10,
    3,
    0.75,
    5,
)  # people, answers an item, readings that are right, items an article


def simulated(items: int) -> pd.DataFrame:
    """Answers of people who read three times of four and else guess, given in ten weeks."""
    chance = np.random.default_rng(items)
    item = np.repeat(np.arange(items), ANSWERS)
    who = np.argsort(chance.random((items, PEOPLE)), axis=1)[:, :ANSWERS].ravel()
    weeks = pd.to_timedelta(chance.integers(0, 10, len(item)) * 7, unit="D")
    found = pd.DataFrame({"item_id": [f"{at // TOGETHER:010x}.{at:06x}@x" for at in item]})
    for question in BOOK.questions.values():
        labels = np.array(list(question.labels))
        truth, guess = chance.integers(0, len(labels), items)[item], chance.integers(0, len(labels), len(item))
        found[question.id] = labels[np.where(chance.random(len(item)) < OFTEN_READ, truth, guess)]
    for follow_up in BOOK.follow_ups.values():
        found[follow_up.id] = "" if follow_up.choice == "single" else pd.Series([[] for _ in item], dtype=object)
    given = (pd.Timestamp("2024-03-04T09:00:00Z") + weeks).strftime("%Y-%m-%dT%H:%M:%SZ")
    rest: dict[str, Any] = {"purpose": "batch", "left_out": "", "codebook_version": BOOK.version, "created_at": given}
    found["flags"] = pd.Series([[] for _ in item], dtype=object)
    return found.assign(annotator=[f"annotator-{one}" for one in who], **rest)


def timed(work: Callable[[], object]) -> str:
    """Seconds of the clock and of all cores that a piece of work takes."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - begun:8.2f} {time.process_time() - used:8.2f}"


def votes(answers: pd.DataFrame) -> Votes:
    """The votes on the violation question."""
    codes = [pd.factorize(answers[name], sort=True)[0] for name in ("item_id", "annotator", "sanction_violation")]
    item, person, label = (np.asarray(code, np.int64) for code in codes)
    return Votes(item, person, label, *(int(code.max()) + 1 for code in (item, person, label)))


def rivals(cast: Votes) -> dict[str, Callable[[], object]]:
    """The models of annotators, ours and crowd-kit's; its MACE begins ten times alike, so that once says as much."""
    from crowdkit.aggregation import MACE, DawidSkene

    told = pd.DataFrame({"task": cast.item, "worker": cast.person, "label": cast.label})
    return {
        "Dawid and Skene": lambda: dawid_skene(cast),
        "  crowd-kit": lambda: DawidSkene(n_iter=100).fit(told),
        "MACE, ten starts": lambda: mace(cast, seed=1),
        "  crowd-kit, one start": lambda: MACE(n_restarts=1).fit(told),
    }


def main(sizes: list[int]) -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # crowd-kit calls pandas as it was
    draws, settings = load_draws(ROOT / "labeling/agreement.toml"), load_gold(ROOT / "labeling/gold.toml")
    for size in sizes:
        answers = simulated(size)
        work: dict[str, Callable[[], object]] = {
            f"agreement, {draws.draws:,} draws": partial(agreement, answers, BOOK, draws),
            "gold": partial(gold, answers, RULINGS.frame([]), PROBABILITIES.frame([]), BOOK, settings),
            **rivals(votes(answers)),
        }
        print(f"\n{size:,} items, {ANSWERS} answers each by {PEOPLE} people\n{'':26} {'seconds':>8} {'of cores':>8}")
        for name, one in work.items():
            print(f"{name:26} {timed(one)}", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [5_000, 50_000])
