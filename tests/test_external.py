"""A dataset of others is scored under the report's keys."""

import json

import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.rows import LABELS, predicted
from tests.world import step
from training.evaluation import load
from training.external import main, report
from training.tables import PREDICTIONS

SETTINGS = load(ROOT / "training/evaluation.toml")
ABOUT = {
    "labels": LABELS,
    "seconds": 1.5,
    "rows_per_second": 20000.0,
    "bytes": 1000,
    "telling": {"none": [["t=word", 0.5]]},
}


def told(question="stance"):
    """Predictions of another dataset, half of them of its test split."""
    rows = predicted().assign(question=question, target="")
    rows["prediction_id"] = rows["item_id"] + f"/{question}"
    rows["split"] = ["train" if at % 2 else "test" for at in range(len(rows))]
    return PREDICTIONS.check(rows)


def test_the_scores_of_the_test_split_and_the_cost_of_the_model_are_told():
    found = report(told(), {"stance": ABOUT}, SETTINGS)["questions"]["stance"]

    assert (found["rows"], found["split"]) == (100, "test")
    assert found["baseline"]["rows_per_second"] == 20000.0
    assert 0 < found["baseline"]["macro_f1_interval"][0] < found["baseline"]["macro_f1"]
    assert list(found["comparisons"]) == ["majority", "chance"]
    assert [row["label"] for row in found["per_class"]] == LABELS


def test_a_label_that_was_never_learned_has_scores_too():
    rows = told()
    rows.loc[rows.index[0], "gold"] = "a fifth"

    found = report(rows, {"stance": ABOUT}, SETTINGS)["questions"]["stance"]

    assert found["labels"] == [*LABELS, "a fifth"]
    assert found["per_class"][-1]["undefined"] == "never predicted"


def test_predictions_without_a_model_are_refused():
    with pytest.raises(ContractError) as error:
        report(told(), {}, SETTINGS)

    assert str(error.value) == "There are predictions of stance and no model of it. Run `make report` again."


def test_a_page_and_its_numbers_are_written(tmp_path):
    PREDICTIONS.write(told(), tmp_path / "baseline.parquet")
    (tmp_path / "models").mkdir()
    (tmp_path / "models/stance.json").write_text(json.dumps(ABOUT))
    out = [tmp_path / "report.html", tmp_path / "report.json"]

    step(main, ROOT / "training/evaluation.toml", tmp_path / "baseline.parquet", tmp_path / "models", *out)

    html, numbers = (path.read_text(encoding="utf-8") for path in out)
    assert f"{json.loads(numbers)['questions']['stance']['baseline']['macro_f1']:.2f}</b>" in html
    assert "<script" not in html


def test_a_dataset_without_a_test_split_says_so(tmp_path):
    rows = told().assign(split="train")

    found = report(rows, {"stance": ABOUT}, SETTINGS)["questions"]["stance"]

    assert found["verdict"] == "There are no scores: this split has no row with a settled label."
