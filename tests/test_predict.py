"""New articles are labelled part by part: what is said, where it stands, and how sure the model is."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.test_engine import cluster  # noqa: F401 - a fixture
from tests.world import build_baseline, world
from training.keeping import load
from training.predict import main
from training.tables import PREDICTED
from training.telling import tell

BOOK = ROOT / "labeling/codebook.toml"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with models."""
    return build_baseline(world(articles=12).write(tmp_path_factory.mktemp("workspace"))).parent


def predicted(workspace, out):
    """Label the workspace's own items as if they were new."""
    main(
        BOOK, workspace / "items.parquet", workspace / "sentences.parquet", workspace / "models",
        out / "predict.parquet", out / "predict.jsonl",
    )  # fmt: skip
    return PREDICTED.read(out / "predict.parquet")


def test_every_item_is_labelled_for_every_question_with_its_place_in_the_article(workspace, tmp_path):
    found = predicted(workspace, tmp_path)

    articles = pd.read_parquet(workspace / "articles.parquet").set_index("article_id")["text"]
    items = pd.read_parquet(workspace / "items.parquet")
    assert len(found) == 2 * len(items)
    assert all(articles[row.article_id][row.start : row.end] == row.text for row in found.itertuples())


def test_what_is_said_is_what_the_model_says(workspace, tmp_path):
    found = predicted(workspace, tmp_path).query("question == 'stance'").set_index("item_id")

    model, items = load(workspace / "models/stance.skops"), pd.read_parquet(workspace / "items.parquet")
    told = tell(model, items)
    assert list(found.loc[items["item_id"], "label"]) == [model.labels[at] for at in told.said]
    assert np.array_equal(np.stack(found.loc[items["item_id"], "probabilities"]), told.probabilities)


def test_the_lines_say_the_same_as_the_table(workspace, tmp_path):
    found = predicted(workspace, tmp_path)

    lines = [json.loads(line) for line in (tmp_path / "predict.jsonl").read_text(encoding="utf-8").splitlines()]

    assert [line["prediction_id"] for line in lines] == list(found["prediction_id"])
    assert [line["label"] for line in lines] == list(found["label"])
    assert np.allclose([line["probability"] for line in lines], found["probability"], atol=1e-9)


def test_what_is_less_sure_than_the_model_must_be_is_marked_and_kept(workspace, tmp_path):
    path = workspace / "models/stance.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "abstain_below": 1.1}))

    found = predicted(workspace, tmp_path)

    path.write_text(json.dumps(about))
    assert found.loc[found["question"] == "stance", "unsure"].all()
    assert len(found) == 2 * 60


def test_parts_make_the_same_as_one(workspace, tmp_path):
    whole = predicted(workspace, tmp_path / "whole")
    cut = tmp_path / "cut"
    for name in ("items", "sentences"):
        rows = pd.read_parquet(workspace / f"{name}.parquet")
        first = rows["article_id"] < "8"
        (cut / f"{name}.parquet").mkdir(parents=True)
        for number, part in enumerate((rows[first], rows[~first])):
            part.to_parquet(cut / f"{name}.parquet/part-{number:05}.parquet")

    main(
        BOOK, cut / "items.parquet", cut / "sentences.parquet", workspace / "models",
        cut / "predict.parquet", cut / "predict.jsonl",
    )  # fmt: skip

    found = PREDICTED.read(cut / "predict.parquet").set_index("prediction_id").loc[whole["prediction_id"]].reset_index()
    assert found["probability"].equals(whole["probability"])
    assert found["label"].equals(whole["label"])


@pytest.mark.dask
def test_a_cluster_makes_the_same_bytes(workspace, tmp_path, cluster):  # noqa: F811 - the fixture
    here, there = tmp_path / "here", tmp_path / "there"
    tables = [str(workspace / name) for name in ("items.parquet", "sentences.parquet", "models")]
    alone = {name: value for name, value in os.environ.items() if name != "DASK_SCHEDULER"}

    for out, known in ((here, alone), (there, {**alone, "DASK_SCHEDULER": cluster.address})):
        words = [str(BOOK), *tables, str(out / "predict.parquet"), str(out / "predict.jsonl")]
        subprocess.run([sys.executable, "-m", "training.predict", *words], check=True, cwd=ROOT, env=known)

    for name in ("predict.jsonl", "predict.parquet/part-00000.parquet"):
        assert (there / name).read_bytes() == (here / name).read_bytes()


def test_without_models_the_command_that_makes_them_is_named(workspace, tmp_path):
    with pytest.raises(ContractError) as error:
        main(
            BOOK, workspace / "items.parquet", workspace / "sentences.parquet", tmp_path / "models",
            tmp_path / "predict.parquet", tmp_path / "predict.jsonl",
        )  # fmt: skip

    assert str(error.value) == f"There are no models in {tmp_path}/models. Run `make baseline` first."


def test_articles_that_are_only_predicted_do_not_take_the_place_of_the_workspaces_own(tmp_path):
    (tmp_path / "inventory.jsonl").write_text('"own/raw"\n')

    words = ["make", "-n", "-o", ".venv/ready", "predict", f"DATA={tmp_path}", "RAW=new/raw"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert 'RAW="own/raw" baseline\n' in told
    assert f'DATA={tmp_path}/new  RAW="new/raw" items\n' in told
