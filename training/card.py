"""Everything measured so far -> the dataset card that stands on the Hub, with its licence and citation."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS, records
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import AGREEMENT, ANNOTATIONS, GOLD
from training import pages, profiles, release, withdrawn
from training.gate import TO_FILL
from training.profiles import HIDDEN, TEXT, Profiles
from training.release import ANSWERED, PUBLISHED, SUITES, accounts, annotation_columns, going, placed, question_columns
from training.tables import PLACES, SPLIT_NAMES, SPLITS
from training.withdrawn import Tombstone

# The Hub's size classes: rows below the number.
SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]


# The licences that a dataset may have, by their SPDX names: what the Hub calls them, and where they are told in full.
LICENSES = {
    "CC0-1.0": ("cc0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
    "CC-BY-4.0": ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/legalcode"),
    "CC-BY-SA-4.0": ("cc-by-sa-4.0", "https://creativecommons.org/licenses/by-sa/4.0/legalcode"),
    "ODC-By-1.0": ("odc-by", "https://opendatacommons.org/licenses/by/1-0/"),
    "PDDL-1.0": ("pddl", "https://opendatacommons.org/licenses/pddl/1-0/"),
}


@dataclass(frozen=True)
class Settings:
    """What no table knows of the dataset: its name, the people behind it, and the licence of what they made."""

    name: str
    summary: str
    tags: list[str]
    authors: list[str]
    contact: str
    license: str
    curation: str
    annotators: str
    funding: str
    limits: list[str]


@dataclass(frozen=True)
class Sources:
    """The tables that a card is made from, and the configs that go out, each with its profile and rows."""

    articles: pd.DataFrame
    items: pd.DataFrame
    annotations: pd.DataFrame
    agreement: pd.DataFrame
    gold: pd.DataFrame
    splits: pd.DataFrame
    outgoing: dict[str, tuple[str, pd.DataFrame]]
    stones: list[Tombstone]


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    if found.license not in LICENSES:
        raise ContractError(f"{path}: license is {found.license!r}; it is one of {', '.join(LICENSES)}. Correct it.")
    return filled(found)


def filled(settings: Settings) -> Settings:
    """The same settings, with a mark in the card, that the gate refuses, where one is empty; it misses tags itself."""
    marks: dict[str, Any] = {}
    for name, value in vars(settings).items():
        if not value and name != "tags":
            mark = f"{TO_FILL}: `{name}` in card.toml"
            marks[name] = [mark] if isinstance(value, list) else mark
    return replace(settings, **marks)


def head(settings: Settings, tables: Sources, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """What the Hub reads: the card's YAML head. Only files that have rows are listed."""
    demonstration = bool(tables.articles["demonstration"].any())
    stated = tables.articles["language"].where(tables.articles["language"] != "", tables.articles["recognised"])
    languages = sorted({tag.split("-")[0].lower() for tag in stated if tag})
    return {
        "pretty_name": f"DEMONSTRATION: {settings.name}" if demonstration else settings.name,
        **({"language": languages} if languages else {}),
        **licensed(settings, tables.outgoing),
        "task_categories": ["text-classification"],
        "task_ids": ["multi-class-classification"],
        "tags": [*(["DEMONSTRATION"] if demonstration else []), *settings.tags],
        "size_categories": [size(sum(counts.get(ANSWERED, {}).values()))],
        "configs": release.head(counts),
    }


def licensed(settings: Settings, outgoing: dict[str, tuple[str, pd.DataFrame]]) -> dict[str, str]:
    """The licence as the Hub names it: ours, or `other` where text of another licence goes out, as LICENSE says."""
    stated = {name.lower() for profile, rows in outgoing.values() if TEXT.get(profile) for name in rows["license"]}
    if stated <= {settings.license.lower()}:
        return {"license": LICENSES[settings.license][0]}
    return {"license": "other", "license_name": "by-source", "license_link": "LICENSE"}


def size(rows: int) -> str:
    """The Hub's size class of so many rows.

    >>> size(600)
    'n<1K'
    """
    return next((name for bound, name in SIZES if rows < bound), "n>1M")


def some(folder: Path, outgoing: dict[str, tuple[str, pd.DataFrame]]) -> dict[str, tuple[str, pd.DataFrame]]:
    """The configs that go out, if any do."""
    if not outgoing.keys() - {SUITES}:
        raise ContractError(
            f"The dataset at {folder} has no rows yet, so there is nothing to describe. "
            "Let the annotators label, then run `make pull`."
        )
    return outgoing


def described(articles: pd.DataFrame, items: pd.DataFrame, stones: list[Tombstone]) -> pd.DataFrame:
    """The articles of which anything is asked that was not withdrawn."""
    gone = withdrawn.covered(withdrawn.ids(stones), items["item_id"])
    return articles[articles["article_id"].isin(items.loc[~gone, "article_id"])]


