"""Gold, annotations and splits -> the dataset folder, with all text: your own copy, from which the edition is made."""

import hashlib
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa

from corpus import guard
from corpus.errors import ContractError
from corpus.guard import Guard
from corpus.shell import shell
from corpus.tables import ARTICLES, DUPLICATES, ITEMS, SENTENCES
from labeling import codebook
from labeling.asking import CHECK, QUALIFICATION
from labeling.codebook import Codebook, Question
from labeling.tables import ANNOTATIONS, BATCH, GOLD
from training import release, withdrawn
from training.release import ANSWERED, CHECKED, ORPHANED, PUBLISHED, WITHDRAWN, accounts, fates, uncounted
from training.tables import DATASET_SPLITS, SPLITS
from training.withdrawn import covered

OF_ARTICLE = ["article_id", "url", "fetched", "license", "text"]  # the columns that are joined to items
OF_SENTENCE = ["sentence_id", "start", "end", "quoted"]


def places(
    items: pd.DataFrame, articles: pd.DataFrame, sentences: pd.DataFrame, copies: pd.DataFrame, words: Guard
) -> pd.DataFrame:
    """Items with all that says where their sentence stands, and with what it is known again by."""
    found = items.merge(articles, on="article_id", suffixes=("", "_whole")).merge(sentences, on="sentence_id")
    groups = dict(zip(copies["sentence_id"], copies["group_id"], strict=True))
    return found.assign(
        group=[groups.get(name, name) for name in found["sentence_id"]],
        sentence_sha256=found["text"].map(hashed),
        sense_sha256=found["text"].map(lambda text: hashed(words.sense(text))),
        article_sha256=found["text_whole"].map(lambda text: hashed(" ".join(text.split()))),
    ).drop(columns="text_whole")


def hashed(text: str) -> str:
    """The sha256 of a text's characters, UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def labelled(gold: pd.DataFrame, items: pd.DataFrame, question: Question) -> pd.DataFrame:
    """One row an item of the question's published gold, its votes and its soft label spread over one column a label."""
    asked = gold[gold["question"] == question.id]
    for label in sorted(set(asked["label"]) - set(question.labels)):
        raise ContractError(
            f"gold has the {question.id} label {label!r}, but the codebook has only {', '.join(question.labels)}. "
            "Run `make gold` under this codebook."
        )
    spread: list[pd.DataFrame | pd.Series] = [
        pd.DataFrame(asked[column].tolist(), columns=[f"{prefix}{one}" for one in question.labels], index=asked.index)
        for column, prefix in (("shares", "share_"), ("soft", "soft_"))
    ]
    return asked.drop(columns=["shares", "soft"]).join(spread).merge(items, on="item_id").sort_values("item_id")


