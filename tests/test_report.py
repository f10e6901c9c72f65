"""The report's numbers are right, and its page stands alone."""

import json
import re
import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.rows import LABELS, predicted
from tests.world import BOOK, build_report, world, write_report_of
from training import figures
from training.evaluation import Settings, chance, errors, evaluation, load, ordered, verdict
from training.figures import Dot
from training.findings import Known, prevalence
from training.report import foretold, learned, tabled
from training.scores import Bootstrap
from training.significance import Permutation
from training.tables import PREDICTIONS

SETTINGS = Settings(Bootstrap(1, draws=200, percent=95), Permutation(1, exchanges=500), 5, ["favor", "against"])


@pytest.fixture(scope="module")
def found(reported):
    """The numbers of a demonstration's report."""
    return json.loads((reported / "report.json").read_text(encoding="utf-8"))


def test_the_numbers_of_the_report_are_those_of_the_tables(found):
    here = world(demonstration=True)

    counts = {row["stage"]: (row["count"], row["of_which"]) for row in found["stages"]}
    where = Counter(here.splits.loc[here.splits["suite"] == "random", "split"])
    splits = {split: where[split] for split in ("train", "validation", "test")}
    assert counts["articles"] == (30, {})
    assert counts["rejected articles"] == (1, {"empty": 1})
    assert counts["items asked"] == (150, {"all": 135, "sample": 15})
    assert counts["annotations"] == (450, {})
    assert counts["gold: stance"] == (150, {"unanimous": 150})
    assert counts["dataset: stance"] == (150, splits)
    assert found["questions"]["stance"]["balance"]["favor"] == {split: rows // 5 for split, rows in splits.items()}
    assert {(row["question"], row["measure"], row["value"]) for row in found["agreement"]} >= {("stance", "alpha", 1.0)}


def test_the_settings_of_the_draws_stand_in_the_report(found):
    settings = load(ROOT / "training/evaluation.toml")

    told = {**vars(settings.bootstrap), "exchanges": settings.permutation.exchanges, "salt": "split-1"}
    assert found["settings"] == told


def test_what_the_baseline_is_held_against_stands_beside_it(found):
    ways = {name: list(one["comparisons"]) for name, one in found["questions"].items()}

    assert ways == {name: ["majority", "chance", "rules"] for name in BOOK.questions}


def test_an_earlier_baseline_is_compared_on_the_items_it_knew(reported, tmp_path):
    folder = shutil.copytree(reported, tmp_path / "workspace")
    then = PREDICTIONS.read(folder / "baseline.parquet")
    test = then[(then["split"] == "test") & (then["question"] == "stance")]
    PREDICTIONS.write(test[5:].assign(predicted="none"), folder / "former.parquet")

    write_report_of(folder)

    former = json.loads((folder / "report.json").read_text())["questions"]["stance"]["comparisons"]["former"]
    assert (former["rows"], former["undefined"]) == (len(test) - 5, "")
    assert former["difference"] > 0


def test_the_page_stands_alone_and_says_that_it_is_a_demonstration(reported):
    html = (reported / "report.html").read_text(encoding="utf-8")

    outside = r"(?:src|href|data)\s*=\s*[\"'](?!#)[^\"']*|url\((?!#)[^)]*|@import|<script|<link|<iframe"
    assert re.findall(outside, html) == []
    assert html.index("This is a demonstration, not data.") < html.index("<h1>")
    assert html.count('role="img"') == html.count("<svg") == html.count('role="img" aria-label="')
    assert len(html) < 2_000_000


def test_every_id_stands_once_and_every_link_leads_to_one(reported):
    html = (reported / "report.html").read_text(encoding="utf-8")

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'<a href="#([^"]+)"', html)) <= set(ids)


def test_the_numbers_quote_no_sentence_so_that_they_may_be_published(reported):
    numbers = (reported / "report.json").read_text(encoding="utf-8")

    texts = world(demonstration=True).items["text"]
    assert [text for text in texts if text in numbers] == []


def test_two_reports_of_the_same_files_are_the_same_bytes(reported, tmp_path):
    folder = shutil.copytree(reported, tmp_path / "workspace")

    write_report_of(folder)

    for name in ("report.json", "report.html"):
        assert (folder / name).read_bytes() == (reported / name).read_bytes()


