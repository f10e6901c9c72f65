"""Where in a TOML file a place stands."""

import tomllib

import pytest

from corpus.lines import line_of
from tests.house import ROOT

TEXT = '''# ports of the story
"home port" = "Aden"

[port.aden]  # a header
berths = [
    3,   # small ones
    "a ] in a string and a line separator that is no new line",
]
flags = { east = "YE", "far east" = ["KR",
  "JP"] }
anchor.chain.length = 12
says = """
depth = 3
[port.busan]
"""
depth = 11.5

[port."new port"]
depth = 4
[[change]]
version = "2"
[[change]]
version = "3"
[change.by]
who = "us"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        pytest.param((), 1, id="the file itself"),
        pytest.param(("home port",), 2, id="a quoted key"),
        pytest.param(("port",), 4, id="a table by a header below it"),
        pytest.param(("port", "aden"), 4, id="a header"),
        pytest.param(("port", "aden", "berths"), 5, id="a list over several lines begins where its key stands"),
        pytest.param(("port", "aden", "berths", 0), 6, id="the first entry of a list"),
        pytest.param(("port", "aden", "berths", 1), 7, id="another entry of a list"),
        pytest.param(("port", "aden", "flags"), 9, id="an inline table"),
        pytest.param(("port", "aden", "flags", "east"), 9, id="a key in it"),
        pytest.param(("port", "aden", "flags", "far east", 1), 10, id="the last entry of a list in it"),
        pytest.param(("port", "aden", "anchor", "chain", "length"), 11, id="a dotted key"),
        pytest.param(("port", "aden", "says"), 12, id="a string over several lines"),
        pytest.param(("port", "aden", "depth"), 16, id="a string that looks like a key is none"),
        pytest.param(("port", "new port"), 18, id="a quoted header"),
        pytest.param(("port", "new port", "depth"), 19, id="a key of the same name elsewhere"),
        pytest.param(("change", 1), 22, id="the second of several tables of one name"),
        pytest.param(("change", 1, "version"), 23, id="a key in it"),
        pytest.param(("change", 1, "by", "who"), 25, id="a table in it"),
    ],
)
def test_the_line_of_a_place_is_the_line_of_its_statement(place, line):
    assert line_of(TEXT, place) == line


def test_every_place_of_the_codebook_stands_on_the_line_that_names_it():
    text = (ROOT / "labeling/codebook.toml").read_text()
    lines = text.splitlines()

    def places(found, place=()):
        for key, inside in found.items():
            yield (*place, key)
            if isinstance(inside, dict):
                yield from places(inside, (*place, key))

    found = list(places(tomllib.loads(text)))
    wrong = [place for place in found if place[-1] not in lines[line_of(text, place) - 1]]

    assert len(found) > 100
    assert wrong == []


def test_what_stands_nowhere_stands_on_the_first_line():
    assert line_of("", ("version",)) == 1
    assert line_of(TEXT, ("port", "aden", "masts")) == 1
