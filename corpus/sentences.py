"""Articles -> sentences, each with its offsets in the article."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

import pandas as pd

from corpus import boilerplate
from corpus.boilerplate import Boilerplate
from corpus.shell import shell
from corpus.splitting import paragraphs, spans
from corpus.tables import ARTICLES, SENTENCES


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


def cut(text: str, lines: Boilerplate) -> list[tuple[int, int, str]]:
    """Cut a text into sentences: start, end, and why it is left out ("" if it is not); boilerplate lines stay whole."""
    pieces, at = [], 0
    for start, end in [*lines.lines(text), (len(text), len(text))]:
        pieces += [(at + first, at + last, "") for first, last in spans(text[at:start])]
        pieces += [(start, end, "boilerplate")] if start < end else []
        at = end
    return pieces


def sentences(article_id: str, text: str, lines: Boilerplate) -> list[dict[str, object]]:
    """One row a sentence of the article, in its order; its neighbours are sentences that are not left out."""
    pieces = cut(text, lines)
    begins = [start for start, _ in paragraphs(text)]
    kept = ["", *(text[start:end] for start, end, left_out in pieces if not left_out), ""]
    passed = accumulate((not left_out for _, _, left_out in pieces), initial=0)  # kept sentences before each piece
    named = names(article_id, [text[start:end] for start, end, _ in pieces])
    return [
        {
            "sentence_id": name,
            "article_id": article_id,
            "start": start,
            "end": end,
            "paragraph": max(0, bisect_right(begins, start) - 1),
            "position": position,
            "text": text[start:end],
            "before": kept[at],
            "after": kept[at + 1 + (not left_out)],
            "left_out": left_out,
        }
        for position, (name, (start, end, left_out), at) in enumerate(zip(named, pieces, passed, strict=False))
    ]


def split(articles: pd.DataFrame, lines: Boilerplate) -> pd.DataFrame:
    """One row a sentence, in the order of the articles and of their words."""
    texts = zip(articles["article_id"], articles["text"], strict=True)
    return SENTENCES.frame([row for article_id, text in texts for row in sentences(article_id, text, lines)])


def main(article_file: Path, boilerplate_file: Path, out: Path) -> None:
    """Read articles, write sentences."""
    found = split(ARTICLES.read(article_file), boilerplate.load(boilerplate_file))
    SENTENCES.write(found, out, f"{int((found['left_out'] != '').sum()):,} left out as boilerplate")


if __name__ == "__main__":
    shell(main)
