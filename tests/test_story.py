"""One sentence, from a raw article to its published row, through a real Label Studio."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from datasets import load_dataset

from corpus.tables import ITEMS
from tests.house import ROOT

ARTICLE = """---
title: Ministers meet
outlet: Example Gazette
date: 2024-03-02
url: https://gazette.example/2024/03/02/ministers
demonstration: true
---

The port was quiet on Monday. “The sanctions on Iran must stay,” the minister said. Rain is expected.
"""
SENTENCE = "“The sanctions on Iran must stay,” the minister said."


def make(workspace: Path, *words: str, **environ: str) -> str:
    """Run make on a workspace of the test's own, and return what it said."""
    told = subprocess.run(
        [
            "make",
            "--no-print-directory",
            f"DATA={workspace}",
            f"RAW={workspace}/raw",
            f"ANSWERS={workspace}/told",
            *words,
        ],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": "", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def record(workspace: Path, who: str, item_id: str, stance: str, **more: str | bool) -> None:
    """Record what somebody says of an item."""
    answer = {"item_id": item_id, "stance": stance, "sanction_violation": "none", "none_reason": "imposition", **more}
    follow_up = {"holder": "quoted"} if stance in ("favor", "against") else {}
    path = workspace / "told" / f"{who}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(answer | follow_up) + "\n", encoding="utf-8")


@pytest.mark.studio
def test_a_sentence_goes_from_its_article_over_a_tie_and_a_ruling_to_its_published_row(tmp_path, studio_server):
    workspace = tmp_path / "story"
    (workspace / "raw").mkdir(parents=True)
    (workspace / "raw" / "ministers.md").write_text(ARTICLE, encoding="utf-8")
    make(workspace, "items")
    (item,) = ITEMS.read(workspace / "items.parquet").to_dict("records")
    for annotator, stance in (("annotator-1", "favor"), ("annotator-2", "against"), ("annotator-3", "neutral")):
        record(workspace, annotator, item["item_id"], stance)

    door = {"LABEL_STUDIO_URL": studio_server.url, "LABEL_STUDIO_API_KEY": studio_server.api_key}
    pushed = make(workspace, "answer", "pull", **door)
    voted = make(workspace, "adjudication")
    record(workspace, "adjudicator-1", item["item_id"], "favor", reason="slip", guideline_gap=True)
    ruled = make(workspace, "answer", "pull", "edition", **door)  # made of what this very pull brings
    assert "gold.parquet" not in make(workspace, "gold")

    published = load_dataset(str(workspace / "edition"), "stance", cache_dir=str(tmp_path / "cache"))
    ((split, rows),) = published.items()
    (row,) = list(rows)
    assert "push: 13 items -> 3 projects; 39 tasks added, 0 were there" in pushed  # twelve qualify an annotator first
    assert "(new: 1 disagreement)" in voted
    assert "answer: 1 answers by 4 annotators" in ruled
    assert (item["text"], item["target"]) == (SENTENCE, "sanctions-iran")
    assert (row["item_id"], row["url"]) == (item["item_id"], "https://gazette.example/2024/03/02/ministers")
    assert rows.features["label"].int2str(row["label"]) == "favor"
    assert (row["votes"], row["answers"], row["provenance"]) == (1, 3, "adjudicated")
    assert [name for name in ("text", "before", "after", "title") if name in row] == []  # no licence is stated
    assert hashlib.sha256(SENTENCE.encode()).hexdigest() == row["sentence_sha256"]
    traced = make(workspace, "trace", f"ID={item['item_id']}")
    assert [
        name
        for name in ("published", "split", "gold", "answers", "sentence", "article", "raw file")
        if name not in traced
    ] == []
    assert split in traced
