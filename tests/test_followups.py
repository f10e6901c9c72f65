"""What is asked only after certain labels is learned too, where there are answers enough."""

import numpy as np
import pandas as pd
import pytest

from tests.world import PEOPLE, build_dataset, world
from training.followups import frames, labelled

ROWS = pd.DataFrame(
    {"item_id": ["a", "b"], "article_id": ["1", "2"], "text": "t", "target": "", "split": "train", "group": ["1", "2"]}
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A dataset in which holders, families and reasons differ."""
    whole = world(articles=30)
    changes = {}
    for at, item in enumerate(whole.items["item_id"]):
        row = whole.annotations[whole.annotations["item_id"] == item].iloc[0]
        for person in PEOPLE:
            holder = ("author", "quoted")[at % 2] if row["holder"] else ""
            regime = (["iran"], ["russia"])[at % 2] if len(row["regime"]) else []
            reason = ("imposition", "unrelated")[at // 2 % 2] if row["sanction_violation"] == "none" else ""
            changes[f"{item}/{person}"] = {"holder": holder, "regime": regime, "none_reason": reason}
    return build_dataset(whole.saying(changes).write(tmp_path_factory.mktemp("followups")))


def test_holder_and_families_of_measures_are_questions_of_their_own(place):
    found = frames(place)

    assert {"holder", "regime_iran", "regime_russia"} <= set(found)
    assert set(found["holder"]["label"]) == {"author", "quoted"}
    assert set(found["regime_iran"]["label"]) == {"yes", "no"}


def test_only_items_that_were_asked_are_learned_from(place):
    found = frames(place)

    assert len(found["regime_iran"]) == 30 * 4  # all but the one saying in five that presents no violation


def test_what_too_few_were_asked_is_left_out(tmp_path):
    assert frames(build_dataset(world(articles=6).write(tmp_path))) == {}


def test_the_answers_shares_are_kept_and_a_tie_is_left_out():
    answers = pd.DataFrame({"item_id": ["a", "a", "a", "b", "b"], "label": ["x", "x", "y", "x", "y"]})

    found = labelled(ROWS, answers)

    assert list(found["item_id"]) == ["a"]
    assert list(found["label"]) == ["x"]
    assert np.allclose(found[["share_x", "share_y"]], [[2 / 3, 1 / 3]])
