"""Sentences of which only places and hashes are known, and articles -> their words, where they are the same."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from corpus.guard import Guard
from corpus.splitting import spans

EXACT, MOVED, CHANGED, MISSING = STATUSES = ("exact", "moved", "changed", "missing")  # the best first
HARMLESS = "only marks, capitals, articles or forms of words differ"
TURNED = "its article has no sentence of this sense any more"
NOWHERE = "its article was not found"


@dataclass(frozen=True)
class Wanted:
    """A sentence to be found: its place in its article, and what it is known by."""

    sentence_id: str
    article_id: str
    url: str
    start: int
    end: int
    sentence_sha256: str
    sense_sha256: str


@dataclass(frozen=True)
class Found:
    """What was found of a sentence; its words are empty unless they are the same, or harmlessly other."""

    status: str
    text: str = ""
    detail: str = ""
    source: str = ""

    @property
    def rank(self) -> tuple[int, bool]:
        """How good it is: less is better."""
        return STATUSES.index(self.status), not self.text


@dataclass(frozen=True)
class Copy:
    """An article as somebody has it: where it is from, its names, and its words."""

    source: str
    names: frozenset[str]  # its id and addresses
    text: str
    guard: Guard

    @cached_property
    def pieces(self) -> list[tuple[int, int]]:
        """Its sentences, as this software cuts them."""
        return list(spans(self.text))

    @cached_property
    def hashes(self) -> dict[str, tuple[int, int]]:
        """Its sentences by their hash; of two the first."""
        return {hashed(self.text[start:end]): (start, end) for start, end in reversed(self.pieces)}

    @cached_property
    def senses(self) -> dict[str, tuple[int, int]]:
        """Its sentences by the hash of what the guard reads in them."""
        told = ((start, end, self.guard.sense(self.text[start:end])) for start, end in reversed(self.pieces))
        return {hashed(sense): (start, end) for start, end, sense in told}

    def find(self, one: Wanted) -> Found:
        """A sentence in this copy of its article."""
        if hashed(self.text[one.start : one.end]) == one.sentence_sha256:
            return Found(EXACT, self.text[one.start : one.end], source=self.source)
        if place := self.hashes.get(one.sentence_sha256) or self.elsewhere(one):
            return Found(MOVED, self.text[slice(*place)], source=self.source)
        if place := self.senses.get(one.sense_sha256):
            return Found(CHANGED, self.text[slice(*place)], HARMLESS, self.source)
        return Found(CHANGED, detail=TURNED, source=self.source)

    def elsewhere(self, one: Wanted) -> tuple[int, int] | None:
        """The place of the same characters where sentences are cut otherwise: any word may be the first."""
        length = one.end - one.start
        begins = (word.start() for word in re.finditer(r"\S+", self.text))
        return next(
            ((at, at + length) for at in begins if hashed(self.text[at : at + length]) == one.sentence_sha256), None
        )


def hashed(text: str) -> str:
    """The sha256 of a text's characters, UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Shelf:
    """All copies there are, and which of them are of an article."""

    def __init__(self, copies: Sequence[Copy]) -> None:  # noqa: D107 - the class says it
        self.copies = copies
        self.named: dict[str, list[Copy]] = {}
        for copy in copies:
            for name in copy.names:
                self.named.setdefault(name, []).append(copy)

    @cached_property
    def holding(self) -> dict[str, list[Copy]]:
        """The copies that hold a sentence, by its hash."""
        found: dict[str, list[Copy]] = {}
        for copy in self.copies:
            for name in copy.hashes:
                found.setdefault(name, []).append(copy)
        return found

    def of(self, article: Sequence[Wanted]) -> list[Copy]:
        """The copies of an article: those of its id or address, or else the one that holds most of its sentences."""
        names = (article[0].article_id, plain(article[0].url))
        known = [copy for name in names for copy in self.named.get(name, []) if name]
        known += [
            copy
            for copy in self.copies
            if article[0].url and copy.source == "archive" and archived(copy, article[0].url)
        ]
        if known:
            return list({id(copy): copy for copy in known}.values())
        held = Counter(id(copy) for one in article for copy in self.holding.get(one.sentence_sha256, []))
        best = {at for at, _ in held.most_common(1)}
        return [copy for copy in self.copies if id(copy) in best]

    def find(self, article: Sequence[Wanted]) -> Iterator[tuple[Wanted, Found]]:
        """The best that any copy has of each sentence of an article."""
        copies = self.of(article)
        for one in article:
            told = [copy.find(one) for copy in copies]
            yield one, min(told, key=lambda found: found.rank, default=Found(MISSING, detail=NOWHERE))


def plain(url: str) -> str:
    """An address without what differs from day to day: its scheme, www., and a slash at the end."""
    return re.sub(r"^https?://(www\.)?|/$", "", url)


def archived(copy: Copy, url: str) -> bool:
    """Whether a copy is an archive's of an address: the archive's address ends with it."""
    return any(name.endswith(plain(url)) for name in copy.names)


def copies(articles: pd.DataFrame, source: str, guard: Guard) -> list[Copy]:
    """The rows of ARTICLES as copies."""
    rows = articles[["article_id", "url", "canonical_url", "text"]].itertuples(index=False)
    return [
        Copy(source, frozenset({name, *(plain(one) for one in (url, canonical) if one)}), text, guard)
        for name, url, canonical, text in rows
    ]


def wanted(rows: pd.DataFrame) -> dict[str, list[Wanted]]:
    """The sentences of a release's rows, by article."""
    names = list(Wanted.__dataclass_fields__)
    found: dict[str, list[Wanted]] = {}
    for row in rows.drop_duplicates("sentence_id")[names].itertuples(index=False):
        found.setdefault(str(row.article_id), []).append(Wanted(*row))
    return found


def find(articles: Iterable[Sequence[Wanted]], shelf: Shelf) -> Mapping[str, Found]:
    """What was found of every sentence, by its id."""
    return {one.sentence_id: found for article in articles for one, found in shelf.find(article)}
