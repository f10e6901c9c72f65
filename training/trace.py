"""One id of any stage -> its rows in every table, from the published row back to the raw file; screen or JSON."""

import json
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from corpus.errors import ContractError
from corpus.records import address
from corpus.shell import shell
from corpus.tables import ARTICLES, Table, parts
from corpus.whole import whole
from labeling.tables import ANNOTATIONS, ASSIGNMENTS, RULINGS
from training import withdrawn
from training.tables import MAIN
from training.withdrawn import Tombstone, covers, line

IDS = ("item_id", "sentence_id", "article_id", "sentence_a")  # the finest a table has says what its rows are of
PUBLISHED = ("edition", "dataset")  # the folders of published rows, the outermost first
KEY = re.compile(r"[0-9a-f]{12}")  # how a task is named in Label Studio
MARGIN = 12  # columns before what is told
MOST = 3  # items that are told one by one; of more, each is a line

Row = dict[str, Any]
Which = Any  # a filter of rows, as pyarrow makes it
Found = dict[str, list[Row]]  # table to its rows


def name(path: Path) -> str:
    """What a file says it is the table of, "" if it does not."""
    try:
        told = (pq.read_schema(path).metadata or {}).get(b"table", b"")
    except pa.ArrowException as error:
        raise ContractError(f"{path} is no Parquet file. Delete it and make it again.") from error
    return str(told, "utf-8")


def tables(folder: Path) -> dict[str, list[Path]]:
    """The files of every table of the workspace: what is published first, by folder and config."""
    found: dict[str, list[Path]] = {}
    for path in (path for place in PUBLISHED for path in sorted((folder / place).glob("*/*.parquet"))):
        found.setdefault(f"{path.parts[-3]}: {path.parts[-2]}", []).append(path)
    found |= {name(parts(path)[0]) or path.stem: parts(path) for path in sorted(folder.glob("*.parquet"))}
    if not found:
        raise ContractError(
            f"There are no tables in {folder}. Run `make dataset` first, or name another folder by DATA=folder."
        )
    return found


def place(wanted: str, found: Mapping[str, list[Path]]) -> str:
    """The article, sentence or item that a word is of: an id of any table, a task's key in Label Studio, an address."""
    if KEY.fullmatch(wanted) and ASSIGNMENTS.name in found:
        told = read(found[ASSIGNMENTS.name], pc.field("task_key") == wanted)
        return str(told[0]["item_id"]) if told else wanted
    if (url := address(wanted)) and ARTICLES.name in found:
        names = ("url", "canonical_url", "address")
        told = [row for one in names for row in read(found[ARTICLES.name], pc.field(one) == url, ["article_id"])]
        return str(told[0]["article_id"]) if told else wanted
    return wanted.partition("/")[0]


def read(paths: list[Path], only: Which, columns: list[str] | None = None) -> list[Row]:
    """The rows of a table that fit, a label by its name and not by its number."""
    table = ds.dataset([str(path) for path in paths], format="parquet").to_table(filter=only, columns=columns)
    rows: list[Row] = table.to_pylist()
    told = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    for column, feature in told.get("info", {}).get("features", {}).items():
        for row in rows if feature.get("_type") == "ClassLabel" and column in table.column_names else ():
            row[column] = "" if row[column] is None else feature["names"][row[column]]
    return rows


def of(wanted: str, columns: list[str]) -> Which | None:
    """Which rows of a table are of the id, of what it is part of, or of a part of it; None if it tells of neither."""
    finest = next((name for name in IDS if name in columns), None)
    if finest is None:
        return None
    whole_ids, field = line(wanted), pc.field(finest)
    fits = field.isin(whole_ids)
    for mark in ".@":
        fits |= pc.starts_with(field, wanted + mark)  # type: ignore[attr-defined]
    return fits | (pc.field("sentence_b") == wanted) if finest == "sentence_a" else fits


def trace(wanted: str, found: Mapping[str, list[Path]]) -> Found:
    """The rows of each table that belong to an id, or the ids that are like it."""
    told: Found = {}
    for table, paths in found.items():
        only = of(wanted, pq.read_schema(paths[0]).names)
        if only is not None and (rows := read(paths, only)):
            told[table] = rows
    of_it = {row[name] for rows in told.values() for row in rows for name in IDS if name in row}
    if wanted not in {part for one in of_it for part in line(str(one))}:
        near = get_close_matches(wanted, known(found), n=3, cutoff=0.5)
        hint = f"The nearest: {', '.join(near)}." if near else "Ids stand in the first columns of every table."
        raise ContractError(f"There is no article, sentence or item {wanted!r} in these tables. {hint}")
    return told


