"""Gold sentences of ../shared/data -> a table: boundary F1 and speed of our splitter and those that are installed."""

import hashlib
import importlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from corpus.splitting import spans

DATA = Path(__file__).parents[3] / "shared" / "data"

Paragraph = list[tuple[str, str]]  # each sentence, and what stands between it and the next: a space or nothing
Splitter = Callable[[str], list[str]]  # a paragraph -> its sentences
Counts = tuple[int, int, int]  # boundaries found, boundaries made up, boundaries missed

CHAINED = 5  # PUD's news sentences stand alone: five in the order of the file make a paragraph
DEVELOPED_ON, HELD_OUT = 0, 1  # the halves of the news; nobody has read the errors on the second


def digest(text: str) -> str:
    """Digest a name or a text."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def half(name: str) -> int:
    """Draw the half of the news that a document, or the number of a chain's first sentence, belongs to."""
    return int(digest(name), 16) % 2


def gold(path: Path) -> Iterator[Paragraph]:
    """Read the paragraphs of a CoNLL-U file."""
    paragraph: Paragraph = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if paragraph and (line == "# newpar" or line.startswith(("# newpar id", "# newdoc"))):
            yield paragraph
            paragraph = []
        if line.startswith("# text = "):
            paragraph.append((line.removeprefix("# text = ").strip(), " "))
        elif line[:1].isdigit():
            paragraph[-1] = (paragraph[-1][0], "" if "SpaceAfter=No" in line else " ")
    if paragraph:
        yield paragraph


def gum(genre: str, halves: Iterable[int] = (DEVELOPED_ON, HELD_OUT)) -> list[Paragraph]:
    """Read the documents of one genre of GUM that are in these halves."""
    paths = sorted((DATA / "gum_news" / "dep").glob(f"GUM_{genre}_*.conllu"))
    return [paragraph for path in paths if half(path.stem) in halves for paragraph in gold(path)]


def pud_news(halves: Iterable[int] = (DEVELOPED_ON, HELD_OUT)) -> list[Paragraph]:
    """Chain the isolated news sentences of PUD to paragraphs of five."""
    blocks = (DATA / "ud_pud" / "en_pud-ud-test.conllu").read_text(encoding="utf-8").split("\n\n")
    news = [block.split("# text = ")[1].split("\n")[0] for block in blocks if "# sent_id = n" in block]
    firsts = [first for first in range(0, len(news), CHAINED) if half(str(first)) in halves]
    return [[(sentence, " ") for sentence in news[first : first + CHAINED]] for first in firsts]


def news(halves: Iterable[int] = (DEVELOPED_ON, HELD_OUT)) -> list[Paragraph]:
    """Pool GUM news and PUD news: what the project's goals mean by news."""
    return gum("news", halves) + pud_news(halves)


def transcripts() -> list[Paragraph]:
    """Read the White House paragraphs whose boundaries transcripts.json holds, annotated by hand and without the text.

    A speaker's label belongs to the first sentence, “(Laughter.)” is a sentence, and a thought that breaks off at a
    dash goes on behind it. Drawn by the hash of document and position: 82 of 150 to 700 characters, 24 of any length
    that hold a remark in brackets, an hour or a quotation.
    """
    rows = json.loads(Path(__file__).with_name("transcripts.json").read_text(encoding="utf-8"))
    texts = {digest(text): text for document in {row["document"] for row in rows} for text in blocks(document)}
    return [cut_at(texts[row["sha1"]], row["boundaries"]) for row in rows]


def blocks(document: str) -> list[str]:
    """Read the paragraphs of a White House document, each on one line."""
    text = (DATA / "wh_briefings_sanctions" / "docs" / document).read_text(encoding="utf-8")
    return [re.sub(r"\s*\n\s*", " ", block.strip()) for block in re.split(r"\n\s*\n", text)]


def cut_at(text: str, ends: Iterable[int]) -> Paragraph:
    """Cut a text behind these of its characters, counted without white space."""
    solid = [at for at, mark in enumerate(text) if not mark.isspace()]
    places = [0, *(solid[end] for end in ends), len(text)]
    pieces = [text[one:two] for one, two in pairwise(places)]
    return [(piece.strip(), piece[len(piece.rstrip()) :]) for piece in pieces]


def everything() -> list[Paragraph]:
    """Pool all genres of GUM, PUD and EWT that are there."""
    pud = gold(DATA / "ud_pud" / "en_pud-ud-test.conllu")
    chained = {sentence for paragraph in pud_news() for sentence, _ in paragraph}
    ewt = [p for path in sorted((DATA / "ud_ewt").glob("*.conllu")) for p in gold(path)]
    return [
        *news(),
        *gum("interview"),
        *gum("speech"),
        *(p for p in pud if p[0][0] not in chained),
        *ewt,
    ]


