"""Text of an article -> offsets of its sentences."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from corpus.paragraphs import BULLETS, paragraphs

OPENING = "\"'“‘„‚«‹([{*_#¿¡"
CLOSING = "\"'”’»›)]}*_」』"
CURRENCY = "$€£¥₹"
WIDE_STOPS = "。！？"

# Where a sentence may end. Groups: the stops, and the quotes and brackets that close on them.
# No text takes quadratic time: a run of stops is entered only at its head, and the quantifiers never give back.
_S, _C, _W = r".!?…؟।" + WIDE_STOPS, re.escape(CLOSING), WIDE_STOPS
STOP = re.compile(
    rf"([{_S}](?<![{_S}][{_S}])[{_S}]*+)((?:[{_C}]|“(?=\s)|\s”(?!\S))*+(?:\[\d{{1,3}}\])?+)"
    rf"(?:\s++(?=\S)|(?<=[{_W}])(?=\S)|(?=“?[A-Z][a-z]{{0,15}}+[\s,]))"
)
NEXT = re.compile(rf"[{re.escape(OPENING + CURRENCY)}]{{0,9}}+([\w&]{{0,30}}+(?:['’]\w{{1,3}}+)?)([.:]?)")
PLAIN = re.compile(r"[a-z][a-z'’-]{2,}")
LAST = re.compile(r"[A-Z]?[a-z][a-z'’-]+[)\]]?|\d+%?")  # what a sentence may end in where only an opener can follow
ACRONYM = re.compile(r"(?:\w+[-–])?(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}|[A-Z]")  # U.S, D.C, ASEAN-U.S
NUMBER = re.compile(r"\d.*|[IVXLC]{2,6}|[VX]")
DEFINED = re.compile(r"\([“\"]?[A-Z][A-Za-z]{1,15}+[”\"]?\)")  # “(… et seq.) (IEEPA)”, and not “(Laughter.)”
SPEAKER = re.compile(r"(?:[A-Z][\w.’'-]{0,30}+\s){1,4}?([a-z]{3,12}+)\b")

BULLETED = re.compile(rf"[{BULLETS}](?=\s)")
ITEM = re.compile(rf"((?:[{BULLETS}]\s?)?\(?)([0-9]{{1,2}}|[a-z])([.)]{{1,2}})\s")
ENUMERATOR = re.compile(
    rf"(?:[{BULLETS}]\s{{0,3}})?[(\[]?(?:(?:Sec\.|Section|Art\.|Article|Chapter|Part)\s)?"
    r"(?:\d{1,3}(?:\.\d{1,3}){0,3}|[A-Za-z]|[ivxIVX]{1,5})"
)

_DAY = (
    "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{1,2}, \d{4}"
)
DAY_FIRST = re.compile(rf"{_DAY}\s+(?=[A-Z“\"])")
DAY_LAST = re.compile(rf"(?<=[^\s,;:–—-])(\s+){_DAY}\Z")
LONGEST_DAY = 40  # characters, with what stands before it
COLON = re.compile(r":\s{0,3}(?=\S)")
LABEL = re.compile(r"(?<!\w)(?:[A-Z][A-Z.’'-]*\s{1,2}){0,4}[A-Z][A-Z.’'-]+\Z")  # “MR. ROE” in front of its colon
LONGEST_LABEL = 60  # characters, with the white space before it
QUESTION = re.compile(r"Q\s\s+(?=\S)")

# The lists of splitting.toml that hold other words than abbreviations.
NO_ABBREVIATIONS = ("opener", "speech", "lettered", "exclaimed", "credit")


def spans(text: str) -> list[tuple[int, int]]:
    """Cut text into sentences: half-open character offsets, in order, text[start:end] without outer white space."""
    return [
        sentence
        for paragraph in paragraphs(text)
        for line in _lines(text, *paragraph)
        for item in _items(text, *line)
        for sentence in _sentences(text, *item)
    ]


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a paragraph where lines of a page were run together, so that no sentence crosses one."""
    cuts = [*_turns(text, start, end), *_labelled(text, start, end), *_days(text, start, end)]
    if not cuts:
        return [(start, end)]
    return [(one, one + len(text[one:two].rstrip())) for one, two in pairwise(sorted({start, *cuts, end}))]


