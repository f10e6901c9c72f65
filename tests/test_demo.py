"""The demonstration: what is recorded of its people answers all that is asked, and what comes of it may go out."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from shutil import copy2, copytree

import pandas as pd
import pytest

from corpus.tables import Table
from labeling import codebook
from labeling.answer import load, result
from labeling.tables import ADJUDICATION, ANSWERS, ASSIGNMENTS, CHECKS, DECISIONS, GOLD, RULINGS
from tests.house import ROOT
from tests.test_story import make
from tests.test_studio import ends
from training import release

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
RAW = f"RAW={ROOT / 'corpus/demo'}"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """The demonstration up to who answers what."""
    folder = tmp_path_factory.mktemp("demo")
    make(folder, "assignments", RAW)
    return folder


@pytest.fixture(scope="module")
def answered(workspace, tmp_path_factory):
    """The demonstration with its answers given, and its rulings on what they leave open, as pull would have left it."""
    folder = copytree(workspace, tmp_path_factory.mktemp("answered") / "demo")
    pulled(ANSWERS, ASSIGNMENTS.read(folder / "assignments.parquet"), folder / "answers.parquet")
    make(folder, "probabilities", RAW)
    make(folder, "adjudication", RAW)
    ruled = ADJUDICATION.read(folder / "adjudication.parquet").assign(purpose="adjudication")
    pulled(DECISIONS, ruled, folder / "decisions.parquet")
    return folder


def pulled(table: Table, asked: pd.DataFrame, path: Path) -> None:
    """Write what is recorded of all that is asked, each answer given a second after the one before."""
    said = {who: recorded(who) for who in asked["annotator"].unique()}
    rows = []
    for number, row in enumerate(asked.to_dict("records")):
        told = said[row["annotator"]][row["item_id"], row["purpose"] == "repeat"]
        when = (pd.Timestamp("2026-03-02T09:00:00Z") + pd.Timedelta(seconds=number)).isoformat()
        rows.append(
            {name: row[name] for name in ("assignment_id", "item_id", "annotator", "purpose", "codebook_version")}
            | {"answer_id": f"{row['assignment_id']}/{number}", "annotation": number, "account": row["annotator"]}
            | {"created_at": when, "updated_at": when, "lead_time": 0.0, "skipped": False, "ground_truth": False}
            | {"prediction": "", "last_action": "", "gone": "", "result": json.dumps(result(told, BOOK))}
        )
    table.write(table.frame(rows), path)


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


def test_the_adjudicator_rules_on_all_that_the_votes_leave_open_and_on_what_is_audited(answered):
    asked = ADJUDICATION.read(answered / "adjudication.parquet")

    assert asked["why"].value_counts().to_dict() == {"audit": 33, "disagreement": 25, "sensitive to the method": 4}
    assert {(item, False) for item in asked["item_id"]} == set(recorded("adjudicator-1"))


def test_what_is_ruled_settles_every_item_and_the_edition_may_go_out(answered):
    make(answered, "edition", RAW)

    rulings, gold = RULINGS.read(answered / "rulings.parquet"), GOLD.read(answered / "gold.parquet")
    counts = {name: len(rows) for name, rows in release.configs(answered / "edition").items()}
    assert (len(rulings), int(rulings["guideline_gap"].sum()), set(rulings["left_out"])) == (62, 8, {""})
    assert set(gold["outcome"]) == {"settled"}
    assert gold["provenance"].value_counts().to_dict() == {"unanimous": 989, "majority": 226, "adjudicated": 118}
    assert counts == {"stance": 611, "sanction_violation": 701, "annotations": 2244, "splits": 17525}


def starting(demo: Path, process: "subprocess.Popen[str]") -> None:
    """Return when Label Studio has begun to start."""
    while not (demo / "studio/server.log").exists() and process.poll() is None:
        time.sleep(0.05)


def pushed(demo: Path, process: "subprocess.Popen[str]") -> None:
    """Return when the annotators are about to answer."""
    assert process.stdout
    while not process.stdout.readline().startswith("push: ") and process.poll() is None:
        pass


@pytest.mark.studio
@pytest.mark.parametrize("moment", [starting, pushed], ids=lambda moment: moment.__name__)
def test_ctrl_c_ends_the_demonstration_and_leaves_no_server_behind(workspace, studio_folder, tmp_path, moment):
    demo = copytree(workspace, tmp_path / "demo")
    studio_folder.rename(demo / "studio")
    (demo / "studio/server.log").unlink()
    with subprocess.Popen(
        ["make", "demo", f"DEMO={demo}"], cwd=ROOT, env={**os.environ, "MAKEFLAGS": ""}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        moment(demo, process)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    assert process.returncode != 0
    assert "Traceback" not in said
    assert ends(demo / "studio")


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