def test_real_articles_without_test_rows_have_a_page_that_says_why_and_speaks_of_no_demonstration(tmp_path):
    here = world(articles=12)
    own = here.splits[here.splits["suite"] == "random"]
    train = own.loc[own["split"] == "train", "item_id"]
    kept = {name: frame[frame["item_id"].isin(train)] for name, frame in vars(here).items() if "item_id" in frame}

    page, numbers = build_report(replace(here, **kept).write(tmp_path))

    html, told = (path.read_text(encoding="utf-8") for path in (page, numbers))
    assert json.loads(told)["questions"]["stance"]["undefined"] == "this split has no row with a settled label"
    assert "There are no scores: this split has no row with a settled label." in html
    assert "demonstration" not in html.lower()


def test_a_split_without_rows_says_so():
    rows = predicted().assign(split="train")

    found = evaluation(rows, LABELS, LABELS, {}, SETTINGS)

    assert (found["rows"], found["undefined"]) == (0, "this split has no row with a settled label")
    assert verdict(found) == "There are no scores: this split has no row with a settled label."


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            {"majority": "better", "chance": "better", "rules": "better"},
            "Better than always giving the most frequent label, labels drawn at random and keyword rules.",
        ),
        ({"majority": "worse"}, "Worse than always giving the most frequent label."),
        (
            {"majority": "better", "rules": "not told apart", "former": "worse"},
            "Better than always giving the most frequent label; worse than the former baseline; "
            "not told apart from keyword rules.",
        ),
    ],
)
def test_the_verdict_says_what_every_comparison_allows(verdicts, said):
    ways = {name: {"undefined": "", "verdict": one} for name, one in verdicts.items()}

    assert verdict({"undefined": "", "comparisons": ways}) == said


def test_probabilities_are_put_in_the_order_of_the_labels():
    rows = pd.DataFrame({"probabilities": [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]})

    found = ordered(rows, ["c", "a", "b"], ["a", "b", "never met", "c"])

    assert found.tolist() == [[0.2, 0.7, 0.0, 0.1], [0.3, 0.4, 0.0, 0.3]]


def test_a_way_that_says_nothing_of_the_test_rows_is_not_compared():
    rows = predicted().assign(split="test")

    found = evaluation(rows, LABELS, LABELS, {"former": pd.Series(dtype=object)}, SETTINGS)

    assert found["comparisons"]["former"] == {"rows": 0, "articles": 0, "undefined": "it says nothing of these rows"}


def test_chance_draws_labels_as_often_as_they_were_learned():
    rows = predicted(rows=4000).assign(split=["train" if at % 2 else "test" for at in range(4000)])

    drawn = chance(rows, 1)

    assert sorted(drawn.index) == rows.index[rows["split"] == "test"].tolist()
    assert drawn.value_counts(normalize=True).to_dict() == pytest.approx(
        rows.loc[rows["split"] == "train", "gold"].value_counts(normalize=True).to_dict(), abs=0.04
    )
    assert drawn.equals(chance(rows, 1))
    assert not drawn.equals(chance(rows, 2))


def test_errors_are_told_by_how_sure_the_model_was():
    rows = predicted()

    found = errors(rows, [], 5)

    wrong = rows[rows["predicted"] != rows["gold"]]["probability"].sort_values(ascending=False)
    assert [one["probability"] for one in found] == wrong.head(5).tolist()
    assert all(one["gold"] != one["predicted"] for one in found)


def test_each_sampled_item_stands_for_as_many_as_its_probability_says():
    batch = pd.DataFrame(
        {
            "item_id": [*"abcd"],
            "article_id": [*"abcd"],
            "reason": ["sample", "sample", "sample", "uncertainty"],
            "copies": [1, 2, 2, 1],  # which the probability counts already
            "probability": [0.5, 0.25, 0.25, np.nan],
        }
    )
    gold = pd.DataFrame({"item_id": [*"abcd"], "question": "stance", "outcome": "settled"})
    gold["label"] = ["favor", "none", "favor", "against"]
    nothing = pd.DataFrame()
    known = Known(BOOK, nothing, batch, nothing, gold, nothing, nothing, None, {}, {}, {})

    found = prevalence(BOOK.questions["stance"], known, SETTINGS.bootstrap)

    assert {one["label"]: one["share"] for one in found} == {"favor": 0.6, "against": 0.0, "neutral": 0.0, "none": 0.4}


