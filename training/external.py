"""Predictions for the rows of any dataset -> their scores as JSON, under the report's keys, and a page to read."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.errors import ContractError
from corpus.shell import shell
from training import pages, pictures
from training.evaluation import COST, FORM, SPLIT, Settings, errors, evaluation, load, rounded, verdict
from training.slices import over, slices
from training.tables import PREDICTIONS


def finding(rows: pd.DataFrame, about: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """All that can be said of a question where there are predictions alone: no votes, no other suites."""
    labels = [*about["labels"], *sorted(set(rows["gold"]) - set(about["labels"]))]
    found = evaluation(rows, labels, about["labels"], {}, settings)
    if found["undefined"]:
        return found | {"verdict": verdict(found)}
    test = rows[rows["split"] == SPLIT]
    target = test["target"].where(test["target"] != "", "no target").map(lambda name: [name]).set_axis(test["item_id"])
    found["baseline"] |= {**over(test, target, labels, settings.bootstrap), **{name: about[name] for name in COST}}
    return {
        **found,
        "slices": slices(test, {"target": target}, labels, settings.bootstrap),
        "errors": errors(test, [], settings.errors),
        "telling": about["telling"],
        "verdict": verdict(found),
    }


def report(predictions: pd.DataFrame, models: dict[str, dict[str, Any]], settings: Settings) -> dict[str, Any]:
    """The whole report: one entry a question."""
    questions = {str(name): rows for name, rows in predictions.groupby("question", sort=True)}
    for name in questions:
        if name not in models:
            raise ContractError(f"There are predictions of {name} and no model of it. Run `make report` again.")
    return {
        "form": FORM,
        "settings": {**vars(settings.bootstrap), "exchanges": settings.permutation.exchanges},
        "questions": {name: finding(rows, models[name], settings) for name, rows in questions.items()},
    }


def main(setting_file: Path, prediction_file: Path, models: Path, page: Path, numbers: Path) -> None:
    """Read predictions and what stands beside the models, write the page and its numbers."""
    beside = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(models.glob("*.json"))}
    found = rounded(report(PREDICTIONS.read(prediction_file), beside, load(setting_file)))
    pages.write_numbers(found, numbers)
    pages.write(pictures.external(found), page, "the page")


if __name__ == "__main__":
    shell(main)
