"""What is written about the house is so."""

import re

import pytest

from labeling import codebook
from tests.house import ROOT
from training import files

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BOOK = codebook.load(ROOT / "labeling/codebook.toml")
FILES = (ROOT / "docs/files.md").read_text(encoding="utf-8")


def test_the_page_of_files_is_what_the_declarations_make_it():
    assert files.page(BOOK) == FILES, "run `make files`"


@pytest.mark.parametrize("name", files.tables(BOOK))
def test_every_table_is_on_the_page_of_files_once(name):
    assert re.findall(rf"^### {name}$", FILES, re.MULTILINE) == [f"### {name}"]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\$\(DATA\)/(?!new/)([\w./-]*\w)", MAKEFILE))))
def test_every_file_of_a_workspace_is_on_the_page_of_files(name):
    assert re.search(rf"`data/{re.escape(name)}[/`]", FILES)
