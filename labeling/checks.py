"""checks.toml -> checks: sentences whose labels are known, hidden among items or asked first, and like items to see."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corpus import targets, toml
from corpus.errors import ContractError
from corpus.shape import Wrong
from corpus.shell import shell
from corpus.tables import ITEMS
from corpus.targets import TOPIC
from labeling import codebook
from labeling.answered import expected
from labeling.codebook import Codebook, Question
from labeling.tables import CHECKS

USES = ("check", "qualification")
NEEDED = ("title", "outlet", "published", "text", "why")
MAY_LACK = ("target", "before", "after")  # empty then
LOOK = ("title", "outlet", "published", "before", "after")  # what the screen shows around a sentence
MOST = 0.5  # of the items

Written = Mapping[str, Any]


def load(path: Path, book: Codebook) -> list[dict[str, Any]]:
    """Read what was written, each entry with its use, or say what in the file is wrong."""
    raw = toml.read(path)
    if strange := sorted(set(raw) - set(USES)):
        raise ContractError(f"{path} has a key {strange[0]!r}, which nobody reads. Correct it to {' or '.join(USES)}.")
    lacking = dict.fromkeys((*MAY_LACK, *book.questions), "")
    try:
        written = [{"use": use, **lacking, **entry} for use in USES for entry in raw.get(use, [])]
    except TypeError as error:
        raise ContractError(
            f"{path} holds an entry that is none. Begin each with [[check]] or [[qualification]]."
        ) from error
    places = [(use, at) for use in USES for at in range(len(raw.get(use, [])))]
    with toml.told(path):
        for place, entry in zip(places, written, strict=True):
            if wrong := fault(entry, book):
                raise Wrong(place, f"{wrong}. Correct it.")
    return written


def fault(entry: Written, book: Codebook) -> str:
    """What is wrong with an entry, "" if nothing is."""
    known = ("use", *NEEDED, *MAY_LACK, *book.questions)
    if wrong := [name for name in NEEDED if not entry.get(name)]:
        return f"lacks {wrong[0]}"
    if wrong := sorted(set(entry) - set(known)):
        return f"has a key {wrong[0]!r}, which is neither a column nor a question ({', '.join(book.questions)})"
    if wrong := [name for name in known if not isinstance(entry[name], str)]:
        return f"has a {wrong[0]} that is no text"
    return next((told for one in book.questions.values() if (told := doubted(one, entry))), "")


def doubted(question: Question, entry: Written) -> str:
    """What is wrong with the label that an entry expects, "" if nothing is."""
    label = entry[question.id]
    if question.needs_target and not entry["target"]:
        return f"expects a {question.id}, but has no target" if label else ""
    if not label:
        return f"lacks {question.id}"
    if label not in question.labels:
        return f"expects {question.id} {label!r}, but the codebook has only {', '.join(question.labels)}"
    return ""


def worn(items: pd.DataFrame) -> set[str]:
    """What is shown around most items: a check that showed more would be told by it."""
    return {name for name in LOOK if (items[name] != "").mean() >= MOST} if len(items) else set(LOOK)


def check(entry: Written, propositions: Mapping[str, str], look: Collection[str]) -> dict[str, object]:
    """One row of CHECKS; its ids are made of content as those of articles are, and look like theirs."""
    article, sentence = (
        hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        for text in (f"{entry['outlet']}/{entry['published']}/{entry['title']}", entry["text"])
    )
    sentence_id = f"{article[:10]}.{sentence[:6]}"
    return {
        **entry,
        **{name: entry[name] if name in look else "" for name in LOOK},
        "item_id": f"{sentence_id}@{entry['target'] or TOPIC}",
        "sentence_id": sentence_id,
        "article_id": article[:10],
        "proposition": propositions[entry["target"]],
        "demonstration": True,
        "drawn": "written",
    }


def checks(
    written: list[dict[str, Any]], propositions: Mapping[str, str], look: Collection[str], book: Codebook
) -> pd.DataFrame:
    """One row an entry whose target is asked about, in the file's order."""
    known = {"": "", **propositions}
    return expected(CHECKS, book).frame([check(entry, known, look) for entry in written if entry["target"] in known])


def main(setting_file: Path, codebook_file: Path, target_file: Path, item_file: Path, out: Path) -> None:
    """Read what was written, the codebook, the targets and what items look like, write checks."""
    book, asked = codebook.load(codebook_file), targets.load(target_file)
    if asked.topic and all(question.needs_target for question in book.questions.values()):
        raise ContractError(
            f"Every question of {codebook_file} is asked of items with a target, so the topic of {target_file} makes "
            "items of which nothing is asked. Set topic to [] there, or ask a question of every item."
        )
    written, look = load(setting_file, book), worn(ITEMS.read(item_file, LOOK))
    found = checks(written, {one.id: one.proposition for one in asked.targets}, look, book)
    uses = Counter(found["use"])
    told = ", ".join(f"{uses[use]:,} {use}" for use in USES)
    left = f"; left out: {len(written) - len(found):,} about targets that {target_file} does not have"
    expected(CHECKS, book).write(found, out, told + (left if len(found) < len(written) else ""))


if __name__ == "__main__":
    shell(main)
