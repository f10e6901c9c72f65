"""Two releases -> what changed between them, row by row, and the same in words."""

import json
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from training import release
from training.release import ANSWERED, SUITES
from training.withdrawn import covers

WIDTH = 100
LISTED = 20  # rows of a kind that the screen and a changelog name; they count all of them
KINDS = {
    "added": "rows added",
    "withdrawn": "rows withdrawn",
    "gone": "rows no longer published",
    "text": "rows whose sentence changed",
    "gold": "gold labels changed",
    "split": "rows moved to another split",
}


@dataclass(frozen=True)
class Published:
    """A release as it was read: every row of each question, who answered what, and what it says of itself."""

    name: str
    rows: dict[str, pd.DataFrame]
    answers: pd.DataFrame
    book: dict[str, Any]
    gone: dict[str, str]  # what it lists as withdrawn, with the reasons


@dataclass(frozen=True)
class Changes:
    """What is other in the later release: for each kind the rows, and what became of the codebook."""

    earlier: str
    later: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    codebook: list[str] = field(default_factory=list)

    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.codebook) or any(self.rows.values())


def load(folder: Path, name: str) -> Published:
    """Read a release's folder."""
    configs = release.configs(folder)
    questions = {one: rows for one, rows in configs.items() if one not in (ANSWERED, SUITES)}
    whole = {one: rows.set_index("item_id") for one, rows in questions.items() if not release.part_of(one, questions)}
    book = folder / "settings/codebook.toml"
    stones = folder / "withdrawn.jsonl"
    told = [json.loads(line) for line in stones.read_text(encoding="utf-8").splitlines()] if stones.exists() else []
    return Published(
        name,
        whole,
        configs.get(ANSWERED, pd.DataFrame(columns=["item_id"])),
        tomllib.loads(book.read_text(encoding="utf-8")) if book.exists() else {},
        {one["id"]: one["reason"] for one in told},
    )


def compare(earlier: Published, later: Published) -> Changes:
    """Every change, the questions in order, the rows by their ids."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for question in dict.fromkeys([*earlier.rows, *later.rows]):
        old, new = (one.rows.get(question, nothing()) for one in (earlier, later))
        come, left = sorted(set(new.index) - set(old.index)), sorted(set(old.index) - set(new.index))
        moved = edited(old.loc[left], new.loc[come])
        found["text"] += [{"question": question, "item": one, "now": other} for one, other in moved.items()]
        found["added"] += [row(question, new, one) for one in come if one not in moved.values()]
        for one in left:
            if one not in moved:
                kind, why = parted(one, later)
                found[kind].append(row(question, old, one) | ({"reason": why} if why else {}))
        for one in differing(old, new):
            for kind, change in differ(question, one, earlier, later):
                found[kind].append({"question": question, "item": one, **change})
    return Changes(earlier.name, later.name, found, codebook(earlier.book, later.book))


def nothing() -> pd.DataFrame:
    """A question's rows where a release has none."""
    columns = ["article_id", "target", "start", "end", "sentence_sha256", "label", "split"]
    return pd.DataFrame(columns=columns, index=pd.Index([], name="item_id"))


def row(question: str, rows: pd.DataFrame, item: str) -> dict[str, Any]:
    """What is told of a row that came or went."""
    return {"question": question, "item": item, "label": rows.at[item, "label"], "split": rows.at[item, "split"]}


def edited(left: pd.DataFrame, come: pd.DataFrame) -> dict[str, str]:
    """Rows that went, with the row that came and asks the same of the same place of the article: its words changed."""
    pairs = left.reset_index().merge(come.reset_index(), on=["article_id", "target"], suffixes=("", "_now"))
    same = pairs[(pairs["start"] < pairs["end_now"]) & (pairs["start_now"] < pairs["end"])]
    once = same.drop_duplicates("item_id").drop_duplicates("item_id_now")
    return dict(zip(once["item_id"], once["item_id_now"], strict=True))


