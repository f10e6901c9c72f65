"""Text of an article -> offsets of its paragraphs."""

import re
from itertools import pairwise

BULLETS = "-*•⁃▪◦‣·"
BULLET = re.compile(rf"\s*+(?:[{BULLETS}]|\d{{1,3}}[.)])\s")

WRAPPED = range(50, 101)  # columns of a hard-wrapped text: shorter lines are verse or headlines, longer are paragraphs
SLACK = 2  # columns that marks we do not see, such as Markdown's two spaces before a forced break, may take up

# How a paragraph ends in which a sentence is broken off, and how the next begins; lists and bylines do not.
BROKEN_OFF = re.compile(r"(?<=\s)(?!(?<=[;,:]\s)(?:and|or)\Z)[a-z][a-z’'-]*\Z")
BEGUN = re.compile(r"(?!by\s[A-Z]|[ivx]+[.)])(?:[a-z’'-]{2,}|a)(?=[\s,.?!;])")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Cut text into paragraphs: half-open character offsets, in order, without outer white space.

    A newline ends a paragraph, unless the text is hard-wrapped and the line had no room for the first word of the next,
    or the next line, be it behind a blank one, begins in the middle of a sentence.
    """
    lines = text.splitlines(keepends=True)
    width = _width(lines)
    found: list[tuple[int, int]] = []
    offset, before = 0, ""
    for line in lines:
        if inner := line.strip():
            start = offset + line.index(inner[0])
            if width and _wraps(before, line, width):
                start = found.pop()[0]
            found.append((start, offset + len(line.rstrip())))
        offset, before = offset + len(line), line
    return _joined(text, found) if found else []


def _joined(text: str, cut: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join paragraphs that one sentence runs through, as where a page's markup broke it: “… it struck ⏎ with them.”"""
    found = cut[:1]
    for one, two in pairwise(cut):
        start = found.pop()[0] if _runs_on(text, one, two) else two[0]
        found.append((start, two[1]))
    return found


def _runs_on(text: str, one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Whether a sentence runs on: the one ends in a plain word, the two begins so, and neither is an item of a list."""
    if not (text[one[1] - 1].islower() and text[two[0]].islower()) or text[one[0]].islower():
        return False
    return BROKEN_OFF.search(text, max(one[0], one[1] - 40), one[1]) is not None and BEGUN.match(text, *two) is not None


def _width(lines: list[str]) -> int:
    """Columns at which the text was wrapped before it came to us; 0 if it was not.

    Nine in ten lines are within it. A line of one word is not asked, since an address may jut out. Two lines or
    more, and two thirds of those that another follows, list items aside, must be full: headlines are not.
    """
    pairs = [(one, two) for one, two in pairwise(lines) if not (one.isspace() or two.isspace() or BULLET.match(two))]
    lengths = sorted(len(line.rstrip()) for line in lines if " " in line.strip())
    width = lengths[len(lengths) * 9 // 10] if pairs and lengths else 0
    full = sum(_wraps(one, two, width) for one, two in pairs) if width in WRAPPED else 0
    return width if full > 1 and 3 * full >= 2 * len(pairs) else 0


def _wraps(line: str, following: str, width: int) -> bool:
    """Whether the first word of the following line goes on in the paragraph of this one, which had no room for it."""
    if line.isspace() or not line or BULLET.match(following):
        return False
    word = following.lstrip().partition(" ")[0]  # a non-breaking space parts no lines
    return len(line.rstrip()) + 1 + len(word) > width - SLACK
