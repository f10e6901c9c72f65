"""Articles fall into splits by their names alone."""

import pytest

from corpus.errors import ContractError
from labeling.draw import bucket
from tests.house import ROOT
from tests.world import DRAW, world
from training.splits import Draw, closing, load, splits


def test_all_items_of_an_article_fall_on_the_same_side():
    found = splits(world(articles=50).items, DRAW)

    assert found.groupby("article_id")["split"].nunique().unique().tolist() == [1]


def test_more_articles_move_none_that_were_there():
    few, many = splits(world(articles=10).items, DRAW), splits(world(articles=60).items, DRAW)

    assert many[many["item_id"].isin(few["item_id"])].to_dict("records") == few.to_dict("records")


def test_the_draw_of_an_article_is_the_same_on_every_machine():
    assert [bucket(name, "split-1") for name in ("3f9a1c20d4", "0000000000")] == [96, 12]


def test_another_salt_is_another_draw_and_is_recorded_with_every_row():
    items = world(articles=60).items

    one, other = splits(items, DRAW), splits(items, Draw("split-2", DRAW.shares))

    assert (one["split"] != other["split"]).any()
    assert set(one["salt"]) == {"split-1"}
    assert set(other["salt"]) == {"split-2"}


@pytest.mark.parametrize(
    ("at", "split"),
    [(0, "train"), (69, "train"), (70, "validation"), (79, "validation"), (80, "test"), (99, "test")],
)
def test_buckets_fill_the_splits_by_their_shares(at, split):
    assert DRAW.split(at) == split


def test_shares_are_kept_on_many_articles():
    found = splits(world(articles=1000, sayings=[("favor", "alleged")]).items, DRAW)

    shares = found["split"].value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"train": 0.7, "validation": 0.1, "test": 0.2}, abs=0.05)


def test_a_split_without_a_settled_label_is_said_in_the_closing_line():
    here = world(articles=1)

    assert closing(here.splits, here.gold) == (
        "items with a settled label: train 5, validation 0, test 0; "
        "validation and test empty: label more articles, or draw by another salt"
    )


def test_shares_that_do_not_sum_to_100_are_refused(tmp_path):
    settings = tmp_path / "splits.toml"
    settings.write_text('salt = "s"\n[shares]\ntrain = 80\nvalidation = 10\ntest = 20\n')

    with pytest.raises(ContractError) as error:
        load(settings)

    assert str(error.value) == (
        f"{settings}: the shares train 80, validation 10, test 20 sum to 110. Make them sum to 100, none below 0."
    )


def test_the_house_draws_70_10_20():
    assert load(ROOT / "training/splits.toml") == DRAW
