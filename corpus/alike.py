"""Parts of the sentences -> pairs of wordings that may be alike; what is large lies in files, not in memory.

Each wording gets a number: its place among all, in the order of their hashes. So the pairs, and all that follows from
them, hang on the words alone and not on how the sentences lie in parts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.bands import HALF, LOW, Numbers, Offsets, Words, banded, meetings, most, prints, ragged
from corpus.engine import each
from corpus.partitions import Task, build
from corpus.wording import wording

HASH = 8  # bytes: that any two of a million different wordings have the same hash has a probability of 3e-8


@dataclass(frozen=True)
class Search:
    """How pairs are found, as in duplicates.toml."""

    similarity: float
    bands: int
    rows: int
    window: int
    at_once: int


@dataclass(frozen=True)
class Wordings:
    """All wordings, numbered: a folder for each range of their hashes, and the first number of each."""

    places: tuple[Path, ...]
    firsts: tuple[int, ...]  # one more than there are places: the last is the number of wordings

    def split(self, numbers: Numbers) -> Iterator[tuple[Path, int, Offsets]]:
        """Ascending numbers by range: its folder, its first number, and their ranks in it."""
        bounds = np.searchsorted(numbers, np.array(self.firsts, np.uint64))
        for place, first, (start, end) in zip(self.places, self.firsts, pairwise(bounds), strict=False):
            yield place, first, (numbers[start:end] - np.uint64(first)).astype(np.int64)

    def prints(self, numbers: Numbers) -> tuple[Numbers, Offsets]:
        """The prints and sizes of the bags of ascending numbers."""
        found, sizes = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
        for place, _, ranks in self.split(numbers):
            found.append(np.load(place / "prints.npy", mmap_mode="r")[ranks])
            sizes.append(np.load(place / "sizes.npy", mmap_mode="r")[ranks])
        return np.concatenate(found), np.concatenate(sizes)

    def sentences(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """Number, part and row of each sentence whose wording is one of these, or that of another sentence too."""
        found = [np.empty((3, 0), np.int64)]
        for place, first, ranks in self.split(numbers):
            where = np.load(place / "sentences.npy")
            counts = np.bincount(where[0], minlength=1 + max(ranks, default=0))
            counts[ranks] += 1
            found.append(where[:, counts[where[0]] > 1] + np.array([[first], [0], [0]]))
        return np.concatenate(found, axis=1)


def find(parts: Sequence[Path], search: Search, scratch: Path) -> tuple[Wordings, Numbers]:
    """Number the wordings of all parts; return pairs that may be alike, each as one << 32 | other, ascending, once."""
    made = build(bag, [Task((part,), (part,)) for part in parts], scratch / "bags", "words of sentences")
    bags, ranges = [place for place, _ in made], max(1, -(-sum(told for _, told in made) // search.at_once))
    places = tuple(scratch / "now" / f"range-{number:05}" for number in range(ranges))
    tasks = [(bags, number, ranges, search, place) for number, place in enumerate(places)]
    known = Wordings(places, tuple(accumulate(each(number_range, tasks, "different wordings"), initial=0)))
    slices = max(1, -(-known.firsts[-1] // (4 * search.at_once)))
    meets = [(known, band, part, slices, search) for band in range(search.bands) for part in range(slices)]
    return known, np.unique(np.concatenate(each(meet, meets, "wordings that may be alike")))


def bag(part: Path, place: Path) -> int:
    """Write the bags of words of a part's sentences in the order of their wordings' hashes; return how many."""
    columns = pq.read_table(part, columns=["text", "left_out"]).to_pydict()
    found = ((row, wording(text)) for row, (text, left) in enumerate(zip(*columns.values(), strict=True)) if not left)
    kept = [(row, said) for row, said in found if said]
    rows, said = np.array([row for row, _ in kept], np.int64), pa.array([said for _, said in kept], pa.string())
    keys = hashes(said)
    order = np.argsort(keys, kind="stable")
    words, offsets = bags(said.take(order))
    np.save(place / "keys.npy", keys[order])
    np.save(place / "rows.npy", rows[order])
    np.save(place / "words.npy", words)
    np.save(place / "offsets.npy", offsets)
    return len(kept)


def hashes(texts: pa.Array) -> Numbers:
    """A hash of each text."""
    digests = (hashlib.blake2b(text.encode(), digest_size=HASH).digest() for text in texts.to_pylist())
    return np.frombuffer(b"".join(digests), np.dtype("<u8"))


def bags(wordings: pa.Array) -> tuple[Words, Offsets]:
    """The different words of each wording, hashed and sorted, and where each wording's begin."""
    split = pc.split_pattern(wordings, " ")  # type: ignore[attr-defined]
    coded = split.flatten().dictionary_encode()
    words = (hashes(coded.dictionary) & LOW)[coded.indices.to_numpy()]
    lengths = np.diff(split.offsets.to_numpy()).astype(np.int64)
    places = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths) << HALF
    both = np.sort(places | words)
    both = both[np.diff(both, prepend=~both[:1]) != 0]
    counts = np.bincount((both >> HALF).astype(np.int64), minlength=len(lengths))
    return (both & LOW).astype(np.uint32), behind(counts)