def known(found: Mapping[str, list[Path]]) -> list[str]:
    """Every id of an article, sentence or item that there is."""
    told = {
        str(name)
        for paths in found.values()
        for column in IDS[:3]
        if column in pq.read_schema(paths[0]).names
        for name in ds.dataset([str(path) for path in paths]).to_table(columns=[column])[column].unique().to_pylist()
    }
    return sorted(told)


def article(rows: list[Row]) -> Iterator[str]:
    """Where it was published, and the raw file it was read from."""
    for row in rows:
        yield f"{row['article_id']}  {row['title'] or 'without a headline'}"
        yield ", ".join(str(row[name]) for name in ("outlet", "published", "language") if row[name])
        yield from (str(row[name]) for name in ("url",) if row[name])
        yield f"licence: {row['license'] or 'not stated'}" + (
            f"; left out: {row['left_out']}" if row["left_out"] else ""
        )
        yield f"raw file: {row['source']}, sha256 {row['raw_sha256']}"
        yield f"fetched: {row['fetched'] or 'unknown'}; {len(row['text']):,} characters"


def sentences(rows: list[Row]) -> Iterator[str]:
    """Where each sentence stands in its article."""
    for row in rows:
        said = ", in direct speech" if row["quoted"] else ""
        out = f"; left out: {row['left_out']}" if row["left_out"] else ""
        at = f"characters {row['start']:,} to {row['end']:,}, sentence {row['position']}"
        yield f"{row['sentence_id']}  {at}{said}{out}"


def batch(rows: list[Row]) -> Iterator[str]:
    """Why each item was asked, and how likely that was."""
    for row in rows:
        chance = row["probability"]
        likely = "a model had a say" if chance is None or chance != chance else f"probability {chance:.3g}"  # noqa: PLR0124
        yield f"{row['reason']}, draw {row['batch']}, place {row['place']}; {likely}"


def answers(rows: list[Row]) -> Iterator[str]:
    """What each annotator said, when, and under which codebook."""
    for row in sorted(rows, key=lambda row: (row["item_id"], row["annotator"])):
        out = f"; does not count: {row['left_out']}" if row["left_out"] else ""
        again = f"; {row['earlier']} other answers before" if row["earlier"] else ""
        when = row["updated_at"][:16].replace("T", " ")
        said = ", ".join(said_in(row, ANNOTATIONS))
        yield f"{row['annotator']}  {when}  codebook {row['codebook_version']}  {said}{again}{out}"


def said_in(row: Row, table: Table) -> Iterator[str]:
    """The labels in a row of ANNOTATIONS or RULINGS: what stands in the columns that the codebook added."""
    for name in (name for name in row if name not in table.columns):
        yield from filter(None, [row[name]] if isinstance(row[name], str) else row[name])


def rulings(rows: list[Row]) -> Iterator[str]:
    """What an adjudicator ruled, and why the votes differed."""
    for row in rows:
        said = ", ".join(said_in(row, RULINGS))
        when = row["updated_at"][:16].replace("T", " ")
        out = f"; does not count: {row['left_out']}" if row["left_out"] else ""
        yield f"{row['adjudicator']}  {when}  codebook {row['codebook_version']}  {said}; {row['reason']}{out}"


def gold(rows: list[Row]) -> Iterator[str]:
    """How each label was settled, and whether another method would say the same."""
    for row in rows:
        how = f"{row['provenance']}, by {row['method']}, {row['votes']} of {row['answers']} answers"
        other = "; another method says otherwise" if row["sensitive"] else ""
        wait = f"; to be looked at again: {row['recheck']}" if row["recheck"] else ""
        yield f"{row['question']}: {row['label'] or row['outcome']}  ({how}){other}{wait}"


def splits(rows: list[Row]) -> Iterator[str]:
    """On which side of the dataset it stands, and why; and where it is held out besides."""
    for row in rows:
        if row["suite"] == MAIN:
            yield f"{row['split']}  {row['reason']}, salt {row['salt']}"
    others = [f"{row['suite']} {row['fold']}" for row in rows if row["suite"] != MAIN and row["split"] == "test"]
    if others:
        yield f"held out in {', '.join(others)}"


def guesses(rows: list[Row]) -> Iterator[str]:
    """What the baseline says."""
    for row in rows:
        yield f"{row['question']}: {row['predicted']}" + (" (right)" if row["predicted"] == row["gold"] else "")


