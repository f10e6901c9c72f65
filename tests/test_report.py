"""The report's numbers are right, and its page stands alone."""

import json
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from tests.house import ROOT
from tests.world import build_report, world
from training import figures
from training.report import load, verdict
from training.scores import Bootstrap, confusions, macro_f1, scores

LABELS = ["favor", "against", "neutral", "none"]
DRAWS = Bootstrap(seed=1, draws=200, percent=95)


@pytest.fixture(scope="module")
def predictions():
    """Two hundred rows in forty articles; the baseline is right about half of them and never says neutral."""
    chance = np.random.default_rng(3)
    gold = chance.choice(LABELS, 200, p=[0.2, 0.2, 0.1, 0.5])
    other = chance.choice(["favor", "against", "none"], 200)
    right = (chance.random(200) < 0.5) & (gold != "neutral")
    articles = [f"a{at % 40}" for at in range(200)]
    said = {"gold": gold, "predicted": np.where(right, gold, other), "majority": "none"}
    return pd.DataFrame({"article_id": articles, **said})


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    """The report of a demonstration: its page and its numbers."""
    return build_report(world(demonstration=True).write(tmp_path_factory.mktemp("demonstration")))


def test_scores_are_what_scikit_learn_says(predictions):
    found = scores(predictions, LABELS, DRAWS)

    gold, predicted = predictions["gold"], predictions["predicted"]
    assert found["baseline"]["macro_f1"] == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert found["majority"]["macro_f1"] == pytest.approx(f1_score(gold, predictions["majority"], average="macro"))
    assert found["baseline"]["accuracy"] == pytest.approx(accuracy_score(gold, predicted))
    assert found["confusion"] == confusion_matrix(gold, predicted, labels=LABELS).tolist()
    each = precision_recall_fscore_support(gold, predicted, labels=LABELS, zero_division=np.nan)
    for at, name in enumerate(("precision", "recall", "f1", "support")):
        theirs = [None if np.isnan(value) else pytest.approx(value) for value in each[at]]
        assert [row[name] for row in found["per_class"]] == theirs


def test_an_interval_is_drawn_by_article(predictions):
    found = scores(predictions, LABELS, DRAWS)["baseline"]

    chance, drawn = np.random.default_rng(1), []
    articles = [part for _, part in predictions.groupby("article_id", sort=False)]
    for often in chance.multinomial(40, np.full(40, 1 / 40), 200):
        again = pd.concat([part for part, times in zip(articles, often, strict=True) for _ in range(times)])
        drawn.append(f1_score(again["gold"], again["predicted"], average="macro"))
    assert found["interval"] == pytest.approx(list(np.percentile(drawn, [2.5, 97.5])))
    assert found["interval"][0] < found["macro_f1"] < found["interval"][1]


def test_a_label_that_nobody_gave_or_predicted_is_undefined_with_its_reason(predictions):
    rows = predictions[predictions["gold"] != "neutral"]

    (neutral,) = [row for row in scores(rows, LABELS, DRAWS)["per_class"] if row["label"] == "neutral"]

    undefined = {"precision": None, "recall": None, "f1": None}
    reason = "not in this split, never predicted"
    assert neutral == {"label": "neutral", **undefined, "support": 0, "undefined": reason}


def test_rows_of_one_article_have_scores_but_no_interval(predictions):
    found = scores(predictions[predictions["article_id"] == "a0"], LABELS, DRAWS)

    assert found["baseline"]["interval"] is None
    assert verdict(found) == "All rows are of one article, so nothing can be said about others."


def test_a_split_without_rows_says_so(predictions):
    found = scores(predictions[:0], LABELS, DRAWS)

    assert found == {"rows": 0, "undefined": "this split has no row with a settled label"}
    assert verdict(found) == "There are no scores: this split has no row with a settled label."


@pytest.mark.parametrize(
    ("interval", "begins"),
    [((0.01, 0.2), "Better than"), ((-0.2, -0.01), "Worse than"), ((-0.1, 0.1), "Not told apart from")],
)
def test_nothing_is_claimed_inside_the_interval(interval, begins):
    assert verdict({"undefined": "", "difference": {"interval": interval}}).startswith(begins)


def test_macro_f1_of_many_draws_is_that_of_each(predictions):
    counts = confusions(predictions, "predicted", LABELS)

    assert macro_f1(counts[:3]) == pytest.approx([float(macro_f1(one)) for one in counts[:3]])


def test_the_numbers_of_the_report_are_those_of_the_tables(demonstration):
    here, (_, numbers) = world(demonstration=True), demonstration

    found = json.loads(numbers.read_text(encoding="utf-8"))

    counts = {row["stage"]: (row["count"], row["of_which"]) for row in found["stages"]}
    assert counts["articles"] == (30, {})
    assert counts["rejected articles"] == (1, {"empty": 1})
    assert counts["annotations"] == (450, {})
    assert counts["gold: stance"] == (150, {"settled": 150})
    where = Counter(here.splits["split"])
    assert counts["dataset: stance"] == (150, {split: where[split] for split in ("train", "validation", "test")})
    assert found["questions"]["stance"]["balance"]["favor"] == {
        split: where[split] // 5 for split in ("train", "validation", "test")
    }
    assert found["settings"]["bootstrap"] == vars(load(ROOT / "training/report.toml"))
    assert {(row["question"], row["measure"], row["value"]) for row in found["agreement"]} >= {("stance", "alpha", 1.0)}


def test_the_page_stands_alone_and_says_that_it_is_a_demonstration(demonstration):
    page, _ = demonstration

    html = page.read_text(encoding="utf-8")
    assert (
        re.findall(r"(?:src|href|data)\s*=\s*[\"'](?!#)[^\"']*|url\((?!#)[^)]*|@import|<script|<link|<iframe", html)
        == []
    )
    assert html.index("This is a demonstration, not data.") < html.index("<h1>")
    assert html.count('role="img"') == html.count("<svg") == html.count("aria-label=")
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))


def test_two_reports_of_the_same_tables_are_the_same_bytes(demonstration, tmp_path):
    again = build_report(world(demonstration=True).write(tmp_path))

    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in demonstration]


def test_real_articles_without_test_rows_have_a_page_that_says_why_and_speaks_of_no_demonstration(tmp_path):
    here = world(articles=12)
    train = here.splits.loc[here.splits["split"] == "train", "item_id"]
    kept = {name: frame[frame["item_id"].isin(train)] for name, frame in vars(here).items() if "item_id" in frame}

    page, numbers = build_report(replace(here, **kept).write(tmp_path))

    html, found = (path.read_text(encoding="utf-8") for path in (page, numbers))
    assert json.loads(found)["questions"]["stance"]["undefined"] == "this split has no row with a settled label"
    assert "There are no scores: this split has no row with a settled label." in html
    assert "demonstration" not in html.lower()


def test_a_confusion_matrix_shows_every_count_as_text():
    svg = figures.confusion([[11, 2], [3, 14]], ["favor", "none"], "stance", "Favor was taken for none 2 times.")

    assert re.findall(r">(\d+)</text>", svg) == ["11", "2", "3", "14"]
    assert 'aria-label="Favor was taken for none 2 times."' in svg


def test_words_from_outside_cannot_become_markup_in_a_picture():
    svg = figures.balance({"<b>": {"train": 1, "test": 2}}, "x", '"><script>alert(1)</script>')

    assert "<script" not in svg
    assert "<b>" not in svg
