"""A dataset folder -> the learning curve: macro F1 on held-out training articles by how many items were learned."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from corpus.shell import shell
from labeling.tables import CURVE
from training import folder
from training.learning import Prepared, Rows, classifier, prepared, scores, solved
from training.model import Settings, load


def order(train: pd.DataFrame, seed: int) -> Rows:
    """Every group's place in a draw, row by row."""
    groups = pd.factorize(train["group"], sort=True)[0]
    return np.random.default_rng(seed).permutation(groups.max() + 1)[groups]


def curve(question: str, train: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The question's rows of CURVE: in each draw some articles are held out, and the others learned from, ever more."""
    train, rows = train.reset_index(drop=True), []
    made = prepared(train, settings)
    for draw in range(settings.curve.draws):
        place = order(train, settings.seed + draw)
        held = place < np.ceil((place.max() + 1) * settings.curve.held_out / 100)
        line = np.argsort(place, kind="stable")
        free = line[~held[line]]
        for size in [size for size in settings.curve.sizes if size < len(free)] + [len(free)]:
            value = measured(train, made, free[:size], np.flatnonzero(held), settings)
            if not np.isnan(value):
                rows.append({"curve_id": f"{question}/{draw}/{size}", "items": size, "draw": draw, "macro_f1": value})
    return CURVE.frame([{**row, "question": question} for row in rows])


def measured(train: pd.DataFrame, made: Prepared, fit: Rows, held: Rows, settings: Settings) -> float:
    """Macro F1 on held-out rows of a model of others; NaN where these have one label only."""
    if train["label"].iloc[fit].nunique() < 2 or not len(held):  # noqa: PLR2004
        return float("nan")
    model = classifier(settings.strengths[0], settings)
    solved(model, made.known[fit], train.iloc[fit], made.labels)
    guessed = np.array(made.labels)[scores(model, made.known[held], made.labels).argmax(axis=1)]
    return float(f1_score(train["label"].iloc[held], guessed, average="macro"))


def main(setting_file: Path, tone_file: Path, manifest: Path, out: Path) -> None:
    """Read the dataset folder, write the curve."""
    settings, place, parts = load(setting_file, tone_file).quickly, manifest.parent, [CURVE.frame([])]
    for question in folder.questions(place):
        rows = folder.rows(place, question)
        train = rows[rows["split"] == "train"]
        if train["label"].nunique() > 1:
            parts.append(curve(question, train, settings))
    found = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    CURVE.write(found, out, f"{settings.curve.draws} draws of held-out training articles")


if __name__ == "__main__":
    shell(main)
