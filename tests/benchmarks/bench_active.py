"""What a model-driven draw buys: macro F1 by the number of labels, over 20 seeds, each way of drawing against random.

Labels are there already and are only shown when they are drawn, by the very code that draws for `make batch`. The first
100 are a random sample, as in a workspace; then 100 more are drawn four times.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from tests.benchmarks.bench_model import claims, newsmtsc
from tests.house import ROOT
from training.calibrate import softmax
from training.learning import Prepared, Rows, classifier, prepared, scores, solved
from training.model import Settings, load

SEEDS, FIRST, ROUNDS = 20, 100, 4
POOL, ASKED = 1200, 800  # rows that may be drawn, and rows that are measured on
REASONS = ("random", "uncertainty", "rare class", "contrast", "diversity")
SHARES: dict[str, tuple[int, ...]] = {
    "random": (100, 0, 0, 0, 0),
    "uncertainty": (0, 100, 0, 0, 0),
    "rare class": (0, 0, 100, 0, 0),
    "diversity": (0, 0, 0, 0, 100),
    "40 uncertainty, 20 rare": (20, 40, 20, 0, 20),
    "60 uncertainty, 20 random": (20, 60, 0, 0, 20),
}


@dataclass(frozen=True)
class World:
    """Rows that may be drawn and rows that are measured on, of other groups, as features."""

    rows: pd.DataFrame
    made: Prepared
    pool: Rows
    asked: Rows

    def told(self, known: Rows, settings: Settings) -> NDArray[Any]:
        """Probabilities of every row by a model of the known ones."""
        model = classifier(settings.quick.strength, settings)
        solved(model, self.made.known[known], self.rows.iloc[known], self.made.labels)
        return softmax(scores(model, self.made.known, self.made.labels))

    def macro_f1(self, told: NDArray[Any]) -> float:
        """Macro F1 on the rows that are measured on."""
        guessed = np.array(self.made.labels)[told[self.asked].argmax(axis=1)]
        return float(f1_score(self.rows["label"].iloc[self.asked], guessed, average="macro"))


def drawn(rows: pd.DataFrame, seed: int, settings: Settings) -> World:
    """A pool and rows to measure on, of groups in random order."""
    groups = pd.factorize(rows["group"])[0]
    place = np.random.default_rng(seed).permutation(groups.max() + 1)[groups]
    rows = rows.assign(place=place).sort_values("place", kind="stable").head(POOL + ASKED).reset_index(drop=True)
    cut = int(np.searchsorted(rows["place"], rows["place"].iloc[len(rows) * POOL // (POOL + ASKED)]))
    rows = rows.assign(item_id=[f"{at}@one" for at in range(len(rows))], kin=rows.index.astype(str), copies=1)
    return World(
        rows.assign(wording=rows["item_id"]), prepared(rows, settings), np.arange(cut), np.arange(cut, len(rows))
    )


def path(world: World, shares: tuple[int, ...], seed: int, settings: Settings) -> list[float]:
    """Macro F1 after each draw."""
    picks: Any = import_module("labeling.picks")
    order = np.random.default_rng(1000 + seed).permutation(world.pool)
    known, found = order[:FIRST], []
    for _ in range(ROUNDS):
        told = world.told(known, settings)
        found.append(world.macro_f1(told))
        left = order[~np.isin(order, known)]
        said = pd.DataFrame(
            {
                "item_id": world.rows["item_id"].iloc[order],
                "question": "q",
                "fold": np.where(np.isin(order, known), 0, -1),
                "probabilities": list(told[order]),
            }
        )
        ways = {name: way for name, way in picks.ways(set(), {}, said).items() if name != "contrast"}
        units = world.rows.iloc[left]
        more = picks.more(units, ways, FIRST, dict(zip(REASONS, shares, strict=True)))
        known = np.concatenate([known, world.rows.index[world.rows["item_id"].isin(more["item_id"])]])
    return [*found, world.macro_f1(world.told(known, settings))]


def compare(name: str, rows: pd.DataFrame, settings: Settings) -> None:
    """Print each way's macro F1 by labels, and its mean difference from random with the 95 % interval over seeds."""
    found: dict[str, list[list[float]]] = {way: [] for way in SHARES}
    for seed in range(SEEDS):
        world = drawn(rows, seed, settings)
        for way, shares in SHARES.items():
            found[way].append(path(world, shares, seed, settings))
        print(f"{name}: seed {seed + 1} of {SEEDS}", file=sys.stderr, flush=True)
    chance = np.array(found["random"])
    for way, paths in found.items():
        curve, gain = np.mean(paths, axis=0), (np.array(paths) - chance)[:, 1:].mean(axis=1)
        half = 1.96 * gain.std(ddof=1) / SEEDS**0.5
        told = " ".join(f"{value:.3f}" for value in curve)
        print(f"{name:10} {way:26} {told}   {100 * gain.mean():+.2f} ± {100 * half:.2f} points", flush=True)


if __name__ == "__main__":
    plain = load(ROOT / "training/model.toml", ROOT / "training/tone.toml").quickly
    with threadpool_limits(1):
        compare("newsmtsc", newsmtsc("train"), plain)
        compare("ibm", claims("train"), plain)
