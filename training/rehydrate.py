"""A release without text, and articles of your own, live or of an archive -> its sentences with their words."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from datasets import Value

from corpus import guard, toml
from corpus.shell import shell
from corpus.tables import ARTICLES
from corpus.whole import whole
from labeling import codebook
from training import finding, hub, release
from training.finding import STATUSES, Found, Shelf
from training.release import ANSWERED, SUITES, Columns
from training.tables import REHYDRATED

SOURCES = ("copy", "live", "archive")  # asked in this order


@dataclass(frozen=True)
class Settings:
    """Where a page is looked for that is gone."""

    archives: list[str]


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def questions(folder: Path) -> dict[str, pd.DataFrame]:
    """The rows of a release's questions, of each config that holds all of its question's."""
    found = {name: rows for name, rows in release.configs(folder).items() if name not in (ANSWERED, SUITES)}
    return {name: rows for name, rows in found.items() if not release.part_of(name, found)}


def addresses(rows: pd.DataFrame, found: dict[str, Found], source: str, settings: Settings) -> list[str]:
    """Where the next source has the articles of which words are still wanting."""
    wanting = rows["sentence_id"].map(lambda name: not found[name].text)
    without = rows[wanting & (rows["url"] != "")]
    days = without["fetched"].str[:10].where(without["fetched"] != "", without["published"]).str.replace("-", "")
    if source == "live":
        return sorted(set(without["url"]))
    asked = zip(without["url"], days, strict=True)
    return sorted({where.format(url=url, day=day) for url, day in asked for where in settings.archives})


def table(rows: pd.DataFrame, found: dict[str, Found]) -> pd.DataFrame:
    """One row a sentence: what was found of it, where, and its words."""
    once = rows.drop_duplicates("sentence_id")[["sentence_id", "article_id", "outlet", "url"]]
    told = pd.DataFrame([vars(found[name]) for name in once["sentence_id"]], index=once.index)
    return REHYDRATED.check(once.join(told).sort_values("sentence_id"))


def coverage(told: pd.DataFrame) -> str:
    """How many sentences of each outlet were found, and how, for the screen."""
    heads = ["outlet", "sentences", *STATUSES, "with text"]
    lines = []
    for outlet, rows in [*told.groupby("outlet"), ("all", told)]:
        counts = [int((rows["status"] == status).sum()) for status in STATUSES]
        share = f"{(rows['text'] != '').mean():.0%}" if len(rows) else "–"
        lines.append([str(outlet) or "unknown", f"{len(rows):,}", *(f"{count:,}" for count in counts), share])
    widths = [max(len(row[at]) for row in [heads, *lines]) for at in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [heads, ["─" * width for width in widths], *lines]
    )


def place(folder: Path, rows: dict[str, pd.DataFrame], told: pd.DataFrame, told_by: Path) -> None:
    """Write the rows whose words were found as a dataset folder of its own."""
    book = codebook.load(told_by / "settings/codebook.toml")
    words = told.set_index("sentence_id")[["text", "status", "source"]]
    found = {
        name: some.drop(columns=["text"], errors="ignore").join(words, on="sentence_id") for name, some in rows.items()
    }
    more: Columns = {name: (Value("string"), REHYDRATED.columns[name][1]) for name in words.columns}
    files = dict(
        file
        for name, some in found.items()
        for file in release.cut(
            name, some[some["text"] != ""], release.question_columns(book.questions[name], "standoff") | more
        )
    )
    about = release.manifest(told_by)
    kept = {key: about[key] for key in ("codebook_version", "demonstration", "salt")}
    counts = {status: int((told["status"] == status).sum()) for status in STATUSES}
    release.place(folder, files, {"README.md": release.own_card(files)}, {**kept, "left_out": {}, "found": counts})


def main(setting_file: Path, name: str, following: str, folder: Path) -> None:
    """Look for a release's sentences in the articles of the folder; list the pages to fetch from what follows."""
    settings, told_by = load(setting_file), hub.found(name, folder / "release")
    rows = questions(told_by)
    every = pd.concat(rows.values(), ignore_index=True)
    found = dict(finding.find(finding.wanted(every).values(), shelf(folder, told_by)))
    asked = addresses(every, found, following, settings) if following in SOURCES else []
    with whole(folder / "wanted.txt") as beside:
        beside.write_text("".join(f"{address}\n" for address in asked), encoding="utf-8")
    told = table(every, found)
    counts = told["status"].value_counts()
    note = ", ".join(f"{counts.get(status, 0):,} {status}" for status in STATUSES)
    REHYDRATED.write(told, folder / "sentences.parquet", f"{note}{f'; {len(asked):,} pages to ask' if asked else ''}")
    if not asked:
        place(folder / "dataset", rows, told, told_by)
        print(f"\n{coverage(told)}\n\nWhat was found, with its words: {folder / 'dataset'}", flush=True)


def shelf(folder: Path, told_by: Path) -> Shelf:
    """The articles of all sources, read with the guard under which the release was made."""
    words = guard.load(told_by / "settings/guard.toml")
    there = [(source, path) for source in SOURCES if (path := folder / source / "articles.parquet").exists()]
    return Shelf([copy for source, path in there for copy in finding.copies(ARTICLES.read(path), source, words)])


if __name__ == "__main__":
    shell(main)
