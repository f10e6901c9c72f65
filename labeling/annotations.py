"""Answers as Label Studio holds them -> annotations: one row a person's current answer to an item."""

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.codebook import Codebook
from labeling.tables import ANNOTATIONS, ANSWERS


def current(answers: pd.DataFrame) -> pd.DataFrame:
    """One row an item and annotator: the latest answer of the project's own account; `earlier` counts the others.

    A project's own account is the one that answered most in it (the first made, of two with as many): Label Studio lets
    any member answer in any project.
    """
    owners = answers.groupby("annotator")["account"].agg(lambda used: used.mode().min()).rename("owner")
    ranked = answers.join(owners, on="annotator")
    ranked["strange"] = ranked["account"] != ranked["owner"]
    ranked = ranked.sort_values(
        ["item_id", "annotator", "strange", "updated_at", "annotation"], ascending=[True, True, True, False, False]
    )
    pair = ranked.groupby(["item_id", "annotator"], sort=False)
    return ranked.assign(earlier=pair["answer_id"].transform("size") - 1).drop_duplicates(["item_id", "annotator"])


def ticked(result: str) -> dict[str, list[str]]:
    """What was chosen or written under each name of the screen."""
    chosen: dict[str, list[str]] = {}
    for part in json.loads(result):
        value = part.get("value", {})
        chosen.setdefault(part.get("from_name", ""), []).extend(value.get("choices") or value.get("text") or [])
    return chosen


def fault(chosen: dict[str, list[str]], has_target: bool, book: Codebook) -> str:
    """Why an answer cannot count, "" if it can; Label Studio itself accepts anything."""
    known: dict[str, Collection[str]] = {name: one.labels for name, one in book.questions.items()}
    known |= {name: one.labels for name, one in book.follow_ups.items()} | {"flags": book.flags}
    for name, labels in known.items():
        if strange := [label for label in chosen.get(name, []) if label not in labels]:
            return f"{name} has no label {strange[0]!r}"
    for question in book.questions.values():
        given = chosen.get(question.id, [])
        if not given and (has_target or not question.needs_target):
            return f"no {question.id}"
        if len(given) > 1:
            return f"{len(given)} labels for {question.id}"
    return ""


def asked(chosen: dict[str, list[str]], name: str, book: Codebook) -> list[str]:
    """What was answered to a follow-up, nothing if the answer before it did not lead there."""
    follow_up = book.follow_ups[name]
    led = set(chosen.get(follow_up.after, [])) & set(follow_up.when)
    return chosen.get(name, []) if led else []


def annotation(answer: dict[str, object], targets: dict[str, str], book: Codebook) -> dict[str, object]:
    """One row of ANNOTATIONS: what was answered, and why it is left out if it is."""
    chosen = ticked(str(answer["result"]))
    target = targets.get(str(answer["item_id"]))
    why = left_out(answer, chosen, target, book)
    if not target:
        chosen.pop("stance", None)
    return {
        **{name: answer[name] for name in ANNOTATIONS.columns if name in answer},
        "annotation_id": f"{answer['item_id']}/{answer['annotator']}",
        "target": target or "",
        "stance": "".join(chosen.get("stance", [])[:1]),
        "holder": "".join(asked(chosen, "holder", book)[:1]),
        "sanction_violation": "".join(chosen.get("sanction_violation", [])[:1]),
        "regime": asked(chosen, "regime", book),
        "none_reason": "".join(asked(chosen, "none_reason", book)[:1]),
        "flags": chosen.get("flags", []),
        "comment": "\n".join(chosen.get("comment", [])),
        "left_out": why,
    }


def left_out(answer: dict[str, object], chosen: dict[str, list[str]], target: str | None, book: Codebook) -> str:
    """Why an answer does not count, "" if it does."""
    if target is None:
        return "the item is no longer asked"
    if answer["strange"]:
        return "another account answered in this project"
    if answer["codebook_version"] != book.version:
        return f"answered under codebook {answer['codebook_version']}"
    return "skipped" if answer["skipped"] else fault(chosen, bool(target), book)


def annotations(answers: pd.DataFrame, items: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """One row an item and annotator, in order of both."""
    targets = dict(zip(items["item_id"], items["target"], strict=True))
    rows = current(answers).to_dict("records")
    return ANNOTATIONS.frame([annotation({str(k): v for k, v in row.items()}, targets, book) for row in rows])


def main(answer_file: Path, item_file: Path, codebook_file: Path, out: Path) -> None:
    """Read answers, items and the codebook, write annotations."""
    found = annotations(ANSWERS.read(answer_file), ITEMS.read(item_file), codebook.load(codebook_file))
    reasons = Counter(reason for reason in found["left_out"] if reason)
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    ANNOTATIONS.write(found, out, f"left out: {told}" if told else "none left out")


if __name__ == "__main__":
    shell(main)
