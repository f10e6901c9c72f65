"""Two versions of the codebook -> what changed, and which labels of earlier answers that may touch.

Minor is what leaves the meaning of answers alone: what is shown, keys, titles, examples, hard cases, order, thresholds
and what labels are used for; and in any text white space, case and punctuation. All else is semantic.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.errors import ContractError
from labeling.choices import BLANK, Given
from labeling.codebook import FLAGS, REASON, Codebook, Declared, FollowUp, Label, Question

Touched = Mapping[str, frozenset[str]]  # by set of answers, the labels that may be others now; BLANK for none given
Reached = Mapping[str, Touched]  # of each earlier codebook, by version: what of its answers a later one touches

SAID = re.compile(r"\w+|[<>=≤≥≠%$€£¥]|(?<!\w)[-+±](?=\d)")  # a hyphen between words is none of it
MINOR_OF_LABELS = ("shows", "hotkey", "examples", "hard_cases", "effect")
MINOR_OF_QUESTIONS = ("title", "threshold", "without", "any", "any_threshold")


@dataclass(frozen=True)
class Change:
    """One difference between two versions, the set of answers it is about, and the labels in it that it may touch."""

    asked: str
    says: str
    semantic: bool = False
    touches: frozenset[str] = frozenset()
    certain: bool = False  # it touches all of these; if not, some of these, and the codebook may declare which


def compare(old: Codebook, new: Codebook) -> list[Change]:
    """All differences between two versions, each minor or semantic, with the labels it may touch."""
    found = [
        change
        for text in ("rule", "context")
        for question in old.questions.values()
        if question.id in new.questions
        for change in texts(question.id, text, [getattr(old, text)], [getattr(new, text)], frozenset(question.labels))
    ]
    for asked in [*old.sets, *(name for name in new.sets if name not in old.sets)]:
        if asked not in new.sets:
            found.append(Change(asked, "is asked no more", semantic=True))
        elif asked not in old.sets:
            found.append(Change(asked, "is new", True, frozenset({BLANK}), certain=True))
        else:
            found += of_set(asked, old, new)
    return found + list(of_reasons(old.reasons, new.reasons))


def of_set(asked: str, old: Codebook, new: Codebook) -> Iterator[Change]:
    """What changed in a set of answers that both versions have."""
    was, now = (book.questions.get(asked) or book.follow_ups.get(asked) for book in (old, new))
    optional = asked == FLAGS or (isinstance(was, FollowUp) and not was.required)
    if isinstance(was, Question) and isinstance(now, Question):
        yield from of_question(was, now)
    elif isinstance(was, FollowUp) and isinstance(now, FollowUp):
        yield from of_follow_up(was, now)
    elif asked != FLAGS:
        yield Change(asked, "is asked of other items", True, frozenset(old.sets[asked]) | {BLANK})
    yield from of_labels(asked, old.sets[asked], new.sets[asked], optional)


def of_question(was: Question, now: Question) -> Iterator[Change]:
    """What changed in a question, but for its labels."""
    yield from minor(was.id, was, now, MINOR_OF_QUESTIONS)
    yield from texts(was.id, "what is asked", [was.ask], [now.ask], frozenset(was.labels))
    yield from texts(was.id, "rules", was.rules, now.rules, frozenset(was.labels))
    if was.asked_of != now.asked_of:
        newly = frozenset() if now.needs_target else frozenset({BLANK})
        yield Change(was.id, f"asked of {now.asked_of}", True, newly, certain=True)


def of_follow_up(was: FollowUp, now: FollowUp) -> Iterator[Change]:
    """What changed in a follow-up, but for its labels."""
    yield from minor(was.id, was, now, ("title", "held_out", "vague"))
    if was.after != now.after or was.choice != now.choice:
        yield Change(was.id, f"asked after {now.after}, {now.choice} choice", True, frozenset(was.labels) | {BLANK})
    elif set(was.when) != set(now.when):
        newly = frozenset({BLANK}) if set(now.when) - set(was.when) else frozenset()
        yield Change(was.id, f"asked after {', '.join(now.when)}", True, newly, certain=True)
    if was.required != now.required:
        newly = frozenset({BLANK}) if now.required else frozenset()
        yield Change(was.id, "required" if now.required else "no longer required", True, newly, certain=True)


def of_labels(asked: str, was: Mapping[str, Label], now: Mapping[str, Label], optional: bool) -> Iterator[Change]:
    """What changed among the labels of a set; a new label may take answers from every other."""
    for label in was.values():
        if label.id not in now:
            yield Change(asked, f"{label.id} is gone", True, frozenset({label.id}), certain=True)
            continue
        yield from minor(asked, label, now[label.id], MINOR_OF_LABELS)
        own = frozenset({label.id})
        yield from texts(asked, f"meaning of {label.id}", [label.means], [now[label.id].means], own, certain=True)
    for name in now:
        if name not in was:
            yield Change(asked, f"{name} is new", True, frozenset(was) | ({BLANK} if optional else frozenset()))
    if [name for name in was if name in now] != [name for name in now if name in was]:
        yield Change(asked, "order")


def of_reasons(was: Mapping[str, Label], now: Mapping[str, Label]) -> Iterator[Change]:
    """What changed among the adjudicators' reasons, of which no label depends; rulings must find theirs, though."""
    for reason in was.values():
        if reason.id in now:
            yield from minor(REASON, reason, now[reason.id], (*MINOR_OF_LABELS, "means"))
        else:
            yield Change(REASON, f"{reason.id} is gone", semantic=True)
    yield from (Change(REASON, f"{name} is new") for name in now if name not in was)


