"""What TOML holds -> the dataclass that declares it, or what is wrong with it and at which place."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from labeling.lines import Place

KINDS: dict[type, str] = {
    dict: "a table",
    list: "a list",
    str: "text in quotes",
    float: "a number",
    bool: "true or false",
}


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
    """Make what `kind` declares of what TOML holds: a dataclass, a mapping or tuple of such, a word, a value.

    A dataclass may have an `id`, which is its key in the table above it.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return entry(kind, checked(dict, raw, place), place)
    if origin is Mapping:
        return {key: made(inside[1], one, (*place, key)) for key, one in checked(dict, raw, place).items()}
    if origin is tuple:
        return tuple(made(inside[0], one, (*place, at)) for at, one in enumerate(checked(list, raw, place)))
    if origin is Literal:
        return one_of(inside, checked(str, raw, place), place)
    return checked(inside[0] if origin is UnionType else kind, raw, place)


def entry(kind: Any, raw: dict[str, object], place: Place) -> Any:
    """Make a dataclass of a table that has all keys it needs and no others."""
    hints = get_type_hints(kind)
    known = {one.metadata.get("key", one.name): one for one in fields(kind) if one.name != "id"}
    for key in raw:
        if key not in known:
            raise Wrong((*place, key), f"is read by nobody. Correct it to one of {', '.join(known)}, or take it out.")
    for key in needed(known):
        if key not in raw:
            raise Wrong(place, f"lacks {key}. Add it.")
    given = {known[key].name: made(hints[known[key].name], one, (*place, key)) for key, one in raw.items()}
    return kind(**({"id": place[-1]} if "id" in hints else {}), **given)


def needed(known: Mapping[str, "Field[Any]"]) -> Iterator[str]:
    """The keys that have no default."""
    return (key for key, one in known.items() if one.default is MISSING and one.default_factory is MISSING)


def one_of(words: tuple[str, ...], raw: str, place: Place) -> str:
    """One of several words."""
    if raw not in words:
        raise Wrong(place, f"is {raw!r}. Make it one of {', '.join(words)}.")
    return raw


def checked(kind: type, raw: object, place: Place) -> Any:
    """A value of this kind; whole numbers are numbers, and no text is empty."""
    value = float(raw) if kind is float and type(raw) is int else raw
    if type(value) is not kind:
        raise Wrong(place, f"is {shown(raw)}. Make it {KINDS[kind]}.")
    if isinstance(value, str) and not value.strip():
        raise Wrong(place, "is empty. Fill it, or take it out if it may be left out.")
    return value


def shown(raw: object) -> str:
    """A value as TOML shows it, or its kind if it is long.

    >>> shown(True), shown(3), shown({"a": 1})
    ('true', '3', 'a table')
    """
    if isinstance(raw, dict | list):
        return KINDS[type(raw)]
    return str(raw).lower() if isinstance(raw, bool) else repr(raw) if isinstance(raw, str) else str(raw)
