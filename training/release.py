"""What a release holds: which rows, and which columns under which types and meanings."""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from datasets import ClassLabel, Features, Value

from corpus.errors import ContractError
from corpus.tables import ARTICLES, DUPLICATES, ITEMS, SENTENCES, Table
from labeling import asking
from labeling.answered import answered
from labeling.codebook import Codebook, Label, Question
from labeling.tables import ANNOTATIONS, BATCH, GOLD
from training.profiles import FULL, HIDDEN, TEXT, Profiles
from training.profiles import configs as by_profile
from training.tables import MAIN, PLACES, SPLITS
from training.withdrawn import covered

ANSWERED = "annotations"  # the config that holds one row an item and annotator
SUITES = "splits"  # the config that holds one row an item and suite of splits, where there is more than one suite
PUBLISHED = "published"
ORPHANED = "its item is no longer made"
CHECKED = "to a check, whose label was known"
WITHDRAWN = "withdrawn"
HELD = "held back by a flag"
UNCOUNTED = "no answer to it counts"
MANIFEST = "manifest.json"

NOTICE = "# Your own copy\n\nIt holds text, and is not to be handed on: `make edition` makes what may go out.\n"

Columns = dict[str, tuple[ClassLabel | Value, str]]


def fates(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook, gone: Collection[str] = ()
) -> pd.Series:
    """What becomes of each gold row: published, or the reason why not.

    Only settled labels are published, none of what was withdrawn, and none of an item that anybody flagged to be held
    back.
    """
    holds = set(book.flagged("hold_back"))
    held = set(annotations.loc[annotations["flags"].map(lambda flags: not holds.isdisjoint(flags)), "item_id"])
    fate = gold["outcome"].mask(gold["outcome"] == "settled", PUBLISHED)
    fate = fate.mask((fate == PUBLISHED) & gold["item_id"].isin(held), HELD)
    fate = fate.mask(covered(gone, gold["item_id"]), WITHDRAWN)
    return fate.mask(~gold["item_id"].isin(items["item_id"]), ORPHANED)


