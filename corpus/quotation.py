"""Offsets of sentences -> whether each stands in direct speech."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from corpus.paragraphs import paragraphs

# The marks that may close each opening mark; the first is its own, others are the writer's slips.
CLOSERS = {"“": '”"“', "„": "“”", "”": "”", '"': '"”', "«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』"}
EITHER = '"”»›'  # marks that open a quotation only where nothing but a quotation can begin
DOUBLE = re.compile('[“„”"«»‹›「」『』]')
SINGLE = re.compile("[‘’']")
LEADING = "([{—–-/:“„”\"«‘'"  # what may stand before an opening mark, besides white space
ELIDED = re.compile(r"(?:\d\ds?|tis|twas|em|til|cause|bout|n)\b", re.IGNORECASE)  # ’90s, ’em, rock ’n’ roll
WORD = re.compile(r"\w+(?:['’]\w+)*")


def quoted(text: str, spans: list[tuple[int, int]]) -> list[bool]:
    """Whether more than half of the words of each sentence, text[start:end], lie inside quotation marks.

    A quotation ends with its paragraph at the latest, since the next one opens it again if it goes on.
    """
    inside = _covered(text) if DOUBLE.search(text) or SINGLE.search(text) else b""
    if 1 not in inside:
        return [False] * len(spans)
    words = [word.start() for word in WORD.finditer(text)]
    passed = list(accumulate((inside[word] for word in words), initial=0))  # quoted words before each word
    places = [(bisect_left(words, start), bisect_left(words, end)) for start, end in spans]
    return [2 * (passed[last] - passed[first]) > last - first for first, last in places]


def _covered(text: str) -> bytearray:
    """1 for each character of a text that lies in a quotation, 0 for the others."""
    covered = bytearray(len(text))
    for start, end in paragraphs(text):
        doubles = list(_doubles(text, start, end))
        for first, last in [*doubles, *_singles(text, start, end, doubles)]:
            covered[first:last] = b"\1" * (last - first)
    return covered


def _doubles(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Quotations of a paragraph between “ ”, \" \", « » and their like; one that is not closed ends with it.

    Another mark may open and close within; the same mark opening again, as where two paragraphs became one, may not.
    """
    opened, inner = -1, ""
    for found in DOUBLE.finditer(text, start, end):
        mark, at = found[0], found.start()
        if opened < 0:
            opened, inner = at if _opens(text, at, start, end) else -1, ""
        elif mark in CLOSERS and _leads(text, at, start, end):
            inner = mark if mark != text[opened] else ""
        elif mark in CLOSERS.get(inner, "") and mark != CLOSERS[text[opened]][0]:
            inner = ""
        elif mark in CLOSERS[text[opened]]:
            yield opened, at + 1
            opened = -1
    if opened >= 0:
        yield opened, end


def _opens(text: str, at: int, start: int, end: int) -> bool:
    """Whether a mark can open a quotation, by its form or, if that says nothing, by what stands around it."""
    if text[at] in EITHER:
        return _leads(text, at, start, end)
    trails = at > start and not text[at - 1].isspace() and (at + 1 == end or text[at + 1].isspace())
    return text[at] in CLOSERS and not trails


def _leads(text: str, at: int, start: int, end: int) -> bool:
    """Whether a mark stands before a word and behind none, as an opening mark does."""
    behind = at == start or text[at - 1].isspace() or text[at - 1] in LEADING
    return behind and at + 1 < end and (text[at + 1].isalnum() or text[at + 1] in "“\"‘'([$€£…")


def _singles(text: str, start: int, end: int, doubles: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Quotations of a paragraph between ‘ ’ or ' '; none crosses the edge of one between double marks."""
    edges = [edge for double in doubles for edge in double]
    opened = maybe = -1
    for found in SINGLE.finditer(text, start, end):
        at = found.start()
        if found[0] != "’" and _leads(text, at, start, end) and not ELIDED.match(text, at + 1):
            if maybe >= 0:
                yield opened, maybe
            opened, maybe = at, -1
        elif opened >= 0 and _trails(text, at, end) and _pair(edges, opened, at):
            if not _may_be_genitive(text, at):
                yield opened, at + 1
                opened = maybe = -1
            elif maybe < 0:
                maybe = at + 1
    if opened >= 0:
        yield opened, maybe if maybe >= 0 else _bound(text, opened, edges, start, end)


def _bound(text: str, opened: int, edges: list[int], start: int, end: int) -> int:
    """Where a quotation that is not closed ends: with the one around it or its paragraph.

    Behind a word direct speech seldom begins, so that there the mark is taken for an apostrophe.
    """
    if text[max(start, opened - 9) : opened].rstrip()[-1:].isalnum():
        return opened
    around = bisect_right(edges, opened)
    return edges[around] if around % 2 else end


def _pair(edges: list[int], one: int, two: int) -> bool:
    """Whether both places lie in the same quotation between double marks, or both in none."""
    first, second = bisect_right(edges, one), bisect_right(edges, two)
    return first == second or not (first % 2 or second % 2)


def _trails(text: str, at: int, end: int) -> bool:
    """Whether a mark stands behind something and before no word, as a closing mark does and most apostrophes do not."""
    return not text[at - 1].isspace() and (at + 1 == end or not text[at + 1].isalnum())


def _may_be_genitive(text: str, at: int) -> bool:
    """Whether a mark may be the apostrophe of a plural: the ministers’ plan."""
    return text[at - 1] in "sS" and text[at + 1 : at + 2].isspace() and text[at + 2 : at + 3].islower()
