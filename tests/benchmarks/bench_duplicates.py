"""News-like sentences with planted copies and twins -> a table: what is found, what is merged wrongly, what it costs.

`python -m tests.benchmarks.bench_duplicates 1000000`; the sentences, their number apart, are the same each time.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.newslike import ATTRIBUTED, COPIES, TWINS, UNKNOWABLE, Planted, plant
from tests.house import ROOT

PARTS = 100_000  # sentences of a partition
SLOW = 50_000  # sentences for whoever needs minutes for a million
ALIKE, HASHES, BANDS = 0.7, 128, 16  # of those we are compared with

PLANTED = {  # which should be merged: the first; which should not: the others
    "copies": COPIES,
    "attribution put in or left out": ATTRIBUTED,
    "twins": TWINS,
    "twins by a word put in, in no list": UNKNOWABLE,
}

Grouped = dict[str, str]  # a sentence's id -> its group
Cost = tuple[float, float, float]  # wall seconds, CPU seconds and GB, of all processes together


def name(number: int) -> str:
    """The id of a planted sentence: as scattered as real ones."""
    return hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()[:17]


def lay_out(planted: Sequence[Planted], folder: Path) -> Path:
    """Write the sentences, shuffled, as partitions."""
    order = list(range(len(planted)))
    random.Random(3).shuffle(order)  # noqa: S311
    out = folder / "sentences.parquet"
    out.mkdir(parents=True)
    for number in range(0, len(order), PARTS):
        some = order[number : number + PARTS]
        columns = {"sentence_id": [name(n) for n in some], "text": [planted[n].text for n in some]}
        columns["left_out"] = [""] * len(some)
        pq.write_table(pa.table(columns), out / f"part-{number // PARTS:05}.parquet")
    return out


def measured(command: Sequence[str]) -> Cost:
    """Run a command to its end, watching what it and its children cost."""
    began, before, most = time.perf_counter(), os.times(), 0.0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(resident, family(process.pid))))
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, spent, most


def family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it ended in between
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> float:
    """The memory of a process, in GB; what processes share is counted once for each."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (OSError, IndexError):  # it ended in between
        return 0.0


def ours(sentences: Path, folder: Path, unguarded: str = "none") -> tuple[Grouped, Cost]:
    """Group with corpus.duplicates, one family of words left unguarded."""
    guard, out = folder / "guard.toml", folder / "duplicates.parquet"
    before, begins, after = (ROOT / "corpus/guard.toml").read_text().partition("guarded = [")
    guard.write_text(before + begins + after.replace(f'"{unguarded}",', "", 1))
    files = [sentences, guard, "corpus/duplicates.toml", out, folder / "contrasts.parquet"]
    cost = measured([sys.executable, "-m", "corpus.duplicates", *map(str, files)])
    found = pq.read_table(out).to_pydict()
    return dict(zip(found["sentence_id"], found["group_id"], strict=True)), cost


def theirs(how: str, sentences: Path, folder: Path) -> tuple[Grouped, Cost]:
    """Group with another library, in a process of its own."""
    out = folder / f"{how}.parquet"
    cost = measured([sys.executable, "-m", "tests.benchmarks.bench_duplicates", how, str(sentences), str(out)])
    found = pq.read_table(out).to_pydict()
    return dict(zip(found["sentence_id"], found["group_id"], strict=True)), cost


def with_rensa(names: Sequence[str], bags: Sequence[list[str]]) -> Grouped:
    """Plain MinHash: each sentence goes to the first kept one that is alike, or is kept."""
    import rensa

    kept = rensa.RMinHashDeduplicator(ALIKE, HASHES, use_lsh=True, num_bands=BANDS)
    found: Grouped = {}
    for named, minhash in zip(names, rensa.RMinHash.from_token_sets(bags, HASHES, 42), strict=True):
        if kept.add(named, minhash):
            found[named] = named
        else:
            found[named] = found[min(kept.get_duplicates(minhash))]
    return found


