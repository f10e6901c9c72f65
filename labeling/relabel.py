"""Answers and the codebooks they were given under -> the items a new codebook has asked again, and old against new."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook, pages
from labeling.choices import BLANK, fault, given, ticked
from labeling.codebook import Codebook
from labeling.current import current
from labeling.moves import Vote, report
from labeling.tables import ANSWERS, RELABEL
from labeling.versions import Change, between, stale, touched

PAGE = Path(__file__).parent / "relabel.html.jinja"

Books = Mapping[str, Codebook]


def votes(answers: pd.DataFrame, targets: Mapping[str, str], books: Books) -> list[Vote]:
    """The answers that count under the codebook they were given under; targets are those of all items, "" for none."""
    last = current(answers)
    last = last[last["purpose"] == "batch"]
    standing = last[(last["gone"] == "") & ~last["strange"] & ~last["skipped"] & last["item_id"].isin(targets)]
    if unknown := sorted(set(standing["codebook_version"]) - set(books)):
        raise ContractError(
            f"Answers were given under codebook {unknown[0]}, and this workspace keeps no copy of it. "
            f"Put the file as it was then at codebooks/{unknown[0]}.toml in it, and run `make relabel`."
        )
    columns = [standing[name] for name in ("item_id", "annotator", "codebook_version", "result")]
    found = [Vote(item, who, version, ticked(result)) for item, who, version, result in zip(*columns, strict=True)]
    return [one for one in found if not fault(one.chosen, bool(targets[one.item_id]), books[one.version])]


def select(found: Iterable[Vote], targets: Mapping[str, str], book: Codebook, books: Books) -> pd.DataFrame:
    """One row an item and set of answers of which somebody gave a label that a later codebook touches."""
    rows: list[dict[str, object]] = []
    for version, under in grouped(not_given_again(found, book.version), "version").items():
        changes = between(books[version], book)
        for item, cast in grouped(under, "item_id").items() if touched(changes) else ():
            rows += selected(cast, bool(targets[item]), changes, book)
    return RELABEL.frame(sorted(rows, key=lambda row: str(row["relabel_id"])))


def not_given_again(found: Iterable[Vote], version: str) -> list[Vote]:
    """The votes but for those that their annotator has given again under a codebook that is an earlier one too."""
    ordered = sorted(found, key=lambda one: int(one.version))
    last = {(one.item_id, one.annotator): one.version for one in ordered if one.version != version}
    return [one for one in ordered if one.version in (version, last.get((one.item_id, one.annotator)))]


def grouped(found: Iterable[Vote], by: str) -> dict[str, list[Vote]]:
    """Votes by item or by version."""
    groups: dict[str, list[Vote]] = {}
    for one in found:
        groups.setdefault(getattr(one, by), []).append(one)
    return groups


def selected(
    cast: Sequence[Vote], has_target: bool, changes: Sequence[Change], book: Codebook
) -> list[dict[str, object]]:
    """The rows of one item, whose votes were all given under one codebook."""
    hits: dict[str, Counter[str]] = {}
    reached = touched(changes)
    for one in cast:
        for asked, labels in stale(given(one.chosen, has_target, book), reached).items():
            hits.setdefault(asked, Counter()).update(labels)
    first = cast[0]
    return [
        {
            "relabel_id": f"{first.item_id}/{asked}/{first.version}",
            "item_id": first.item_id,
            "question": asked,
            "from_version": first.version,
            "to_version": book.version,
            "why": why(said, len(cast), [one for one in changes if one.asked == asked and one.touches & said.keys()]),
        }
        for asked, said in hits.items()
    ]


def why(said: Mapping[str, int], of: int, changes: Iterable[Change]) -> str:
    """Which answers are touched, and by what.

    >>> why({"alleged": 2}, 3, [Change("sanction_violation", "meaning of alleged")])
    '2 of 3 say alleged: meaning of alleged'
    """
    counted = [
        f"{count} of {of} {f'say {label}' if label != BLANK else 'say nothing'}"
        for label, count in sorted(said.items())
    ]
    return f"{', '.join(counted)}: {'; '.join(dict.fromkeys(one.says for one in changes))}"


def main(
    answer_file: Path,
    item_file: Path,
    codebook_file: Path,
    out: Path,
    folder: Path,
    page: Path,
    numbers: Path,
) -> None:
    """Read answers, items and all codebooks, write what is asked again, and how labels moved where it was answered."""
    book = codebook.load(codebook_file)
    books = codebook.kept(folder) | {book.version: book}
    items = ITEMS.read(item_file, ["item_id", "target", "text"])
    targets = dict(zip(items["item_id"], items["target"], strict=True))
    found = votes(ANSWERS.read(answer_file), targets, books)
    again = select(found, targets, book, books)
    told = report(found, again, dict(zip(items["item_id"], items["text"], strict=True)), book, books)
    pages.write_numbers(told, numbers)
    pages.write(pages.render(PAGE, {}, book=book, **told), page, "old against new")
    asked = again["item_id"].nunique()
    RELABEL.write(again, out, f"{asked:,} items are asked again, {told['answered']:,} of them were")


if __name__ == "__main__":
    shell(main)