def uncounted(gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> list[str]:
    """The gold ids that items which were answered should have and have not, since no answer to them counts (yet)."""
    tried = items[items["item_id"].isin(annotations.loc[annotations["purpose"] == asking.BATCH, "item_id"])]
    due = [
        f"{item}/{one.id}"
        for one in book.questions.values()
        for item in tried.loc[(tried["target"] != "") | (not one.needs_target), "item_id"]
    ]
    return sorted(set(due) - set(gold["gold_id"]))


def accounts(
    gold: pd.DataFrame, annotations: pd.DataFrame, items: pd.DataFrame, book: Codebook, gone: Collection[str] = ()
) -> Counter[tuple[str, str]]:
    """How many labels of each question have which fate; those that no answer counts for are among them."""
    told = Counter(zip(gold["question"], fates(gold, annotations, items, book, gone), strict=True))
    told.update((name.rpartition("/")[2], UNCOUNTED) for name in uncounted(gold, annotations, items, book))
    return told


def placed(splits: pd.DataFrame) -> pd.DataFrame:
    """The splits of the main suite: one row an item."""
    return splits[splits["suite"] == MAIN]


def read(path: Path) -> pd.DataFrame:
    """A published file's rows, with labels by name and not by number; a label that was not given is ""."""
    table = pq.read_table(path)
    frame: pd.DataFrame = table.to_pandas()
    for name, feature in Features.from_arrow_schema(table.schema).items():
        if isinstance(feature, ClassLabel):
            frame[name] = ["" if pd.isna(number) else feature.int2str(int(number)) for number in frame[name]]
    return frame


def manifest(folder: Path) -> dict[str, Any]:
    """What a folder says of itself, or why it is none of ours."""
    path = folder / MANIFEST
    if not path.exists():
        raise ContractError(
            f"There is no release at {folder}: it has no {MANIFEST}. Run `make edition`, or name another."
        )
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def configs(folder: Path) -> dict[str, pd.DataFrame]:
    """The rows of every config of a folder, in the order in which it was made, each with its split."""
    found: dict[str, list[pd.DataFrame]] = {}
    for name, about in manifest(folder)["files"].items():
        config, _, file = name.partition("/")
        if about["rows"] is not None:
            found.setdefault(config, []).append(read(folder / name).assign(split=file.split("-")[0]))
    return {config: pd.concat(found[config], ignore_index=True) for config in manifest(folder)["configs"]}


def going(folder: Path, book: Codebook, known: Profiles, splits: pd.DataFrame) -> dict[str, tuple[str, pd.DataFrame]]:
    """The configs of a dataset folder that go out: each with its profile, "" where there is no text, and its rows."""
    found: dict[str, tuple[str, pd.DataFrame]] = {}
    for name, rows in configs(folder).items():
        found |= by_profile(name, rows, known) if name in book.questions else {name: ("", rows)}
    if splits["suite"].nunique() > 1:
        published = {item for name, (_, rows) in found.items() if name in book.questions for item in rows["item_id"]}
        told = splits[splits["item_id"].isin(published)].rename(columns={"split": "place"})
        found[SUITES] = "", told.merge(placed(splits)[["item_id", "split"]], on="item_id").sort_values(SPLITS.key)
    return found


def sized(outgoing: Mapping[str, tuple[str, pd.DataFrame]]) -> dict[str, dict[str, int]]:
    """Rows of each config's splits, of those that have any."""
    counts = {name: rows["split"].value_counts() for name, (_, rows) in outgoing.items()}
    return {name: {one: int(of[one]) for one in PLACES if one in of} for name, of in counts.items()}


def sizes(files: Mapping[str, pa.Table]) -> dict[str, dict[str, int]]:
    """Rows of each config's splits. What has no rows is left out: `load_dataset` refuses a file without any."""
    counts: dict[str, dict[str, int]] = {}
    for name, table in files.items():
        config, _, file = name.partition("/")
        counts.setdefault(config, {})[file.split("-")[0]] = table.num_rows
    return counts


def strings(table: Table, *names: str) -> Columns:
    """Columns of text, as the table means them."""
    return {name: (Value("string"), table.columns[name][1]) for name in names}


def numbers(table: Table, kind: str, *names: str) -> Columns:
    """Columns of another kind, as the table means them."""
    return {name: (Value(kind), table.columns[name][1]) for name in names}


def question_columns(question: Question, profile: str = FULL) -> Columns:
    """The columns of a question's config: what is asked, of which words, where they stand, and how it was settled."""
    text = [name for name in ("text", "before", "after", "title") if name in TEXT[profile]]
    return {
        **strings(ITEMS, "item_id", "sentence_id", "article_id", "target", "proposition", *text, "outlet", "published"),
        **place_columns(),
        "label": (ClassLabel(names=list(question.labels)), "the gold label"),
        **per_label(question, "share_", "share of the answers that say"),
        **per_label(question, "soft_", "the soft label under the method: weight of"),
        **numbers(GOLD, "int64", "votes", "answers"),
        **strings(GOLD, "provenance", "method"),
        **numbers(GOLD, "bool", "sensitive"),
        "drawn": (Value("string"), BATCH.columns["reason"][1]),
        **numbers(BATCH, "float64", "probability"),
        **numbers(ITEMS, "bool", "demonstration"),
    }


def per_label(question: Question, prefix: str, meaning: str) -> Columns:
    """One column a label."""
    return {f"{prefix}{one}": (Value("float64"), f"{meaning} {one}, 0 to 1") for one in question.labels}


def place_columns() -> Columns:
    """The columns by which a sentence is found again where it was published."""
    return {
        **strings(ARTICLES, "url", "fetched", "license"),
        **numbers(SENTENCES, "int64", "start", "end"),
        **numbers(SENTENCES, "bool", "quoted"),
        "sentence_sha256": (Value("string"), "sha256 of the sentence's characters, UTF-8"),
        "sense_sha256": (Value("string"), "sha256 of what the guard reads in it: the same after a harmless edit"),
        "article_sha256": (Value("string"), "sha256 of the article's words, one space between them, UTF-8"),
        "group": (Value("string"), f"{DUPLICATES.columns['group_id'][1]}; itself if it has no copy"),
    }


def label_columns(book: Codebook) -> Columns:
    """One column a question and a follow-up with a single answer, null where it was not given."""
    named: dict[str, Mapping[str, Label]] = {one.id: one.labels for one in book.questions.values()}
    named |= {one.id: one.labels for one in book.follow_ups.values() if one.choice == "single"}
    columns = answered(ANNOTATIONS, book).columns
    meaning = {name: columns[name][1].replace("empty", "null") for name in named}
    return {name: (ClassLabel(names=list(labels)), meaning[name]) for name, labels in named.items()}


def annotation_columns(book: Codebook) -> Columns:
    """The columns of the annotators' config. Comments stay at home: people write names into them."""
    several = [one.id for one in book.follow_ups.values() if one.choice == "multiple"]
    columns = answered(ANNOTATIONS, book).columns
    return {
        **strings(ANNOTATIONS, "annotation_id", "item_id"),
        **strings(ITEMS, "article_id"),
        **strings(ANNOTATIONS, "annotator", "purpose", "target"),
        **label_columns(book),
        **{name: (Value("string"), f"{columns[name][1]}; joined by a space") for name in several},
        **{f"flag_{flag}": (Value("bool"), f"the flag {flag} was ticked") for flag in book.flags},
        **strings(ANNOTATIONS, "created_at", "updated_at"),
        **numbers(ANNOTATIONS, "float64", "lead_time"),
        **numbers(ANNOTATIONS, "int64", "earlier"),
        **strings(ANNOTATIONS, "codebook_version", "left_out"),
        **numbers(ITEMS, "bool", "demonstration"),
    }


def suite_columns() -> Columns:
    """The columns of the config of suites."""
    told = strings(SPLITS, "item_id", "article_id", "suite", "fold")
    return {**told, "place": (Value("string"), SPLITS.columns["split"][1]), **strings(SPLITS, "reason")}


def of_config(name: str, book: Codebook, profile: str = FULL) -> Columns:
    """The columns of a config, by its name."""
    if name in (ANSWERED, SUITES):
        return annotation_columns(book) if name == ANSWERED else suite_columns()
    return question_columns(asked_in(name, book), profile)


def asked_in(config: str, book: Codebook) -> Question:
    """The question of a config: its name, or what its name begins with."""
    return next(one for one in book.questions.values() if config in {one.id, *(f"{one.id}_{p}" for p in TEXT)})


def arrow(rows: pd.DataFrame, columns: Columns) -> pa.Table:
    """Turn rows into an Arrow table, in one chunk, that carries its features; a label that was not given is null."""
    features = Features({name: feature for name, (feature, _) in columns.items()})
    numbered = {
        name: pa.array(values(rows[name], feature), features.arrow_schema.field(name).type)
        for name, feature in features.items()
    }
    return pa.table(numbered, schema=features.arrow_schema).combine_chunks()


def values(column: pd.Series, feature: ClassLabel | Value) -> list[object]:
    """A column's values; of a ClassLabel, the numbers; a number that is none is null."""
    if isinstance(feature, ClassLabel):
        numbered = {name: number for number, name in enumerate(feature.names)}
        return [numbered.get(name) for name in column]
    return [None if value != value else value for value in column]  # noqa: PLR0124 - only NaN is not itself


def cut(config: str, rows: pd.DataFrame, columns: Columns) -> Iterator[tuple[str, pa.Table]]:
    """A config's files with rows in them, by their place in the folder."""
    for split in PLACES:
        if (rows["split"] == split).any():
            yield f"{config}/{split}-00000-of-00001.parquet", arrow(rows[rows["split"] == split], columns)


def head(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, object]]:
    """Which files are which config's, as the Hub and `load_dataset` read it in a card's head; the first is default."""
    return [
        {
            "config_name": config,
            **({"default": True} if config == next(iter(counts)) else {}),
            "data_files": [{"split": split, "path": f"{config}/{split}-*.parquet"} for split in rows],
        }
        for config, rows in counts.items()
    ]


