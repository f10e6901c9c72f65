"""What a model says of every item, of an answered one only when its article was held out; and the learning curve."""

from dataclasses import replace

import numpy as np
import pytest

from labeling.tables import CURVE, PROBABILITIES
from tests.house import ROOT
from tests.world import ANNOTATED, BOOK, build_dataset, step, world
from training.curve import main as write_curve
from training.model import load
from training.probabilities import main, told, votes

FILES = [ROOT / "training/model.toml", ROOT / "training/tone.toml"]
SETTINGS = load(*FILES)


@pytest.fixture(scope="module")
def town():
    """Twelve articles, of which the last two have not been answered."""
    whole = world(articles=12)
    late = set(whole.articles["article_id"].tail(2))
    answered = whole.annotations["item_id"].str.partition(".")[0].map(lambda article: article not in late)
    return replace(whole, annotations=whole.annotations[answered].reset_index(drop=True))


def test_every_item_has_probabilities_and_answered_ones_by_models_that_had_not_seen_their_article(town):
    found = told(BOOK.questions["stance"], town.annotations, town.items, SETTINGS)

    late = set(town.articles["article_id"].tail(2))
    unanswered = found["item_id"].map(lambda item: item.partition(".")[0] in late)
    assert sorted(found["item_id"]) == sorted(town.items["item_id"])
    assert (found.loc[unanswered, "fold"] == -1).all()
    assert (found.loc[~unanswered, "fold"] >= 0).all()
    assert np.allclose(found["probabilities"].map(sum), 1)


def test_an_article_is_in_one_fold_alone(town):
    found = told(BOOK.questions["stance"], town.annotations, town.items, SETTINGS)

    articles = found["item_id"].str.partition(".")[0]
    assert (found.groupby(articles)["fold"].nunique() == 1).all()


def test_probabilities_are_in_the_codebooks_order(town):
    found = told(BOOK.questions["stance"], town.annotations, town.items, SETTINGS).set_index("item_id")

    labels = list(BOOK.questions["stance"].labels)
    answers = town.annotations.drop_duplicates("item_id")
    guessed = [labels[int(np.argmax(found.loc[item, "probabilities"]))] for item in answers["item_id"]]
    assert np.mean([guess == label for guess, label in zip(guessed, answers["stance"], strict=True)]) > 0.9


def test_only_a_batchs_answers_are_votes(town):
    rows = town.annotations.assign(purpose="check")

    assert votes(rows, BOOK.questions["stance"]).empty


def test_the_votes_of_an_item_are_shares_and_the_first_of_equal_labels_leads(town):
    item = town.annotations["item_id"].iloc[0]
    pair = town.annotations[town.annotations["item_id"] == item].head(2).assign(stance=["neutral", "favor"])

    found = votes(pair, BOOK.questions["stance"]).to_dict("records")

    assert found == [{"item_id": item, "share_favor": 0.5, "share_neutral": 0.5, "label": "favor"}]


def test_with_too_few_answers_the_table_is_empty_and_says_so(town, tmp_path, capsys):
    folder = town.write(tmp_path)
    ANNOTATED.write(town.annotations.head(2), folder / "annotations.parquet")

    step(
        main,
        *FILES,
        ROOT / "labeling/codebook.toml",
        folder / "annotations.parquet",
        folder / "items.parquet",
        folder / "p",
    )

    assert PROBABILITIES.read(folder / "p").empty
    assert "too few answers to stance and sanction_violation" in capsys.readouterr().out


def test_the_curve_goes_up_to_all_that_is_not_held_out_and_is_drawn_several_times(tmp_path):
    manifest = build_dataset(world(articles=20).write(tmp_path)) / "manifest.json"

    step(write_curve, *FILES, manifest, tmp_path / "curve.parquet")

    found = CURVE.read(tmp_path / "curve.parquet")
    assert set(found["question"]) == {"stance", "sanction_violation"}
    assert set(found["draw"]) == set(range(SETTINGS.curve.draws))
    assert found["macro_f1"].between(0, 1).all()
    assert found.groupby(["question", "draw"])["items"].apply(lambda items: items.is_monotonic_increasing).all()