def _turns(text: str, start: int, end: int) -> list[int]:
    """Where a question begins in a transcript, as where the one who spoke broke off: “We — ␣␣Q    Yes.”"""
    found = (turn.start() for turn in QUESTION.finditer(text, start, end))
    return [at for at in found if _apart(text, start, at)]


def _labelled(text: str, start: int, end: int) -> Iterator[int]:
    """Where another speaks, “MR. ROE:  No”, and where the source of a caption stands, “The port Image: Jane Doe”."""
    for colon in COLON.finditer(text, start, end):
        behind, before = colon.start(), _word_before(text, start, colon.start())
        if before.isupper() and (label := LABEL.search(text, max(start, behind - LONGEST_LABEL), behind)):
            yield from [label.start()] if _apart(text, start, label.start()) else []
        elif _is_credit(text, start, behind - len(before), behind):
            yield behind - len(before)


def _apart(text: str, start: int, at: int) -> bool:
    """Whether two white spaces or more set something apart from what stands before it."""
    return at - 2 > start and text[at - 2 : at].isspace()


def _days(text: str, start: int, end: int) -> Iterator[int]:
    """Where a day ends that stands before the first sentence, or one begins that stands behind a headline."""
    if first := DAY_FIRST.match(text, start, end):
        yield first.end()
    if text[end - 1].isdigit() and (last := DAY_LAST.search(text, max(start, end - LONGEST_DAY), end)):
        yield from [] if _goes_on(text, start, last.start()) else [last.end(1)]


def _is_credit(text: str, start: int, at: int, colon: int) -> bool:
    """Whether a word in front of a colon tells whose picture it is: “Image: Jane Doe”."""
    if text[at:colon].lower() not in _words()["credit"] or not text[at].isupper():
        return False
    return at > start and text[at - 1].isspace() and not _goes_on(text, start, at)


def _goes_on(text: str, start: int, at: int) -> bool:
    """Whether there is no word before, or one that cannot be the last of a line, such as “on” or “the”."""
    before = _word_before(text, start, at).lower()
    return not before or before in _words()["opener"]


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a paragraph that opens with a list item before each item like it: “1. ... 2. ... 3. ...”, “• ... • ...”."""
    cuts = [start]
    if item := ITEM.match(text, start, end):
        bullet, label, mark = item.groups()
        while following := _item_pattern(bullet, label := _next_label(label), mark).search(text, cuts[-1], end):
            cuts.append(following.end(1))
    elif bullets := BULLETED.match(text, start, end):
        cuts += [following.end(1) for following in _bullet_pattern(bullets[0]).finditer(text, start, end)]
    return [(one, one + len(text[one:two].rstrip())) for one, two in pairwise([*cuts, end])]


def _item_pattern(bullet: str, label: str, mark: str) -> re.Pattern[str]:
    """How an item begins; a capital must follow, since “under paragraph (b) and” begins none."""
    return re.compile(rf"(\s){re.escape(bullet + label + mark)}\s++[“\"]?[A-Z]")


def _bullet_pattern(bullet: str) -> re.Pattern[str]:
    """How the next bullet of a list stands; a dash or an asterisk must follow a stop, since it is not only a bullet."""
    behind = r"[.!?…:;”\")]" if bullet in "-*·" else r"\S"
    return re.compile(rf"(?<={behind})(\s++){re.escape(bullet)}\s++[“\"]?[A-Z]")


def _next_label(label: str) -> str:
    """The number or letter of the next item of a list.

    >>> _next_label("9"), _next_label("a")
    ('10', 'b')
    """
    return str(int(label) + 1) if label.isdecimal() else chr(ord(label) + 1)


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut one paragraph, text[start:end], into sentences."""
    found: list[tuple[int, int]] = []
    for stop in STOP.finditer(text, start, end):
        if _ends(text, start, stop, end):
            found.append((start, stop.end(2)))
            start = stop.end()
    return [*found, (start, end)]