def published(item: str, told: Found) -> Iterator[str]:
    """The labels that go out, or that stand in your own copy alone."""
    for place in PUBLISHED:
        named = {name.partition(": ")[2]: rows for name, rows in told.items() if name.startswith(f"{place}: ")}
        found = {name: row for name, rows in named.items() for row in rows if row["item_id"] == item and "label" in row}
        if found:
            yield f"{place}: " + ", ".join(f"{name} {row['label']}" for name, row in found.items())
        else:
            yield f"not in the {place}"


# What is told of an item, from what is published back to how it came to be asked; and of what it is part of.
OF_ITEM: dict[str, tuple[str, Callable[[list[Row]], Iterator[str]]]] = {
    "baseline": ("baseline", guesses),
    "split": ("splits", splits),
    "gold": ("gold", gold),
    "ruling": ("rulings", rulings),
    "answers": ("annotations", answers),
    "asked": ("batch", batch),
}
AROUND: dict[str, tuple[str, Callable[[list[Row]], Iterator[str]]]] = {
    "sentence": ("sentences", sentences),
    "article": ("articles", article),
}


def screen(wanted: str, told: Found, stones: list[Tombstone], width: int) -> str:
    """All of it for the eye: each item with its way, then sentence and article."""
    items = [*told.get("items", []), *told.get("checks", []), *lost(told)]
    lines = []
    for stone in stones:
        if covers({stone.id}, wanted):
            lines += [f"withdrawn on {stone.day}: {stone.reason}", ""]
    for item in items if len(items) <= MOST else ():
        lines += [*one_item(item, told, width), ""]
    if len(items) > MOST:
        lines += [*many(items, told, width), ""]
    for title, (table, tell) in AROUND.items():
        lines += block(title, tell(told.get(table, [])), width)
    return "\n".join(lines).rstrip()


def lost(told: Found) -> list[Row]:
    """What was asked and is no item any more: its article or its target was taken out, its answers are kept."""
    there = {row["item_id"] for name in ("items", "checks") for row in told.get(name, [])}
    every = {row["item_id"] for rows in told.values() for row in rows if row.get("item_id")}
    return [{"item_id": one, "text": "", "proposition": ""} for one in sorted(every - there)]


def one_item(item: Row, told: Found, width: int) -> Iterator[str]:
    """An item: its words, what is asked, and each stage of its way."""
    yield item["item_id"]
    words = f"“{item['text']}”" if item["text"] else "no item any more: its article or its target is gone"
    said = [words, *([f"on: {item['proposition']}"] if item["proposition"] else [])]
    for text in said:
        yield from textwrap.wrap(text, width - 2, initial_indent="  ", subsequent_indent="  ")
    yield ""
    mine = {name: [row for row in rows if row.get("item_id") == item["item_id"]] for name, rows in told.items()}
    yield from block("published", published(item["item_id"], told), width)
    for title, (table, tell) in OF_ITEM.items():
        yield from block(title, tell(mine.get(table, [])), width)


def many(items: list[Row], told: Found, width: int) -> Iterator[str]:
    """Many items, a line each: what was settled, and their words."""
    yield f"{len(items):,} items:"
    for item in items:
        labels = [row["label"] or row["outcome"] for row in told.get("gold", []) if row["item_id"] == item["item_id"]]
        begin = f"  {item['item_id']}  {', '.join(labels) or 'not answered'}  "
        yield begin + textwrap.shorten(f"“{item['text']}”", max(20, width - len(begin)), placeholder=" …”")


def block(title: str, told: Iterator[str], width: int) -> Iterator[str]:
    """One stage: its name at the margin, its lines beside it."""
    named = title
    for text in filter(None, told):
        yield from textwrap.wrap(
            text, width, initial_indent=named.ljust(MARGIN), subsequent_indent=" " * MARGIN,
            break_on_hyphens=False, break_long_words=False,
        )  # fmt: skip
        named = ""


def main(wanted: str, folder: Path, tombstones: Path, out: str) -> None:
    """Read what belongs to the id; print it, or write it as JSON where a file is named."""
    found = tables(folder)
    of_what = place(wanted.strip(), found)
    told, stones = trace(of_what, found), withdrawn.load(tombstones)
    if out:
        gone = [vars(stone) for stone in stones if covers({stone.id}, of_what)]
        with whole(Path(out)) as beside:
            whole_text = json.dumps({"id": of_what, "withdrawn": gone, "tables": told}, indent=2, ensure_ascii=False)
            beside.write_text(f"{whole_text}\n", encoding="utf-8")
        print(f"trace: {sum(map(len, told.values())):,} rows of {len(told)} tables -> {out}", flush=True)
        return
    print(screen(of_what, told, stones, min(100, shutil.get_terminal_size((80, 24)).columns)), flush=True)


if __name__ == "__main__":
    shell(main)
