"""A dataset folder -> for each question a scikit-learn pipeline, and its predictions for every row."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd
import sklearn
import skops.io

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from training.model import MORE, Learned, Settings, learn, predict, telling
from training.release import rows
from training.tables import PREDICTIONS

TELLING = 15  # words of each label that are kept beside the model


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    try:
        return Settings(**toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path} cannot be the baseline's settings: {error}. Correct it.") from error


def keep(question: str, learned: Learned, told: dict[str, Any], folder: Path) -> None:
    """Write the model, and beside it what it was made of and what it cost."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{question}.skops"
    skops.io.dump(learned.model, path, compression=zipfile.ZIP_DEFLATED)
    about: dict[str, Any] = {
        **told,
        "C": learned.strength,
        "bytes": path.stat().st_size,
        "labels": list(learned.model.classes_),
        "macro_f1_of_held_out_training_articles": {str(c): f1 for c, f1 in learned.searched.items()},
        "question": question,
        "scikit_learn": sklearn.__version__,
    }
    whole = json.dumps(about, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / f"{question}.json").write_text(f"{whole}\n", encoding="utf-8")


def main(setting_file: Path, manifest: Path, out: Path, models: Path) -> None:
    """Read the dataset folder; write the predictions, and the models into their folder."""
    settings, frames = load(setting_file), rows(manifest)
    if not frames:
        raise ContractError(f"The dataset at {manifest.parent} has no settled label. {MORE}")
    of = {"dataset": json.loads(manifest.read_text(encoding="utf-8"))["files"], "settings": asdict(settings)}
    predictions, chosen = [], []
    for question, frame in frames.items():
        train, began = frame[frame["split"] == "train"], perf_counter()
        learned = learn(question, train, settings)
        told = {**of, "seconds": perf_counter() - began, "telling": telling(learned.model, train, TELLING)}
        began = perf_counter()
        predictions.append(predict(question, learned.model, frame))
        told["rows_per_second"] = len(frame) / (perf_counter() - began)
        keep(question, learned, told, models)
        chosen.append(f"{question} C {learned.strength:g}")
    PREDICTIONS.write(pd.concat(predictions, ignore_index=True), out, f"{', '.join(chosen)}; models in {models}")


if __name__ == "__main__":
    shell(main)
