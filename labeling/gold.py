"""Annotations, rulings and what a model says -> gold: the label of each item, how it was settled, and how surely."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from labeling import codebook
from labeling.aggregation import Floats, Ints, Votes
from labeling.codebook import Codebook, Question
from labeling.settling import (
    CROWDLAB,
    DAWID_SKENE,
    MACE,
    MAJORITY,
    NO_MAJORITY,
    NOBODY,
    SETTLED,
    TIED,
    Mask,
    Settings,
    Settled,
    settle,
)
from labeling.tables import ANNOTATIONS, GOLD, PROBABILITIES, RULINGS, if_there

UNTOLD = "cannot tell"  # the outcome of an item that somebody could not tell
UNANIMOUS, ADJUDICATED, UNRESOLVED = "unanimous", "adjudicated", "unresolved"  # or MAJORITY: provenances
RULED, RULING = "an adjudicator ruled", "adjudication"


def load(path: Path) -> Settings:
    """Read how labels are settled, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    for name in ("votes_needed", "model_votes", "dawid_skene_answers"):
        if (value := getattr(found, name)) < 1:
            raise ContractError(f"{path}: {name} is {value!r}, but it is a whole number from 1. Correct it.")
    return found


def cast(answers: pd.DataFrame, question: Question) -> tuple[Votes, list[str]]:
    """The votes on a question, and the items they are on, in order."""
    labels = {label: number for number, label in enumerate(question.labels)}
    item, items = pd.factorize(answers["item_id"], sort=True)
    person, people = pd.factorize(answers["annotator"], sort=True)
    label = np.asarray(answers[question.id].map(labels), np.int64)
    return Votes(item, person, label, len(items), len(people), len(labels)), items.tolist()


def predictions(probabilities: pd.DataFrame, question: Question, items: Sequence[str]) -> Floats:
    """What a model says of these items, shape (items, labels); NaN where it says nothing."""
    mine = probabilities[probabilities["question"] == question.id]
    labels = len(question.labels)
    if (mine["probabilities"].map(len) != labels).any():
        raise ContractError(
            f"probabilities has other labels for {question.id} than the {labels} of the codebook. "
            "Run `make probabilities` under this codebook."
        )
    known = dict(zip(mine["item_id"], mine["probabilities"], strict=True))
    nothing = np.full(labels, np.nan)
    return np.array([known.get(item, nothing) for item in items], float).reshape(len(items), labels)


@dataclass(frozen=True)
class Rulings:
    """What adjudicators said of items, an entry an item: the number of the label, NOBODY where none ruled."""

    label: Ints
    untold: Mask  # that it cannot be told; where nobody ruled, whether an annotator said so


def ruled(rulings: pd.DataFrame, answers: pd.DataFrame, question: Question, items: Sequence[str]) -> Rulings:
    """The rulings on a question that count; both tables say in `untold` of what they say that it cannot be told."""
    valid = rulings[(rulings["left_out"] == "") & (rulings[question.id] != "")]
    number = {label: at for at, label in enumerate(question.labels)}
    said = dict(zip(valid["item_id"], valid[question.id].map(number), strict=True))
    doubted, unclear = (set(some.loc[some["untold"], "item_id"]) for some in (answers, valid))
    untold = [item in (unclear if item in said else doubted) for item in items]
    return Rulings(np.array([said.get(item, NOBODY) for item in items], np.int64), np.array(untold, bool))


def rows(question: Question, items: Sequence[str], found: Settled, by: Rulings) -> pd.DataFrame:
    """GOLD's rows of one question but for what ranks them, and how sure the methods are."""
    names = np.array([*question.labels, ""], dtype=object)  # NOBODY, -1, is the last
    answers, stands = found.counts.sum(axis=1), by.label != NOBODY
    leading = np.where(stands, by.label, found.top)
    votes = found.counts[np.arange(len(items)), leading]
    outcome = np.where(by.untold, UNTOLD, np.where(stands, SETTLED, found.outcome))
    told = np.where(votes == answers, UNANIMOUS, MAJORITY)
    columns = {
        **{"item_id": items, "question": question.id, "votes": votes, "answers": answers, "outcome": outcome},
        "label": np.where(outcome == SETTLED, names[leading], ""),
        "provenance": np.where(stands, ADJUDICATED, np.where(outcome == SETTLED, told, UNRESOLVED)),
        "method": np.where(stands, RULING, found.method),
        "because": np.where(stands, RULED, found.because),
        "shares": (found.counts / answers[:, None]).tolist(),
        "soft": np.where(stands[:, None], np.eye(len(question.labels))[by.label], found.views[found.method]).tolist(),
        **{name.replace("-", "_"): names[found.says(name)] for name in (MAJORITY, DAWID_SKENE, MACE, CROWDLAB)},
        "sensitive": found.sensitive & ~stands & ~by.untold,
        **{"quality": found.quality, "sure": found.sure},
    }
    return pd.DataFrame(columns)