def plain(paragraph: Paragraph) -> str:
    """Write a paragraph as it stood in the text."""
    return "".join(sentence + between for sentence, between in paragraph).strip()


def boundaries(sentences: Iterable[str]) -> set[int]:
    """Find where sentences end inside their paragraph, counted in characters that are no white space."""
    ends = list(accumulate(len("".join(sentence.split())) for sentence in sentences))
    return set(ends) - set(ends[-1:])


def compare(paragraphs: list[Paragraph], split: Splitter) -> Counts:
    """Count the boundaries that a splitter finds, makes up and misses, one paragraph a call."""
    found = made_up = missed = 0
    for paragraph in paragraphs:
        right, ours = boundaries(sentence for sentence, _ in paragraph), boundaries(split(plain(paragraph)))
        found, made_up, missed = found + len(right & ours), made_up + len(ours - right), missed + len(right - ours)
    return found, made_up, missed


def f1(counts: Counts) -> float:
    """Harmonic mean of precision and recall, in percent."""
    found, made_up, missed = counts
    return 200 * found / max(1, 2 * found + made_up + missed)


def golden_rules_kept(split: Splitter) -> int:
    """Count the golden rules, of 48, whose example is split as expected."""
    rules = json.loads((DATA / "sbd_golden_rules" / "golden_rules_en.json").read_text(encoding="utf-8"))
    return sum([" ".join(s.split()) for s in split(rule["text"])] == rule["sentences"] for rule in rules)


def speed(texts: list[str], split: Splitter) -> tuple[float, float]:
    """Measure megabytes and sentences a second, one paragraph a call; the best of three runs."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        sentences = sum(len(split(text)) for text in texts)
        seconds.append(time.perf_counter() - began)
    return sum(len(text.encode()) for text in texts) / 1e6 / min(seconds), sentences / min(seconds)


def ours(text: str) -> list[str]:
    """Split with corpus.splitting."""
    return [text[start:end] for start, end in spans(text)]


def slices_of_syntok(segmenter: Any) -> Splitter:
    """Split with syntok, whose tokens know their offsets."""

    def split(text: str) -> list[str]:
        starts = [sentence[0].offset for paragraph in segmenter.process(text) for sentence in paragraph]
        return [text[start:end] for start, end in pairwise([*starts, len(text)])]

    return split


def sentencizer(spacy: Any) -> Splitter:
    """Split with spaCy's rules, without a model."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return lambda text: [sentence.text for sentence in nlp(text).sents]


OTHERS: dict[str, tuple[str, Callable[[Any], Splitter]]] = {
    "pysbd": ("pysbd", lambda module: module.Segmenter(language="en", clean=False).segment),
    "syntok": ("syntok.segmenter", slices_of_syntok),
    "blingfire": ("blingfire", lambda module: lambda text: module.text_to_sentences(text).split("\n")),
    "Punkt, untrained": ("nltk.tokenize.punkt", lambda module: module.PunktSentenceTokenizer().tokenize),
    "nupunkt": ("nupunkt", lambda module: module.sent_tokenize),
    "spaCy sentencizer": ("spacy", sentencizer),
}


def splitters() -> Iterator[tuple[str, Splitter]]:
    """Give ours and each other splitter that is installed; say which are not."""
    yield "ours", ours
    for name, (module, make) in OTHERS.items():
        try:
            yield name, make(importlib.import_module(module))
        except ImportError:
            print(f"{name:18} is not installed")


def main() -> None:
    """Print one row a splitter."""
    sets = {"developed": news([DEVELOPED_ON]), "held out": news([HELD_OUT]), "news": news(), "all": everything()}
    sets |= {"GUM news": gum("news"), "PUD news": pud_news(), "interview": gum("interview"), "speech": gum("speech")}
    sets |= {"transcripts": transcripts()}
    texts = [plain(paragraph) for paragraph in sets["all"]]
    print(f"{'boundary F1':18}", *(f"{name:>9}" for name in sets), "   golden    MB/s sentences/s")
    for name, split in splitters():
        scores = [f"{f1(compare(paragraphs, split)):{max(9, len(of))}.2f}" for of, paragraphs in sets.items()]
        megabytes, sentences = speed(texts, split)
        print(f"{name:18}", *scores, f"{golden_rules_kept(split):6}/48 {megabytes:7.2f} {sentences:11,.0f}")


if __name__ == "__main__":
    main()
