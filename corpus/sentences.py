"""Articles -> sentences, each with its offsets in the article."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pyarrow.parquet as pq

from corpus import boilerplate, quality
from corpus.boilerplate import Boilerplate
from corpus.paragraphs import paragraphs
from corpus.partitions import Task, build, put_up
from corpus.quality import Quality
from corpus.quotation import quoted
from corpus.reasons import reasoned
from corpus.shell import shell
from corpus.splitting import spans
from corpus.tables import REPEATED, SENTENCES, parts

NAME = "sentences.parquet"  # of a part
Row = tuple[object, ...]
Piece = tuple[int, int, str]  # start, end, and why it is left out: "" if it is not


@dataclass(frozen=True)
class Sieve:
    """What keeps a sentence from being asked about: lines of boilerplate or of its outlet's furniture, its language."""

    boilerplate: Boilerplate
    repeated: frozenset[tuple[str, str]]  # outlet, folded line
    good: Quality

    def lines(self, outlet: str, text: str) -> list[Piece]:
        """The lines that are no part of the article, in order, with the reason."""
        found = [(start, end, self.reason(outlet, text[start:end])) for start, end in boilerplate.lines(text)]
        return [piece for piece in found if piece[2]]

    def reason(self, outlet: str, line: str) -> str:
        """Why a line is no part of the article, "" if it is."""
        if len(line) > self.boilerplate.longest:
            return ""
        if self.boilerplate.is_line(line):
            return "boilerplate"
        return "repeated in its outlet" if (outlet, boilerplate.folded(line)) in self.repeated else ""

    def foreign(self, sentence: str) -> str:
        """Why a sentence is left out for its language, "" if it is not."""
        language = self.good.foreign(sentence)
        return f"foreign language ({language})" if language else ""


def sentence_id(article_id: str, text: str, occurrence: int = 1) -> str:
    """Name a sentence after its words, so that a better splitter moves no label to other words.

    The second time the same words stand in an article, their occurrence is part of the name.

    >>> sentence_id("3f9a1c20d4", "Rain fell.") == sentence_id("3f9a1c20d4", "Rain fell.")
    True
    """
    words = text if occurrence == 1 else f"{text}\n{occurrence}"
    return f"{article_id}.{hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()[:6]}"


def names(article_id: str, texts: Iterable[str]) -> list[str]:
    """Name the sentences of one article; of two whose six digits are the same, the second counts as met before."""
    taken: dict[str, None] = {}
    met: Counter[str] = Counter()
    for text in texts:
        met[text] += 1
        while (name := sentence_id(article_id, text, met[text])) in taken:
            met[text] += 1
        taken[name] = None
    return list(taken)


def cut(text: str, outlet: str, sieve: Sieve) -> list[Piece]:
    """Cut a text into sentences, each with why it is left out; lines that are no part of the article stay whole."""
    pieces: list[Piece] = []
    at = 0
    for start, end, reason in [*sieve.lines(outlet, text), (len(text), len(text), "")]:
        found = ((at + first, at + last) for first, last in spans(text[at:start]))
        pieces += [(first, last, sieve.foreign(text[first:last])) for first, last in found]
        pieces += [(start, end, reason)] if reason else []
        at = end
    return pieces


def sentences(article_id: str, outlet: str, text: str, sieve: Sieve) -> Iterator[Row]:
    """The article's rows of SENTENCES, in its order; their neighbours are sentences that are not left out."""
    pieces = cut(text, outlet, sieve)
    begins = [start for start, _ in paragraphs(text)]
    words = [text[start:end] for start, end, _ in pieces]
    kept = ["", *(word for word, (_, _, left_out) in zip(words, pieces, strict=True) if not left_out), ""]
    passed = accumulate((not left_out for _, _, left_out in pieces), initial=0)  # kept sentences before each piece
    spoken = quoted(text, [(start, end) for start, end, _ in pieces])
    told = zip(names(article_id, words), words, pieces, spoken, passed, strict=False)
    for position, (name, word, (start, end, left_out), speech, at) in enumerate(told):
        paragraph = max(0, bisect_right(begins, start) - 1)
        around = kept[at], kept[at + 1 + (not left_out)]
        yield name, article_id, start, end, paragraph, position, speech, word, *around, left_out


def cut_part(
    part: Path, boilerplate_file: Path, quality_file: Path, repeated_file: Path, place: Path
) -> dict[str, int]:
    """Cut the articles of one part that are not left out; tell how many sentences are left out for each reason."""
    sieve = Sieve(boilerplate.load(boilerplate_file), repeated(repeated_file), quality.load(quality_file))
    columns = pq.read_table(part, columns=["article_id", "outlet", "text", "left_out"]).to_pydict().values()
    articles = [(name, outlet, text) for name, outlet, text, left_out in zip(*columns, strict=True) if not left_out]
    reasons: Counter[str] = Counter()
    SENTENCES.stream(
        counted((row for article in articles for row in sentences(*article, sieve)), reasons), place / NAME
    )
    return reasons


def counted(rows: Iterable[Row], reasons: Counter[str]) -> Iterator[Row]:
    """The rows as they come, counted by why they are left out."""
    for row in rows:
        reasons[str(row[-1]).partition(" (")[0]] += 1
        yield row


def repeated(path: Path) -> frozenset[tuple[str, str]]:
    """The lines that return in an outlet's articles."""
    found = REPEATED.read(path)
    return frozenset(zip(found["outlet"], found["line"], strict=True))


def main(article_file: Path, repeated_file: Path, boilerplate_file: Path, quality_file: Path, out: Path) -> None:
    """Read articles, write sentences: a part for each part."""
    known = [path.absolute() for path in (boilerplate_file, quality_file, repeated_file)]
    tasks = [Task((part.absolute(), *known), (part.absolute(), *known)) for part in parts(article_file)]
    made = build(cut_part, tasks, out, "sentences")
    put_up(SENTENCES, [place / NAME for place, _ in made], out)
    reasons = sum((Counter(told) for _, told in made), Counter[str]())
    kept = reasons.pop("", 0)
    SENTENCES.say(kept + reasons.total(), out, reasoned(reasons, "left out"))


if __name__ == "__main__":
    shell(main)