def recheck(row: Any) -> str:
    """Why a label that votes settled should be looked at again, "" if nothing speaks for that."""
    voted = row.outcome == SETTLED and row.provenance != ADJUDICATED
    if not voted or row.crowdlab in ("", row.label):
        return ""
    return f"suspected error: CROWDLAB says {row.crowdlab}, and gives {row.label} {row.quality:.2f}"


def ranked(found: pd.DataFrame) -> pd.Series:
    """The place of each row among those to be adjudicated, from 0, -1 of those that need not be.

    First what depends on the method, then what else the votes left open, then suspected errors; the least sure first.
    """
    open_ = found["outcome"].isin([TIED, NO_MAJORITY])
    rank = np.select([found["sensitive"], open_, found["recheck"] != ""], [0, 1, 2], -1)
    sure = found["sure"].where(rank < 2, found["quality"])  # noqa: PLR2004 - the last rank is of suspected errors
    order = found.assign(rank=rank, sure=sure)[rank >= 0].sort_values(["rank", "sure", "gold_id"]).index
    return pd.Series(range(len(order)), index=order).reindex(found.index, fill_value=-1)


def settled(
    question: Question, counted: pd.DataFrame, rulings: pd.DataFrame, probabilities: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """GOLD's rows of one question but for their rank."""
    answers = counted[counted[question.id] != ""]
    if answers.empty:
        return pd.DataFrame()
    votes, items = cast(answers, question)
    found = settle(votes, predictions(probabilities, question, items), settings)
    made = rows(question, items, found, ruled(rulings, answers, question, items))
    return made.assign(recheck=[recheck(row) for row in made.itertuples()])


def gold(
    annotations: pd.DataFrame, rulings: pd.DataFrame, probabilities: pd.DataFrame, book: Codebook, settings: Settings
) -> pd.DataFrame:
    """One row an item and question that was answered, items in order; an item somebody could not tell has no label."""
    counted = annotations[(annotations["purpose"] == "batch") & (annotations["left_out"] == "")]
    leaving = set(book.flagged("leave_out"))
    votes, decided = (
        some.assign(untold=np.array([not leaving.isdisjoint(flags) for flags in some["flags"]], bool))
        for some in (counted, rulings)
    )
    parts = [settled(one, votes, decided, probabilities, settings) for one in book.questions.values()]
    found = pd.concat(parts, ignore_index=True)
    if found.empty:
        return GOLD.frame([])
    found = found.sort_values("item_id", kind="stable", ignore_index=True)
    found["gold_id"] = found["item_id"] + "/" + found["question"]
    return GOLD.check(found.assign(priority=ranked(found)))


def told(found: pd.DataFrame) -> str:
    """The closing line: outcomes, by which method and why, and how many labels depend on it."""
    outcomes = Counter(found["outcome"])
    parts = [", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))]
    voted = found[found["method"] != RULING]
    for (method, because), rows in voted.groupby(["method", "because"], sort=False):
        parts.append(f"{' and '.join(sorted(set(rows['question'])))} by {method} ({because})")
    sensitive = int((found["sensitive"] & (found["outcome"] == SETTLED)).sum())
    return "; ".join([*parts, f"{sensitive:,} labels depend on the method"]) if len(found) else "no answer counts yet"


def main(
    codebook_file: Path,
    setting_file: Path,
    annotation_file: Path,
    ruling_file: Path,
    probability_file: Path,
    out: Path,
) -> None:
    """Read annotations, rulings, what a model says if there is one, the codebook and the settings, write gold."""
    annotations, rulings = ANNOTATIONS.read(annotation_file), RULINGS.read(ruling_file)
    probabilities = if_there(PROBABILITIES, probability_file)
    found = gold(annotations, rulings, probabilities, codebook.load(codebook_file), load(setting_file))
    GOLD.write(found, out, told(found))


if __name__ == "__main__":
    shell(main)
