"""A dataset folder and splits -> what models say of items that they were held from, suite by suite, fold by fold."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus import toml
from corpus.errors import ContractError
from corpus.partitions import Task, build, digest, workshop
from corpus.shell import shell
from training import folder, model, standing
from training.encoder import named
from training.model import KNOWN, UNKNOWN
from training.tables import HELD_OUT, HELDOUT, SPLITS

READ = ["item_id", "article_id", "group", "text", "target", "label"]  # of a row, what learning and telling go by
NAME = "/"  # stands between suite and fold in the name of a column
CODE = (Path(__file__), *standing.CODE)
MARK = b"learned_with"  # in the file's metadata: what its models were made by
TARGETS = "target"  # the suite whose tests are about targets that nothing was learned of


@dataclass(frozen=True)
class Chosen:
    """The settings, and what the baseline chose for each kind of targets: C, and the columns to learn from."""

    settings: model.Settings
    ways: dict[str, tuple[float, str]]


@dataclass(frozen=True)
class Settings:
    """heldout.toml: the percentage of changed labels from which on models learn again."""

    again: float


def load(path: Path) -> float:
    """Read from what percentage of changes on models learn again, or say what in the file is wrong."""
    again = toml.settings(path, Settings).again
    if not 0 <= again <= 100:  # noqa: PLR2004 - percent
        raise ContractError(f"{path}: again is {again:g}, but it is a percentage, 0 to 100. Correct it.")
    return again


def laid(frame: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """A question's rows, with a column for each fold that says where they stand in it."""
    places = splits.assign(name=splits["suite"] + NAME + splits["fold"])
    wide = places.pivot_table(index="item_id", columns="name", values="split", aggfunc="first", sort=False)
    shares = [name for name in frame.columns if name.startswith("share_")]
    return frame[[*READ, *shares]].merge(wide.reset_index(), on="item_id").sort_values("item_id", ignore_index=True)


def ask(laid_file: Path, name: str, question: str, chosen: Chosen, place: Path) -> int:
    """Learn a fold's train rows with the baseline's own settings, write what is said of its test rows; return how many.

    Nothing is said if there is nothing to learn from; who has seen one label only says that one.
    """
    frame = pd.read_parquet(laid_file)
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
        **said(train, test, suite, chosen),
    )
    HELDOUT.save(HELDOUT.arrow(found), place / "heldout.parquet")
    return len(found)


def said(train: pd.DataFrame, test: pd.DataFrame, suite: str, chosen: Chosen) -> dict[str, Any]:
    """What a model of the train rows says of the test rows, and how sure it is."""
    from training.learning import fit  # scikit-learn takes a second, and mostly nothing is to be learned
    from training.telling import tell

    if train["label"].nunique() == 1:
        return {"predicted": train["label"].iloc[0], "probability": 1.0}
    kind = UNKNOWN if suite == TARGETS and UNKNOWN in chosen.ways else KNOWN
    strength, variant = chosen.ways[kind]
    settings = replace(chosen.settings, encode=named(chosen.settings.encoder))
    learned = fit(train, strength, settings, way=(kind, variant))
    told = tell(learned, test)
    return {"predicted": np.array(learned.labels)[told.said], "probability": told.sure}


def tasks(frame: pd.DataFrame, question: str, chosen: Chosen, scratch: Path) -> list[Task]:
    """One task a fold, which hangs on the question's rows and on the code that learns: nothing else repeats it."""
    path = scratch / f"{question}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    return [Task((path, name, question, chosen), (path, *CODE)) for name in frame.columns if NAME in name]


def learned_with(chosen: dict[str, Chosen], *setting_files: Path) -> str:
    """What models are made by, but for their rows: settings, what the baseline chose, and the code."""
    told = json.dumps([{name: one.ways for name, one in chosen.items()}, *map(digest, setting_files)], sort_keys=True)
    return hashlib.sha256("\n".join([told, *map(digest, CODE)]).encode()).hexdigest()


def changed(frames: dict[str, pd.DataFrame], out: Path, mark: str) -> float:
    """Percent of what is held out that is new, gone, or has another label since it was last learned; 100 if never."""
    if not out.exists() or (pq.read_schema(out).metadata or {}).get(MARK) != mark.encode():
        return 100.0
    then = HELDOUT.read(out, ["heldout_id", "gold"]).set_index("heldout_id")["gold"]
    now = pd.concat([asked(frame, question) for question, frame in frames.items()])
    return standing.changed(then, now)


def asked(frame: pd.DataFrame, question: str) -> pd.Series:
    """The label of each row that a fold asks about, where there is something to learn from."""
    folds = [name for name in frame.columns if NAME in name and (frame[name] == "train").any()]
    parts = [frame.loc[frame[name] == "test"].assign(of=f"{question}/{name}/") for name in folds]
    every = pd.concat([frame[:0].assign(of=""), *parts])
    return pd.Series(every["label"].to_numpy(), index=(every["of"] + every["item_id"]).to_numpy(), dtype=object)


def learn(frames: dict[str, pd.DataFrame], chosen: dict[str, Chosen], out: Path, mark: str) -> None:
    """Learn every fold that is not learned yet, and write what is said."""
    todo: list[Task] = []
    for question, frame in frames.items():
        todo += tasks(frame, question, chosen[question], workshop(out) / "rows")
    made = build(ask, todo, out, "held out in turn")
    told = [place / "heldout.parquet" for place, rows_told in made if rows_told]
    found = pa.concat_tables([HELDOUT.batch([]), *map(pq.read_table, told)]).combine_chunks()
    HELDOUT.save(found.replace_schema_metadata({**found.schema.metadata, MARK: mark}), out)
    without = f"; {len(made) - len(told):,} had nothing to learn from" if len(told) < len(made) else ""
    HELDOUT.say(len(found), out, f"{len(told):,} folds{without}")


def load_chosen(models: Path, question: str, settings: model.Settings) -> Chosen:
    """What the baseline chose for a question."""
    about = json.loads((models / f"{question}.json").read_text(encoding="utf-8"))
    return Chosen(settings, {kind: (one["C"], one["columns"]) for kind, one in about["classifiers"].items()})


def main(
    setting_file: Path,
    model_file: Path,
    tone_file: Path,
    manifest: Path,
    split_file: Path,
    models: Path,
    out: Path,
) -> None:
    """Read the dataset folder, the splits and what the baseline chose; write what is said, or let stand what was."""
    least, settings = load(setting_file), model.load(model_file, tone_file)
    splits = SPLITS.read(split_file, ["item_id", "suite", "fold", "split"], HELD_OUT)
    place = manifest.parent
    frames = {name: laid(folder.rows(place, name), splits) for name in folder.questions(place)}
    bare = replace(settings, encode=None)  # workers make the encoder anew
    chosen = {question: load_chosen(models, question, bare) for question in frames}
    mark = learned_with(chosen, model_file, tone_file)
    percent = changed(frames, out, mark)
    if percent >= max(least, standing.LITTLE):
        learn(frames, chosen, out, mark)
        return
    out.touch()
    HELDOUT.say(
        len(HELDOUT.read(out)), out, f"kept: {percent:.2f} % has changed since; models learn again from {least:g} %"
    )


if __name__ == "__main__":
    shell(main)
