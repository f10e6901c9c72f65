"""Raw files -> articles, and the records that are none, with reasons."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import boilerplate, toml
from corpus.errors import ContractError
from corpus.progress import progress
from corpus.records import READERS, Reading, Record, Rejected, day
from corpus.shell import shell
from corpus.tables import ARTICLES, REJECTS


@dataclass(frozen=True)
class Settings:
    """articles.toml: the largest record in bytes, and what sources call things."""

    max_bytes: int
    names: dict[str, list[str]]


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    try:
        return Settings(**toml.read(path))
    except TypeError as error:
        raise ContractError(f"{path} cannot be read: {error}. Correct it and run `make articles`.") from error


def listed(path: Path) -> tuple[Path, list[str]]:
    """Read an inventory: the folder, and its files' paths from there, in order."""
    folder, *lines = path.read_text(encoding="utf-8").splitlines()
    return Path(json.loads(folder)), [json.loads(line)[0] for line in lines]


def raw_records(folder: Path, name: str, max_bytes: int) -> Iterator[tuple[str, bytes | Rejected]]:
    """The records of one file: itself, or each line of JSON Lines; of what is too large nothing is held."""
    path = folder / name
    kind = path.suffix.lower()
    if kind not in READERS:
        yield name, Rejected("unknown kind", f"{kind or 'no ending'}; known are {', '.join(READERS)}")
        return
    try:
        with path.open("rb") as file:
            if kind != ".jsonl":
                yield name, bounded(file.read(max_bytes + 1), max_bytes)
                return
            lines = enumerate(iter(lambda: file.readline(max_bytes + 1), b""), 1)
            yield from json_lines(name, lines, max_bytes)
    except OSError as error:
        yield name, Rejected("unreadable", error.strerror or "the file cannot be opened")


def json_lines(
    name: str, pieces: Iterator[tuple[int, bytes]], max_bytes: int
) -> Iterator[tuple[str, bytes | Rejected]]:
    """The lines of a JSON Lines file by number; blank ones are none, and the rest of one too long is passed over."""
    number, inside = 0, False
    for _, piece in pieces:
        number += not inside
        if not inside and (piece.strip() or len(piece) > max_bytes):
            yield f"{name}#{number}", bounded(piece.rstrip(b"\r\n"), max_bytes)
        inside = not piece.endswith(b"\n")
    if number == 0:
        yield name, Rejected("empty", "it holds no line")


def bounded(raw: bytes, max_bytes: int) -> bytes | Rejected:
    """The bytes, unless they are too many."""
    if len(raw) > max_bytes:
        return Rejected("too large", f"more than {max_bytes:,} bytes, the max_bytes of articles.toml")
    return raw


def article(source: str, raw: bytes | Rejected, reading: Reading) -> dict[str, object]:
    """One row of ARTICLES, or the rejection of what is none."""
    if isinstance(raw, Rejected):
        raise raw
    record = READERS[Path(source.rpartition("#")[0] or source).suffix.lower()](raw, reading)
    if not record.text.strip():
        raise Rejected("no text", "it holds no words")
    if (surrogate := next((mark for mark in record.text if "\ud800" <= mark <= "\udfff"), "")) or "\0" in record.text:
        raise Rejected(
            "not Unicode", f"its text holds the escape {surrogate!r}, half a character" if surrogate else "NUL"
        )
    return row(source, raw, record)


def row(source: str, raw: bytes, record: Record) -> dict[str, object]:
    """Name an article after its address: its url, or else its bytes."""
    sha256 = hashlib.sha256(raw).hexdigest()
    url = record.said.get("url", "")
    address = url or f"sha256:{sha256}"
    said = {name: record.said.get(name, "") for name in ("title", "outlet", "author", "language", "license")}
    return {
        "article_id": hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()[:10],
        "address": address,
        "url": url,
        **said,
        "published": day(record.said.get("published", "")),
        "demonstration": record.said.get("demonstration", "").lower() == "true",
        "source": source,
        "raw_sha256": sha256,
        "text": record.text,
    }


Rows = list[dict[str, object]]


def sort_out(records: Iterator[tuple[str, bytes | Rejected]], reading: Reading) -> tuple[Rows, Rows]:
    """Part records into articles and rejects; of those with one address the fullest stays."""
    articles: dict[object, dict[str, object]] = {}
    rejects: Rows = []
    for source, raw in records:
        try:
            found = article(source, raw, reading)
        except Rejected as why:
            rejects.append(reject(source, why.reason, why.detail))
            continue
        other = articles.setdefault(found["article_id"], found)
        if other is not found:
            poorer, fuller = sorted((found, other), key=fullness)
            articles[found["article_id"]] = fuller
            rejects.append(reject(poorer["source"], "duplicate article", same(fuller)))
    return list(articles.values()), sorted(rejects, key=lambda one: str(one["source"]))


def fullness(one: dict[str, object]) -> tuple[int, int]:
    """How much is known of an article, and how long it is: a collection often holds teasers under the article's url."""
    return sum(bool(value) for value in one.values()), len(str(one["text"]))


def reject(source: object, reason: str, detail: str) -> dict[str, object]:
    """One row of REJECTS; a record is rejected once."""
    return {"reject_id": source, "source": source, "reason": reason, "detail": detail}


def same(stays: dict[str, object]) -> str:
    """What a duplicate shares with the article that stays, in words."""
    return f"the same {'url' if stays['url'] else 'bytes'} as {stays['source']}, which is as full or fuller"


def counted(rejects: Rows) -> str:
    """The rejects in words, by reason, the most frequent first."""
    reasons = Counter(str(reject["reason"]) for reject in rejects)
    told = ", ".join(
        f"{count:,} {reason}" for reason, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    )
    return f"{len(rejects):,} rejected: {told}" if rejects else "none rejected"


def main(inventory: Path, settings_file: Path, boilerplate_file: Path, out: Path, reject_file: Path) -> None:
    """Read the raw files of the inventory, write articles and rejects."""
    folder, files = listed(inventory)
    settings = load(settings_file)
    reading = Reading(settings.names, boilerplate.load(boilerplate_file))
    shown = progress(files, "articles", " files")
    records = (record for name in shown for record in raw_records(folder, name, settings.max_bytes))
    articles, rejects = sort_out(records, reading)
    REJECTS.write(REJECTS.frame(rejects), reject_file)
    ARTICLES.write(ARTICLES.frame(articles), out, counted(rejects))


if __name__ == "__main__":
    shell(main)
