"""What cues miss is estimated from labels on a random draw of what they left."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.recall import Settings, about_targets, drawn_by_chance, load, reach, recall, share
from tests.house import ROOT

SETTINGS = load(ROOT / "labeling/recall.toml")
BOOK = codebook.load(ROOT / "labeling/codebook.toml")
STANCE = about_targets(BOOK)
COVERAGE = pd.DataFrame({"target": ["iran"], "proposition": ["x"], "sentences": [1100], "matched": [100]})


def labelled(cues: list[str], audit: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items about Iran with their gold labels, those that hold its cues and those of the draw."""
    items = [(f"c{at}", "cues", label) for at, label in enumerate(cues)]
    items += [(f"a{at}", "audit", label) for at, label in enumerate(audit)]
    frame = pd.DataFrame(items, columns=["item_id", "drawn", "label"]).assign(target="iran")
    return frame.drop(columns="label"), frame.assign(question="stance", outcome="settled")


def test_recall_is_what_cues_reach_of_all_that_has_a_stance():
    # 100 sentences hold cues, half of them with a stance: 50. Of 1,000 others one in twenty has one: 50 more.
    items, gold = labelled(["favor"] * 10 + ["none"] * 10, ["against"] + ["none"] * 19)

    (row,) = recall(COVERAGE, items, gold, STANCE, SETTINGS).to_dict("records")

    assert row["recall"] == pytest.approx(0.5)
    assert row["low"] < 0.35
    assert row["high"] > 0.7
    assert (row["held_named"], row["held"], row["drawn_named"], row["drawn"]) == (10, 20, 1, 20)
    assert row["verdict"] == "estimated"


def test_more_labels_make_the_interval_narrower_and_the_same_seed_the_same():
    few = reach(100, 1000, (10, 20), (1, 20), SETTINGS)
    many = reach(100, 1000, (500, 1000), (50, 1000), SETTINGS)

    assert many[2] - many[1] < (few[2] - few[1]) / 4
    assert few == reach(100, 1000, (10, 20), (1, 20), SETTINGS)


def test_a_draw_without_a_stance_still_leaves_doubt():
    value, low, high = reach(100, 1000, (20, 20), (0, 20), SETTINGS)

    assert value == high == 1.0
    assert low < 0.9


def test_what_nobody_spoke_of_has_no_recall():
    items, gold = labelled(["none"] * 3, ["none"] * 4)

    (row,) = recall(COVERAGE, items, gold, STANCE, SETTINGS).to_dict("records")

    assert math.isnan(row["recall"])
    assert row["verdict"] == "no labelled sentence speaks of it"


def test_cues_that_reach_nothing_have_an_interval_from_nothing_on():
    assert reach(100, 1000, (0, 20), (3, 20), SETTINGS)[:2] == (0.0, 0.0)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    chance, settings = np.random.default_rng(3), Settings(2_000, 1, 0.95)
    inside = 0
    for _ in range(200):  # 300 hold the cues, .6 of them with a stance; of 3,000 others .05
        held, drawn = int(chance.binomial(100, 0.6)), int(chance.binomial(100, 0.05))
        _, low, high = reach(300, 3000, (held, 100), (drawn, 100), settings)
        inside += low <= 180 / (180 + 150) <= high

    assert 180 <= inside <= 200


def test_shares_that_fit_are_those_of_jeffreys_prior():
    drawn = share(3, 10, np.random.default_rng(1), 200_000)

    assert drawn.mean() == pytest.approx(3.5 / 11, abs=0.001)
    assert drawn.var() == pytest.approx(3.5 * 7.5 / (11**2 * 12), rel=0.02)


def test_without_labels_on_the_draw_there_is_no_estimate_and_what_is_missing_is_said():
    items, gold = labelled(["favor"], [])

    (row,) = recall(COVERAGE, items, gold, STANCE, SETTINGS).to_dict("records")

    assert math.isnan(row["recall"])
    assert row["verdict"] == "no labels on the draw: set asked in targets.toml, then push, label and pull"


def test_a_setting_that_is_unknown_is_refused(tmp_path):
    (tmp_path / "recall.toml").write_text("draw = 3\n")

    with pytest.raises(ContractError) as error:
        load(tmp_path / "recall.toml")

    assert str(error.value) == (
        f"{tmp_path}/recall.toml:1: draw is read by nobody. Correct it to one of draws, seed, level, or take it out."
    )


def test_a_codebook_that_asks_nothing_about_targets_has_no_recall():
    everything = {name: replace(one, asked_of="every item") for name, one in BOOK.questions.items()}

    with pytest.raises(ContractError) as error:
        about_targets(replace(BOOK, questions=everything))

    assert str(error.value) == (
        "No question of the codebook is asked of items with a target and names a label for those that say "
        "nothing of it (`without`), so what the cues miss cannot be told. Add `without`."
    )


def test_what_a_model_chose_has_no_say():
    reasons = ["sample", "random", "all", "audit", "uncertainty", "rare class", "contrast", "diversity"]
    items = pd.DataFrame({"item_id": reasons})

    found = drawn_by_chance(items, pd.DataFrame({"item_id": reasons, "reason": reasons}))

    assert found["item_id"].tolist() == ["sample", "random", "all", "audit"]