def answered(annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """One row an item and annotator, without comments; answers that do not count are here too, with their reason."""
    known = items[["item_id", "article_id", "split", "demonstration"]]
    flags = {f"flag_{flag}": annotations["flags"].map(lambda ticked, flag=flag: flag in ticked) for flag in book.flags}
    joined = {name: annotations[name].map(" ".join) for name in book.follow_ups if name in book.several}
    return annotations.assign(**flags, **joined).merge(known, on="item_id").sort_values("annotation_id")


def tables(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook, gone: Collection[str] = ()
) -> dict[str, pa.Table]:
    """Every file of the dataset with rows in it, by its place in the folder."""
    going = gold[fates(gold, annotations, items, book, gone) == PUBLISHED]
    kept = annotations[~covered(gone, annotations["item_id"])]
    rows = {one.id: labelled(going, items, one) for one in book.questions.values()}
    rows[ANSWERED] = answered(kept, items, book)
    return dict(
        file for config, found in rows.items() for file in release.cut(config, found, release.of_config(config, book))
    )


def left_out(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook, gone: Collection[str] = ()
) -> dict[str, dict[str, int]]:
    """How many rows of each config are not in the dataset, by reason."""
    told = sorted(accounts(gold, annotations, items, book, gone).items())
    why = pd.Series("", index=annotations.index).mask(covered(gone, annotations["item_id"]), WITHDRAWN)
    why = why.mask(~annotations["item_id"].isin(items["item_id"]), ORPHANED)
    why = why.mask(annotations["purpose"].isin((CHECK, QUALIFICATION)), CHECKED)
    labels = {
        question: {fate: count for (asked, fate), count in told if asked == question and fate != PUBLISHED}
        for question in book.questions
    }
    return labels | {ANSWERED: dict(sorted(Counter(why[why != ""]).items()))}


def waiting(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook, gone: Collection[str] = ()
) -> list[str]:
    """What nobody has settled of the test split, as gold ids: on these, a score on the test split is silent.

    What was withdrawn is waited for by nobody.
    """
    test = items[(items["split"] == "test") & ~covered(gone, items["item_id"])]
    wanting = gold["outcome"].isin(("tied", "no majority", "too few votes")) | (gold["priority"] >= 0)
    open_still = wanting & (gold["provenance"] != "adjudicated") & gold["item_id"].isin(test["item_id"])
    return sorted({*gold.loc[open_still, "gold_id"], *uncounted(gold, annotations, test, book)})


def main(
    codebook_file: Path,
    item_file: Path,
    article_file: Path,
    sentence_file: Path,
    copy_file: Path,
    batch_file: Path,
    annotation_file: Path,
    gold_file: Path,
    split_file: Path,
    guard_file: Path,
    tombstones: Path,
    out: Path,
) -> None:
    """Read everything, write the folder that holds the manifest."""
    book, gold, annotations = codebook.load(codebook_file), GOLD.read(gold_file), ANNOTATIONS.read(annotation_file)
    splits, gone = SPLITS.read(split_file, only=DATASET_SPLITS), withdrawn.ids(withdrawn.load(tombstones))
    batch = BATCH.read(batch_file, ["item_id", "reason", "probability"]).rename(columns={"reason": "drawn"})
    asked = ITEMS.read(item_file).drop(columns="drawn").merge(batch, on="item_id")
    asked = asked.merge(splits[["item_id", "split"]], on="item_id")
    articles = ARTICLES.read(article_file, OF_ARTICLE)
    sentences = SENTENCES.read(sentence_file, OF_SENTENCE)
    items = places(asked, articles, sentences, DUPLICATES.read(copy_file), guard.load(guard_file))
    rows = gold, annotations, items, book, gone
    files, reasons = tables(*rows), left_out(*rows)
    told = about(book, items, splits) | {"left_out": reasons, "unsettled_test": waiting(*rows)}
    release.place(out.parent, files, {"README.md": release.own_card(files)}, told)
    print(closing(files, reasons, out.parent), flush=True)


def about(book: Codebook, items: pd.DataFrame, splits: pd.DataFrame) -> dict[str, object]:
    """What the manifest says beside its files."""
    salt = str(splits["salt"].iloc[0]) if len(splits) else ""
    asked = {one.id: {"after": one.after, "several": one.choice == "multiple"} for one in book.follow_ups.values()}
    return {
        "codebook_version": book.version,
        "demonstration": bool(items["demonstration"].any()),
        "follow_ups": asked,
        "salt": salt,
    }


def closing(files: dict[str, pa.Table], reasons: dict[str, dict[str, int]], folder: Path) -> str:
    """Say in one line how many rows each config has, and what was left out and why."""
    told = []
    for config, why in reasons.items():
        rows = sum(table.num_rows for name, table in files.items() if name.startswith(f"{config}/"))
        without = ", ".join(f"{count:,} {reason}" for reason, count in why.items())
        told.append(f"{config} {rows:,} rows" + (f" (left out: {without})" if without else ""))
    return f"dataset: {', '.join(told)} -> {folder}"


if __name__ == "__main__":
    shell(main)
