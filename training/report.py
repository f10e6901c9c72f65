"""Every table, the dataset and the predictions -> the scores as JSON, and a page to read them on."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS, REJECTS, SENTENCES, Filter, Table, records
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import AGREEMENT, ANNOTATIONS, ANSWERS, BATCH, CURVE, GOLD, PLAN
from training import pages, pictures, rules
from training.evaluation import FORM, Settings, load, rounded, verdict
from training.findings import Known, finding
from training.slices import facts
from training.stages import published, stages, tallied
from training.tables import CONTAMINATION, HELDOUT, PREDICTIONS

MACRO_F1 = "macro F1"  # the measure of PLAN that is about models


def measures(agreement: pd.DataFrame) -> list[dict[str, object]]:
    """Agreement over all, with null where a number is undefined: JSON knows no NaN."""
    return [
        {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in records(agreement[agreement["slice"] == "all"].drop(columns="agreement_id"))
    ]


def tabled(found: pd.DataFrame | None) -> dict[str, Any] | None:
    """How many of our sentences stand in public benchmarks, by way and by file; None if nobody looked."""
    if found is None:
        return None
    once = found.sort_values("kind").drop_duplicates("sentence_id")
    files = found.assign(file=found["source"].str.partition("#")[0]).drop_duplicates(["sentence_id", "file"])
    return {"sentences": len(once), "kinds": tallied(once["kind"]), "files": tallied(files["file"])}


def learned(curve: pd.DataFrame, question: str) -> list[dict[str, Any]]:
    """Macro F1 by how many items were learned from: the mean of the draws, the lowest and the highest.

    The last point of a draw is all that it has, which is not the same in any two: together they are one point.
    """
    rows = curve[curve["question"] == question]
    whole = rows["items"] == rows.groupby("draw")["items"].transform("max")
    items = rows["items"].mask(whole, round(rows.loc[whole, "items"].mean()) if whole.any() else 0)
    rows = rows.assign(items=items).groupby("items")["macro_f1"].agg(["mean", "min", "max", "size"])
    names = {"mean": "macro_f1", "min": "low", "max": "high", "size": "draws"}
    return records(rows.rename(columns=names).reset_index())


def foretold(plan: pd.DataFrame, question: str) -> list[dict[str, Any]]:
    """What more labels would bring, as the planner sees it now: macro F1 by items learned from, and its band."""
    now = plan[plan["now"] & (plan["measure"] == MACRO_F1) & (plan["question"] == question) & (plan["more"] > 0)]
    told = now.assign(items=now["labels"] + now["more"], macro_f1=now["value"]).dropna(subset="value")
    return records(told[["items", "macro_f1", "low", "high"]])


def courses(found: dict[str, Any], curve: pd.DataFrame | None, plan: pd.DataFrame | None) -> None:
    """Add to each question how its score grows with what is learned from, None where nobody computed it."""
    for name, one in found.items():
        one["curve"] = None if curve is None else learned(curve, name) or None
        one["forecast"] = None if plan is None else foretold(plan, name) or None


def report(known: Known, settings: Settings, about: dict[str, Any]) -> dict[str, Any]:
    """All that the page says but for the sentences and the learning curve, as JSON can hold it."""
    found = {name: finding(question, known, settings) for name, question in known.book.questions.items()}
    return {"form": FORM, **about, "questions": {name: {**one, "verdict": verdict(one)} for name, one in found.items()}}


def absent(table: Table, path: Path) -> pd.DataFrame | None:
    """A table that a workspace may do without, None if it does."""
    return table.read(path) if path.exists() else None


def gathered(
    book: Codebook, items: pd.DataFrame, sentence_file: Path, batch: pd.DataFrame,
    answered: tuple[pd.DataFrame, pd.DataFrame], told: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None],
    by_rule: dict[str, rules.Rules], models: Path,
) -> Known:  # fmt: skip
    """What findings are made from; of sentences, only those are read that a prediction is of."""
    (annotations, gold), (predictions, heldout, former) = answered, told
    asked = items[items["item_id"].isin(predictions["item_id"])]
    votes = annotations[(annotations["left_out"] == "") & (annotations["purpose"] == "batch")]
    only: Filter = [("sentence_id", "in", sorted(set(asked["sentence_id"])))]
    quoted = SENTENCES.read(sentence_file, ["sentence_id", "quoted"], only)
    beside = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(models.glob("*.json"))}
    of = facts(asked, quoted, votes, book)
    return Known(book, asked, batch, votes, gold, predictions, heldout, former, of, by_rule, beside)


def circumstances(
    manifest: dict[str, Any], made: list[dict[str, object]], book: Codebook, settings: Settings
) -> dict[str, Any]:
    """What was counted on the way, and how scores are made."""
    return {
        "codebook_version": book.version,
        "demonstration": manifest["demonstration"],
        "left_out": manifest["left_out"],
        "settings": {
            "salt": manifest["salt"],
            **vars(settings.bootstrap),
            "exchanges": settings.permutation.exchanges,
        },
        "stages": [*made, *published(manifest)],
    }


def texts(known: Known, found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The words and the target of the items that the page quotes; report.json has none, so that it may be published."""
    named = {row["item_id"] for one in found["questions"].values() for row in one.get("errors", ())}
    rows = known.items[known.items["item_id"].isin(named)]
    return {str(row["item_id"]): {"text": row["text"], "target": row["target"]} for row in records(rows)}


def main(
    setting_file: Path,
    rule_file: Path,
    codebook_file: Path,
    article_file: Path,
    reject_file: Path,
    sentence_file: Path,
    item_file: Path,
    batch_file: Path,
    answer_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    gold_file: Path,
    manifest_file: Path,
    prediction_file: Path,
    heldout_file: Path,
    models: Path,
    curve_file: Path,
    plan_file: Path,
    former_file: Path,
    contamination_file: Path,
    page: Path,
    numbers: Path,
) -> None:
    """Read everything that is there, write the page and its numbers."""
    settings, book = load(setting_file), codebook.load(codebook_file)
    answered = ANNOTATIONS.read(annotation_file), GOLD.read(gold_file)
    items = ITEMS.read(item_file, ["item_id", "sentence_id", "target", "outlet", "published", "text"])
    made = stages(
        ARTICLES.read(article_file, ["left_out"]), REJECTS.read(reject_file, ["reason"]),
        SENTENCES.read(sentence_file, ["left_out"]), items, BATCH.read(batch_file),
        ANSWERS.read(answer_file, ["annotator"]), *answered,
    )  # fmt: skip
    told = PREDICTIONS.read(prediction_file), HELDOUT.read(heldout_file), absent(PREDICTIONS, former_file)
    known = gathered(book, items, sentence_file, BATCH.read(batch_file), answered, told, rules.load(rule_file), models)
    about = {
        **circumstances(json.loads(manifest_file.read_text(encoding="utf-8")), made, book, settings),
        "agreement": measures(AGREEMENT.read(agreement_file)),
        "contamination": tabled(absent(CONTAMINATION, contamination_file)),
    }
    found = report(known, settings, about)
    courses(found["questions"], absent(CURVE, curve_file), absent(PLAN, plan_file))
    found = rounded(found)
    pages.write_numbers(found, numbers)
    pages.write(pictures.page(found, book, texts(known, found)), page, "the page")


if __name__ == "__main__":
    shell(main)
