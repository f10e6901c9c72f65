"""What TOML holds -> the dataclass that declares it, or what is wrong with it and at which place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from corpus.lines import Place

KINDS: dict[type, str] = {
    dict: "a table",
    list: "a list",
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


MAPPINGS, LISTS = (Mapping, dict), {tuple: tuple, Sequence: list, list: list, frozenset: frozenset}
INLINE = {"inline": True}  # of a part of a dataclass whose keys stand among those of the whole


class Wrong(Exception):
    """What is wrong at a place of a TOML file, and what to do about it."""

    def __init__(self, place: Place, says: str) -> None:
        """At a place."""
        super().__init__(f"{named(place)} {says}")
        self.place = place


def named(place: Place) -> str:
    """A place in words.

    >>> named(("question", "stance", "rules", 2))
    'question.stance.rules (number 3)'
    """
    words = [f" (number {key + 1})" if isinstance(key, int) else f".{key}" for key in place]
    return "".join(words).lstrip(".") or "the file"


def made(kind: Any, raw: object, place: Place) -> Any:
    """Make what `kind` declares of what TOML holds: a dataclass, a mapping or list of such, a word, a pattern, a value.

    A dataclass may have an `id`, which is its key in the table above it; in a list it is a key like others.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return entry(kind, checked(dict, raw, place), place)
    if origin in MAPPINGS:
        return {key: made(inside[1], one, (*place, key)) for key, one in checked(dict, raw, place).items()}
    if origin in LISTS:
        return LISTS[origin](made(inside[0], one, (*place, at)) for at, one in enumerate(checked(list, raw, place)))
    if origin is Literal:
        return one_of(inside, checked(str, raw, place), place)
    if origin is re.Pattern:
        return pattern(raw, place)
    return raw if kind is Any else checked(inside[0] if origin is UnionType else kind, raw, place)


def entry(kind: Any, raw: dict[str, object], place: Place) -> Any:
    """Make a dataclass of a table that has all keys it needs and no others."""
    hints, listed = get_type_hints(kind), place != () and isinstance(place[-1], int)
    known = {key: one for key, one in keys(kind).items() if key != "id" or listed}
    for key in raw:
        if key not in known:
            raise Wrong((*place, key), f"is read by nobody. Correct it to one of {', '.join(known)}, or take it out.")
    for key in needed(known):
        if key not in raw:
            raise Wrong(place, f"lacks {key}. Add it.")
    given = {"id": place[-1]} if "id" in hints and not listed else {}
    for one in fields(kind):
        key = one.metadata.get("key", one.name)
        if one.metadata == INLINE:
            part = keys(hints[one.name])
            given[one.name] = entry(hints[one.name], {name: raw[name] for name in part if name in raw}, place)
        elif key in raw:
            given[one.name] = made(hints[one.name], raw[key], (*place, key))
    return kind(**given)


def keys(kind: Any) -> dict[str, "Field[Any]"]:
    """What a table may hold, by its key; of a part that is inline, what this may hold."""
    hints = get_type_hints(kind)
    found: dict[str, Field[Any]] = {}
    for one in fields(kind):
        found |= keys(hints[one.name]) if one.metadata == INLINE else {one.metadata.get("key", one.name): one}
    return found


def needed(known: Mapping[str, "Field[Any]"]) -> Iterator[str]:
    """The keys that have no default."""
    return (key for key, one in known.items() if one.default is MISSING and one.default_factory is MISSING)


def one_of(words: tuple[str, ...], raw: str, place: Place) -> str:
    """One of several words."""
    if raw not in words:
        raise Wrong(place, f"is {raw!r}. Make it one of {', '.join(words)}.")
    return raw


def checked(kind: type, raw: object, place: Place) -> Any:
    """A value of this kind; whole numbers are numbers."""
    value = float(raw) if kind is float and type(raw) is int else raw
    if type(value) is not kind:
        raise Wrong(place, f"is {shown(raw)}. Make it {KINDS[kind]}.")
    return value


def pattern(raw: object, place: Place) -> re.Pattern[str]:
    """A regular expression, or one that fits where any of a list fits; small and capital letters are the same."""
    parts = (
        {place: raw}
        if isinstance(raw, str)
        else {(*place, at): one for at, one in enumerate(checked(list, raw, place))}
    )
    for at, part in parts.items():
        try:
            re.compile(checked(str, part, at))
        except re.error as error:
            raise Wrong(at, f"is no regular expression: {error}. Correct it.") from None
    return re.compile("|".join(f"(?:{part})" for part in parts.values()), re.IGNORECASE)


def blank(raw: object, place: Place = ()) -> Iterator[Place]:
    """The places of texts that say nothing."""
    if isinstance(raw, str) and not raw.strip():
        yield place
    for key, one in raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ():
        yield from blank(one, (*place, key))


def shown(raw: object) -> str:
    """A value as TOML shows it, or its kind if it is long.

    >>> shown(True), shown(3), shown({"a": 1})
    ('true', '3', 'a table')
    """
    if isinstance(raw, dict | list):
        return KINDS[type(raw)]
    return str(raw).lower() if isinstance(raw, bool) else repr(raw) if isinstance(raw, str) else str(raw)