def differing(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """The rows that stand in both and are not the same, in order."""
    both = sorted(set(old.index) & set(new.index))
    told = ["sentence_sha256", "start", "end", "label", "split"]
    return [
        one for one, other in zip(both, (old.loc[both, told] != new.loc[both, told]).any(axis=1), strict=True) if other
    ]


def parted(item: str, later: Published) -> tuple[str, str]:
    """Whether a row that is gone was withdrawn, and the reason."""
    named = [stone for stone in later.gone if covers({stone}, item)]
    return ("withdrawn", later.gone[named[0]]) if named else ("gone", "")


def differ(question: str, item: str, earlier: Published, later: Published) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is other in a row that stands in both."""
    old, new = earlier.rows[question].loc[item], later.rows[question].loc[item]
    if old["sentence_sha256"] != new["sentence_sha256"] or (old["start"], old["end"]) != (new["start"], new["end"]):
        yield "text", {"now": item, "was": [*old[["start", "end"]]]}
    if old["label"] != new["label"]:
        votes = list(changed_votes(question, item, earlier.answers, later.answers))
        how = ", ".join(dict.fromkeys(map(str, (new["method"], new["provenance"]))))
        yield "gold", {"was": old["label"], "now": new["label"], "how": how, "votes": votes}
    if old["split"] != new["split"]:
        yield "split", {"was": old["split"], "now": new["split"]}


def changed_votes(question: str, item: str, earlier: pd.DataFrame, later: pd.DataFrame) -> Iterator[dict[str, str]]:
    """The answers that came, went or changed, under which codebook and when."""
    old, new = (votes(question, item, answers) for answers in (earlier, later))
    for who in sorted({*old, *new}):
        was, now = (told.get(who, ("", "", "")) for told in (old, new))
        if was[0] != now[0]:
            yield {"annotator": who, "was": was[0], "now": now[0], "codebook": now[1] or was[1], "at": now[2]}


def votes(question: str, item: str, answers: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Each annotator's answer that counts: the label, the codebook it was given under, and when."""
    if question not in answers:
        return {}
    counted = answers[(answers["item_id"] == item) & (answers["left_out"] == "")]
    columns = counted[["annotator", question, "codebook_version", "updated_at"]]
    return {who: (label, version, when) for who, label, version, when in columns.itertuples(index=False)}


def codebook(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What changed in the codebook, one line a change, with its place in the file."""
    one, other = dict(flat(old)), dict(flat(new))
    told = []
    for name in dict.fromkeys([*other, *one]):
        if one.get(name) != other.get(name):
            before, after = (str(side[name]) if name in side else "nothing" for side in (one, other))
            told.append(f"{name}: {apart(before, after)}")
    return told


def apart(before: str, after: str) -> str:
    """Two texts from where they differ.

    >>> apart("It did not happen, or he was cleared.", "It did not happen, or he was cleared or pardoned.")
    '… or he was cleared. → … or he was cleared or pardoned.'
    """
    old, new = before.split(), after.split()
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - 3)
    shown = [textwrap.shorten(" ".join(words[start:]), 80, placeholder=" …") for words in (old, new)]
    return " → ".join(f"{'… ' if start else ''}{one}" for one in shown)


def flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """The values of nested tables by their dotted names."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def sentence(kind: str, told: Mapping[str, Any]) -> str:
    """One changed row in words."""
    begin = f"{told['item']} ({told['question']})"
    if kind == "gold":
        said = ", ".join(
            f"{one['annotator']} {one['was'] or 'no answer'} → {one['now'] or 'no answer'}" for one in told["votes"]
        )
        return f"{begin}: {told['was']} → {told['now']}, {told['how']}{f'; {said}' if said else ''}"
    if kind == "split":
        return f"{begin}: {told['was']} → {told['now']}"
    if kind == "text":
        return f"{begin}: " + (
            f"now {told['now']}" if told["now"] != told["item"] else "stands elsewhere in its article"
        )
    return f"{begin}: {told['label']}, {told['split']}" + (f"; {told['reason']}" if told.get("reason") else "")


def screen(found: Changes) -> str:
    """The changes for the eye: counts, and the first rows of each kind."""
    lines = [f"{found.earlier} → {found.later}", ""]
    if not found.any():
        return "\n".join([*lines, "Nothing changed."])
    if found.codebook:
        lines += ["codebook", *(f"  {one}" for one in found.codebook), ""]
    for kind, title in KINDS.items():
        rows = found.rows[kind]
        more = [f"  … and {len(rows) - LISTED:,} more: JSON=file lists them all"] if len(rows) > LISTED else []
        first = [f"  {sentence(kind, one)}" for one in rows[:LISTED]]
        lines += [f"{title}: {len(rows):,}", *first, *more, ""] if rows else []
    quiet = [title for kind, title in KINDS.items() if not found.rows[kind]]
    return "\n".join([*lines, f"None: {', '.join(quiet)}."]) if quiet else "\n".join(lines).rstrip()


def entry(found: Changes) -> str:
    """The same as a changelog tells it: the later release's heading, counts, and the first rows of each kind."""
    lines = [f"## {found.later}", "", f"Against {found.earlier}:", ""]
    lines += [f"- codebook: {one}" for one in found.codebook]
    for kind, title in KINDS.items():
        rows = found.rows[kind]
        lines += [f"- {title}: {len(rows):,}"] if rows else []
        if kind != "added":
            lines += [f"  - {sentence(kind, one)}" for one in rows[:LISTED]]
            lines += [f"  - … and {len(rows) - LISTED:,} more"] if len(rows) > LISTED else []
    return "\n".join([*lines, *(["- no row changed"] if not found.any() else [])]) + "\n"


def first(name: str, told: Published) -> str:
    """The entry of a first release."""
    rows = ", ".join(f"{len(some):,} rows of {question}" for question, some in told.rows.items())
    return f"## {name}\n\nThe first release: {rows}.\n"
