"""A dataset folder -> for each question a model, and what it says of every row."""

import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from corpus.errors import ContractError
from corpus.partitions import digest, workshop
from corpus.shell import shell
from corpus.whole import whole
from training import abstain, folder, followups
from training.calibrate import Scale, error
from training.keeping import keep
from training.keeping import load as load_kept
from training.learning import MORE, Head, Learned, fit_again, learn
from training.model import KNOWN, Settings, load
from training.release import as_json
from training.standing import LITTLE, Standing, made_with
from training.tables import PREDICTIONS
from training.telling import tell
from training.telltale import telltale

TELLING = 15  # words of each label that are kept beside the model
DECLARED = ["numpy", "pandas", "scikit-learn", "scipy", "skops"]  # what may change a score
CHOSEN = (  # what stands beside a model of how it was chosen
    "C", "abstain_below", "calibration_error_of_held_out_training_articles", "classifiers", "labels",
    "macro_f1_of_held_out_training_articles", "settings", "versions",
)  # fmt: skip


def predictions(question: str, learned: Learned, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a row of the dataset: its label, the model's, and what always saying one label gives."""
    train, told = frame.loc[frame["split"] == "train", "label"], tell(learned, frame)
    found = frame[["item_id", "article_id", "target", "split"]].assign(
        prediction_id=frame["item_id"] + f"/{question}",
        question=question,
        gold=frame["label"],
        predicted=np.array(learned.labels)[told.said],
        majority=Counter(sorted(train)).most_common(1)[0][0],
        probability=told.sure,
        probabilities=list(told.probabilities),
    )
    return PREDICTIONS.check(found)


def calibration(head: Head) -> dict[str, float]:
    """The calibration error over training articles held out in turn, before scaling and after, on folds of its own."""
    scores, gold, fold = (head.held_out[name] for name in ("scores", "gold", "fold"))
    sides = fold % 2
    after = np.zeros_like(scores)
    for side in (0, 1):
        if (sides != side).any():
            after[sides == side] = Scale.learned(scores[sides != side], gold[sides != side]).probabilities(
                scores[sides == side]
            )
    before = error(Scale.none(scores.shape[1]).probabilities(scores), gold)
    return {"before": before, "after": error(after, gold)}


def chosen(learned: Learned, settings: Settings) -> dict[str, Any]:
    """How a model was chosen."""
    known, said = learned.heads[KNOWN], asdict(settings)
    return {
        "C": known.strength,
        "abstain_below": abstain.threshold(known, settings.abstain),
        "calibration_error_of_held_out_training_articles": calibration(known),
        "classifiers": {
            kind: {"C": head.strength, "columns": head.variant, "macro_f1_of_held_out": head.searched}
            for kind, head in learned.heads.items()
        },
        "labels": learned.labels,
        "macro_f1_of_held_out_training_articles": known.searched,
        "settings": {field.name: said[field.name] for field in fields(settings) if field.repr},
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """What may change a score, as it is installed."""
    return {name: version(name) for name in DECLARED} | {"python": platform.python_version()}


def train_one(
    question: str, frame: pd.DataFrame, settings: Settings, standing: Callable[[str], Standing], of: dict[str, Any]
) -> pd.DataFrame:
    """Learn one question, write its model and what stands beside it, and return what it says of every row.

    A model of the very same rows stands as it is. Where few labels have changed, what was chosen stands, and is learned
    with again: choosing takes twenty times as long.
    """
    former, train = standing(question), frame[frame["split"] == "train"]
    if former.learned_from(train):
        write({**former.about, **of}, former.model.with_suffix(".json"))
        return predictions(question, load_kept(former.model), frame)
    began = perf_counter()
    few = former.changed(train) < max(settings.again, LITTLE)
    again = fit_again(train, load_kept(former.model), settings) if few else None
    learned = again or learn(question, train, settings)
    told = {**of, "question": question, "seconds": perf_counter() - began}
    how = {name: former.about[name] for name in CHOSEN} if again else chosen(learned, settings)
    found = written(learned, frame, {**how, **told}, settings.encoder, former.model)
    former.keep(train, anew=not again)
    return found


def written(learned: Learned, frame: pd.DataFrame, about: dict[str, Any], encoder: str, model: Path) -> pd.DataFrame:
    """Write a model, and beside it how it was chosen, what of and what it cost; return what it says of every row."""
    about["telling"] = telltale(learned, frame[frame["split"] == "train"], TELLING)
    began = perf_counter()
    found = predictions(about["question"], learned, frame)
    about["rows_per_second"] = len(frame) / (perf_counter() - began)
    keep(learned, encoder, model)
    about["bytes"] = model.stat().st_size
    write(about, model.with_suffix(".json"))
    return found


def write(about: dict[str, Any], path: Path) -> None:
    """Write what stands beside a model."""
    with whole(path) as beside:
        beside.write_bytes(as_json(about))


def inputs(place: Path, *setting_files: Path) -> dict[str, Any]:
    """The hash of every file that a model is made from."""
    data = sorted(path for path in place.rglob("*") if path.suffix in folder.FORMATS)
    return {
        "dataset": {str(path.relative_to(place)): digest(path) for path in data},
        "setting_files": {path.name: digest(path) for path in setting_files},
    }


def main(setting_file: Path, tone_file: Path, dataset: Path, out: Path, models: Path, *questions: str) -> None:
    """Read a dataset folder (or its manifest); write the predictions, and the models into their folder."""
    settings, place = load(setting_file, tone_file), dataset if dataset.is_dir() else dataset.parent
    if not dataset.exists():
        raise ContractError(f"There is no dataset at {dataset}. Run `make dataset` first, or name another.")
    asked = list(questions) or folder.questions(place)
    if not asked:
        raise ContractError(f"The dataset at {place} has no settled label. {MORE}")
    of = inputs(place, setting_file, tone_file)
    with_this = made_with(of["setting_files"], versions())

    def standing(question: str) -> Standing:
        return Standing(models / f"{question}.skops", workshop(out) / f"{question}.parquet", with_this)

    learn_one = partial(train_one, settings=settings, standing=standing, of=of)
    found = [learn_one(question, folder.rows(place, question)) for question in asked]
    more = {} if questions else followups.frames(place)
    found += [learn_one(question, frame) for question, frame in more.items()]
    PREDICTIONS.write(pd.concat(found, ignore_index=True), out, f"{', '.join([*asked, *more])}; models in {models}")


if __name__ == "__main__":
    shell(main)