def behind(lengths: Offsets) -> Offsets:
    """Where slices of these lengths begin when one lies behind the other, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def number_range(read: Sequence[Path], number: int, ranges: int, search: Search, place: Path) -> int:
    """Write one range of the wordings, each once, with its sentences and its keys; return how many there are."""
    place.mkdir(parents=True, exist_ok=True)
    keys, where, words, lengths = (
        np.concatenate(arrays, -1) for arrays in zip(*slices(read, number, ranges), strict=True)
    )
    order = np.argsort(keys, kind="stable")
    new = np.diff(keys[order], prepend=~keys[order][:1]) != 0
    once = order[new]
    bags, offsets = words[ragged(behind(lengths)[once], lengths[once])], behind(lengths[once])
    np.save(place / "sentences.npy", np.stack([np.cumsum(new) - 1, *where[:, order]]))
    np.save(place / "sizes.npy", lengths[once])
    np.save(place / "prints.npy", prints(bags, offsets))
    np.save(place / "bands.npy", banded(bags, offsets, search.bands, search.rows))
    return len(once)


def slices(bags: Sequence[Path], number: int, ranges: int) -> Iterator[tuple[Numbers, Offsets, Words, Offsets]]:
    """What each part has in a range of the hashes: hashes, (part, row), words, and how many words each."""
    bounds = [(number + more << 64) // ranges for more in (0, 1)]
    for part, place in enumerate(bags):
        keys, rows, words, offsets = (
            np.load(place / f"{name}.npy", mmap_mode="r") for name in ("keys", "rows", "words", "offsets")
        )
        start, end = (int(np.searchsorted(keys, np.uint64(b))) if b < 1 << 64 else len(keys) for b in bounds)
        where = np.stack([np.full(end - start, part), rows[start:end]])
        yield keys[start:end], where, words[offsets[start] : offsets[end]], np.diff(offsets[start : end + 1])


def meet(known: Wordings, band: int, part: int, slices: int, search: Search) -> Numbers:
    """The pairs of wordings that share a key of a band and may be alike, in one of the slices keys are cut into."""
    found = []
    for place, first in zip(known.places, known.firsts, strict=False):
        keys = np.load(place / "bands.npy", mmap_mode="r")[band]
        here = np.flatnonzero(keys % np.uint64(slices) == part)
        found.append(np.stack([keys[here], (here + first).astype(np.uint64)]))
    keys, numbers = np.concatenate(found, axis=1)
    pairs = meetings(keys, numbers, search.window)
    numbers, ones, others = sides(pairs)
    bits, sizes = known.prints(numbers)
    kept: Numbers = pairs[most(bits[ones], bits[others], sizes[ones], sizes[others]) >= search.similarity]
    return kept


def sides(pairs: Numbers) -> tuple[Numbers, Offsets, Offsets]:
    """The numbers in pairs, ascending, once; and where the one and the other of each pair stand among them."""
    one, other = pairs >> HALF, pairs & LOW
    numbers = np.unique(np.concatenate([one, other]))
    return numbers, np.searchsorted(numbers, one), np.searchsorted(numbers, other)
