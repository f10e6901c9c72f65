"""A dataset folder -> for each question a scikit-learn pipeline, and its predictions for every row."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import sklearn
import skops.io

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from training.model import MORE, Learned, Settings, learn, predict
from training.release import rows
from training.tables import PREDICTIONS


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    try:
        return Settings(**toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path} cannot be the baseline's settings: {error}. Correct it.") from error


def keep(question: str, learned: Learned, manifest: Path, settings: Settings, folder: Path) -> None:
    """Write the model, and beside it what it was made of."""
    folder.mkdir(parents=True, exist_ok=True)
    skops.io.dump(learned.model, folder / f"{question}.skops", compression=zipfile.ZIP_DEFLATED)
    about: dict[str, Any] = {
        "C": learned.strength,
        "dataset": json.loads(manifest.read_text(encoding="utf-8"))["files"],
        "labels": list(learned.model.classes_),
        "macro_f1_of_held_out_training_articles": {str(c): f1 for c, f1 in learned.searched.items()},
        "question": question,
        "scikit_learn": sklearn.__version__,
        "settings": asdict(settings),
    }
    whole = json.dumps(about, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / f"{question}.json").write_text(f"{whole}\n", encoding="utf-8")


def main(setting_file: Path, manifest: Path, out: Path, models: Path) -> None:
    """Read the dataset folder; write the predictions, and the models into their folder."""
    settings, frames = load(setting_file), rows(manifest)
    if not frames:
        raise ContractError(f"The dataset at {manifest.parent} has no settled label. {MORE}")
    learned = {
        question: learn(question, frame[frame["split"] == "train"], settings) for question, frame in frames.items()
    }
    for question, one in learned.items():
        keep(question, one, manifest, settings, models)
    predictions = [predict(question, learned[question].model, frame) for question, frame in frames.items()]
    chosen = ", ".join(f"{question} C {one.strength:g}" for question, one in learned.items())
    PREDICTIONS.write(pd.concat(predictions, ignore_index=True), out, f"{chosen}; models in {models}")


if __name__ == "__main__":
    shell(main)
