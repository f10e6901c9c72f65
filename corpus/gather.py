"""Rows of many partitions brought together by key, a range of keys at a time: memory does not grow with the corpus."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AT_ONCE = 5_000_000  # rows that are held at once, if keys are spread evenly
GROUP = 50_000  # rows of a file that are read at once: a range is found by the bounds of the groups
KEY = "key"  # the column that rows are brought together by, an unsigned number of 64 bits


def write(table: pa.Table, path: Path) -> None:
    """Write rows in the order of their keys, so that a range of them can be read alone."""
    pq.write_table(table.sort_by(KEY), path, row_group_size=GROUP, compression="zstd")


def together(files: Sequence[Path], at_once: int = AT_ONCE) -> Iterator[pd.DataFrame]:
    """All rows of each range of keys, file by file: `file` is the number of the file that a row comes from.

    Ranges are as many as the rows need, so what is yielded, joined, does not depend on how the rows were cut.
    """
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    count = max(1, -(-rows // at_once))
    edges = [(at << 64) // count for at in range(count + 1)]
    for first, behind in pairwise(edges):
        least, most = pa.scalar(first, pa.uint64()), pa.scalar(behind - 1, pa.uint64())
        only = (pc.field(KEY) >= least) & (pc.field(KEY) <= most)
        found = [pq.read_table(file, filters=only).to_pandas().assign(file=at) for at, file in enumerate(files)]
        if found:
            yield pd.concat(found, ignore_index=True)
