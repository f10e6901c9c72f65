"""Text of an article -> offsets of its paragraphs and sentences."""

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

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
ACRONYM = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}|[A-Z]")
NUMBER = re.compile(r"\d.*|[IVXLC]{2,6}|[VX]")
DEFINED = re.compile(r"\([“\"]?[A-Z][A-Za-z]{1,15}+[”\"]?\)")  # “(… et seq.) (IEEPA)”, and not “(Laughter.)”
SPEAKER = re.compile(r"(?:[A-Z][\w.’'-]{0,30}+\s){1,4}?([a-z]{3,12}+)\b")

_BULLETS = "-*•⁃▪◦‣·"
BULLET = re.compile(rf"\s*+(?:[{_BULLETS}]|\d{{1,3}}[.)])\s")
BULLETED = re.compile(rf"[{_BULLETS}](?=\s)")
ITEM = re.compile(rf"((?:[{_BULLETS}]\s?)?\(?)([0-9]{{1,2}}|[a-z])([.)]{{1,2}})\s")
ENUMERATOR = re.compile(
    rf"(?:[{_BULLETS}]\s{{0,3}})?[(\[]?(?:(?:Sec\.|Section|Art\.|Article|Chapter|Part)\s)?"
    r"(?:\d{1,3}(?:\.\d{1,3}){0,3}|[A-Za-z]|[ivxIVX]{1,5})"
)

_DAY = (
    "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{1,2}, \d{4}"
)
DAY_FIRST = re.compile(rf"{_DAY}\s+(?=[A-Z“\"])")
DAY_LAST = re.compile(rf"(?<=[^\s,;:–—-])(\s+){_DAY}\Z")
COLON = re.compile(r":\s?(?=[A-Z])")
LONGEST_DAY = 40  # characters, with what stands before it

BROKEN_OFF = re.compile(r"(?<=\s)(?!(?<=[;,:]\s)(?:and|or)\Z)[a-z][a-z’'-]*\Z")
BEGUN = re.compile(r"(?!by\s[A-Z]|[ivx]+[.)])(?:[a-z’'-]{2,}|a)(?=[\s,.?!;])")

NO_ABBREVIATIONS = (
    "opener",
    "speech",
    "lettered",
    "exclaimed",
    "credit",
)  # the lists of splitting.toml that hold other words

WRAPPED = range(50, 101)  # columns of a hard-wrapped text: shorter lines are verse or headlines, longer are paragraphs
SLACK = 2  # columns that marks we do not see, such as Markdown's two spaces before a forced break, may take up


def spans(text: str) -> list[tuple[int, int]]:
    """Cut text into sentences: half-open character offsets, in order, text[start:end] without outer white space."""
    return [
        sentence
        for paragraph in paragraphs(text)
        for line in _lines(text, *paragraph)
        for item in _items(text, *line)
        for sentence in _sentences(text, *item)
    ]


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


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a paragraph where lines of a page were run together: a headline and its day, a caption and its source."""
    cuts = [start]
    if first := DAY_FIRST.match(text, start, end):
        cuts.append(first.end())
    for colon in COLON.finditer(text, start, end):
        at = colon.start() - len(_word_before(text, start, colon.start()))
        if at > start and _is_credit(text, at, colon.start()) and not _goes_on(text, start, at):
            cuts.append(at)
    if text[end - 1].isdigit() and (last := DAY_LAST.search(text, max(cuts[-1], end - LONGEST_DAY), end)):
        cuts += [] if _goes_on(text, start, last.start()) else [last.end(1)]
    return [(one, one + len(text[one:two].rstrip())) for one, two in pairwise([*cuts, end])]


def _is_credit(text: str, start: int, end: int) -> bool:
    """Whether a word in front of a colon tells whose picture it is: “Image: Jane Doe”."""
    return text[start - 1].isspace() and text[start].isupper() and text[start:end].lower() in _words()["credit"]


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
