"""The demonstration ends with a table on the screen."""

import json
import re

import pytest

from corpus.errors import ContractError
from training.summary import main, summary


@pytest.fixture(scope="module")
def report(reported):
    """A report's page and its numbers."""
    return reported / "report.html", json.loads((reported / "report.json").read_text(encoding="utf-8"))


def test_the_screen_shows_every_stage_agreement_scores_and_the_page(report):
    page, found = report

    said = summary(found, {"report": page})

    for row in found["stages"]:
        assert any(line.startswith(row["stage"]) and f"{row['count']:,}" in line for line in said.splitlines())
    assert re.search(r"^stance +1\.00 +150 +0\.40 +reached$", said, re.MULTILINE)
    assert "Macro F1 on the test split" in said
    assert said.endswith(f"The report: {page}")


def test_no_line_is_wider_than_a_terminal(report):
    page, found = report

    assert [
        line for line in summary(found, {"report": page}).splitlines() if len(line) > 80 and str(page) not in line
    ] == []


def test_a_demonstration_says_so(report):
    page, found = report

    assert "A demonstration: articles and answers were written for it." in summary(found, {"report": page})
    assert "demonstration" not in summary({**found, "demonstration": False}, {})


def test_a_question_without_scores_says_why(report):
    page, found = report
    undefined = {"undefined": "this split has no row", "verdict": "There are no scores: this split has no row."}

    said = summary({**found, "questions": {"stance": undefined}}, {"report": page})

    assert "stance: There are no scores: this split has no row." in said


def test_what_is_lost_on_the_unseen_stands_beside_what_is_scored_at_random(report):
    page, found = report
    beside = {"macro_f1": 0.61, "loss": 0.27, "loss_interval": [0.2, 0.34]}
    suite = {"suite": "target", "rows": 1200, "macro_f1": 0.34, "same_rows_in_folds": beside}

    said = summary(
        {**found, "questions": {"stance": {**found["questions"]["stance"], "suites": [suite]}}}, {"report": page}
    )

    assert re.search(r"^stance +target +1,200 +0\.61 +0\.34 +0\.27 \(0\.20 to 0\.34\)$", said, re.MULTILINE)


def test_it_ends_with_the_pages_and_folders_that_are_there(report, capsys):
    page, _ = report

    main(page.with_suffix(".json"), page, page.with_name("no page"), page.parent)

    assert capsys.readouterr().out.endswith(f"\n\nThe report: {page}\nThe edition: {page.parent}\n")


def test_a_former_baseline_has_a_column_only_where_there_is_one(report):
    _, found = report
    stance = found["questions"]["stance"]
    former = {**stance["comparisons"], "former": stance["comparisons"]["majority"]}

    held = summary({**found, "questions": {"stance": {**stance, "comparisons": former}}}, {})

    assert (" former" in summary(found, {}), " former" in held) == (False, True)


def test_without_a_report_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ContractError) as error:
        main(*(tmp_path / name for name in ("report.json", "report.html", "status.html", "edition")))

    assert str(error.value) == f"There is no report at {tmp_path}/report.json. Run `make report` first."
