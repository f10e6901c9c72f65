"""Everything known of one question -> what the report says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from labeling.codebook import Codebook, Question
from training.evaluation import COST, SPLIT, Settings, errors, evaluation, ordered
from training.rules import Rules, said
from training.scores import Bootstrap, ratio, totals
from training.slices import Parts, over, slices
from training.suites import SAMPLE
from training.unseen import changed, suites
from training.votes import ceiling, disagreement


@dataclass(frozen=True)
class Known:
    """What findings are made from: tables, what is known of each item, and what stands beside each model."""

    book: Codebook
    items: pd.DataFrame
    batch: pd.DataFrame
    votes: pd.DataFrame  # of ANNOTATIONS, those that count
    gold: pd.DataFrame
    predictions: pd.DataFrame
    heldout: pd.DataFrame
    former: pd.DataFrame | None  # predictions of an earlier baseline
    facts: Mapping[str, Parts]
    rules: Mapping[str, Rules]
    models: Mapping[str, Mapping[str, Any]]


def finding(question: Question, known: Known, settings: Settings) -> dict[str, Any]:
    """All findings of one question; without a labelled test row they end with why there are no scores."""
    rows, labels, bootstrap = joined(question, known), list(question.labels), settings.bootstrap
    about = known.models.get(question.id, {"labels": labels})
    found = evaluation(rows, labels, about["labels"], ways(question, rows, known), settings)
    found["prevalence"] = prevalence(question, known, bootstrap)
    if found["undefined"]:
        return found
    test, told = rows[rows["split"] == SPLIT], known.heldout[known.heldout["question"] == question.id]
    found["baseline"] |= over(test, known.facts["target"], labels, bootstrap) | {name: about[name] for name in COST}
    return {
        **found,
        "suites": suites(told, labels, bootstrap),
        "labels_changed_since": changed(told, rows),
        "slices": slices(test, parts(question, test, known), labels, bootstrap),
        "disagreement": spread(rows, question, about["labels"], bootstrap),
        "ceiling": ceiling(test, known.votes, question.id, labels, bootstrap),
        "errors": errors(test, ["votes", "answers", "provenance"], settings.errors),
        "telling": about["telling"],
    }


def joined(question: Question, known: Known) -> pd.DataFrame:
    """The question's predictions, with the text of the item, and the votes on it."""
    rows = known.predictions[known.predictions["question"] == question.id]
    gold = known.gold.loc[
        known.gold["question"] == question.id, ["item_id", "shares", "votes", "answers", "provenance"]
    ]
    items = known.items[["item_id", "text"]]
    return rows.merge(items, on="item_id", how="left").merge(gold, on="item_id", how="left")


def ways(question: Question, rows: pd.DataFrame, known: Known) -> dict[str, pd.Series]:
    """What else there is to say of the test rows: keyword rules, and the former baseline."""
    found: dict[str, pd.Series] = {}
    test = rows[rows["split"] == SPLIT]
    if question.id in known.rules:
        told = said(
            known.rules[question.id], question.id, test["text"].tolist(), test["target"].tolist(), question.labels
        )
        found["rules"] = pd.Series(told, index=test.index, dtype=object)
    if known.former is not None:
        then = known.former[known.former["question"] == question.id]
        found["former"] = test["item_id"].map(dict(zip(then["item_id"], then["predicted"], strict=True)))
    return found


def prevalence(question: Question, known: Known, bootstrap: Bootstrap) -> list[dict[str, Any]]:
    """How frequent each label is among all items, as the probability sample tells; none if none of it has a label.

    Each item of the sample stands for as many as its probability says. Items without a settled label have no say.
    """
    gold = known.gold[(known.gold["question"] == question.id) & (known.gold["outcome"] == "settled")]
    rows = known.batch[known.batch["reason"] == SAMPLE].merge(gold[["item_id", "label"]], on="item_id")
    weight = 1 / rows["probability"]
    found = []
    for label in question.labels if len(rows) else ():
        here = rows.assign(here=weight * (rows["label"] == label), every=weight)
        share, interval = bootstrap.measured(totals(here, ["here", "every"]), ratio)
        found.append({"label": label, "share": share, "share_interval": interval})
    return found


def parts(question: Question, test: pd.DataFrame, known: Known) -> dict[str, Parts]:
    """The slices of this question: what follows another question, or other labels, says nothing of these rows."""
    after = known.book.follow_ups
    found = {name: of for name, of in known.facts.items() if name not in after}
    agreed = (test["votes"] == test["answers"]).map({True: "unanimous", False: "split"}).map(lambda kind: [kind])
    found["votes"] = agreed.set_axis(test["item_id"])
    for name, of in known.facts.items():
        if name in after and after[name].after == question.id:
            led = test.loc[test["gold"].isin(after[name].when), "item_id"]
            found[name] = led.map(of).map(lambda said: said if isinstance(said, list) else []).set_axis(led)
    return found


def spread(rows: pd.DataFrame, question: Question, said_in: list[str], bootstrap: Bootstrap) -> dict[str, Any]:
    """The model's probabilities against the votes of the test rows, in the codebook's order of labels."""
    labels = list(question.labels)
    test, train = (rows[rows["split"] == split] for split in (SPLIT, "train"))
    votes, taught = (np.array(some["shares"].tolist(), np.float64) for some in (test, train))
    numbered = test[["article_id"]].assign(predicted=test["predicted"].map(labels.index))
    return disagreement(numbered, votes, ordered(test, said_in, labels), taught.mean(axis=0), bootstrap)
