"""checks.toml -> checks: sentences whose labels are known, hidden among items or asked first, and like items to see."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corpus import targets, toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from corpus.targets import TOPIC
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import CHECKS

USES = ("check", "qualification")
NEEDED = ("title", "outlet", "published", "text", "sanction_violation", "why")
MAY_LACK = ("target", "before", "after", "stance")  # empty then
LOOK = ("title", "outlet", "published", "before", "after")  # what the screen shows around a sentence
MOST = 0.5  # of the items

Written = Mapping[str, Any]


def load(path: Path, book: Codebook) -> list[dict[str, Any]]:
    """Read what was written, each entry with its use, or say what in the file is wrong."""
    raw = toml.read(path)
    if strange := sorted(set(raw) - set(USES)):
        raise ContractError(f"{path} has a key {strange[0]!r}, which nobody reads. Correct it to {' or '.join(USES)}.")
    try:
        written = [{"use": use, **dict.fromkeys(MAY_LACK, ""), **entry} for use in USES for entry in raw.get(use, [])]
    except TypeError as error:
        raise ContractError(
            f"{path} holds an entry that is none. Begin each with [[check]] or [[qualification]]."
        ) from error
    for entry in written:
        if wrong := fault(entry, book):
            told = str(entry.get("text", entry.get("title")))[:40]
            raise ContractError(f"{path}: the {entry['use']} {told!r} {wrong}. Correct it.")
    return written


def fault(entry: Written, book: Codebook) -> str:
    """What is wrong with an entry, "" if nothing is."""
    known = ("use", *NEEDED, *MAY_LACK)
    if wrong := [name for name in NEEDED if not entry.get(name)] + sorted(set(entry) - set(known)):
        return f"lacks {wrong[0]}" if wrong[0] in NEEDED else f"has a key {wrong[0]!r}, which nobody reads"
    if wrong := [name for name in known if not isinstance(entry[name], str)]:
        return f"has a {wrong[0]} that is no text"
    for question in book.questions.values():
        expected = entry[question.id]
        if question.needs_target and not entry["target"]:
            if expected:
                return f"expects a {question.id}, but has no target"
        elif expected not in question.labels:
            return f"expects {question.id} {expected!r}, but the codebook has only {', '.join(question.labels)}"
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


def checks(written: list[dict[str, Any]], propositions: Mapping[str, str], look: Collection[str]) -> pd.DataFrame:
    """One row an entry whose target is asked about, in the file's order."""
    known = {"": "", **propositions}
    return CHECKS.frame([check(entry, known, look) for entry in written if entry["target"] in known])


def main(setting_file: Path, codebook_file: Path, target_file: Path, item_file: Path, out: Path) -> None:
    """Read what was written, the codebook, the targets and what items look like, write checks."""
    written, look = load(setting_file, codebook.load(codebook_file)), worn(ITEMS.read(item_file, LOOK))
    found = checks(written, {one.id: one.proposition for one in targets.load(target_file).targets}, look)
    uses = Counter(found["use"])
    told = ", ".join(f"{uses[use]:,} {use}" for use in USES)
    left = f"; left out: {len(written) - len(found):,} about targets that {target_file} does not have"
    CHECKS.write(found, out, told + (left if len(found) < len(written) else ""))


if __name__ == "__main__":
    shell(main)
