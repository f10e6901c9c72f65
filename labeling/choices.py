"""What was ticked and written on Label Studio's screen, and what in it the codebook does not allow."""

import json
from collections.abc import Mapping, Sequence

from labeling.codebook import COMMENT, FLAGS, Codebook

BLANK = ""  # stands for no label where one could have been chosen

Chosen = dict[str, list[str]]
Given = Mapping[str, Sequence[str]]  # by set of answers that is asked for: what was chosen, or BLANK


def ticked(result: str) -> Chosen:
    """What was chosen or written under each name of the screen; result is JSON, as Label Studio returns it.

    A screen makes a list of parts. Another program may have sent anything: what is no part says nothing.
    """
    chosen: Chosen = {}
    told = json.loads(result)
    for part in told if isinstance(told, list) else []:
        if isinstance(part, dict):
            chosen.setdefault(str(part.get("from_name", "")), []).extend(words(part.get("value")))
    return chosen


def words(value: object) -> list[str]:
    """What a part of an answer holds, as words.

    >>> words({"choices": ["favor"]}), words({"text": "It depends."}), words({"choices": [1]}), words(None)
    (['favor'], ['It depends.'], ['1'], [])
    """
    held = (value.get("choices") or value.get("text") or []) if isinstance(value, dict) else []
    return [str(one) for one in (held if isinstance(held, list) else [held])]


def fault(chosen: Chosen, has_target: bool, book: Codebook) -> str:
    """Why an answer cannot count, "" if it can; Label Studio itself accepts anything."""
    for name, labels in book.sets.items():
        if strange := [label for label in chosen.get(name, []) if label not in labels]:
            return f"{name} has no label {strange[0]!r}"
    for question in book.questions.values():
        given = chosen.get(question.id, [])
        if not given and (has_target or not question.needs_target):
            return f"no {question.id}"
        if len(given) > 1:
            return f"{len(given)} labels for {question.id}"
    return ""


def given(chosen: Chosen, has_target: bool, book: Codebook) -> Given:
    """What was chosen of each set that the codebook asks for after this answer, and BLANK where nothing was."""
    asked = [one.id for one in book.questions.values() if has_target or not one.needs_target]
    asked += [
        one.id
        for one in book.follow_ups.values()
        if one.after in asked and not set(one.when).isdisjoint(chosen.get(one.after, ()))
    ]
    return {name: chosen.get(name) or [BLANK] for name in (*asked, FLAGS)}


def labels(chosen: Chosen, has_target: bool, book: Codebook) -> dict[str, object]:
    """The answer by column: a label of each set, or a list where several may be chosen, and the comment.

    What was not asked is "", or no label, whatever was chosen; of several where one may be chosen the first counts.
    """
    told = given(chosen, has_target, book)
    row: dict[str, object] = {name: told.get(name, [BLANK])[0] for name in book.sets}
    row |= {name: [label for label in told.get(name, ()) if label] for name in book.several}
    return row | {COMMENT: "\n".join(chosen.get(COMMENT, []))}
