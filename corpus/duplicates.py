"""Sentences -> groups of copies and near-copies, and pairs that look like copies and say something else."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpus import guard, toml
from corpus.alike import Search, Wordings, find, sides
from corpus.bands import HALF, LOW, Numbers, Offsets
from corpus.copies import Pair, apart, closest, difference, group, similarity
from corpus.engine import each
from corpus.guard import Guard, Reading
from corpus.partitions import hold, put_up, workshop
from corpus.shape import INLINE
from corpus.shell import shell
from corpus.tables import CONTRASTS, DUPLICATES, parts

BLOCK = 1 << 15  # wordings that one task settles, and what hangs together with them


@dataclass(frozen=True)
class Settings:
    """duplicates.toml: how pairs are found, the most wordings of a group, and the most contrasts of a wording."""

    search: Search = field(metadata=INLINE)
    largest: int
    contrasts: int


@dataclass(frozen=True)
class Found:
    """Sentences that may have a copy: by the number of their wording, their ids and how they are read."""

    ids: Mapping[int, Sequence[str]]
    read: Callable[[int], Reading]

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[object, ...]]:
        """The rows of DUPLICATES for a group of wordings."""
        first, chosen = min((min(self.ids[number]), number) for number in numbers)
        for number in numbers:
            alike = self.alike(number, chosen) if number != chosen else 1.0
            for name in self.ids[number]:
                yield name, first, "first" if name == first else "exact" if number == chosen else "near", alike

    def alike(self, one: int, other: int) -> float:
        """How alike two wordings are, 0 to 1."""
        return similarity(self.read(one), self.read(other))

    def row(self, pair: Pair, known: Guard) -> tuple[object, ...]:
        """The row of CONTRASTS for a pair of wordings."""
        found = difference(known, self.read(pair.one), self.read(pair.other))
        sides = (self.ids[pair.one][0], found.one_has), (self.ids[pair.other][0], found.other_has)
        (one, has), (other, lacks) = sorted(sides)
        return f"{one}|{other}", one, other, has, lacks, found.families, pair.similarity


def collect(known: Wordings, pairs: Numbers, sentence_parts: Sequence[Path], scratch: Path) -> pa.Table:
    """Number, id and text of each sentence that may have a copy, by number.

    Of those with the same words, one that is not in capital letters throughout comes first, then the least id.
    """
    numbers, part, row = known.sentences(sides(pairs)[0])
    tasks = []
    for number, path in enumerate(sentence_parts):
        here = part == number
        tasks.append((path, numbers[here], row[here], scratch / f"told-{number:05}.parquet"))
    told = pa.concat_tables([pq.read_table(path) for path in each(tell, tasks, "sentences that may have a copy")])
    return told.sort_by([("number", "ascending"), ("shouted", "ascending"), ("sentence_id", "ascending")])


def tell(part: Path, numbers: Offsets, rows: Offsets, out: Path) -> Path:
    """Write id and text of some rows of a part."""
    found = pq.read_table(part, columns=["sentence_id", "text"]).take(pa.array(rows))
    shouted = pa.array([text.isupper() for text in found["text"].to_pylist()], pa.bool_())
    pq.write_table(found.append_column("number", pa.array(numbers)).append_column("shouted", shouted), out)
    return out


def blocks(numbers: Offsets, pairs: Numbers) -> Offsets:
    """The block of each of the numbers, from 0: two that stand in a pair are in one block."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones, others = np.searchsorted(numbers, pairs >> HALF), np.searchsorted(numbers, pairs & LOW)
    graph = coo_array((np.ones(len(pairs), np.int8), (ones, others)), shape=(len(numbers), len(numbers)))
    _, cluster = connected_components(graph, directed=False)
    found: Offsets = (np.cumsum(np.bincount(cluster)) // BLOCK)[cluster]
    return found


def settle(told: Path, pairs: Numbers, guard_file: Path, settings: Settings, place: Path) -> Path:
    """Write the rows of DUPLICATES and of CONTRASTS for sentences that are in pairs with no others."""
    known = guard.load(guard_file)
    found = remember(pq.read_table(told), known)
    differ = cache(lambda one, other: apart(known, found.read(one), found.read(other)))
    copies, twins = sorted_out(pairs, found, differ, settings)
    groups = group(copies, differ, settings.largest)
    together = {tuple(numbers) for numbers in groups.values()}
    together |= {(number,) for number, ids in found.ids.items() if number not in groups and len(ids) > 1}
    place.mkdir(exist_ok=True)
    rows = [row for numbers in together for row in found.rows(numbers)]
    DUPLICATES.save(DUPLICATES.batch(rows), place / DUPLICATES.name)
    contrasts = [found.row(pair, known) for pair in closest(twins, groups)]
    CONTRASTS.save(CONTRASTS.batch(contrasts), place / CONTRASTS.name)
    return place


def sorted_out(
    pairs: Numbers, found: Found, differ: Callable[[int, int], bool], settings: Settings
) -> tuple[list[Pair], list[Pair]]:
    """Of pairs in ascending order those that are alike enough: copies, and of twins the closest few of each wording."""
    copies: list[Pair] = []
    twins: list[Pair] = []
    for one, others in groupby(pairs.tolist(), lambda pair: pair >> int(HALF)):
        near = (Pair(one, number, found.alike(one, number)) for number in (pair & int(LOW) for pair in others))
        met = [pair for pair in near if pair.similarity >= settings.search.similarity]
        parted = [pair for pair in met if differ(pair.one, pair.other)]
        twins += nsmallest(settings.contrasts, parted, lambda pair: (-pair.similarity, pair.other))
        copies += [pair for pair in met if not differ(pair.one, pair.other)]
    return copies, twins


def remember(told: pa.Table, known: Guard) -> Found:
    """The sentences of a table, each read when it is asked for."""
    rows = list(zip(*told.select(["number", "sentence_id", "text"]).to_pydict().values(), strict=True))
    texts = {number: text for number, _, text in reversed(rows)}
    ids: dict[int, list[str]] = {}
    for number, name, _ in rows:
        ids.setdefault(number, []).append(name)
    return Found(ids, cache(lambda number: known.read(texts[number])))


def load(path: Path) -> Settings:
    """Read how duplicates are found, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def tasks(told: pa.Table, pairs: Numbers, scratch: Path) -> Iterator[tuple[Path, Numbers, Path]]:
    """Write the sentences of each block; tell where they are, its pairs, and where its rows may be written."""
    every = told["number"].to_numpy()
    numbers = np.unique(every)
    block = blocks(numbers, pairs)
    of_told, of_pairs = (block[np.searchsorted(numbers, some)] for some in (every, pairs >> HALF))
    told, pairs = told.take(pa.array(np.argsort(of_told, kind="stable"))), pairs[np.argsort(of_pairs, kind="stable")]
    bounds = np.arange(block.max(initial=-1) + 2)
    cuts = (np.searchsorted(np.sort(of), bounds).tolist() for of in (of_told, of_pairs))
    for count, ((start, end), (first, last)) in enumerate(zip(*map(pairwise, cuts), strict=True)):
        path = scratch / f"block-{count:05}"
        pq.write_table(told[start:end], path.with_suffix(".parquet"))
        yield path.with_suffix(".parquet"), pairs[first:last], path


def main(sentences: Path, guard_file: Path, settings_file: Path, out: Path, contrasts_out: Path) -> None:
    """Read sentences, write duplicates and contrasts."""
    settings = load(settings_file)
    guard.load(guard_file)
    hold(out.parent.absolute())
    scratch = workshop(out) / "now"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    sentence_parts = [part.absolute() for part in parts(sentences)]
    known, pairs = find(sentence_parts, settings.search, workshop(out))
    todo = tasks(collect(known, pairs, sentence_parts, scratch), pairs, scratch)
    given = guard_file.absolute(), settings
    settled = each(settle, [(told, some, *given, place) for told, some, place in todo], "sentences that are alike")
    for table, place in ((DUPLICATES, out), (CONTRASTS, contrasts_out)):
        found = [table.batch([]), *(pq.read_table(path / table.name) for path in settled)]
        rows = pa.concat_tables(found).sort_by(table.key).combine_chunks()
        pq.write_table(rows, scratch / table.name, compression="zstd")
        put_up(table, [scratch / table.name], place)
        table.say(len(rows), place)
    shutil.rmtree(scratch)


if __name__ == "__main__":
    shell(main)
