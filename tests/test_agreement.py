"""How far annotators agree: question by question, cut in every way, with intervals by article."""

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.agreement import agreement, load
from labeling.bootstrap import Bootstrap
from tests.house import ROOT

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
DRAWS = Bootstrap(seed=1, draws=400, percent=95)


def annotated(*told: tuple[str, str, str, str]) -> pd.DataFrame:
    """Annotations as (item, annotator, stance, violation)."""
    found = pd.DataFrame(told, columns=["item_id", "annotator", "stance", "sanction_violation"])
    for column, value in {"holder": "", "none_reason": "", "purpose": "batch", "left_out": ""}.items():
        found[column] = value
    found["regime"] = [[] for _ in told]
    return found.assign(codebook_version="1", created_at="2024-06-03T09:00:00Z")


def people(*votes: str, articles: int = 40) -> pd.DataFrame:
    """So many articles of one item, about which annotators a, b, c ... say a violation label each, in turn."""
    names = "abcdefgh"
    told = [
        (f"{at}.1@x", names[who], "", label)
        for at in range(articles)
        for who, label in enumerate(votes[at % len(votes)].split())
    ]
    return annotated(*told)


def found(annotations: pd.DataFrame, measure: str = "alpha", **where: str) -> pd.DataFrame:
    """The rows of one measure, those where the columns say this."""
    rows = agreement(annotations, BOOK, DRAWS)
    for column, value in {"measure": measure, **where}.items():
        rows = rows[rows[column] == value]
    return rows


def values(rows: pd.DataFrame) -> dict[str, float]:
    """The value of each part."""
    return dict(zip(rows["part"], rows["value"], strict=True))


def test_each_question_is_measured_and_any_violation_against_none_too():
    rows = found(
        annotated(
            ("1.1@x", "a", "favor", "alleged"),
            ("1.1@x", "b", "favor", "established"),
            ("2.1@x", "a", "", "none"),
            ("2.1@x", "b", "", "none"),
        ),
        slice="all",
    )

    undefined = "undefined: all answers are the same, so chance agrees as well"
    nobody = "undefined: no item has two answers"
    assert rows[["agreement_id", "items", "articles", "annotators", "verdict"]].values.tolist() == [
        ["stance/alpha/all/all", 1, 1, 2, undefined],
        ["sanction_violation/alpha/all/all", 2, 2, 2, "below threshold"],
        ["any_violation/alpha/all/all", 2, 2, 2, "reached"],
        ["holder/alpha/all/all", 0, 0, 0, nobody],
        ["regime/alpha/all/all", 0, 0, 0, nobody],
        ["none_reason/alpha/all/all", 0, 0, 0, nobody],
    ]


def test_follow_ups_are_measured_among_those_who_were_asked():
    rows = annotated(*[(f"{at}.1@x", who, "favor", "alleged") for at in range(4) for who in "ab"])
    rows["holder"] = ["quoted", "quoted", "author", "author", "quoted", "author", "quoted", ""]
    rows["regime"] = [("iran",), ("iran",), ("dprk", "iran"), ("iran", "dprk"), ("iran",), ("dprk",), (), ()]

    percents = found(rows, "percent").set_index("agreement_id")["value"].to_dict()
    assert percents["holder/percent/all/all"] == pytest.approx(200 / 3)
    assert percents["regime/percent/all/all"] == pytest.approx(200 / 3)
    assert percents["regime/percent/label/iran"] == pytest.approx(200 / 3)
    assert percents["regime/percent/label/russia"] == 100
    assert found(rows, slice="all", question="holder")["items"].tolist() == [3]


def test_a_label_is_measured_against_the_rest_and_one_that_nobody_gave_says_so():
    rows = found(people("none none", "alleged alleged", "established alleged"), slice="label")

    labels = rows[rows["question"] == "sanction_violation"]
    valued = values(labels)
    assert valued["none"] == 1
    assert 0 < valued["alleged"] < 1
    assert np.isnan(valued["denied"])
    assert set(labels.loc[labels["value"].isna(), "verdict"]) == {"undefined: nobody gave this label"}


def test_two_people_and_each_against_the_others_are_told_apart():
    # a and b are of one mind; c answers by halves
    rows = found(people("none none none", "alleged alleged none", "alleged alleged alleged"))

    alphas = values(rows[rows["question"] == "sanction_violation"])
    assert alphas["a+b"] == 1
    assert alphas["a+c"] == alphas["b+c"] < 1
    assert alphas["c"] < alphas["a"] == alphas["b"] < 1


def test_one_annotator_of_two_is_as_far_from_the_other_as_both_are():
    rows = found(people("none none", "alleged none", "alleged alleged"), question="sanction_violation")

    assert len(set(rows.loc[rows["slice"].isin(["all", "pair", "annotator"]), "value"])) == 1


