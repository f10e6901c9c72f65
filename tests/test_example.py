"""Other questions, labels and targets need settings alone: docs/example goes the whole way, through a Label Studio."""

import ast
import json
import re
import shutil
import subprocess
from dataclasses import fields

import pytest
from datasets import load_dataset

from labeling import codebook
from tests.house import ROOT
from tests.test_house import MAKEFILE, MODULES
from tests.test_story import make

EXAMPLE = ROOT / "docs/example"
HOUSE = codebook.load(ROOT / "labeling/codebook.toml")
OWN = codebook.load(EXAMPLE / "settings/codebook.toml")
MEASURES = [one.any for one in HOUSE.questions.values() if one.any]
NAMES = {*HOUSE.questions, *HOUSE.follow_ups, *HOUSE.flags, *MEASURES}  # what only a codebook may know
LABELS = {label for one in HOUSE.questions.values() for label in one.labels if label != one.without}


def said(module):
    """Every text in a module's code, without its docstrings."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told
    }


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_code_knows_what_the_codebook_asks(module):
    assert said(module) & (NAMES | LABELS) == set()


@pytest.mark.parametrize("page", sorted(ROOT.glob("[lt]*/*.jinja")), ids=lambda path: path.name)
def test_no_page_knows_what_the_codebook_asks(page):
    assert set(re.findall(r"\w+", page.read_text(encoding="utf-8"))) & NAMES == set()


def test_the_example_shares_nothing_with_the_codebook_of_the_house():
    ours, theirs = ({*book.questions, *book.follow_ups, *book.flags, *book.reasons} for book in (OWN, HOUSE))

    assert ours & theirs == set()
    assert len(OWN.questions) != len(HOUSE.questions)
    assert [name for name in OWN.several if name in OWN.follow_ups] == ["effects"]


@pytest.fixture(scope="module")
def town(tmp_path_factory, studio_server):
    """The example's workspace with all that can be made of it, and what was said on the way."""
    workspace = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("example") / "town")
    door = {"LABEL_STUDIO_URL": studio_server.url, "LABEL_STUDIO_API_KEY": studio_server.api_key}
    told = make(workspace, "answer", "pull", "adjudication", **door)  # who rules is known when all have answered
    told += make(workspace, "answer", "pull", **door)
    return workspace, told + make(workspace, "report", "edition", "status", "plan")


@pytest.mark.studio
def test_the_example_goes_from_its_articles_to_a_release(town, tmp_path):
    workspace, told = town

    assert "push: 194 items -> 3 projects; 612 tasks added, 0 were there" in told
    assert "decisions: 22 rows" in told
    edition = workspace / "edition"
    for question in OWN.questions.values():
        rows = load_dataset(str(edition), question.id, split="test", cache_dir=str(tmp_path))
        assert rows.features["label"].names == list(question.labels)
        assert set(rows["target"]) - {""} == {"wind-farm", "tram-line"}
    answers = load_dataset(str(edition), "annotations", split="test", cache_dir=str(tmp_path))
    asked = ["position", "cost", "voice", "payer", "effects", "flag_irony", "flag_broken", "flag_names_a_child"]
    assert [name for name in answers.column_names if name in asked] == asked
    own = {path.name: path.read_bytes() for path in (EXAMPLE / "settings").iterdir() if path.name != "card.toml"}
    assert {name: (edition / "settings" / name).read_bytes() for name in own} == own


@pytest.mark.studio
def test_the_examples_report_is_about_its_own_questions(town):
    found = json.loads((town[0] / "report.json").read_text(encoding="utf-8"))

    questions = found["questions"]
    assert list(questions) == ["position", "cost", "voice"]
    assert [name for name, one in questions.items() if "rules" in one["comparisons"]] == ["cost"]
    assert [one["baseline"]["sides"] for one in questions.values()] == [["supports", "opposes"], [], []]
    assert questions["position"]["suites"][-1]["suite"] == "effects"
    assert [fold["fold"] for fold in questions["position"]["suites"][-1]["folds"]] == ["traffic", "work"]
    alphas = [one["question"] for one in found["agreement"] if one["measure"] == "alpha"]
    assert alphas == ["position", "cost", "any_cost", "voice", "effects", "payer"]
    assert sorted(path.stem for path in (town[0] / "models").glob("*.skops")) == [
        "cost", "effects_nature", "effects_no_effect", "effects_traffic", "effects_work", "payer", "position", "voice",
    ]  # fmt: skip


@pytest.mark.studio
@pytest.mark.parametrize("page", ["edition/README.md", "report.html", "status.html", "guidelines.html"])
def test_no_page_of_the_example_speaks_of_the_house_codebook(town, page):
    words = set(re.findall(r"\w+", (town[0] / page).read_text(encoding="utf-8")))

    assert words & (NAMES | {"sanctions", "violation", "violations"}) <= {"stance"}  # a tag, and the software's name


@pytest.mark.studio
def test_an_id_of_the_example_is_traced_with_what_was_said_of_it(town):
    (first, *_) = (EXAMPLE / "told/adjudicator-1.jsonl").read_text(encoding="utf-8").splitlines()

    traced = make(town[0], "trace", f"ID={json.loads(first)['item_id']}")

    assert "published   edition: cost words, position supports, voice official" in traced
    assert "codebook 1  supports, no_effect,\n            words, unsaid, official; oversight" in traced


def refused(*words):
    """What make says when it refuses."""
    told = subprocess.run(["make", *words, "help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode
    return told.stderr


def test_settings_that_are_not_there_are_refused(tmp_path):
    assert f"There is no folder {tmp_path}/set.  Stop." in refused(f"SETTINGS={tmp_path}/set")


def test_a_settings_file_that_nobody_reads_is_refused(tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings/codbook.toml").write_text("")

    told = refused(f"DATA={tmp_path}")

    assert f"Nobody reads {tmp_path}/settings/codbook.toml. Take it out, or give it one of these names: " in told
    assert " codebook.toml " in told


GUIDE = (ROOT / "docs/codebook.md").read_text(encoding="utf-8")


def test_every_file_and_noun_that_the_guide_names_is_there():
    files = set(re.findall(r"`((?:corpus|labeling|training|docs)/[\w./]+)`", GUIDE))
    nouns = {noun for line in re.findall(r"make ([a-z ]+)", GUIDE) for noun in line.split()}

    assert [file for file in sorted(files) if not (ROOT / file).exists()] == []
    assert [noun for noun in sorted(nouns) if not re.search(rf"^{noun}:", MAKEFILE, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [
        ("key of `[question.<id>]`", (codebook.Question,)),
        ("key of `[follow_up.<id>]`", (codebook.FollowUp,)),
        ("key of a label, a flag (`[flag.<id>]`) or a reason (`[reason.<id>]`)", (codebook.Label, codebook.Flag)),
    ],
)
def test_the_guide_explains_every_key_and_no_other(heading, kinds):
    (rows,) = re.findall(rf"\| {re.escape(heading)} \|.*\n\|---\|---\|\n((?:\|.*\n)+)", GUIDE)
    told = {key for row in rows.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1])}

    declared = {one.metadata.get("key", one.name) for kind in kinds for one in fields(kind)} - {"id"}
    assert told == declared
