"""Articles -> the lines that return in an outlet's articles: its furniture, found from the data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus import boilerplate, gather, toml
from corpus.partitions import Task, build
from corpus.shell import shell
from corpus.tables import REPEATED, parts

LINES = pa.schema([("key", pa.uint64()), ("outlet", pa.string()), ("line", pa.string()), ("articles", pa.int64())])


@dataclass(frozen=True)
class Settings:
    """repeated.toml: in how many and in what share of an outlet's articles a line returns."""

    articles: int
    share: float


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def count_part(part: Path, boilerplate_file: Path, place: Path) -> dict[str, int]:
    """Count in how many articles of a part each short line stands, by outlet; tell how many each outlet has."""
    longest = boilerplate.load(boilerplate_file).longest
    articles = pq.read_table(part, columns=["outlet", "text"]).to_pydict()
    rows: Counter[tuple[str, str]] = Counter()
    for outlet, text in zip(articles["outlet"], articles["text"], strict=True):
        found = {text[start:end] for start, end in boilerplate.lines(text) if end - start <= longest}
        rows.update({(outlet, boilerplate.folded(line)) for line in found})
    outlets, lines = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table([pa.array(keys(outlets, lines)), outlets, lines, list(rows.values())], schema=LINES)
    gather.write(table, place / "lines.parquet")
    return Counter(articles["outlet"])


def keys(outlets: Sequence[str], lines: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """A number for each line of an outlet, the same on every machine."""
    return pd.util.hash_array(
        np.array([f"{outlet}\n{line}" for outlet, line in zip(outlets, lines, strict=True)], object)
    )


def returning(files: Sequence[Path], outlets: Counter[str], settings: Settings) -> pd.DataFrame:
    """The lines that stand in enough of their outlet's articles, the most frequent of an outlet first."""
    found = []
    for rows in gather.together(files):
        counted = rows.groupby(["outlet", "line"], as_index=False)["articles"].sum()
        of = counted["outlet"].map(outlets).astype("int64")
        found.append(
            counted.assign(of=of)[
                (counted["articles"] >= settings.articles) & (counted["articles"] >= settings.share * of)
            ]
        )
    lines = pd.concat(found) if found else pd.DataFrame(columns=["outlet", "line", "articles", "of"])
    lines["line_id"] = [
        sha256(f"{outlet}\n{line}".encode()).hexdigest()[:16]
        for outlet, line in zip(lines["outlet"], lines["line"], strict=True)
    ]
    return lines.sort_values(["outlet", "articles", "line"], ascending=[True, False, True])


def main(article_file: Path, boilerplate_file: Path, setting_file: Path, out: Path) -> None:
    """Read articles, write the lines that return."""
    settings, known = load(setting_file), boilerplate_file.absolute()
    tasks = [Task((part.absolute(), known), (part.absolute(), known)) for part in parts(article_file)]
    made = build(count_part, tasks, out, "repeated")
    outlets = sum((Counter(told) for _, told in made), Counter[str]())
    lines = returning([place / "lines.parquet" for place, _ in made], outlets, settings)
    REPEATED.write(lines, out, f"of {len(outlets):,} outlets")


if __name__ == "__main__":
    shell(main)