def headed(page: str) -> tuple[dict[str, Any], str]:
    """A card's head and its body."""
    _, told, body = page.split("---\n", 2) if page.startswith("---\n") else ("", "", page)
    return yaml.safe_load(told) or {}, body


def write(
    folder: Path, files: Mapping[str, pa.Table], beside: Mapping[str, bytes], about: Mapping[str, object]
) -> None:
    """Write tables and other files into an empty folder, and a manifest that says what each of them is."""
    for name, table in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(parquet(table))
    for name, content in beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    listed = {
        name: {"rows": files[name].num_rows if name in files else None, "sha256": sha256(folder / name)}
        for name in sorted([*files, *beside])
    }
    written = {"datasets": datasets.__version__, "pyarrow": pa.__version__}
    told = {**about, "configs": list(sizes(files)), "files": listed, "written_by": written}
    (folder / MANIFEST).write_bytes(as_json(told))


def place(
    folder: Path,
    files: Mapping[str, pa.Table],
    beside: Mapping[str, bytes],
    about: Mapping[str, object],
    inspect: Callable[[Path], None] = lambda _: None,
) -> None:
    """Make the folder anew beside its place, inspect it, and move it there whole: nothing of an older one stays."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise ContractError(f"{folder} holds files of somebody else. Name an empty folder, or move them away.")
    new, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{part}") for part in ("new", "old"))
    try:
        new.mkdir(parents=True)
        write(new, files, beside, about)
        inspect(new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def own_card(files: Mapping[str, pa.Table]) -> bytes:
    """What `load_dataset` needs to know of a folder that stays at home, and a word of warning."""
    told = yaml.safe_dump({"configs": head(sizes(files))}, sort_keys=False)
    return f"---\n{told}---\n\n{NOTICE}".encode()


def part_of(config: str, others: Iterable[str]) -> bool:
    """Whether a config holds some rows of another, with more of their text."""
    return any(config == f"{other}_{profile}" for other in others for profile in TEXT)


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of its file: same rows, same bytes."""
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return bytes(out.getvalue())


def as_json(told: object) -> bytes:
    """A value as JSON, for a file: the same value, the same bytes."""
    return f"{json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)}\n".encode()


def listing(hashes: Mapping[str, str]) -> str:
    """One sha256 for files, by the sha256 of each."""
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def sha256(path: Path) -> str:
    """The hash of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hidden(columns: Iterable[str]) -> list[str]:
    """Which of the columns hold text that may have to stay at home."""
    return [name for name in columns if name in HIDDEN]
