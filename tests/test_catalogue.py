"""The catalogue of messages is current, and each message is compared whole in some test."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.catalogue import PAGE, Message, messages, page, parts
from tests.house import ROOT
from training import gate


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make catalogue`"


@cache
def said() -> list[str]:
    """Every text of the tests; what differs in it stands as one strange character."""
    return [text for path in sorted((ROOT / "tests").glob("test_*.py")) for text in texts(ast.parse(path.read_text()))]


def texts(node: ast.AST) -> Iterator[str]:
    """The texts of a piece of code."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield "".join("\0" if at % 2 else part for at, part in enumerate(parts(node)))
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


BY_RULE = {gate.OTHERWISE, *gate.REMEDIES.values()}  # compared rule by rule in test_gate.refused


@pytest.mark.parametrize(
    "message", [one for one in messages() if one.shown not in BY_RULE], ids=lambda one: f"{one.module}:{one.shown[:60]}"
)
def test_each_message_is_compared_whole(message: Message):
    assert any(message.is_compared(one) for one in said()), message.shown


@pytest.mark.parametrize(
    "message", [one for one in messages() if one.whole], ids=lambda one: f"{one.module}:{one.shown[:60]}"
)
def test_each_message_is_one_line_that_ends_with_what_to_do(message: Message):
    what, _, remedy = message.shown.partition(". ")

    assert what
    assert remedy, message.shown
    assert "\n" not in message.shown
