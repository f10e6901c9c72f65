"""Items -> splits: train, validation and test, drawn by article."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling.draw import bucket
from labeling.tables import GOLD
from training.tables import SPLIT_NAMES, SPLITS


@dataclass(frozen=True)
class Draw:
    """A salt, and the share of each split in percent, summing to 100."""

    salt: str
    shares: Mapping[str, int]

    def split(self, bucket: int) -> str:
        """Name the split of a bucket: the first buckets are the training split's, the last the test split's.

        >>> Draw("split-1", {"train": 70, "validation": 10, "test": 20}).split(69)
        'train'
        """
        filled = 0
        for name in SPLIT_NAMES:
            filled += self.shares[name]
            if bucket < filled:
                return name
        raise ValueError(f"bucket {bucket} is not between 0 and 99")


def load(path: Path) -> Draw:
    """Read the salt and the shares, or say what in the file is wrong."""
    try:
        raw = toml.read(path)
        draw = Draw(raw["salt"], {name: raw["shares"][name] for name in SPLIT_NAMES})
    except KeyError as error:
        raise ContractError(f"{path} lacks {error}. Give a salt and the shares {', '.join(SPLIT_NAMES)}.") from error
    whole = sum(draw.shares.values())
    if whole != 100 or min(draw.shares.values()) < 0:  # noqa: PLR2004
        given = ", ".join(f"{name} {share}" for name, share in draw.shares.items())
        raise ContractError(f"{path}: the shares {given} sum to {whole}. Make them sum to 100, none below 0.")
    return draw


def splits(items: pd.DataFrame, draw: Draw) -> pd.DataFrame:
    """One row an item. Labels have no say in it, so that no answer given later moves an item."""
    buckets = items["article_id"].map(lambda article_id: bucket(article_id, draw.salt)).astype(int)
    found = items[["item_id", "article_id"]].assign(bucket=buckets, split=buckets.map(draw.split), salt=draw.salt)
    return SPLITS.check(found)


def closing(found: pd.DataFrame, gold: pd.DataFrame) -> str:
    """Say how many items of each split have a settled label, and which split has none."""
    settled = set(gold.loc[gold["outcome"] == "settled", "item_id"])
    counts = found[found["item_id"].isin(settled)]["split"].value_counts()
    told = ", ".join(f"{name} {counts.get(name, 0):,}" for name in SPLIT_NAMES)
    empty = [name for name in SPLIT_NAMES if name not in counts]
    wanting = f"; {' and '.join(empty)} empty: label more articles, or draw by another salt" if empty else ""
    return f"items with a settled label: {told}{wanting}"


def main(setting_file: Path, item_file: Path, gold_file: Path, out: Path) -> None:
    """Read the draw, items and gold, write splits."""
    found = splits(ITEMS.read(item_file), load(setting_file))
    SPLITS.write(found, out, closing(found, GOLD.read(gold_file)))


if __name__ == "__main__":
    shell(main)
