"""The demonstration's recorded answers are to all that is asked of its annotators, and to nothing else."""

import subprocess
from shutil import copy2, copytree

import pytest

from labeling import codebook
from labeling.answer import load
from labeling.tables import ASSIGNMENTS, CHECKS
from tests.house import ROOT
from tests.test_story import make

BOOK = codebook.load(ROOT / "labeling/codebook.toml")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """The demonstration up to who answers what."""
    folder = tmp_path_factory.mktemp("demo")
    make(folder, "assignments", f"RAW={ROOT / 'corpus/demo'}")
    return folder


def recorded(annotator: str) -> dict[tuple[str, bool], dict[str, str]]:
    """What an annotator says, by item and whether it is asked again."""
    told = load(ROOT / f"labeling/demo/{annotator}.jsonl", BOOK)
    assert len(told) == len({(one["item_id"], one.get("again", False)) for one in told})
    return {(one["item_id"], one.get("again", False)): one for one in told}


@pytest.mark.parametrize("annotator", ["annotator-1", "annotator-2", "annotator-3"])
def test_an_annotator_answers_all_that_is_asked_of_him_checks_and_repeats_among_it(workspace, annotator):
    asked = ASSIGNMENTS.read(workspace / "assignments.parquet", only=[("annotator", "==", annotator)])
    repeats = asked["purpose"] == "repeat"

    assert asked["purpose"].value_counts().to_dict() == {"batch": 712, "check": 36, "repeat": 36, "qualification": 12}
    assert set(recorded(annotator)) == set(zip(asked["item_id"], repeats, strict=True))


@pytest.mark.parametrize(
    ("annotator", "wrong", "changed"), [("annotator-1", 2, 4), ("annotator-2", 5, 6), ("annotator-3", 3, 3)]
)
def test_an_annotator_is_mostly_right_and_mostly_says_the_same_again(workspace, annotator, wrong, changed):
    told, checks = recorded(annotator), CHECKS.read(workspace / "checks.parquet").to_dict("records")
    questions = ["stance", "sanction_violation"]
    right = [
        [told[key][question] for question in questions] == [check[question] for question in questions]
        for check in checks
        if (key := (check["item_id"], False)) in told
    ]
    same = [
        all(one[question] == told[item, False][question] for question in questions)
        for (item, again), one in told.items()
        if again
    ]

    assert (len(right), right.count(False)) == (48, wrong)
    assert (len(same), same.count(False)) == (36, changed)


@pytest.mark.parametrize("noun", ["batch", "assignments"])
def test_a_run_that_ends_badly_deletes_nothing_that_is_made_from_what_it_was(workspace, tmp_path, noun):
    """Make deletes what a failed recipe has changed, unless it is precious."""
    for made in workspace.glob("*.parquet"):
        copytree(made, tmp_path / made.name) if made.is_dir() else copy2(made, tmp_path / made.name)
    broken = tmp_path / "broken"
    broken.write_text('#!/bin/sh\nfor last; do :; done\necho broken >> "$last"\nexit 1\n')
    broken.chmod(0o755)
    made = tmp_path / f"{noun}.parquet"
    held = made.read_bytes()

    older = [word for name in ("items", "duplicates", "contrasts") for word in ("-o", f"{tmp_path}/{name}.parquet")]
    words = ["make", *older, f"DATA={tmp_path}", f"PYTHON={broken}", "-W", f"labeling/{noun}.toml", str(made)]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "Error 1" in told.stderr
    assert made.read_bytes() == held + b"broken\n"
