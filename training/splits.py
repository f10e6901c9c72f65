"""Items that are asked -> splits: every way to hold out, in none of which one side tells the other's labels."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import CONTRASTS, DUPLICATES, ITEMS
from labeling import codebook
from labeling.tables import ANNOTATIONS, BATCH, GOLD
from training import leakage
from training.kin import Kin, kin
from training.suites import PERIODS, About, Fold, Settings, protected, subjects, suites
from training.tables import PLACES, SPLIT_NAMES, SPLITS


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    for wrong in faults(found):
        raise ContractError(f"{path}: {wrong}. Correct it.")
    return found


def faults(settings: Settings) -> list[str]:
    """What of the settings cannot be."""
    wrong = [
        f"{name} is {value}, but it is from {least} to {most}"
        for name, value, least, most in (
            ("validation", settings.validation, 0, 99),
            ("folds", settings.folds, 2, 100),
            ("groups", settings.groups, 2, 100),
        )
        if not least <= value <= most
    ]
    if settings.period not in PERIODS:
        wrong.append(f"period is {settings.period!r}, but it is one of {', '.join(PERIODS)}")
    named = Counter(outlet for outlets in settings.together.values() for outlet in outlets)
    twice = [outlet for outlet, often in named.items() if often > 1]
    return wrong + [f"[together] names the outlet {outlet!r} twice" for outlet in twice]


def drawn(item_file: Path, batch: pd.DataFrame) -> pd.DataFrame:
    """The items that are asked, in the order of their ids, and why they were drawn."""
    columns = ["item_id", "sentence_id", "article_id", "target", "outlet", "published", "text"]
    asked = ITEMS.read(item_file, columns).merge(batch.rename(columns={"reason": "drawn"}), on="item_id")
    return asked.sort_values("item_id", ignore_index=True)


def splits(asked: pd.DataFrame, about: About, kinship: Kin, settings: Settings) -> list[Fold]:
    """Every fold that holds enough, with whoever tells a label on a more protected side set aside."""
    enough = {"random": 0, "folds": 1}  # of the dataset's own splits all is kept, and the folds are read together
    articles, items = pd.factorize(asked["article_id"])[0], asked["item_id"].to_numpy(object)
    every = (protected(fold, articles, kinship, items) for fold in suites(asked, about, settings))
    return [fold for fold in every if fold.smaller >= enough.get(fold.suite, settings.least)]


def frame(asked: pd.DataFrame, folds: Sequence[Fold], salt: str) -> pd.DataFrame:
    """One row an item and fold."""
    parts = [
        asked[["item_id", "article_id"]].assign(
            split_id=f"{fold.suite}/{fold.name}/" + asked["item_id"],
            suite=fold.suite,
            fold=fold.name,
            split=[PLACES[place] for place in fold.places],
            reason=fold.reasons,
            salt=salt,
        )
        for fold in folds
    ]
    return SPLITS.check(pd.concat(parts, ignore_index=True))


def closing(found: pd.DataFrame, gold: pd.DataFrame) -> str:
    """Say how many items of each split have a settled label and which split has none, and how much else is held out."""
    settled = set(gold.loc[gold["outcome"] == "settled", "item_id"])
    own = found[found["suite"] == "random"]
    counts = own[own["item_id"].isin(settled)]["split"].value_counts()
    told = ", ".join(f"{name} {counts.get(name, 0):,}" for name in PLACES if name in counts or name in SPLIT_NAMES)
    empty = [name for name in SPLIT_NAMES if name not in counts]
    wanting = f"; {' and '.join(empty)} empty: label more articles, or draw by another salt" if empty else ""
    others = found.loc[found["suite"] != "random"].groupby("suite", sort=False)["fold"].nunique()
    held = ", ".join(f"{suite} {often}" for suite, often in others.items())
    return f"items with a settled label: {told}{wanting}; held out in turn: {held or 'nothing, for want of items'}"


def main(
    setting_file: Path,
    codebook_file: Path,
    item_file: Path,
    batch_file: Path,
    duplicate_file: Path,
    contrast_file: Path,
    annotation_file: Path,
    gold_file: Path,
    out: Path,
) -> None:
    """Read what is asked, who is whose copy and what it is about; write splits, if nothing leaks."""
    settings, asked = load(setting_file), drawn(item_file, BATCH.read(batch_file, ["item_id", "reason"]))
    annotations, book = ANNOTATIONS.read(annotation_file), codebook.load(codebook_file)
    votes = annotations[(annotations["left_out"] == "") & (annotations["purpose"] == "batch")]
    articles = dict(zip(asked["item_id"], asked["article_id"], strict=True))
    about = {one.id: subjects(votes, articles, one) for one in book.follow_ups.values() if one.held_out}
    copies = DUPLICATES.read(duplicate_file, ["sentence_id", "group_id"]).itertuples(index=False, name=None)
    kinship = kin(asked, dict(copies), CONTRASTS.read(contrast_file, ["sentence_a", "sentence_b"]), settings.near)
    found = frame(asked, splits(asked, about, kinship, settings), settings.salt)
    for (suite, fold), rows in found.groupby(["suite", "fold"], sort=False):
        leakage.check(rows.assign(text=asked["text"].to_numpy()), kinship, f"splits, suite {suite}, fold {fold}")
    SPLITS.write(found, out, closing(found, GOLD.read(gold_file)))


if __name__ == "__main__":
    shell(main)