def _ends(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether the sentence that began at start ends at this stop of a paragraph that goes on until end."""
    stops, closers = stop.groups()
    before = _word_before(text, start, stop.start())
    after, mark = _word_after(text, stop.end(), end)
    if ENUMERATOR.fullmatch(text, start, stop.start()) or (
        closers[-1:] == ")" and DEFINED.match(text, stop.end(), end)
    ):
        return False
    if not after:
        return text[stop.end()] not in ",;:)]}.!?…%–—-/&\"'”’"
    if stop.end() == stop.end(2):
        return stops[-1] in WIDE_STOPS or _glued_ends(before, closers, after)
    if after[0].islower() and after.islower():
        return _ends_before_small_letters(stops + closers, before, after + mark)
    if stops == ".":
        return closers.strip(")]}*_") != "" or _full_stop_ends(before, after, mark)
    goes_on = _is_name(before, stops) or (closers and _speaker_follows(text, stop.end(), end))
    return not goes_on or after.lower() in _words()["opener"]


def _word_before(text: str, start: int, stop: int) -> str:
    """The word that a stop follows, without opening quotes and brackets; with its noun if it is a letter: “Group F”."""
    noun, word = ["", "", *text[max(start, stop - 40) : stop].split()][-2:]
    word = word.lstrip(OPENING + "-–—")
    return f"{noun} {word}" if len(word) == 1 and noun.lower() in _words()["lettered"] else word


def _word_after(text: str, start: int, end: int) -> tuple[str, str]:
    """The word that follows a stop, behind opening quotes and brackets, and the full stop or colon behind it."""
    following = NEXT.match(text, start, end)
    return (following[1], following[2]) if following else ("", "")


def _glued_ends(before: str, closers: str, after: str) -> bool:
    """Whether a sentence ends although no space follows, as where a page's markup was lost: “… arms.The talks”."""
    if closers not in ("", "”", "’") or after in ("Com", "Net", "Org"):
        return False
    opens = len(after) > 1 and after.lower() in _words()["opener"]
    return PLAIN.fullmatch(before) is not None or (
        opens and LAST.fullmatch(before) is not None and before.lower() not in _kinds()
    )


def _ends_before_small_letters(stop: str, before: str, after: str) -> bool:
    """Whether a sentence ends before small letters: at a plain word, no abbreviation, or before an address."""
    if after in ("http:", "https:", "www."):
        return True
    return stop in (".", "?", "!") and PLAIN.fullmatch(before) is not None and before not in _kinds()


def _is_name(before: str, stops: str) -> bool:
    """Whether an exclamation mark is part of a name: “Yahoo! News”."""
    return stops == "!" and before.lower() in _words()["exclaimed"]


def _speaker_follows(text: str, start: int, end: int) -> bool:
    """Whether a quotation goes on with its speaker: “Who pays?” Jane Doe asked."""
    speaker = SPEAKER.match(text, start, end)
    return speaker is not None and speaker[1] in _words()["speech"]


def _full_stop_ends(before: str, after: str, mark: str) -> bool:
    """Whether a lone full stop between these two words ends a sentence and not only an abbreviation."""
    kind = _kinds().get(before.lower())
    if kind == "title":
        return False
    if kind in ("numbered", "month") and NUMBER.fullmatch(after):
        return False
    if kind in ("month", "company_or_place") or ACRONYM.fullmatch(before):
        return mark != "." and after.lower().replace("’", "'") in _words()["opener"]
    return True


@cache
def _words() -> dict[str, frozenset[str]]:
    """The word lists of splitting.toml."""
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: frozenset(entry["words"]) for name, entry in lists.items()}


@cache
def _kinds() -> dict[str, str]:
    """Each abbreviation with its kind."""
    return {word: kind for kind, words in _words().items() if kind not in NO_ABBREVIATIONS for word in words}
