"""Articles as they were read -> one for each address: of several the fullest stays, in whatever partition it is."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus import gather
from corpus.partitions import STAMP
from corpus.tables import REJECTS

KEYS = pa.schema(
    [
        ("key", pa.uint64()),  # the article's id
        ("known", pa.int64()),  # how much is known of it: columns that hold something
        ("length", pa.int64()),  # characters of its text
        ("by_url", pa.bool_()),  # named after its url, or else after its bytes
        ("source", pa.string()),
        ("part", pa.string()),  # the file of its partition that it stands in
    ]
)
RANK = {"key": True, "known": False, "length": False, "file": True, "part": True, "at": True}  # ascending or not


def write_keys(rows: Sequence[tuple[object, ...]], path: Path) -> None:
    """Write what decides between articles of one address."""
    columns = list(zip(*rows, strict=True)) or [()] * len(KEYS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, KEYS.types, strict=True)]
    gather.write(pa.Table.from_arrays(arrays, schema=KEYS), path)


def surplus(places: Sequence[Path]) -> list[tuple[Path, pd.DataFrame]]:
    """The places that hold articles whose address a fuller one has: each such article, and the one that stays.

    A collection often holds teasers under the article's url. Of equals the first stays.
    """
    files = [file for place in places for file in sorted(place.glob("keys-*.parquet"))]
    found = [among(rows) for rows in gather.together(files)]
    gone = pd.concat(found) if found else pd.DataFrame({"file": []})
    gone["place"] = gone["file"].map(lambda at: files[at].parent)
    return [(Path(str(place)), rows) for place, rows in gone.groupby("place")]


def among(rows: pd.DataFrame) -> pd.DataFrame:
    """The surplus articles among those whose keys are in one range."""
    several = rows[rows["key"].duplicated(keep=False)]
    ranked = several.assign(at=range(len(several))).sort_values(list(RANK), ascending=list(RANK.values()))
    stays = ranked.groupby("key")["source"].transform("first")
    return ranked.assign(stays=stays)[ranked["key"].duplicated()]


def without(place: Path, gone: pd.DataFrame) -> None:
    """Take surplus articles out of a place's parts and put them among its rejects.

    The stamp goes first: such a place is made anew the next time, when another article may be the fullest.
    """
    (place / STAMP).unlink()
    for part, rows in gone.groupby("part"):
        table = pq.read_table(place / str(part))
        stays = pa.array(~table["source"].to_pandas().isin(rows["source"]))
        pq.write_table(table.filter(stays), place / "fewer", compression="zstd")
        (place / "fewer").replace(place / str(part))
    columns = gone[["source", "stays", "by_url"]].itertuples(index=False)
    more = [(source, source, "duplicate article", same(stays, by_url)) for source, stays, by_url in columns]
    REJECTS.save(REJECTS.batch(sorted(more)), place / "rejects-of-duplicates.parquet")


def same(stays: str, by_url: bool) -> str:
    """What a duplicate shares with the article that stays, in words."""
    return f"the same {'url' if by_url else 'bytes'} as {stays}, which is as full or fuller"
