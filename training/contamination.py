"""Our sentences, and a folder of public benchmarks -> which of our sentences stand there and may be known to models."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from corpus import toml
from corpus.alike import bags
from corpus.bands import Numbers, banded, ragged
from corpus.containers import BOOKKEEPING, records
from corpus.errors import ContractError
from corpus.progress import progress
from corpus.shell import shell
from corpus.tables import ITEMS
from corpus.wording import wording
from training.kin import Places
from training.tables import CONTAMINATION

SHOWN = 500  # characters of a benchmark's text that are kept
WAYS = ("exact", "within", "near")

Text = tuple[str, str, str]  # where it stands, as it stands, its words


@dataclass(frozen=True)
class Settings:
    """When a sentence counts as standing in a benchmark, as in contamination.toml."""

    words: int
    similarity: float
    bands: int
    rows: int
    at_once: int
    max_bytes: int


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


class Ours:
    """Our sentences, found by their words: whole, as a part of a longer text, or most of them."""

    def __init__(self, sentences: pd.DataFrame, settings: Settings) -> None:
        """Sentences has the columns sentence_id and text; those with too few words are passed over."""
        self.settings = settings
        said = [wording(text) for text in sentences["text"]]
        enough = np.array([len(one.split()) >= settings.words for one in said], bool)
        self.rows = sentences.assign(words=pd.array(said, dtype="str"))[enough]
        self.wordings = sorted(set(self.rows["words"]))
        self.number = {one: number for number, one in enumerate(self.wordings)}
        self.keys = self.banded(self.wordings)
        self.begins: dict[str, list[int]] = {}
        for number, one in enumerate(self.wordings):
            self.begins.setdefault(" ".join(one.split()[: settings.words]), []).append(number)

    def banded(self, wordings: Sequence[str]) -> Numbers:
        """The keys by which near wordings are found, none of which is empty."""
        bands, rows = self.settings.bands, self.settings.rows
        found = banded(*bags(pa.array(wordings, pa.string())), bands, rows) if wordings else np.empty((bands, 0))
        return found.astype(np.uint64)

    def within(self, said: str) -> Iterator[int]:
        """Which of our wordings stand in one of theirs, word for word."""
        words, length = said.split(), self.settings.words
        for at in range(len(words) - length + 1):
            for number in self.begins.get(" ".join(words[at : at + length]), ()):
                if f"{' '.join(words[at:])} ".startswith(f"{self.wordings[number]} "):
                    yield number

    def near(self, theirs: Sequence[str]) -> Iterator[tuple[int, int, float]]:
        """Which of our wordings and which of theirs share most of their words, and the share."""
        for one, other in met(self.keys, self.banded(theirs)):
            mine, said = set(self.wordings[one].split()), set(theirs[other].split())
            if (share := len(mine & said) / len(mine | said)) >= self.settings.similarity:
                yield int(one), int(other), share

    def found(self, texts: Sequence[Text]) -> Iterator[tuple[int, Text, str, float]]:
        """Our wordings that stand in texts of theirs: number, where, how, and the share of words."""
        for text in texts:
            for number in dict.fromkeys(self.within(text[2])):
                exact = text[2] == self.wordings[number]
                share = len(set(self.wordings[number].split())) / len(set(text[2].split()))
                yield number, text, "exact" if exact else "within", share
        for one, other, share in self.near([said for _, _, said in texts]):
            yield one, texts[other], "near", share


def met(ours: Numbers, theirs: Numbers) -> Places:
    """Columns of ours and of theirs that have a key of a band in common, shape (pairs, 2), each pair once."""
    found = [np.empty((0, 2), np.int64)]
    for mine, said in zip(ours, theirs, strict=True):
        order = np.argsort(mine, kind="stable")
        starts, ends = (np.searchsorted(mine[order], said, side) for side in ("left", "right"))
        counts = ends - starts
        found.append(np.stack([order[ragged(starts, counts)], np.repeat(np.arange(len(said)), counts)], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def texts(folder: Path, settings: Settings, told: Counter[str]) -> Iterator[Text]:
    """Every text of every record of every file that has words enough; what cannot be read is counted in told."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in progress([name for name in names if Path(name).name not in BOOKKEEPING], "benchmarks", " files"):
        for record in records(folder, name, settings.max_bytes):
            if isinstance(record, tuple):
                told[record[1].reason] += 1
                continue
            told["records"] += 1
            for text in strings(record.kind, record.content):
                said = wording(text)
                if len(said.split()) >= settings.words:
                    yield record.source, text, said


def strings(kind: str, content: bytes) -> Iterator[str]:
    """The texts of a record: every string of a JSON value, however deep, or what stands in a text file."""
    whole = content.decode("utf-8", errors="replace")
    if kind != ".json":
        yield whole
        return
    try:
        left = [json.loads(whole)]
    except (json.JSONDecodeError, RecursionError):
        return
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += [" ".join(value)] if value and all(isinstance(part, str) for part in value) else value


def contaminated(sentences: pd.DataFrame, found: Iterator[Text], settings: Settings) -> pd.DataFrame:
    """One row a sentence of ours and a record that it stands in: the closest way in which it does."""
    ours = Ours(sentences, settings)
    rows: dict[tuple[str, str], list[tuple[int, float, str]]] = {}
    while held := list(islice(found, settings.at_once)):
        for number, (source, text, _), kind, share in ours.found(held):
            rows.setdefault((ours.wordings[number], source), []).append((WAYS.index(kind), -share, text[:SHOWN]))
    best = [(words, source, *min(ways)) for (words, source), ways in rows.items()]
    columns = ["words", "source", "way", "lack", "theirs"]
    stand = pd.DataFrame(best, columns=columns).astype({"words": "str", "source": "str"})
    every = ours.rows.astype({"sentence_id": "str"}).merge(stand, on="words").sort_values(["sentence_id", "source"])
    return CONTAMINATION.check(
        every.assign(
            contamination_id=every["sentence_id"] + "/" + every["source"],
            kind=[WAYS[way] for way in every["way"]],
            similarity=-every["lack"].astype(float),
        )
    )


def main(setting_file: Path, item_file: Path, folder: Path, out: Path) -> None:
    """Read what is asked about and the benchmarks, write which sentences stand there, and say it."""
    if not folder.is_dir():
        raise ContractError(
            f"There is no folder {folder}. Put copies of public benchmarks there (JSON Lines, CSV, Parquet, or what "
            "`datasets` saves), or name another: `make contamination BENCHMARKS=folder`."
        )
    settings, told = load(setting_file), Counter[str]()
    sentences = ITEMS.read(item_file, ["sentence_id", "text"]).drop_duplicates("sentence_id")
    found = contaminated(sentences, texts(folder, settings, told), settings)
    ways = found.drop_duplicates("sentence_id")["kind"].value_counts()
    kinds = ", ".join(f"{ways[kind]:,} {kind}" for kind in WAYS if kind in ways)
    passed = ", ".join(f"{count:,} {reason}" for reason, count in sorted(told.items()) if reason != "records")
    note = f"{found['sentence_id'].nunique():,} of {len(sentences):,} sentences stand in {told['records']:,} records"
    CONTAMINATION.write(
        found, out, note + (f": {kinds}" if kinds else "") + (f"; not read: {passed}" if passed else "")
    )


if __name__ == "__main__":
    shell(main)