def minor(asked: str, was: Any, now: Any, names: Iterable[str]) -> Iterator[Change]:
    """What changed and touches no answer."""
    whose = f" of {was.id}" if isinstance(was, Label) else ""
    for name in names:
        if getattr(was, name, None) != getattr(now, name, None):
            yield Change(asked, f"{name.replace('_', ' ')}{whose}")


def texts(
    asked: str, what: str, was: Sequence[str], now: Sequence[str], touches: frozenset[str], certain: bool = False
) -> Iterator[Change]:
    """Whether texts, in any order, say something else, or only say it otherwise."""
    if Counter(map(words, was)) != Counter(map(words, now)):
        yield Change(asked, what, True, touches, certain)
    elif list(was) != list(now):
        yield Change(asked, f"{what}: white space, case, punctuation or order")


def words(text: str) -> tuple[str, ...]:
    """What a text says: its words, figures, and the signs that say what of them.

    >>> words("Not  said: 1.5 m") == words("not said 1.5 M!"), words("1.5") == words("15"), words("> 5") == words("< 5")
    (True, False, False)
    """
    return tuple(SAID.findall(text.casefold()))


def between(old: Codebook, new: Codebook) -> list[Change]:
    """All differences, with what the later codebook declares of them; refused if it declares too little.

    Where each version since the old one has a [[change]], these say what is touched, where the differences cannot;
    else all that may be touched is.
    """
    found = compare(old, new)
    later = [one for one in new.changes if int(old.version) < int(one.version) <= int(new.version)]
    said = [Change(asked, one.what, True, labels, True) for one in later for asked, labels in affected(one, old, new)]
    if not later or len({one.version for one in later}) < int(new.version) - int(old.version):
        return found + said
    declared = touched(said)
    if lacking := [change for change in found if not covered(change, declared)]:
        raise ContractError(undeclared(lacking, old, new))
    return [change if change.certain else replace(change, touches=frozenset()) for change in found] + said


def affected(declared: Declared, old: Codebook, new: Codebook) -> Iterator[tuple[str, frozenset[str]]]:
    """The sets that a declared change touches, and the labels."""
    for one in declared.affects:
        asked, _, label = one.partition(":")
        whole = frozenset({BLANK, *old.sets.get(asked, ()), *new.sets.get(asked, ())})
        yield asked, frozenset({label}) if label else whole


def covered(change: Change, declared: Touched) -> bool:
    """Whether the labels declared of a set are all that a change surely touches, or some of those it may touch."""
    judged = change.touches - {BLANK}
    named = declared.get(change.asked, frozenset())
    return not judged or (judged <= named if change.certain else bool(named))


def undeclared(lacking: Sequence[Change], old: Codebook, new: Codebook) -> str:
    """What to say when the declared changes do not reach as far as the differences."""
    told = "; ".join(f"{change.asked}: {change.says} (touches {reach(change)})" for change in lacking)
    return (
        f"Codebook {new.version} differs from {old.version} in more than its [[change]] declares: {told}. "
        "Add these labels to `affects`, or take the [[change]] out: then all that may be touched is asked again."
    )


def reach(change: Change) -> str:
    """The labels that a change touches, in words."""
    named = ", ".join(sorted(change.touches - {BLANK}))
    return named if change.certain else f"some of {named}"


def semantic(changes: Iterable[Change]) -> list[str]:
    """The semantic changes in words."""
    return [f"{change.asked}: {change.says}" for change in changes if change.semantic]


def touched(changes: Iterable[Change]) -> dict[str, frozenset[str]]:
    """The labels of each set that answers may lose or gain by these changes."""
    found: dict[str, frozenset[str]] = {}
    for change in changes:
        if change.touches:
            found[change.asked] = found.get(change.asked, frozenset()) | change.touches
    return found


def stale(given: Given, reached: Touched) -> dict[str, list[str]]:
    """What of an answer may be another now, by set; nothing if the answer still counts.

    >>> stale({"stance": ["none"], "holder": [""]}, {"stance": frozenset({"none", "neutral"})})
    {'stance': ['none']}
    """
    found = {asked: [one for one in chosen if one in reached.get(asked, ())] for asked, chosen in given.items()}
    return {asked: labels for asked, labels in found.items() if labels}


def reached(kept: Mapping[str, Codebook], book: Codebook) -> Reached:
    """What of the answers under each earlier codebook this one touches, by version."""
    return {version: touched(between(old, book)) for version, old in kept.items() if int(version) < int(book.version)}
