"""Annotations and items -> what a model says of every item, of answered ones only by models that had not seen them."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.codebook import Question
from labeling.tables import ANNOTATIONS, PROBABILITIES
from training.learning import Learned, learn
from training.model import KNOWN, Settings, load
from training.telling import predict_proba

READ = ["item_id", "article_id", "target", "text"]


def votes(annotations: pd.DataFrame, question: Question) -> pd.DataFrame:
    """One row an item that was answered: the share of each label, and that which most gave or the first of these."""
    counted = annotations[(annotations["left_out"] == "") & (annotations["purpose"] == "batch")]
    given = counted[counted[question.id] != ""]
    shares = pd.crosstab(given["item_id"], given[question.id], normalize="index")
    shares = shares.reindex(columns=[label for label in question.labels if label in shares.columns])
    leading = shares.idxmax(axis=1) if len(shares) else pd.Series(dtype=str)
    return shares.add_prefix("share_").assign(label=leading).reset_index()


def told(question: Question, annotations: pd.DataFrame, items: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The question's rows of PROBABILITIES; none where there is too little to learn from."""
    asked = items[(items["target"] != "") | (not question.needs_target)].assign(group=items["article_id"])
    known = asked.merge(votes(annotations, question), on="item_id")
    try:
        learned = learn(question.id, known, settings.quickly, [KNOWN])
    except ContractError:
        return PROBABILITIES.frame([])
    seen = learned.heads[KNOWN].held_out
    chances = learned.heads[KNOWN].scale.probabilities(seen["scores"])
    answered = placed(question, known["item_id"].to_numpy()[seen["rows"]], seen["fold"], chances, learned)
    others = asked[~asked["item_id"].isin(known["item_id"])]
    rest = placed(
        question, others["item_id"].to_numpy(), np.full(len(others), -1), predict_proba(learned, others), learned
    )
    return pd.concat([answered, rest], ignore_index=True)


def placed(
    question: Question, items: NDArray[np.str_], fold: NDArray[np.int64], chances: NDArray[np.float64], learned: Learned
) -> pd.DataFrame:
    """Rows of PROBABILITIES, their labels in the codebook's order; a label that nobody gave has a probability of 0."""
    names = list(question.labels)
    every = np.zeros((len(items), len(names)))
    every[:, [names.index(label) for label in learned.labels]] = chances
    return pd.DataFrame(
        {
            "probability_id": [f"{item}/{question.id}" for item in items],
            "item_id": items,
            "question": question.id,
            "fold": fold,
            "probabilities": list(every),
        }
    )


def main(
    setting_file: Path, tone_file: Path, codebook_file: Path, annotation_file: Path, item_file: Path, out: Path
) -> None:
    """Read annotations, items and the codebook, write probabilities."""
    settings, book = load(setting_file, tone_file), codebook.load(codebook_file)
    annotations, items = ANNOTATIONS.read(annotation_file), ITEMS.read(item_file, READ)
    parts = [told(question, annotations, items, settings) for question in book.questions.values()]
    found = PROBABILITIES.check(pd.concat(parts, ignore_index=True).sort_values("probability_id", ignore_index=True))
    none = [name for name, part in zip(book.questions, parts, strict=True) if part.empty]
    seen = int((found["fold"] >= 0).sum())
    note = f"{seen:,} of answered items, each by a model that had not seen its article"
    PROBABILITIES.write(found, out, note + (f"; too few answers to {' and '.join(none)}" if none else ""))


if __name__ == "__main__":
    shell(main)
