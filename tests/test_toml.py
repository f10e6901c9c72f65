"""A settings file is read as a dataclass, or what in it is wrong is told in one line."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from corpus import toml
from corpus.errors import ContractError


@dataclass(frozen=True)
class Kettle:
    """What the file says."""

    litres: float
    whistles: bool
    colours: Sequence[str]


def test_the_keys_of_the_file_are_the_fields(tmp_path):
    path = tmp_path / "kettle.toml"
    path.write_text('litres = 2  # to the mark\nwhistles = true\ncolours = ["red"]\n')

    assert toml.settings(path, Kettle) == Kettle(2, True, ["red"])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("litres = 1.5", ":1: the file lacks whistles. Add it.", id="a key lacks"),
        pytest.param(
            "litres = 1\nwhistles = true\ncolours = []\nlid = 1",
            ":4: lid is read by nobody. Correct it to one of litres, whistles, colours, or take it out.",
            id="a key nobody reads",
        ),
        pytest.param(
            "whistles = true\nlitres = true\ncolours = []", ":2: litres is true. Make it a number.", id="no number"
        ),
        pytest.param(
            "litres = 1\nwhistles = 1\ncolours = []", ":2: whistles is 1. Make it true or false.", id="no truth"
        ),
        pytest.param(
            "litres = 1\nwhistles = true\ncolours = [1]",
            ":3: colours (number 1) is 1. Make it text in quotes.",
            id="no words",
        ),
    ],
)
def test_a_key_that_lacks_that_nobody_reads_or_that_is_of_the_wrong_kind_is_named(tmp_path, text, wrong):
    path = tmp_path / "kettle.toml"
    path.write_text(text)

    with pytest.raises(ContractError) as error:
        toml.settings(path, Kettle)

    assert str(error.value) == f"{path}{wrong}"
