"""Bags of words -> pairs of them that are alike, without comparing each with each: MinHash, in bands.

A bag is a sentence's different words, each as a 32-bit hash; many bags lie behind one another in one array, `words`,
and bag n is words[offsets[n]:offsets[n + 1]].
"""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]

ODD = np.uint64(0x9E3779B97F4A7C15)  # 2 to the 64th by the golden ratio: odd, and its bits follow no pattern
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def mixed(numbers: Numbers) -> Numbers:
    """Scatter numbers over all 64 bits, each to another (the finaliser of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Numbers = numbers ^ (numbers >> np.uint64(31))
    return found


def banded(words: Words, offsets: Offsets, bands: int, rows: int) -> Numbers:
    """The keys of the bags, bands by bags: two bags of similarity s share a key of a band with probability s ** rows.

    Each different word is hashed once for each row, not once for each place where it stands. No bag may be empty.
    """
    known, places = np.unique(words.astype(np.uint64), return_inverse=True)
    starts, keys = offsets[:-1], np.zeros((bands, len(offsets) - 1), np.uint64)
    salts = mixed(np.arange(1, bands * rows + 1, dtype=np.uint64) * ODD)
    for number, salt in enumerate(salts):
        hashed = (mixed(known ^ salt) >> HALF).astype(np.uint32)
        least = np.minimum.reduceat(hashed[places], starts)
        keys[number // rows] = mixed(keys[number // rows] * ODD + least)
    return keys


def meetings(keys: Numbers, numbers: Numbers, window: int) -> Numbers:
    """Pairs of bags whose keys agree in their upper half, each as one << 32 | other with one < other, ascending, once.

    Of more than window + 1 bags with one key, each meets the window that follow it in the order of their numbers. Half
    a key is enough: who meets by chance is turned away soon, and key and number are sorted as one.
    """
    both = np.sort(keys >> HALF << HALF | numbers)
    found = [np.empty(0, np.uint64)]
    for ahead in range(1, window + 1):
        same = np.flatnonzero((both[ahead:] ^ both[:-ahead]) >> HALF == 0)
        found.append(both[same] << HALF | both[same + ahead] & LOW)
    return np.unique(np.concatenate(found))


def prints(words: Words, offsets: Offsets) -> Numbers:
    """The print of each bag: one of 64 bits is set for each of its words. No bag may be empty."""
    found: Numbers = np.bitwise_or.reduceat(np.uint64(1) << (words & np.uint32(63)).astype(np.uint64), offsets[:-1])
    return found


def most(one: Numbers, other: Numbers, sizes: Offsets, others: Offsets) -> npt.NDArray[np.float64]:
    """How similar bags of such prints and sizes can be at most, 0 to 1: a bit of one alone is a word of it alone.

    This turns away nine of ten pairs that met by chance, without a look at their words.
    """
    shared = np.minimum(sizes - np.bitwise_count(one & ~other), others - np.bitwise_count(other & ~one))
    found: npt.NDArray[np.float64] = shared / (sizes + others - shared)
    return found


def ragged(starts: Offsets, lengths: Offsets) -> Offsets:
    """The places of many slices of one array, one slice behind the other."""
    offsets = np.cumsum(lengths) - lengths
    found: Offsets = np.repeat(starts - offsets, lengths) + np.arange(lengths.sum())
    return found
