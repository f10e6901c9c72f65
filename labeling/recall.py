"""Gold labels of sentences that hold a target's cues, and of some drawn from the others -> how much the cues reach."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import COVERAGE, ITEMS, records
from labeling import codebook
from labeling.codebook import Codebook, Question
from labeling.tables import BATCH, GOLD, RECALL

BY_CHANCE = ("sample", "random", "all", "audit")  # reasons in BATCH in which no model had a say


@dataclass(frozen=True)
class Settings:
    """recall.toml: draws of the interval, their seed, and its level, 0 to 1."""

    draws: int
    seed: int
    level: float


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def share(relevant: int, labelled: int, chance: np.random.Generator, draws: int) -> NDArray[np.float64]:
    """Shares that fit what was labelled: draws from the posterior of Jeffreys' prior (Brown, Cai and DasGupta 2001)."""
    return chance.beta(relevant + 0.5, labelled - relevant + 0.5, draws)


def reach(
    matched: int, others: int, held: tuple[int, int], drawn: tuple[int, int], settings: Settings
) -> tuple[float, float, float]:
    """The part of all sentences that speak of a target that hold its cues, and its interval; NaN if nobody can tell.

    held and drawn are (that speak of it, labelled), of sentences that hold the cues and of the draw from the others.
    Where none of either speaks of it, the interval reaches to the end, as Brown, Cai and DasGupta have it.

    >>> reach(100, 1000, (50, 50), (0, 0), Settings(10, 1, 0.95))
    (nan, nan, nan)
    """
    if not (held[1] and drawn[1] and held[0] + drawn[0]):
        return float("nan"), float("nan"), float("nan")
    chance = np.random.default_rng(settings.seed)
    found, missed = (
        count * share(*labels, chance, settings.draws) for count, labels in ((matched, held), (others, drawn))
    )
    tail = (1 - settings.level) / 2
    low, high = np.quantile(found / (found + missed), [tail, 1 - tail])
    sure = matched * held[0] / held[1]
    every = sure + others * drawn[0] / drawn[1]
    return sure / every, float(low) if held[0] else 0.0, float(high) if drawn[0] else 1.0


def about_targets(book: Codebook) -> Question:
    """The question that is asked of items with a target, and has a label for those that say nothing of it."""
    for question in book.questions.values():
        if question.needs_target and question.without:
            return question
    raise ContractError(
        "No question of the codebook is asked of items with a target and names a label for those that say "
        "nothing of it (`without`), so what the cues miss cannot be told. Add `without`."
    )


def recall(
    coverage: pd.DataFrame, items: pd.DataFrame, gold: pd.DataFrame, question: Question, settings: Settings
) -> pd.DataFrame:
    """One row a target: what was labelled of either kind, and how much of what speaks of it the cues reach."""
    settled = gold[(gold["question"] == question.id) & (gold["outcome"] == "settled")].set_index("item_id")["label"]
    labelled = items.assign(label=items["item_id"].map(settled)).dropna(subset="label")
    rows: list[dict[str, object]] = []
    for target in records(coverage):
        mine = labelled[labelled["target"] == target["target"]]
        held, drawn = (counts(mine.loc[mine["drawn"] == why, "label"], question.without) for why in ("cues", "audit"))
        value, low, high = reach(target["matched"], target["sentences"] - target["matched"], held, drawn, settings)
        told = {"held_named": held[0], "held": held[1], "drawn_named": drawn[0], "drawn": drawn[1]}
        known = {"recall": value, "low": low, "high": high, "verdict": verdict(held, drawn)}
        rows.append({**target, **told, **known})
    return RECALL.frame(rows)


def counts(labels: pd.Series, without: str) -> tuple[int, int]:
    """How many labels say that a sentence speaks of the target, and how many there are."""
    return int((labels != without).sum()), len(labels)


def verdict(held: tuple[int, int], drawn: tuple[int, int]) -> str:
    """Whether there is an estimate, or what it lacks; both are (that speak of the target, labelled)."""
    if not drawn[1]:
        return "no labels on the draw: set asked in targets.toml, then push, label and pull"
    if not held[1]:
        return "no labels on sentences that hold the cues"
    return "estimated" if held[0] + drawn[0] else "no labelled sentence speaks of it"


def drawn_by_chance(items: pd.DataFrame, batch: pd.DataFrame) -> pd.DataFrame:
    """The items that were drawn at random: what a model chose is none of the rest's kind, and says nothing of them."""
    return items[items["item_id"].isin(batch.loc[batch["reason"].isin(BY_CHANCE), "item_id"])]


def main(
    setting_file: Path,
    codebook_file: Path,
    coverage_file: Path,
    item_file: Path,
    batch_file: Path,
    gold_file: Path,
    out: Path,
) -> None:
    """Read what the cues reach and what was labelled, write their recall."""
    question, settings = about_targets(codebook.load(codebook_file)), load(setting_file)
    items = drawn_by_chance(ITEMS.read(item_file), BATCH.read(batch_file, ["item_id", "reason"]))
    found = recall(COVERAGE.read(coverage_file), items, GOLD.read(gold_file), question, settings)
    known = found[found["verdict"] == "estimated"].itertuples()
    told = ", ".join(f"{row.target} {row.recall:.2f} ({row.low:.2f} to {row.high:.2f})" for row in known)
    RECALL.write(found, out, told or "no target has labels on its draw: see asked in targets.toml")


if __name__ == "__main__":
    shell(main)
