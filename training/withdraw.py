"""An id or an address, and a reason -> a line more in withdrawn.toml; every later release honours and lists it."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from corpus.errors import ContractError
from corpus.records import address
from corpus.shell import shell
from corpus.tables import ARTICLES, DUPLICATES, ITEMS
from corpus.whole import whole
from training.withdrawn import ID, Tombstone, covered, load


def named(word: str, articles: pd.DataFrame) -> str:
    """The id of what a person named: an id as it is, an address by the article that has it."""
    if ID.fullmatch(word):
        return word
    url = address(word)
    if not url:
        raise ContractError(
            f"{word!r} is neither an id nor a web address. Name an article, sentence or item: "
            '`make withdraw ID=3f9a1c20d4 REASON="..."`.'
        )
    has = (articles[["address", "url", "canonical_url"]] == url).any(axis=1)
    known = articles.loc[has, "article_id"].tolist()
    return str(known[0]) if known else hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()[:10]


def entry(stone: Tombstone) -> str:
    """A tombstone as TOML; a JSON string is a TOML string, but for one character that no reason needs."""
    told = {name: json.dumps(" ".join(value.split()).replace("\x7f", ""), ensure_ascii=False)
            for name, value in vars(stone).items()}  # fmt: skip
    return "\n[[withdrawn]]\n" + "".join(f"{name} = {value}\n" for name, value in told.items())


def reach(stone: Tombstone, items: pd.DataFrame, copies: pd.DataFrame) -> str:
    """What a tombstone takes out of this workspace, and which copies of it stay in."""
    gone = items[covered({stone.id}, items["item_id"])]
    if gone.empty:
        return "no item of this workspace has it; it is honoured should one come"
    groups = copies.loc[copies["sentence_id"].isin(gone["sentence_id"]), "group_id"]
    kept = copies[copies["group_id"].isin(groups) & ~copies["sentence_id"].isin(gone["sentence_id"])]
    told = ", ".join(sorted(kept["sentence_id"])[:5])
    more = f"; {len(kept):,} copies stay in, withdraw them too if you must: {told}" if len(kept) else ""
    return f"{len(gone):,} items of this workspace{more}"


def main(word: str, reason: str, article_file: Path, item_file: Path, copy_file: Path, tombstones: Path) -> None:
    """Add a tombstone, unless it is there."""
    if not reason.strip():
        raise ContractError(
            'No reason is given. Say why, without names, since it is published: `make withdraw ID=... REASON="..."`.'
        )
    articles = ARTICLES.read(article_file, ["article_id", "address", "url", "canonical_url"])
    stone = Tombstone(named(word.strip(), articles), datetime.now(UTC).date().isoformat(), reason)
    known = {one.id for one in load(tombstones)}
    if stone.id not in known:
        with whole(tombstones) as beside:
            beside.write_text(tombstones.read_text(encoding="utf-8") + entry(stone), encoding="utf-8")
            load(beside)
    items = ITEMS.read(item_file, ["item_id", "sentence_id"])
    what = "was withdrawn already" if stone.id in known else f"withdrawn -> {tombstones}"
    print(f"withdraw: {stone.id} {what} ({reach(stone, items, DUPLICATES.read(copy_file))})", flush=True)


if __name__ == "__main__":
    shell(main)
