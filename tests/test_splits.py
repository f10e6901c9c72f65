"""Items fall into splits by names alone, and nobody learns from what tells a label on the other side."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import ContractError
from corpus.tables import CONTRASTS, DUPLICATES
from labeling.draw import bucket
from tests.house import ROOT
from tests.world import BOOK, DRAW, build_splits, world
from training import leakage
from training.kin import Near, kin, near
from training.splits import closing, frame, load, splits
from training.suites import PERIODS, group, subjects
from training.tables import DATASET_SPLITS, SPLITS

SMALL = replace(DRAW, least=1)
NOBODY = CONTRASTS.frame([])
OTHER = ["One thing.", "Other words."]
TOPICS = ["tankers", "banks", "drones", "grain", "visas", "chips", "timber", "gold", "cement", "coal"]


def asked(*rows):
    """Items as splits sees them: each (article, target, outlet, day, why it was drawn), with words of its own."""
    columns = ["article_id", "target", "outlet", "published", "drawn"]
    found = pd.DataFrame(
        [(*row, *("", "Herald", "2024-01-01", "all")[len(row) - 1 :]) for row in rows], columns=columns
    )
    found["sentence_id"] = [f"{article}.{at}" for at, article in enumerate(found["article_id"])]
    found["text"] = [f"Word{at} about{at} thing{at} number{at}." for at in range(len(found))]
    return found.assign(item_id=found["sentence_id"] + "@" + found["target"].mask(found["target"] == "", "topic"))


def split(items, settings=SMALL, copies=None, contrasts=NOBODY, about=None):
    """The splits of items, as the step makes them."""
    kinship = kin(items, copies or {}, contrasts, settings.near)
    return frame(items, splits(items, about or {}, kinship, settings), settings.salt)


def sides(found, suite, fold):
    """Where each item stands in one fold."""
    rows = found[(found["suite"] == suite) & (found["fold"] == fold)]
    return dict(zip(rows["item_id"].str.partition("@")[0], rows["split"], strict=True))


def twins(one, other):
    """Two sentences that look like copies and are none."""
    same = {"words_a": "", "words_b": "", "families": "negation", "similarity": 0.9}
    return CONTRASTS.frame([{"pair_id": f"{one}|{other}", "sentence_a": one, "sentence_b": other, **same}])


def in_split(name):
    """An article that the draw puts there."""
    return next(
        article
        for article in (f"a{at}" for at in range(1000))
        if (bucket(article, SMALL.salt) < SMALL.validation) == (name == "validation")
    )


def test_the_probability_sample_is_the_test_split_and_brings_the_rest_of_its_articles():
    items = asked(("a", "", "Herald", "2024-01-01", "sample"), ("a",), (in_split("train"),), (in_split("validation"),))

    assert list(sides(split(items), "random", "all").values()) == ["test", "test", "train", "validation"]


def test_all_items_of_an_article_stand_on_one_side_of_every_fold():
    here = world(articles=50)

    found = here.splits[here.splits["split"] != "aside"]

    assert found.groupby(["suite", "fold", "article_id"])["split"].nunique().unique().tolist() == [1]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_more_articles_move_nothing_that_was_there(before, more, seed):
    chance = np.random.default_rng(seed)
    rows = [
        (
            f"a{at}",
            str(chance.choice(["", "sanctions-iran", "aid-ukraine"])),
            str(chance.choice(["", "Herald", "Wire", "Post"])),
            str(chance.choice(["", "2022-05-01", "2023-05-01", "2024-05-01"])),
            str(chance.choice(["sample", "all"])),
        )
        for at in range(before + more)
    ]
    items = asked(*rows)
    copies = {name: "one" for name in items["sentence_id"] if chance.random() < 0.2}
    few, many = split(items[:before], copies=copies), split(items, copies=copies)

    both = few.merge(many, on="split_id", suffixes=("", "_now"))
    assert len(both) == len(few)
    assert both.loc[(both["split"] != both["split_now"]) & (both["split_now"] != "aside")].empty


def test_the_draw_of_an_article_is_the_same_on_every_machine():
    assert [bucket(name, "split-1") for name in ("3f9a1c20d4", "0000000000")] == [96, 12]


def test_another_salt_is_another_draw_and_is_recorded_with_every_row():
    items = world(articles=60).items.assign(drawn="all")

    one, other = split(items), split(items, replace(SMALL, salt="split-2"))

    assert sides(one, "random", "all") != sides(other, "random", "all")
    assert set(one["salt"]) == {"split-1"}
    assert set(other["salt"]) == {"split-2"}


def test_a_share_of_the_articles_outside_the_sample_is_for_validation():
    items = asked(*((f"a{at}",) for at in range(1000)))

    counts = split(items)[lambda rows: rows["suite"] == "random"]["split"].value_counts(normalize=True)

    assert counts.to_dict() == pytest.approx({"train": 0.88, "validation": 0.12}, abs=0.03)


def test_every_item_is_held_out_in_one_of_the_folds():
    found = split(asked(*((f"a{at}",) for at in range(40))))

    test = found[(found["suite"] == "folds") & (found["split"] == "test")]
    assert sorted(test["item_id"]) == sorted(set(found["item_id"]))


def test_what_is_older_is_learned_from_and_what_is_newer_stands_aside():
    items = asked(
        *(("abcd"[at], "", "Herald", day) for at, day in enumerate(["2022-03-01", "2023-03-01", "2024-03-01", ""]))
    )

    found = split(items)

    assert set(found.loc[found["suite"] == "temporal", "fold"]) == {"2023", "2024"}
    assert list(sides(found, "temporal", "2023").values()) == ["train", "test", "aside", "aside"]
    assert list(sides(found, "temporal", "2024").values()) == ["train", "train", "test", "aside"]


@pytest.mark.parametrize(("period", "name"), [("year", "2024"), ("quarter", "2024 Q2"), ("month", "2024-05")])
def test_a_day_is_of_a_period(period, name):
    assert PERIODS[period]("2024-05-17") == name


def test_a_target_is_held_out_with_all_of_its_articles():
    items = asked(("a", "sanctions-iran"), ("a", "aid-ukraine"), ("b", "aid-ukraine"), ("c",))

    found = split(items)

    assert list(sides(found, "target", "sanctions-iran").values()) == ["test", "aside", "train", "train"]
    assert list(sides(found, "target", "aid-ukraine").values()) == ["aside", "test", "test", "train"]
    (aside,) = found.loc[(found["fold"] == "sanctions-iran") & (found["split"] == "aside"), "reason"]
    assert aside == "its article is in test: a.0@sanctions-iran"


def test_outlets_are_held_out_by_groups_and_those_of_one_house_together():
    together = replace(SMALL, together={"house": ["Herald", "Herald on Sunday"]})
    items = asked(*((f"a{at}", "", name) for at, name in enumerate(["Herald", "Herald on Sunday", "Wire", "Post", ""])))

    found = split(items, together)

    assert group("Herald", together) == group("Herald on Sunday", together)
    held = found[(found["suite"] == "source") & (found["split"] == "test")]
    assert sorted(held["item_id"].str[:2]) == ["a0", "a1", "a2", "a3"]
    assert set(found.loc[found["item_id"].str.startswith("a4") & (found["suite"] == "source"), "split"]) == {"aside"}


def test_a_family_of_measures_is_held_out_with_all_of_its_articles():
    items = asked(("a",), ("a",), ("b",), ("c",))

    found = split(items, about={"regime": {"a": {"dprk"}, "b": {"dprk", "russia"}}})

    assert list(sides(found, "regime", "dprk").values()) == ["test", "test", "test", "train"]
    assert list(sides(found, "regime", "russia").values()) == ["train", "train", "test", "train"]


def test_an_article_is_about_what_half_of_the_answers_to_an_item_name():
    here = world(articles=1, sayings=[("favor", "alleged")])
    first = here.items["item_id"][0]
    said = {f"{first}/annotator-1": {"regime": ["iran", "unspecified"]}, f"{first}/annotator-2": {"regime": ["iran"]}}

    assert subjects(here.saying(said).annotations, {first: "a"}, BOOK.follow_ups["regime"]) == {"a": {"iran"}}


def test_where_nobody_was_asked_what_an_article_is_about_it_is_about_nothing():
    here = world(articles=1, sayings=[("against", "none")])
    first = here.items["item_id"][0]

    for told in (here.annotations, here.annotations[:0]):
        assert subjects(told, {first: "a"}, BOOK.follow_ups["regime"]) == {}


def test_what_holds_too_little_is_not_held_out():
    items = asked(("a", "sanctions-iran"), *((f"b{at}", "aid-ukraine") for at in range(3)))

    found = split(items, replace(SMALL, least=2))

    assert "target" not in set(found["suite"])


@pytest.mark.parametrize(
    ("copies", "contrasts", "reason"),
    [
        pytest.param({"b.1": "b.1", "s.0": "b.1"}, NOBODY, "a copy", id="a copy"),
        pytest.param({}, twins("b.1", "s.0"), "a contrast twin", id="a twin"),
        pytest.param({"s.0": "z.9", "z.9": "z.9"}, twins("b.1", "z.9"), "a contrast twin", id="a twin of its copy"),
    ],
)
def test_who_tells_a_label_of_the_test_split_is_set_aside_and_not_moved(copies, contrasts, reason):
    items = asked(("s", "", "Herald", "2024-01-01", "sample"), ("b",), ("b",))

    found = split(items, copies=copies, contrasts=contrasts)

    assert list(sides(found, "random", "all").values())[:2] == ["test", "aside"]
    assert found.loc[found["suite"] == "random", "reason"].tolist()[1] == f"{reason} is in test: s.0@topic"
    assert sides(found, "random", "all")["b.2"] != "aside"


def test_the_same_words_and_nearly_the_same_words_are_found_without_any_table():
    said = "Tankers left the port of Nampo at night with coal for three buyers abroad."
    items = asked(("s", "", "Herald", "2024-01-01", "sample"), ("b",), ("c",))
    items["text"] = [said, said.upper(), said.replace("three", "four")]

    found = split(items)

    reasons = found.loc[found["suite"] == "random", "reason"].tolist()
    assert reasons[1:] == ["a copy is in test: s.0@topic", "a near text is in test: s.0@topic"]


def test_near_texts_are_those_that_share_enough_words():
    chance = np.random.default_rng(1)
    texts = sorted({" ".join(sorted(chance.choice(TOPICS, size, replace=False))) for size in (8, 9) for _ in range(60)})

    found = {tuple(pair) for pair in near(texts, Near(0.7, 32, 4))}

    bags = [set(text.split()) for text in texts]
    pairs = [(one, other) for one in range(len(bags)) for other in range(one + 1, len(bags))]
    alike = {(i, j) for i, j in pairs if len(bags[i] & bags[j]) / len(bags[i] | bags[j]) >= 0.7}
    assert found <= alike
    assert len(found) >= 0.99 * len(alike)


def test_no_words_are_near_to_nothing():
    assert near([], DRAW.near).shape == near(["one text"], DRAW.near).shape == (0, 2)


@pytest.mark.parametrize(
    ("texts", "articles", "copies", "contrasts", "why"),
    [
        pytest.param(OTHER, "aa", {}, NOBODY, "they are of one article", id="an article"),
        pytest.param(OTHER, "ab", {"a.0": "a.0", "b.1": "a.0"}, NOBODY, "one is a copy of the other", id="a group"),
        pytest.param(["Same.", "Same!"], "ab", {}, NOBODY, "one is a copy of the other", id="the same words"),
        pytest.param(OTHER, "ab", {}, twins("a.0", "b.1"), "they are contrast twins", id="twins"),
        pytest.param(["A b c d e f.", "A b c d e."], "ab", {}, NOBODY, "they share most of their words", id="near"),
    ],
)
def test_a_leak_is_refused_and_names_the_pair(texts, articles, copies, contrasts, why):
    rows = asked(*((article,) for article in articles)).assign(text=texts, split=["train", "test"])
    kinship = kin(rows, copies, contrasts, DRAW.near)

    with pytest.raises(ContractError) as error:
        leakage.check(rows, kinship, "splits, suite random, fold all")

    names = rows["item_id"].tolist()
    assert str(error.value) == (
        f"splits, suite random, fold all: {names[0]} ({texts[0]!r}) is in train and {names[1]} ({texts[1]!r}) in test, "
        f"but {why}, so that whoever learns the one knows the other. Set one of them aside, or run `make splits` again."
    )
    leakage.check(rows.assign(split=["aside", "test"]), kinship, "splits")


def test_the_step_sets_copies_and_twins_aside_and_writes_the_table(tmp_path):
    here = world(articles=40)
    sample = set(here.batch.loc[here.batch["reason"] == "sample", "item_id"])
    items = here.items["item_id"].astype(str)
    inside, one, two = [
        next(name for name in items if name in sample),
        *(name for name in items if name not in sample),
    ][:3]
    first, second, third = (name.partition("@")[0] for name in (inside, one, two))
    rows: list[dict[str, object]] = [
        {"sentence_id": name, "group_id": second, "kind": "near", "similarity": 0.9} for name in (first, second)
    ]
    here.write(tmp_path)
    DUPLICATES.write(DUPLICATES.frame(rows), tmp_path / "duplicates.parquet")
    CONTRASTS.write(twins(*sorted([third, first])), tmp_path / "contrasts.parquet")

    found = SPLITS.read(build_splits(tmp_path), only=DATASET_SPLITS).set_index("item_id")

    assert found.loc[[inside, one, two], "split"].tolist() == ["test", "aside", "aside"]
    assert found.loc[[one, two], "reason"].tolist() == [
        f"a copy is in test: {inside}",
        f"a contrast twin is in test: {inside}",
    ]


def test_a_split_without_a_settled_label_is_said_in_the_closing_line():
    here = world(articles=1)

    assert closing(here.splits, here.gold) == (
        "items with a settled label: train 5, validation 0, test 0; "
        "validation and test empty: label more articles, or draw by another salt; "
        "held out in turn: nothing, for want of items"
    )


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"validation": 100}, ": validation is 100, but it is from 0 to 99. Correct it."),
        ({"folds": 1}, ": folds is 1, but it is from 2 to 100. Correct it."),
        ({"period": '"week"'}, ": period is 'week', but it is one of year, quarter, month. Correct it."),
        (
            {"together": '{one = ["Herald"], two = ["Herald"]}'},
            ": [together] names the outlet 'Herald' twice. Correct it.",
        ),
        ({"near": "{similarity = 0.7, bands = 32}"}, ":8: near lacks rows. Add it."),
        (
            {"shares": "1"},
            ":9: shares is read by nobody. Correct it to one of salt, validation, folds, groups, period, least, near, "
            "together, or take it out.",
        ),
        ({"salt": None}, ":1: the file lacks salt. Add it."),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, change, wrong):
    said = {"salt": '"s"', "validation": 12, "folds": 5, "groups": 8, "period": '"year"', "least": 20, "together": "{}"}
    said |= {"near": "{similarity = 0.7, bands = 32, rows = 4}"} | change
    path = tmp_path / "splits.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in said.items() if value is not None))

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{wrong}"


def test_the_house_reads_its_own_settings():
    assert load(ROOT / "training/splits.toml") == DRAW


def test_where_nobody_named_a_family_no_article_is_about_one():
    here = world(articles=1, sayings=[("against", "none")])

    assert subjects(here.annotations, {here.items["item_id"][0]: "a"}, BOOK.follow_ups["regime"]) == {}