def with_datasketch(names: Sequence[str], bags: Sequence[list[str]]) -> Grouped:
    """The same with datasketch."""
    from datasketch import MinHash, MinHashLSH

    kept = MinHashLSH(threshold=ALIKE, num_perm=HASHES)
    found: Grouped = {}
    for named, bag in zip(names, bags, strict=True):
        minhash = MinHash(num_perm=HASHES)
        minhash.update_batch([word.encode() for word in bag])
        alike = kept.query(minhash)
        found[named] = found[min(alike)] if alike else named
        if not alike:
            kept.insert(named, minhash)
    return found


OTHERS: dict[str, Callable[[Sequence[str], Sequence[list[str]]], Grouped]] = {
    "rensa": with_rensa,
    "datasketch": with_datasketch,
}


def group_with(how: str, sentences: Path, out: Path) -> None:
    """Group the sentences of a folder with another library and write the groups."""
    read: dict[str, list[Any]] = pq.read_table(sentences).to_pydict()
    found = OTHERS[how](read["sentence_id"], [text.lower().split() for text in read["text"]])
    pq.write_table(pa.table({"sentence_id": list(found), "group_id": list(found.values())}), out)


def together(planted: Sequence[Planted], groups: Grouped) -> dict[str, tuple[int, int]]:
    """By what was done to a sentence: how many are in the group of the one they come from, and how many there are."""
    merged: Counter[str] = Counter()
    every: Counter[str] = Counter()
    first = ""
    for number, sentence in enumerate(planted):
        first = first if sentence.done else name(number)
        every[sentence.done] += 1
        merged[sentence.done] += groups.get(name(number), name(number)) == groups.get(first, first)
    return {done: (merged[done], count) for done, count in every.items() if done}


def precision(planted: Sequence[Planted], groups: Grouped) -> float:
    """Of all pairs in a group: those of copies of one sentence, and of twins written the same."""
    members: dict[str, Counter[object]] = {}
    for number, sentence in enumerate(planted):
        if sentence.done not in UNKNOWABLE:
            said = sentence.family if sentence.copy else sentence.text
            members.setdefault(groups.get(name(number), name(number)), Counter())[said] += 1
    pairs = sum(group.total() * (group.total() - 1) // 2 for group in members.values())
    return sum(count * (count - 1) // 2 for group in members.values() for count in group.values()) / max(1, pairs)


def column(planted: Sequence[Planted], groups: Grouped, cost: Cost) -> dict[str, str]:
    """One column of the table, by the names of its rows."""
    found = together(planted, groups)
    rows = {"sentences": f"{len(planted):,}"}
    for title, kinds in PLANTED.items():
        merged, every = (sum(found.get(kind, (0, 0))[side] for kind in kinds) for side in (0, 1))
        rows[title] = f"{merged / max(1, every):.4f}"
        for kind in kinds if len(kinds) > 1 else ():
            rows[f"  {kind}"] = f"{found.get(kind, (0, 0))[0] / max(1, found.get(kind, (0, 0))[1]):.4f}"
    rows["precision of merged pairs"] = f"{precision(planted, groups):.4f}"
    return rows | dict(zip(("wall s", "CPU s", "memory GB"), (f"{spent:.2f}" for spent in cost), strict=True))


def main(number: int) -> None:
    """Plant, group, show."""
    planted, few = plant(number), plant(min(number, SLOW))
    table: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sentences, fewer = lay_out(planted, folder / "all"), lay_out(few, folder / "few")
        table["ours"] = column(planted, *ours(sentences, folder / "all"))
        table["rensa 0.7"] = column(planted, *theirs("rensa", sentences, folder / "all"))
        table["datasketch 0.7"] = column(few, *theirs("datasketch", fewer, folder / "few"))
        table["ours, attribution free"] = column(few, *ours(fewer, folder / "few", "attribution"))
        table["ours, names free"] = column(few, *ours(fewer, folder / "few", "name"))
    print(f"{'merged with what it comes from':34}", *(f"{who:>23}" for who in table), sep="")
    for row in table["ours"]:
        print(f"{row:34}", *(f"{rows[row]:>23}" for rows in table.values()), sep="")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in OTHERS:
        group_with(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
