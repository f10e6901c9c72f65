"""Everything measured so far -> the dataset card that stands on the Hub."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import AGREEMENT, ANNOTATIONS, GOLD
from training import pages
from training.release import (
    ANSWERED,
    PUBLISHED,
    annotation_columns,
    fates,
    question_columns,
    sizes,
)
from training.tables import DATASET_SPLITS, PLACES, SPLIT_NAMES, SPLITS

# Licences that the Hub knows by name; any other is `other`, and the card's table of sources says which.
HUB_LICENSES = ["apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "cc0-1.0", "mit", "odc-by", "ogl-uk-3.0", "pddl"]
# The Hub's size classes: rows below the number.
SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]


@dataclass(frozen=True)
class Settings:
    """The dataset's name, and how to reach the people behind it."""

    name: str
    contact: str


@dataclass(frozen=True)
class Sources:
    """The tables that a card is made from."""

    articles: pd.DataFrame
    items: pd.DataFrame
    annotations: pd.DataFrame
    agreement: pd.DataFrame
    gold: pd.DataFrame
    splits: pd.DataFrame


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    try:
        return Settings(**toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path} must give a name and a contact and nothing else: {error}. Correct it.") from error


def head(settings: Settings, tables: Sources, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """What the Hub reads: the card's YAML head. Only files that have rows are listed."""
    demonstration = bool(tables.articles["demonstration"].any())
    languages = sorted({tag.split("-")[0].lower() for tag in tables.articles["language"] if tag})
    return {
        "pretty_name": f"DEMONSTRATION: {settings.name}" if demonstration else settings.name,
        **({"language": languages} if languages else {}),
        "license": license_of(tables.articles),
        "task_categories": ["text-classification"],
        "task_ids": ["multi-class-classification"],
        "tags": [*(["DEMONSTRATION"] if demonstration else []), "stance-detection", "sanctions", "news"],
        "size_categories": [size(sum(counts.get(ANSWERED, {}).values()))],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if config == next(iter(counts)) else {}),
                "data_files": [{"split": split, "path": f"{config}/{split}-*.parquet"} for split in rows],
            }
            for config, rows in counts.items()
        ],
    }


def license_of(articles: pd.DataFrame) -> str:
    """The licence as the Hub names it: that of all articles, or `other` where they differ or the Hub knows it not."""
    stated = {name.lower() for name in articles["license"]}
    if stated <= {""}:
        return "unknown"
    return stated.pop() if len(stated) == 1 and stated <= set(HUB_LICENSES) else "other"


def size(rows: int) -> str:
    """The Hub's size class of so many rows.

    >>> size(600)
    'n<1K'
    """
    return next((name for bound, name in SIZES if rows < bound), "n>1M")


def outlets(articles: pd.DataFrame) -> list[dict[str, object]]:
    """One row an outlet and licence: its articles, and the years they are from."""
    years = articles.assign(year=articles["published"].str[:4])
    return [
        {
            "outlet": outlet or "unknown",
            "license": licence or "not stated",
            "articles": len(rows),
            "years": span(sorted(set(rows["year"]) - {""})),
        }
        for (outlet, licence), rows in years.groupby(["outlet", "license"])
    ]


def span(years: list[str]) -> str:
    """The first and the last year.

    >>> span(["2019", "2021", "2023"])
    '2019 to 2023'
    """
    if not years:
        return "unknown"
    return years[0] if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def outcomes(gold: pd.DataFrame, fate: pd.Series, book: Codebook) -> list[dict[str, object]]:
    """One row a question and outcome, the published first."""
    order = {question: place for place, question in enumerate(book.questions)}
    counted = Counter(zip(gold["question"], fate, strict=True))
    ranked = sorted(counted, key=lambda pair: (order[pair[0]], pair[1] != PUBLISHED, pair[1]))
    return [
        {"question": question, "outcome": outcome, "items": counted[question, outcome]} for question, outcome in ranked
    ]


def balance(going: pd.DataFrame, splits: pd.DataFrame, book: Codebook) -> dict[str, list[dict[str, object]]]:
    """For each question one row a label: its published rows by split."""
    placed = going.merge(splits[["item_id", "split"]], on="item_id")
    counted = placed.groupby(["question", "label", "split"]).size()
    return {
        question.id: [
            {"label": label, **{split: int(counted.get((question.id, label, split), 0)) for split in PLACES}}
            for label in question.labels
        ]
        for question in book.questions.values()
    }


def card(settings: Settings, book: Codebook, tables: Sources) -> str:
    """Fill the card's template."""
    fate = fates(tables.gold, tables.annotations, tables.items)
    counts = sizes(tables.gold, tables.annotations, tables.items, tables.splits, book)
    return pages.render(
        "card.md.jinja",
        annotation_columns=annotation_columns(book),
        agreement=tables.agreement[tables.agreement["slice"] == "all"].to_dict("records"),
        annotators=sorted(set(tables.annotations["annotator"])),
        balance=balance(tables.gold[fate == PUBLISHED], tables.splits, book),
        book=book,
        counts=counts,
        demonstration=bool(tables.articles["demonstration"].any()),
        head=yaml.safe_dump(head(settings, tables, counts), sort_keys=False, allow_unicode=True),
        outcomes=outcomes(tables.gold, fate, book),
        outlets=outlets(tables.articles),
        question_columns=question_columns(next(iter(book.questions.values()))),
        salts=sorted(set(tables.splits["salt"])),
        settings=settings,
        split_names=[split for split in PLACES if split in SPLIT_NAMES or any(split in of for of in counts.values())],
        tables=tables,
    )


def main(
    setting_file: Path,
    codebook_file: Path,
    article_file: Path,
    item_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    gold_file: Path,
    split_file: Path,
    out: Path,
) -> None:
    """Read everything, write the card."""
    tables = Sources(
        ARTICLES.read(article_file, [name for name in ARTICLES.columns if name != "text"]),
        ITEMS.read(item_file),
        ANNOTATIONS.read(annotation_file),
        AGREEMENT.read(agreement_file),
        GOLD.read(gold_file),
        SPLITS.read(split_file, only=DATASET_SPLITS),
    )
    page = card(load(setting_file), codebook.load(codebook_file), tables)
    pages.write(page, out, f"{len(tables.articles):,} articles, {len(tables.annotations):,} annotations described")


if __name__ == "__main__":
    shell(main)
