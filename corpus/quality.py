"""Words of an article -> what they lack as an article, as flags."""

import re
from dataclasses import dataclass
from pathlib import Path

from corpus import toml
from corpus.boilerplate import Boilerplate
from corpus.errors import ContractError
from corpus.language import plainly_english, recognise

FLAGS = ("wrong language", "boilerplate only", "paywall stub", "truncated", "too short")


@dataclass(frozen=True)
class Quality:
    """quality.toml: thresholds, patterns, and which flags keep an article's sentences from being asked about."""

    left_out: list[str]
    languages: list[str]
    certainty: float
    sentence_certainty: float
    sentence_letters: int
    english_words: int
    english_sentence_words: int
    short: int
    stub: int
    truncated: re.Pattern[str]
    paywall: re.Pattern[str]

    def flags(self, text: str, recognised: str, boilerplate: Boilerplate) -> list[str]:
        """What an article's words lack, in the order of FLAGS."""
        lines = [line for line in map(str.strip, text.splitlines()) if line]
        words = len(text.split())
        held = {
            "wrong language": bool(recognised) and recognised not in self.languages,
            "boilerplate only": all(map(boilerplate.is_line, lines)),
            "paywall stub": words <= self.stub and self.paywall.search(text) is not None,
            "truncated": bool(lines) and self.truncated.fullmatch(lines[-1][-200:]) is not None,
            "too short": words < self.short,
        }
        return [flag for flag in FLAGS if held[flag]]

    def reason(self, flags: list[str]) -> str:
        """Why an article with these flags is left out, "" if it is not."""
        return next((flag for flag in self.left_out if flag in flags), "")

    def language(self, text: str) -> str:
        """The language of an article's words, "" if it cannot be told."""
        return "en" if plainly_english(text, self.english_words) else recognise(text, self.certainty)

    def foreign(self, sentence: str) -> str:
        """The language of a sentence that is in none of the right ones, "" of any other."""
        if len(sentence) < self.sentence_letters:
            return ""
        if "en" in self.languages and plainly_english(sentence, self.english_sentence_words):
            return ""
        found = recognise(sentence, self.sentence_certainty)
        return "" if found in self.languages else found


def load(path: Path) -> Quality:
    """Read the settings, or say what in the file is wrong."""
    quality = toml.settings(path, Quality)
    if unknown := [flag for flag in quality.left_out if flag not in FLAGS]:
        raise ContractError(
            f"{path} leaves out {unknown[0]!r}, but the flags are {', '.join(FLAGS)}. "
            "Correct it and run `make articles`."
        )
    return quality
