"""Every table, the dataset and the predictions -> the scores as JSON, and a page to read them on."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS, REJECTS, SENTENCES
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import AGREEMENT, ANNOTATIONS, ANSWERS, GOLD
from training import figures, pages
from training.scores import Bootstrap, scores
from training.tables import PREDICTIONS, SPLIT_NAMES

SPLIT = "test"  # what is reported on


def load(path: Path) -> Bootstrap:
    """Read how intervals are drawn, or say what in the file is wrong."""
    try:
        return Bootstrap(**toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path} must give seed, draws and percent: {error}. Correct it.") from error


def tallied(values: pd.Series) -> dict[str, int]:
    """How often each value stands, the most frequent first."""
    ranked = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
    return {str(value): count for value, count in ranked}


def stages(
    articles: pd.DataFrame,
    rejects: pd.DataFrame,
    sentences: pd.DataFrame,
    items: pd.DataFrame,
    answers: pd.DataFrame,
    annotations: pd.DataFrame,
    gold: pd.DataFrame,
) -> list[dict[str, object]]:
    """What each stage made, and what became of it, in the order of the work."""
    aside, left_out, unused = (
        told("left out", tallied(rows.loc[rows["left_out"] != "", "left_out"]))
        for rows in (articles, sentences, annotations)
    )
    target = items["target"].mask(items["target"] == "", "without a target")
    return [
        {"stage": "articles", "count": len(articles), "of_which": aside},
        {"stage": "rejected articles", "count": len(rejects), "of_which": tallied(rejects["reason"])},
        {"stage": "sentences", "count": len(sentences), "of_which": left_out},
        {"stage": "items", "count": len(items), "of_which": tallied(target)},
        {"stage": "answers", "count": len(answers), "of_which": tallied(answers["annotator"])},
        {"stage": "annotations", "count": len(annotations), "of_which": unused},
        *(
            {"stage": f"gold: {question}", "count": len(rows), "of_which": tallied(rows["outcome"])}
            for question, rows in gold.groupby("question", sort=False)
        ),
    ]


def told(before: str, counts: dict[str, int]) -> dict[str, int]:
    """The same counts, each reason with a word before it."""
    return {f"{before}: {reason}": count for reason, count in counts.items()}


def published(manifest: dict[str, Any]) -> list[dict[str, object]]:
    """Rows of each config of the dataset, by split."""
    counts: dict[str, dict[str, int]] = {}
    for name, about in manifest["files"].items():
        config, _, file = name.partition("/")
        if file:
            counts.setdefault(config, dict.fromkeys(SPLIT_NAMES, 0))[file.split("-")[0]] = about["rows"]
    return [
        {"stage": f"dataset: {config}", "count": sum(rows.values()), "of_which": rows}
        for config, rows in sorted(counts.items())
    ]


def question(name: str, labels: Sequence[str], predictions: pd.DataFrame, bootstrap: Bootstrap) -> dict[str, Any]:
    """One question's class balance and its scores on the test split."""
    rows = predictions[predictions["question"] == name]
    counted = Counter(zip(rows["gold"], rows["split"], strict=True))
    return {
        "labels": list(labels),
        "balance": {label: {split: counted[label, split] for split in SPLIT_NAMES} for label in labels},
        "split": SPLIT,
        **scores(rows[rows["split"] == SPLIT], labels, bootstrap),
    }


def measures(agreement: pd.DataFrame) -> list[dict[str, object]]:
    """Agreement over all, with null where a number is undefined: JSON knows no NaN."""
    return [
        {str(key): None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in agreement[agreement["slice"] == "all"].drop(columns="agreement_id").to_dict("records")
    ]


def verdict(scored: dict[str, Any]) -> str:
    """What the scores allow to be said, in one sentence, and no more."""
    if scored["undefined"]:
        return f"There are no scores: {scored['undefined']}."
    interval = scored["difference"]["interval"]
    if interval is None:
        return "All rows are of one article, so nothing can be said about others."
    if interval[0] > 0:
        return "Better than always giving the most frequent label: the interval of the difference is above zero."
    if interval[1] < 0:
        return "Worse than always giving the most frequent label: the interval of the difference is below zero."
    return "Not told apart from always giving the most frequent label: the interval of the difference holds zero."


def pictures(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The pictures of each question, with their text alternatives."""
    drawn: dict[str, dict[str, str]] = {}
    for name, scored in found["questions"].items():
        drawn[name] = {"balance": figures.balance(scored["balance"], f"{name}-balance", balance_alt(name, scored))}
        if not scored["undefined"]:
            alt = confusion_alt(name, scored)
            drawn[name]["confusion"] = figures.confusion(
                scored["confusion"], scored["labels"], f"{name}-confusion", alt
            )
    return drawn


def balance_alt(name: str, scored: dict[str, Any]) -> str:
    """The class balance in words."""
    rows = [
        f"{label}: " + ", ".join(f"{count} {split}" for split, count in splits.items())
        for label, splits in scored["balance"].items()
    ]
    return f"Rows of each {name} label by split. {'; '.join(rows)}."


def confusion_alt(name: str, scored: dict[str, Any]) -> str:
    """The confusion matrix in words."""
    rows = [
        f"{label} was taken for "
        + ", ".join(f"{other} {count}" for other, count in zip(scored["labels"], counts, strict=True))
        for label, counts in zip(scored["labels"], scored["confusion"], strict=True)
    ]
    return f"Confusion matrix of {name}. {'; '.join(rows)}."


def report(
    book: Codebook, counted: list[dict[str, object]], agreement: pd.DataFrame, predictions: pd.DataFrame,
    manifest: dict[str, Any], bootstrap: Bootstrap,
) -> dict[str, Any]:  # fmt: skip
    """All that the page says, as JSON can hold it."""
    found = {one.id: question(one.id, list(one.labels), predictions, bootstrap) for one in book.questions.values()}
    return {
        "agreement": measures(agreement),
        "codebook_version": book.version,
        "demonstration": manifest["demonstration"],
        "left_out": manifest["left_out"],
        "questions": {name: {**scored, "verdict": verdict(scored)} for name, scored in found.items()},
        "settings": {"salt": manifest["salt"], "bootstrap": vars(bootstrap)},
        "stages": [*counted, *published(manifest)],
    }


def main(
    setting_file: Path,
    codebook_file: Path,
    article_file: Path,
    reject_file: Path,
    sentence_file: Path,
    item_file: Path,
    answer_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    gold_file: Path,
    manifest_file: Path,
    prediction_file: Path,
    page: Path,
    numbers: Path,
) -> None:
    """Read everything, write the page and its numbers."""
    counted = stages(
        ARTICLES.read(article_file, ["left_out"]),
        REJECTS.read(reject_file, ["reason"]),
        SENTENCES.read(sentence_file, ["left_out"]),
        ITEMS.read(item_file),
        ANSWERS.read(answer_file),
        ANNOTATIONS.read(annotation_file),
        GOLD.read(gold_file),
    )
    book, manifest = codebook.load(codebook_file), json.loads(manifest_file.read_text(encoding="utf-8"))
    agreement, predictions = AGREEMENT.read(agreement_file), PREDICTIONS.read(prediction_file)
    found = report(book, counted, agreement, predictions, manifest, load(setting_file))
    whole = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    pages.write(f"{whole}\n", numbers, "the numbers")
    pages.write(pages.render("report.html.jinja", book=book, pictures=pictures(found), **found), page, "the page")


if __name__ == "__main__":
    shell(main)
