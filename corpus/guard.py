"""guard.toml: the words that can turn what a sentence says, and what two sentences differ in."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from pathlib import Path

from corpus import toml
from corpus.errors import ContractError
from corpus.wording import plain, words

FAMILIES = (
    "number", "name", "question", "negation", "modal", "hedge", "attribution", "report", "act", "unrealised",
    "direction", "quality",
)  # fmt: skip
WORDS = "words"  # stands for the families of words that are not guarded
WORDS_KEPT = 1 << 17  # in memory, with what they stand for: more than most languages use
SHORTEST = 4  # letters of a word that may be misspelt: of shorter ones, half of all slips are words ("for", "fort")
QUOTES = re.compile('["“”„«»]')

Gap = tuple[tuple[str, ...], tuple[str, ...]]  # the words between two that are shared: of the one, of the other


@dataclass(frozen=True)
class Reading:
    """A sentence as the guard reads it: its words, guarded ones in first form; the guarded alone; all as a bag."""

    words: tuple[str, ...]
    key: tuple[str, ...]
    bag: frozenset[str]


@dataclass(frozen=True)
class Said:
    """What guard.toml holds."""

    families: Mapping[str, list[str]]
    guarded: frozenset[str]
    light: frozenset[str]
    openers: str


@dataclass(frozen=True)
class Guard:
    """Which words are guarded: each form with the word it stands for, and each such word with its family."""

    forms: Mapping[str, str]
    family: Mapping[str, str]
    light: frozenset[str]
    openers: frozenset[str]
    guarded: frozenset[str]

    def read(self, text: str) -> Reading:
        """Read a sentence; a name of several words is several guarded words."""
        written = words(text)
        found = [self.known(word) for word in written]
        key = tuple([word for word, family in found if family])
        return Reading(tuple([word for word, _ in found]), key, frozenset(plain(written).split()))

    @cached_property
    def known(self) -> Callable[[str], tuple[str, str]]:
        """The same as word, for words that come again and again."""
        return lru_cache(WORDS_KEPT)(self.word)

    def word(self, written: str) -> tuple[str, str]:
        """A word in its first form, and the guarded family it belongs to, "" if none.

        A name is known by its capital letter, also where it begins the sentence: "Iran" and "Russia" stand there most.
        """
        small = written.casefold().removesuffix("'s")
        stem, ending = parted(small)
        small = self.forms.get(small, small)
        family = self.family.get(small) or self.family.get(self.forms.get(ending, ""), "")
        if written[0].isdigit():
            small, family = written.replace(",", ""), "number"
        elif written[0].isupper() and ((not family and stem not in self.openers) or is_acronym(written)):
            small, family = f"{small[:1].upper()}{small[1:]}", "name"
        return small, family if family in self.guarded else ""

    def turns(self, gap: Gap) -> bool:
        """Whether a gap holds a guarded word, or words in place of others that are not these, misspelt or cut apart."""
        few, many = sorted(([word for word in side if word not in self.light] for side in gap), key=len)
        if "".join(few) == "".join(many):
            return False
        misplaced = not all(any(word == other or misspelt(word, other) for other in many) for word in few)
        return misplaced or self.families(gap) != {WORDS}

    def sense(self, text: str) -> str:
        """What of a sentence an edit must leave as it is: two with the same sense differ in no gap that turns.

        Quotation marks are counted: put in or left out, they change who speaks.
        """
        found, marks = self.read(text), len(QUOTES.findall(text))
        return "\n".join(("".join(word for word in found.words if word not in self.light), *found.key, str(marks)))

    def families(self, gap: Gap) -> set[str]:
        """The guarded families of the words in a gap, or WORDS."""
        return {self.known(word)[1] for side in gap for word in side} - {""} or {WORDS}


def parted(small: str) -> tuple[str, str]:
    """A word and what is drawn together with it.

    >>> parted("didn't"), parted("we'll"), parted("oil")
    (('did', "n't"), ('we', "'ll"), ('oil', ''))
    """
    if small.endswith("n't"):
        return small[:-3], small[-3:]
    stem, mark, ending = small.partition("'")
    return stem, mark + ending


def is_acronym(written: str) -> bool:
    """Whether a word is written in capital letters only, as US is and us is not."""
    return len(written) > 1 and written.isupper()


def gaps(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[Gap]:
    """Where two sentences differ, in their order; in the same places whichever is named first, as difflib does not."""
    if other < one:
        yield from ((first, second) for second, first in gaps(other, one))
        return
    start, most = 0, min(len(one), len(other))
    while start < most and one[start] == other[start]:
        start += 1
    end = 0
    while end < most - start and one[-1 - end] == other[-1 - end]:
        end += 1
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    if not first or not second:
        yield from [(first, second)] if first or second else []
        return
    for same, i, k, j, m in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if same != "equal":
            yield first[i:k], second[j:m]


def misspelt(one: str, other: str) -> bool:
    """Whether two words are one slip apart: a letter more, or other, or two swapped, but the first and the last kept.

    A letter more at the end is no more than an ending; another one there may be another word.

    >>> misspelt("minister", "minsiter"), misspelt("vessel", "vessels")
    (True, True)
    >>> misspelt("import", "export"), misspelt("employer", "employee")
    (False, False)
    """
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST or len(long) - len(short) > 1 or one[0] != other[0]:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at:] == long[at : at + 2][::-1] + long[at + 2 :]
    return swapped or (at < len(short) - 1 and short[at + 1 :] == long[at + 1 :])


def load(path: Path) -> Guard:
    """Read the guarded words, or say what in the file is wrong."""
    said = toml.settings(path, Said)
    listed = [(line.split(), family) for family, lines in said.families.items() for line in lines]
    openers = frozenset(said.openers.split())
    if unknown := sorted(said.guarded.union(said.families).difference(FAMILIES)):
        raise ContractError(f"{path} names the family {unknown[0]!r}; there are {', '.join(FAMILIES)}. Correct it.")
    forms: dict[str, str] = {}
    for line, family in listed:
        for form in line:
            if form in forms:
                raise ContractError(f"{path} names {form!r} twice, the second time under {family}. Remove one of them.")
            forms[form] = line[0]
    return Guard(forms, {line[0]: family for line, family in listed}, said.light, openers, said.guarded)