def test_a_weeks_answers_are_measured_against_all_others_to_the_same_items_whenever_given():
    rows = people("none none", "alleged alleged", articles=40)
    late = rows["annotator"] == "b"
    rows.loc[late, "created_at"] = "2024-06-10T09:00:00Z"
    rows.loc[late & (rows["item_id"] < "2"), "sanction_violation"] = "denied"

    weekly = found(rows, question="sanction_violation", slice="week").set_index("part")

    assert weekly["items"].to_dict() == {"2024-W23": 40, "2024-W24": 40}
    (everything,) = found(rows, question="sanction_violation", slice="all")["value"]
    assert weekly["value"].tolist() == [everything, everything]


def test_answers_under_an_older_codebook_are_measured_apart_and_count_nowhere_else():
    old = people("none alleged", "alleged none").assign(codebook_version="1", left_out="answered under codebook 1")
    new = people("none none", "alleged alleged").assign(codebook_version="2")

    rows = found(pd.concat([old, new]), question="sanction_violation")

    versions = values(rows[rows["slice"] == "codebook"])
    assert versions["1"] < 0 < versions["2"] == 1
    assert rows.loc[rows["slice"] == "all", "value"].tolist() == [1]


def test_a_hidden_repeat_is_measured_against_the_same_persons_first_answer_and_is_no_vote():
    first = people("none alleged", "alleged alleged", articles=20)
    again = first[first["annotator"] == "b"].assign(purpose="repeat")
    again.loc[again["item_id"] == "3.1@x", "sanction_violation"] = "denied"

    rows = found(pd.concat([first, again]), "percent", question="sanction_violation")

    repeats = rows[rows["slice"] == "repeats"]
    assert repeats[["part", "value", "items", "annotators"]].values.tolist() == [["all", 95, 20, 1], ["b", 95, 20, 1]]
    assert rows.loc[rows["slice"] == "all", "value"].tolist() == [50]


@pytest.mark.parametrize("column", ["purpose", "left_out"])
def test_only_answers_that_count_are_votes(column):
    rows = people("none alleged")
    rows.loc[rows["annotator"] == "b", column] = "check" if column == "purpose" else "skipped"

    assert found(rows, slice="all")["verdict"].unique().tolist() == ["undefined: no item has two answers"]


def test_an_interval_is_drawn_by_article_so_that_copies_in_one_article_do_not_narrow_it():
    once = people("none none", "alleged none", "alleged alleged", "none alleged")
    twice = pd.concat([once, once.assign(item_id=once["item_id"].str.replace(".1", ".2"))])

    width = [
        (rows["high"] - rows["low"]).iloc[0]
        for rows in (found(some, question="sanction_violation", slice="all") for some in (once, twice))
    ]

    assert width[0] == pytest.approx(width[1], rel=0.02)


def test_an_interval_holds_what_resampling_articles_one_by_one_gives():
    rows = people("none none", "alleged none", "alleged alleged", articles=30)
    both = rows.pivot_table(index="item_id", columns="annotator", values="sanction_violation", aggfunc="first")

    (one,) = found(rows, "percent", question="sanction_violation", slice="all").to_dict("records")

    same = (both["a"] == both["b"]).to_numpy(float)[np.argsort(pd.factorize(both.index, sort=True)[0])]
    often = np.random.default_rng(1).multinomial(30, np.full(30, 1 / 30), 400)
    assert [one["low"], one["high"]] == pytest.approx(np.percentile(100 * often @ same / 30, [2.5, 97.5]))


def test_one_article_has_a_value_and_no_interval_and_a_rare_label_says_why_it_has_none():
    one = people("none alleged", "alleged alleged", articles=2)
    one["item_id"] = "1." + one["item_id"]
    rare = people(*["none none"] * 29, "denied denied", articles=30)

    single = found(one, "percent", question="sanction_violation", slice="all")
    label = found(rare, question="sanction_violation", slice="label", part="denied")

    assert single[["value", "no_interval"]].values.tolist() == [[50, "one article only"]]
    assert single["low"].isna().all()
    ((value, why),) = label[["value", "no_interval"]].values.tolist()
    assert value == 1
    assert why.startswith("undefined in ")
    assert why.endswith(" of 400 draws")


def test_the_same_annotations_in_any_order_are_the_same_rows():
    rows = people("none none none", "alleged none alleged", "denied alleged denied")

    pd.testing.assert_frame_equal(
        agreement(rows, BOOK, DRAWS), agreement(rows.sample(frac=1, random_state=1), BOOK, DRAWS)
    )


def test_no_annotations_at_all_are_measured_as_undefined():
    assert set(found(people("none none")[:0])["verdict"]) == {"undefined: no item has two answers"}


def test_wrong_settings_are_told_in_one_line(tmp_path):
    path = tmp_path / "agreement.toml"
    path.write_text("seed = 1\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}:1: the file lacks draws. Add it."
