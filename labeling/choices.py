"""What was ticked and written on Label Studio's screen, and what in it the codebook does not allow."""

import json
from collections.abc import Collection, Mapping

from labeling.codebook import FLAGS, Codebook

BLANK = ""  # stands for no label where one could have been chosen

Chosen = dict[str, list[str]]
Given = Mapping[str, Collection[str]]  # by set of answers that is asked for: what was chosen, or BLANK


def ticked(result: str) -> Chosen:
    """What was chosen or written under each name of the screen; result is JSON, as Label Studio returns it."""
    chosen: Chosen = {}
    for part in json.loads(result):
        value = part.get("value", {})
        chosen.setdefault(part.get("from_name", ""), []).extend(value.get("choices") or value.get("text") or [])
    return chosen


def fault(chosen: Chosen, has_target: bool, book: Codebook) -> str:
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


def asked(chosen: Chosen, name: str, book: Codebook) -> list[str]:
    """What was answered to a follow-up, nothing if the answer before it did not lead there."""
    follow_up = book.follow_ups[name]
    led = set(chosen.get(follow_up.after, [])) & set(follow_up.when)
    return chosen.get(name, []) if led else []


def labels(chosen: Chosen, has_target: bool, book: Codebook) -> dict[str, object]:
    """The answer by column: both questions, their follow-ups, flags and comment; a stance that was not asked is ""."""
    told = {**chosen, "stance": chosen.get("stance", []) if has_target else []}
    return {
        "stance": "".join(told["stance"][:1]),
        "holder": "".join(asked(told, "holder", book)[:1]),
        "sanction_violation": "".join(told.get("sanction_violation", [])[:1]),
        "regime": asked(told, "regime", book),
        "none_reason": "".join(asked(told, "none_reason", book)[:1]),
        "flags": told.get("flags", []),
        "comment": "\n".join(told.get("comment", [])),
    }


def given(chosen: Chosen, has_target: bool, book: Codebook) -> Given:
    """What was chosen of each set that the codebook asks for after this answer, and BLANK where nothing was."""
    questions = [one.id for one in book.questions.values() if has_target or not one.needs_target]
    led = [
        one.id
        for one in book.follow_ups.values()
        if one.after in questions and set(chosen.get(one.after, [])) & set(one.when)
    ]
    return {name: chosen.get(name) or [BLANK] for name in (*questions, *led, FLAGS)}
