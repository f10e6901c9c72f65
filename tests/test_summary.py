"""The demonstration ends with a table on the screen."""

import json
import re

import pytest

from corpus.errors import ContractError
from tests.world import build_report, world
from training.summary import main, summary


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A report's page and its numbers."""
    page, numbers = build_report(world(articles=12, demonstration=True).write(tmp_path_factory.mktemp("report")))
    return page, json.loads(numbers.read_text(encoding="utf-8"))


def test_the_screen_shows_every_stage_agreement_scores_and_the_page(report):
    page, found = report

    said = summary(found, page)

    for row in found["stages"]:
        assert any(line.startswith(row["stage"]) and f"{row['count']:,}" in line for line in said.splitlines())
    assert re.search(r"^stance +1\.00 +60 +0\.40 +reached$", said, re.MULTILINE)
    assert "Macro F1 on the test split" in said
    assert said.endswith(f"The report: {page}")


def test_no_line_is_wider_than_a_terminal(report):
    page, found = report

    assert [line for line in summary(found, page).splitlines() if len(line) > 80 and str(page) not in line] == []


def test_a_demonstration_says_so(report):
    page, found = report

    assert "A demonstration: articles and answers were written for it." in summary(found, page)
    assert (
        "demonstration"
        not in summary({**found, "demonstration": False}, page.with_name("report.html")).split("The report")[0]
    )


def test_a_question_without_scores_says_why(report):
    page, found = report
    undefined = {"undefined": "this split has no row", "verdict": "There are no scores: this split has no row."}

    said = summary({**found, "questions": {"stance": undefined}}, page)

    assert "stance: There are no scores: this split has no row." in said


def test_without_a_report_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ContractError) as error:
        main(tmp_path / "report.json", tmp_path / "report.html")

    assert str(error.value) == f"There is no report at {tmp_path}/report.json. Run `make report` first."
