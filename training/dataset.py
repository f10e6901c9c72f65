"""Gold, annotations and splits -> the dataset folder: Parquet by config and split, the card, and a manifest."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS
from labeling import codebook
from labeling.codebook import Codebook, Question
from labeling.tables import ANNOTATIONS, GOLD
from training.release import ANSWERED, ORPHANED, PUBLISHED, Columns, annotation_columns, fates, question_columns
from training.tables import DATASET_SPLITS, PLACES, SPLITS


def labelled(gold: pd.DataFrame, items: pd.DataFrame, question: Question) -> pd.DataFrame:
    """One row an item of the question's published gold, its soft label spread over one column a label."""
    asked = gold[gold["question"] == question.id]
    for label in sorted(set(asked["label"]) - set(question.labels)):
        raise ContractError(
            f"gold has the {question.id} label {label!r}, but the codebook has only {', '.join(question.labels)}. "
            "Run `make gold` under this codebook."
        )
    names = [f"share_{label}" for label in question.labels]
    shares = pd.DataFrame(asked["shares"].tolist(), columns=names, index=asked.index)
    return asked.drop(columns="shares").join(shares).merge(items, on="item_id").sort_values("item_id")


def answered(annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """One row an item and annotator, without comments; answers that do not count are here too, with their reason."""
    known = items[["item_id", "article_id", "split", "demonstration"]]
    flags = {f"flag_{flag}": annotations["flags"].map(lambda ticked, flag=flag: flag in ticked) for flag in book.flags}
    return (
        annotations.assign(**flags, regime=annotations["regime"].map(" ".join))
        .merge(known, on="item_id")
        .sort_values("annotation_id")
    )


def arrow(rows: pd.DataFrame, columns: Columns) -> pa.Table:
    """Turn rows into an Arrow table that carries its features; a label that was not given is null."""
    features = datasets.Features({name: feature for name, (feature, _) in columns.items()})
    numbered = {
        name: pa.array(values(rows[name], feature), features.arrow_schema.field(name).type)
        for name, feature in features.items()
    }
    return pa.table(numbered, schema=features.arrow_schema)


def values(column: pd.Series, feature: datasets.ClassLabel | datasets.Value) -> list[object]:
    """A column's values; of a ClassLabel, the numbers."""
    if not isinstance(feature, datasets.ClassLabel):
        return list(column)
    numbers = {name: number for number, name in enumerate(feature.names)}
    return [numbers.get(name) for name in column]


def tables(gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> dict[str, pa.Table]:
    """Every file of the release with rows in it, by its place in the folder."""
    going = gold[fates(gold, annotations, items) == PUBLISHED]
    configs = {q.id: (labelled(going, items, q), question_columns(q)) for q in book.questions.values()}
    configs[ANSWERED] = (answered(annotations, items, book), annotation_columns(book))
    return {
        f"{config}/{split}-00000-of-00001.parquet": arrow(rows[rows["split"] == split], columns)
        for config, (rows, columns) in configs.items()
        for split in PLACES
        if (rows["split"] == split).any()
    }


def left_out(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook
) -> dict[str, dict[str, int]]:
    """How many rows of each config are not in the release, by reason."""
    reasons = fates(gold, annotations, items)
    staying = {
        question: reasons[(gold["question"] == question) & (reasons != PUBLISHED)].value_counts()
        for question in book.questions
    }
    orphans = int((~annotations["item_id"].isin(items["item_id"])).sum())
    return {
        **{config: {str(reason): int(n) for reason, n in sorted(counts.items())} for config, counts in staying.items()},
        ANSWERED: {ORPHANED: orphans} if orphans else {},
    }


def fill(folder: Path, files: dict[str, pa.Table], card: Path, about: dict[str, object]) -> None:
    """Write the release into an empty folder, and a manifest that says what each file is."""
    for name, table in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / name, compression="zstd")
    shutil.copyfile(card, folder / "README.md")
    listed = {
        name: {"rows": files[name].num_rows if name in files else None, "sha256": sha256(folder / name)}
        for name in sorted([*files, "README.md"])
    }
    whole = json.dumps({**about, "files": listed}, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "manifest.json").write_text(f"{whole}\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """The hash of a file's bytes, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def place(folder: Path, files: dict[str, pa.Table], card: Path, about: dict[str, object]) -> None:
    """Make the folder anew beside its place and move it there whole, so that nothing of an older release stays."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "manifest.json").exists():
        raise ContractError(f"{folder} holds files of somebody else. Name an empty folder, or move them away.")
    beside, former = (folder.with_name(f".{folder.name}.{os.getpid()}.{part}") for part in ("new", "old"))
    try:
        beside.mkdir(parents=True)
        fill(beside, files, card, about)
        if folder.exists():
            folder.rename(former)
        beside.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def main(
    codebook_file: Path,
    card: Path,
    item_file: Path,
    article_file: Path,
    annotation_file: Path,
    gold_file: Path,
    split_file: Path,
    manifest: Path,
) -> None:
    """Read everything, write the folder that holds the manifest."""
    book, gold, annotations = codebook.load(codebook_file), GOLD.read(gold_file), ANNOTATIONS.read(annotation_file)
    splits = SPLITS.read(split_file, only=DATASET_SPLITS)
    items = ITEMS.read(item_file).merge(ARTICLES.read(article_file, ["article_id", "url"]), on="article_id")
    items = items.merge(splits[["item_id", "split"]], on="item_id")
    files, reasons = tables(gold, annotations, items, book), left_out(gold, annotations, items, book)
    about = {
        "codebook_version": book.version,
        "demonstration": bool(items["demonstration"].any()),
        "left_out": reasons,
        "salt": str(splits["salt"].iloc[0]) if len(splits) else "",
        "written_by": {"datasets": datasets.__version__, "pyarrow": pa.__version__},
    }
    place(manifest.parent, files, card, about)
    print(closing(files, reasons, manifest.parent), flush=True)


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