def outlets(articles: pd.DataFrame, known: Profiles) -> list[dict[str, object]]:
    """One row an outlet and licence: its articles, and the years they are from."""
    years = articles.assign(year=articles["published"].str[:4])
    return [
        {
            "outlet": outlet or "unknown",
            "license": licence or "not stated",
            "profile": known.of(str(licence)),
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


def outcomes(counted: Mapping[tuple[str, str], int], book: Codebook) -> list[dict[str, object]]:
    """One row a question and outcome, the published first."""
    order = {question: place for place, question in enumerate(book.questions)}
    ranked = sorted(counted, key=lambda pair: (order[pair[0]], pair[1] != PUBLISHED, pair[1]))
    return [
        {"question": question, "outcome": outcome, "items": counted[question, outcome]} for question, outcome in ranked
    ]


def balance(outgoing: dict[str, tuple[str, pd.DataFrame]], book: Codebook) -> dict[str, list[dict[str, object]]]:
    """For each question one row a label: its published rows by split."""
    counted = {
        name: Counter(zip(rows["label"], rows["split"], strict=True)) for name, (_, rows) in asked(outgoing, book)
    }
    return {
        name: [
            {"label": label, **{split: counts[label, split] for split in PLACES}}
            for label in book.questions[name].labels
        ]
        for name, counts in counted.items()
    }


def asked(outgoing: dict[str, tuple[str, pd.DataFrame]], book: Codebook) -> list[tuple[str, tuple[str, pd.DataFrame]]]:
    """The configs that hold all rows of a question."""
    return [(name, outgoing[name]) for name in book.questions if name in outgoing]


def settled(outgoing: dict[str, tuple[str, pd.DataFrame]], book: Codebook) -> list[dict[str, object]]:
    """One row a question, provenance and method: its published rows, and those that another method would turn."""
    return [
        {
            "question": name,
            "provenance": how,
            "method": method,
            "rows": len(some),
            "sensitive": int(some["sensitive"].sum()),
        }
        for name, (_, rows) in asked(outgoing, book)
        for (how, method), some in rows.groupby(["provenance", "method"])
    ]


def card(settings: Settings, book: Codebook, tables: Sources, known: Profiles) -> str:
    """Fill the card's template."""
    told = accounts(tables.gold, tables.annotations, tables.items, book, withdrawn.ids(tables.stones))
    counts = release.sized(tables.outgoing)
    return pages.render(
        "card.md.jinja",
        agreement=records(tables.agreement[tables.agreement["slice"] == "all"]),
        annotators=sorted(set(tables.annotations["annotator"])),
        balance=balance(tables.outgoing, book),
        counts=counts,
        head=yaml.safe_dump(head(settings, tables, counts), sort_keys=False, allow_unicode=True),
        outcomes=outcomes(told, book),
        outlets=outlets(tables.articles, known),
        profiles={name: profile for name, (profile, _) in tables.outgoing.items() if profile},
        salts=sorted(set(tables.splits["salt"])),
        settled=settled(tables.outgoing, book),
        split_names=[split for split in PLACES if split in SPLIT_NAMES or any(split in of for of in counts.values())],
        tables=tables,
        **fixed(settings, book, tables),
    )


def fixed(settings: Settings, book: Codebook, tables: Sources) -> dict[str, object]:
    """What the card says whatever was counted."""
    return {
        "annotation_columns": annotation_columns(book),
        "book": book,
        "demonstration": bool(tables.articles["demonstration"].any()),
        "hidden": sorted(f"`{name}`" for name in HIDDEN),
        "question_columns": question_columns(next(iter(book.questions.values()))),
        "settings": settings,
        "stones": tables.stones,
    }


def license_text(settings: Settings, tables: Sources, known: Profiles) -> str:
    """The LICENSE file: what is ours to license, where its licence is told, and whose licences the text is under."""
    holds = any(TEXT.get(profile) for profile, _ in tables.outgoing.values())
    given = outlets(tables.articles, known)
    articles = {str(row["license"]): 0 for row in given}
    for row in given:
        articles[str(row["license"])] += int(str(row["articles"]))
    sources = [{"license": name, "articles": count} for name, count in articles.items()]
    return pages.render(
        "license.txt.jinja", settings=settings, link=LICENSES[settings.license][1], holds_text=holds, sources=sources
    )


def citation(settings: Settings, demonstration: bool) -> str:
    """The CITATION.cff file, in the Citation File Format 1.2.0."""
    title = f"DEMONSTRATION: {settings.name}" if demonstration else settings.name
    told = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, cite it as below, and name the release.",
        "type": "dataset",
        "title": title,
        "abstract": settings.summary,
        "authors": [{"name": name} for name in settings.authors],
        "license": settings.license,
        "keywords": settings.tags,
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=120)


def main(
    setting_file: Path,
    codebook_file: Path,
    profile_file: Path,
    tombstones: Path,
    manifest: Path,
    article_file: Path,
    item_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    gold_file: Path,
    split_file: Path,
    out: Path,
    license_out: Path,
    citation_out: Path,
) -> None:
    """Read everything, write card, licence and citation."""
    settings, book, known = load(setting_file), codebook.load(codebook_file), profiles.load(profile_file)
    splits = SPLITS.read(split_file)
    stones, items = withdrawn.load(tombstones), ITEMS.read(item_file).merge(placed(splits)[["item_id", "split"]])
    tables = Sources(
        described(ARTICLES.read(article_file, [name for name in ARTICLES.columns if name != "text"]), items, stones),
        items,
        ANNOTATIONS.read(annotation_file),
        AGREEMENT.read(agreement_file),
        GOLD.read(gold_file),
        placed(splits),
        some(manifest.parent, going(manifest.parent, book, known, splits)),
        stones,
    )
    pages.write(license_text(settings, tables, known), license_out, f"labels under {settings.license}")
    pages.write(citation(settings, bool(tables.articles["demonstration"].any())), citation_out, settings.name)
    page = card(settings, book, tables, known)
    pages.write(page, out, f"{len(tables.articles):,} articles, {len(tables.annotations):,} annotations described")


if __name__ == "__main__":
    shell(main)
