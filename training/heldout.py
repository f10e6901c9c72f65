"""A dataset folder and splits -> what models say of items that they were held from, suite by suite, fold by fold."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.partitions import Task, build, workshop
from corpus.shell import shell
from training import model
from training.release import rows
from training.tables import HELD_OUT, HELDOUT, SPLITS

READ = ["item_id", "article_id", "text", "target", "label"]  # of a row, what learning and telling go by
NAME = "/"  # stands between suite and fold in the name of a column


def laid(frame: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """A question's rows, with a column for each fold that says where they stand in it."""
    places = splits.assign(name=splits["suite"] + NAME + splits["fold"])
    wide = places.pivot_table(index="item_id", columns="name", values="split", aggfunc="first", sort=False)
    return frame[READ].merge(wide.reset_index(), on="item_id").sort_values("item_id", ignore_index=True)


def tell(laid_file: Path, name: str, question: str, about: dict[str, Any], place: Path) -> int:
    """Learn a fold's train rows with the baseline's own settings, write what is said of its test rows; return how many.

    Nothing is said if there is nothing to learn from; who has seen one label only says that one.
    """
    frame = pd.read_parquet(laid_file, columns=[*READ, name])
    train, test = (frame[frame[name] == side].reset_index(drop=True) for side in ("train", "test"))
    suite, _, fold = name.partition(NAME)
    if train.empty or test.empty:
        return 0
    found = test[["item_id", "article_id"]].assign(
        heldout_id=f"{question}/{suite}/{fold}/" + test["item_id"],
        question=question,
        suite=suite,
        fold=fold,
        learned=len(train),
        gold=test["label"],
        majority=Counter(sorted(train["label"])).most_common(1)[0][0],
        **said(train, test, about),
    )
    HELDOUT.save(HELDOUT.arrow(found), place / "heldout.parquet")
    return len(found)


def said(train: pd.DataFrame, test: pd.DataFrame, about: dict[str, Any]) -> dict[str, Any]:
    """What a model of the train rows says of the test rows, and how sure it is."""
    if train["label"].nunique() == 1:
        return {"predicted": train["label"].iloc[0], "probability": 1.0}
    learned = model.fit(train, about["C"], model.Settings(**about["settings"]))
    chances = learned.predict_proba(model.readable(test))
    return {"predicted": learned.classes_[chances.argmax(axis=1)], "probability": chances.max(axis=1)}


def tasks(frame: pd.DataFrame, question: str, models: Path, scratch: Path) -> list[Task]:
    """One task a fold, which hangs on the question's rows and on the code that learns: nothing else repeats it."""
    about = json.loads((models / f"{question}.json").read_text(encoding="utf-8"))
    chosen = {name: about[name] for name in ("C", "settings")}
    path = scratch / f"{question}.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    code = [Path(__file__), Path(model.__file__)]
    return [Task((path, name, question, chosen), (path, *code)) for name in frame.columns if NAME in name]


def main(manifest: Path, split_file: Path, models: Path, out: Path) -> None:
    """Read the dataset folder, the splits and what the baseline chose; write what is said of all that is held out."""
    splits = SPLITS.read(split_file, ["item_id", "suite", "fold", "split"], HELD_OUT)
    scratch = workshop(out) / "rows"
    scratch.mkdir(parents=True, exist_ok=True)
    todo: list[Task] = []
    for question, frame in rows(manifest).items():
        todo += tasks(laid(frame, splits), question, models, scratch)
    made = build(tell, todo, out, "held out in turn")
    told = [place / "heldout.parquet" for place, rows_told in made if rows_told]
    found = pa.concat_tables([HELDOUT.batch([]), *map(pq.read_table, told)]).combine_chunks()
    HELDOUT.save(found, out)
    without = f"; {len(made) - len(told):,} had nothing to learn from" if len(told) < len(made) else ""
    HELDOUT.say(len(found), out, f"{len(told):,} folds{without}")


if __name__ == "__main__":
    shell(main)