def test_a_learning_curve_is_told_by_items_with_its_draws():
    curve = pd.DataFrame(
        {"question": "stance", "items": [100, 100, 190, 210], "draw": [0, 1, 0, 1], "macro_f1": [0.4, 0.6, 0.6, 0.8]}
    )

    assert learned(curve, "stance") == [
        {"items": 100, "macro_f1": 0.5, "low": 0.4, "high": 0.6, "draws": 2},
        {"items": 200, "macro_f1": 0.7, "low": 0.6, "high": 0.8, "draws": 2},
    ]
    assert learned(curve, "sanction_violation") == []


def test_a_forecast_is_told_by_the_items_there_would_be():
    ahead = [
        ("macro F1", "stance", 200, 0, True, 0.7),
        ("macro F1", "stance", 200, 100, True, 0.75),
        ("macro F1", "stance", 100, 100, False, 0.65),
        ("half width", "stance", 200, 100, True, 0.1),
        ("macro F1", "sanction_violation", 200, 100, True, np.nan),
    ]
    plan = pd.DataFrame(ahead, columns=["measure", "question", "labels", "more", "now", "value"])

    found = {name: foretold(plan.assign(low=0.6, high=0.8), name) for name in ("stance", "sanction_violation")}

    assert found == {"stance": [{"items": 300, "macro_f1": 0.75, "low": 0.6, "high": 0.8}], "sanction_violation": []}


def test_what_stands_in_benchmarks_is_counted_once_a_sentence():
    rows = pd.DataFrame(
        {
            "sentence_id": ["a", "a", "b"],
            "kind": ["within", "exact", "near"],
            "source": ["one.csv#1", "two.csv#9", "one.csv#3"],
        }
    )

    assert tabled(rows) == {"sentences": 2, "kinds": {"exact": 1, "near": 1}, "files": {"one.csv": 2, "two.csv": 1}}
    assert tabled(None) is None


def test_settings_that_lack_a_number_are_refused(tmp_path):
    path = tmp_path / "evaluation.toml"
    path.write_text("seed = 1\ndraws = 10\npercent = 95\nexchanges = 10\nsides = []\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}:1: the file lacks errors. Add it."


def test_a_confusion_matrix_shows_every_count_as_text():
    svg = figures.confusion([[11, 2], [3, 14]], ["favor", "none"], "stance", "Favor was taken for none 2 times.")

    assert re.findall(r">(\d+)</text>", svg) == ["11", "2", "3", "14"]
    assert 'aria-label="Favor was taken for none 2 times."' in svg


def test_a_dot_plot_names_every_line_and_shows_every_value_as_text():
    lines = {
        "year": [Dot("2023", 0.61, [0.5, 0.7], 0.2, 1200), Dot("2024", None, None, None, 3)],
        "target": [Dot("x", 1.0, None, None, 1)],
    }

    svg = figures.dots(lines, "accuracy", "parts", "Accuracy by year.")

    shown = set(re.findall(r">([^<>]+)</text>", svg))
    assert {"year", "2023", "0.61", "1,200 items", "2024", "–", "3 items", "target", "x", "1.00"} <= shown


def test_a_name_of_any_length_leaves_room_for_the_plot(recwarn):
    svg = figures.dots({"": [Dot("This house believes that " * 9, 0.5, None, None, 1)]}, "accuracy", "x", "x")

    assert "This house believes that This …" in svg
    assert recwarn.list == []


@pytest.mark.parametrize("draw", [figures.balance, figures.dots, figures.precision_recall])
def test_words_from_outside_cannot_become_markup_in_a_picture(draw):
    evil, alt = "<b>", '"><script>alert(1)</script>'
    made = {
        figures.balance: lambda: figures.balance({evil: {"train": 1, "test": 2}}, "x", alt),
        figures.dots: lambda: figures.dots({evil: [Dot(evil, 0.5, None, None, 1)]}, "x", "x", alt),
        figures.precision_recall: lambda: figures.precision_recall([(evil, [[0, 1], [1, 0.5]])], "x", alt),
    }

    svg = made[draw]()

    assert "<script" not in svg
    assert "<b>" not in svg
