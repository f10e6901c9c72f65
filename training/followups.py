"""The dataset's annotations -> rows for what was asked only after certain labels, as the manifest names it."""

from pathlib import Path

import pandas as pd

from training import folder
from training.release import ANSWERED, manifest, read
from training.tables import PLACES

LEAST = 20  # training rows of a follow-up, and of each of two labels of it a fourth: less teaches nothing
YES, NO = "yes", "no"


def frames(place: Path) -> dict[str, pd.DataFrame]:
    """The rows of each follow-up that has enough of them, as folder.rows has them; of several answers, one for each.

    The label is what most annotators gave; every label has its share of them. Where several labels may be given, each
    is a question of its own, `regime_russia` for example, answered by yes or no.
    """
    answered = [read(path) for split in PLACES for path in sorted((place / ANSWERED).glob(f"{split}-*.parquet"))]
    if not answered:
        return {}
    given = pd.concat(answered, ignore_index=True)
    given = given[given["left_out"] == ""]
    follow_ups = manifest(place)["follow_ups"]
    after = sorted({one["after"] for one in follow_ups.values()})
    asked = {name: folder.rows(place, name) for name in after if (place / name).is_dir()}
    found: dict[str, pd.DataFrame] = {}
    for name, one in follow_ups.items():
        if (rows := asked.get(one["after"])) is not None:
            found |= several(rows, given, name) if one["several"] else {name: single(rows, given, name)}
    return {name: rows for name, rows in sorted(found.items()) if enough(rows)}


def single(rows: pd.DataFrame, given: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a follow-up with one answer."""
    return labelled(rows, given.loc[given[name] != "", ["item_id", name]].rename(columns={name: "label"}))


def several(rows: pd.DataFrame, given: pd.DataFrame, name: str) -> dict[str, pd.DataFrame]:
    """The rows of each label of a follow-up with several answers, which are joined by a space."""
    asked = given[given[name] != ""]
    families = sorted({family for families in asked[name] for family in families.split()})
    return {
        f"{name}_{family}": labelled(
            rows, asked[["item_id"]].assign(label=[YES if family in one.split() else NO for one in asked[name]])
        )
        for family in families
    }


def labelled(rows: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Rows with the answers' shares and the label that most gave; a tie has none and is left out."""
    shares = pd.crosstab(answers["item_id"], answers["label"], normalize="index")
    top = shares.max(axis=1)
    clear = shares[(shares.eq(top, axis=0)).sum(axis=1) == 1]
    told = clear.add_prefix("share_").assign(label=clear.idxmax(axis=1) if len(clear) else "")
    bare = rows[["item_id", "article_id", "text", "target", "split", "group"]]
    return bare.merge(told.reset_index(), on="item_id").reset_index(drop=True)


def enough(rows: pd.DataFrame) -> bool:
    """Whether there is something to learn from."""
    train = rows[rows["split"] == "train"]
    counts = train["label"].value_counts()
    return bool((counts >= LEAST // 4).sum() > 1 and len(train) >= LEAST and train["group"].nunique() > 1)
