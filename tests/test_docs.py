"""What is written about the house is so."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from labeling import codebook
from tests.house import ROOT
from tests.test_house import MAKEFILE, NOUNS
from training import files

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
FILES = (ROOT / "docs/files.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PICTURE = HOUSE.partition("```mermaid")[2].partition("```")[0]
LISTED = {noun: (made, beside) for noun, made, beside in re.findall(r"^\| `(\w+)` \| (.*) \| (.*?) ?\|$", HOUSE, re.M)}

# The Makefile's rules, a line each, without conditions. Of what a workspace may lack, the report's rule names a list.
MAY = " ".join(f"$(DATA)/{name}" for name in re.findall(r"\w+\.parquet", re.findall("^may .*$", MAKEFILE, re.M)[0]))
RULES = re.sub(r"\$\(and .*?\)\)", "", MAKEFILE.replace("\\\n", " ").replace("$(wildcard $(may))", MAY))
FILE = r"\$\(DATA\)/([\w./-]*\w)"  # of a workspace
BESIDE = {
    name: noun
    for made, noun in re.findall(r"^(\$\(DATA\).*): \$\(DATA\)/(\w+)\S* ;$", RULES, re.M)
    for name in re.findall(FILE, made)
}
NOT_OF_THEIR_NAME = {
    **{"inventory.jsonl": "raw articles", "answers.parquet": "pull", "decisions.parquet": "pull"},
    **{"former.parquet": "keep", "contamination.parquet": "contamination"},
    **{"codebooks": "interface", "models": "baseline"},
    **BESIDE,
}


def made_from(noun: str) -> set[str]:
    """What a noun's rule reads: other nouns, or what verbs bring."""
    (rule,) = re.findall(rf"^\$\(DATA\)/{noun}\b[^\n:]*:.*\n(?:\t.*\n)+", RULES, re.M)
    found = {NOT_OF_THEIR_NAME.get(name) or re.split(r"\W", name)[0] for name in re.findall(FILE, rule)}
    return found - {noun}


def test_the_page_of_files_is_what_the_declarations_make_it():
    assert files.page(BOOK) == FILES, "run `make files`"


@pytest.mark.parametrize("name", files.tables(BOOK))
def test_every_table_is_on_the_page_of_files_once(name):
    assert re.findall(rf"^### {name}$", FILES, re.M) == [f"### {name}"]


@pytest.mark.parametrize("name", sorted(set(re.findall(FILE, MAKEFILE))))
def test_every_file_of_a_workspace_is_on_the_page_of_files(name):
    assert re.search(rf"`data/{re.escape(name)}[/`]", FILES) or name.startswith("new/")  # a workspace within


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_listed_with_what_the_makefile_makes_it_from(noun):
    made, beside = LISTED[noun]

    assert set(re.findall(r"[`*]([a-z ]+)[`*]", made)) == made_from(noun)
    assert set(re.findall(r"`([\w.]+)`", beside)) == {name for name, of in BESIDE.items() if of == noun}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_picture_of_the_house_has_every_noun(noun):
    assert re.search(rf"\b{noun}\b", PICTURE)


def test_every_arrow_of_the_picture_is_one_of_the_house():
    chains = [line.split(" --> ") for line in map(str.strip, PICTURE.splitlines()) if " --> " in line]
    arrows = {(read, noun) for chain in chains for read, noun in pairwise(chain)}

    assert len(arrows) > len(NOUNS)
    assert {(read, noun) for read, noun in arrows if read not in made_from(noun)} == {("raw", "articles")}


WRITTEN = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
TARGETS = set(re.findall(r"^([a-z]+):(?!=)", MAKEFILE, re.M))
MADE = ("data/", "part-", "models/", "path/to/")  # what lies in a workspace, or where people keep their own
PLACES = re.compile(r"`([\w-]+(?:/[\w-]+)*/[\w.-]+|[\w-]+\.(?:toml|py|md|lock|cff))`")
SETTINGS = {f"{path.parent.name}/{path.name}": path for path in ROOT.glob("[clt]*/*.toml")}
NAMED = r"((?:`\w+`(?:, | and )?)+) (?:in|of) `(\w+/\w+\.toml)`"  # settings, and their file


def words(path: Path) -> str:
    """What a page says."""
    return path.read_text(encoding="utf-8")


def settings(path: Path) -> set[str]:
    """What a settings file sets: its keys and tables, by name."""
    return set(re.findall(r'^(?:\[+)?"?(\w[\w ]*)"?(?: =|\])', words(path), re.M))


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: path.name)
def test_every_target_that_is_named_is_one_of_the_makefile(page):
    code = re.findall(r"`(?:[A-Z_]+=\S+ )*make ([^`]*)`|^ {4,}(?:[A-Z_]+=\S+ )*make (.*)$", words(page), re.M)
    named = {word for one in code for word in re.sub(r'#.*|\S+=("[^"]*"|\S*)', "", "".join(one)).split()}

    assert {word for word in named if not word.startswith("‹")} <= TARGETS  # ‹…› stands for any


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: path.name)
def test_every_file_that_is_named_is_there(page):
    named = {name for name in PLACES.findall(words(page)) if not name.startswith(MADE)}

    assert {name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"*/{name}"))} == set()


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", words(page)) if not link.startswith("http")]

    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: path.name)
def test_every_setting_that_is_named_is_one_of_its_file(page):
    text = " ".join(words(page).split())
    named = {(name, place) for some, place in re.findall(NAMED, text) for name in re.findall(r"`(\w+)`", some)}
    set_somewhere = set().union(*map(settings, SETTINGS.values()))

    assert {(name, place) for name, place in named if name not in settings(SETTINGS[place])} == set()
    assert set(re.findall(r"`(\w+) = [^`]+`", text)) <= set_somewhere


def test_the_citation_names_the_version_that_is_there():
    (version,) = re.findall(r'^version = "(.*)"$', words(ROOT / "pyproject.toml"), re.M)

    assert f"\nversion: {version}\n" in words(ROOT / "CITATION.cff")
    assert f"version = {{{version}}}" in words(ROOT / "docs/cite.md")


def test_no_word_that_a_person_may_give_is_a_word_of_the_makefiles_own():
    given = {name for line in re.findall("##.*", MAKEFILE) for name in re.findall(r"\b([A-Z_]+)=", line)}

    assert {"RAW", "MODEL", "REPO"} <= given
    assert given & set(re.findall(r"^([A-Z_]+) *:?=", MAKEFILE, re.M)) == {"RAW"}  # which has a default
