"""A sentence -> its words: what is left of it when quotes, dashes, spaces, marks and case no longer count."""

import re
from collections.abc import Sequence
from unicodedata import normalize

# What NFKC leaves apart although nobody sees or means the difference; soft hyphens and zero-width signs go.
SIGNS = str.maketrans("‘’‛ʼ´`‐‑‒–—―−", "''''''-------", "\u00ad\u200b\u200c\u200d\u2060\ufeff")
STOPS = re.compile(r"\b(?:[A-Za-z]\.){2,}")  # U.S., p.m.
WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]\w*(?:'\w+)*|[%$€£¥?<>≤≥≠≈~]|(?<![\w.)%'\"])(?<!\d )[-+±](?=[$€£¥.]?\d)")


def words(text: str) -> list[str]:
    """The words of a sentence as they are written; a number with its points and commas is one, and so is U.S.

    A question mark is a word too: to the codebook, who asks whether has not said that. So is the sign of a number.

    >>> words("The U.S. won’t pay $1,200.50 – “ever”?")
    ['The', 'US', "won't", 'pay', '$', '1,200.50', 'ever', '?']
    >>> words("from -1.5 to <10, in 2010-12")
    ['from', '-', '1.5', 'to', '<', '10', 'in', '2010', '12']
    """
    if not text.isascii():
        text = normalize("NFKC", text).translate(SIGNS)
    if "." in text[:-1]:
        text = STOPS.sub(lambda found: found[0].replace(".", ""), text)
    return WORD.findall(text)


def plain(said: Sequence[str]) -> str:
    """Words in small letters, with one space between them."""
    return " ".join(said).casefold()


def wording(text: str) -> str:
    """The words of a sentence, and nothing else of it: exact copies have the same wording.

    >>> wording("“Sanctions on the U.S.!”") == wording("SANCTIONS on the US")
    True
    """
    return plain(words(text))
