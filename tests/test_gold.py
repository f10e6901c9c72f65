"""Annotations become gold labels, and what is not settled says so."""

import json

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.gold import gold, load, main, told
from labeling.settling import Settings
from labeling.tables import GOLD, PROBABILITIES
from tests.house import ROOT
from tests.world import RULED, world

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SETTINGS = load(ROOT / "labeling/gold.toml")
STANCES = ["favor", "against", "neutral", "none"]
NO_RULINGS, NO_PROBABILITIES = RULED.frame([]), PROBABILITIES.frame([])


def said(item: str, *stances: str, flags: tuple[str, ...] = ()) -> pd.DataFrame:
    """Annotations of one item, one person after the other; the last of them ticked the flags."""
    found = pd.DataFrame({"item_id": item, "stance": stances, "sanction_violation": "none"})
    found["annotator"] = [f"annotator-{at + 1}" for at in range(len(stances))]
    found["flags"] = [[] for _ in stances[1:]] + [list(flags)]
    return found.assign(purpose="batch", left_out="")


def ruling(item: str, stance: str, flags: tuple[str, ...] = (), left_out: str = "") -> dict[str, object]:
    """An adjudicator's ruling on an item."""
    text = dict.fromkeys(RULED.columns, "")
    about = {"ruling_id": f"{item}/adjudicator-1/1", "item_id": item, "stance": stance, "sanction_violation": "none"}
    return {**text, **about, "flags": list(flags), "regime": [], "guideline_gap": False, "left_out": left_out}


def settled(
    annotations: pd.DataFrame,
    *rulings: dict[str, object],
    probabilities: pd.DataFrame = NO_PROBABILITIES,
    settings: Settings = SETTINGS,
) -> pd.DataFrame:
    """The gold rows of the stance question."""
    found = gold(annotations, RULED.frame(list(rulings)), probabilities, BOOK, settings)
    return found[found["question"] == "stance"]


@pytest.mark.parametrize(
    ("votes", "row"),
    [
        pytest.param(["favor", "favor", "none"], ["favor", 2, "settled", "majority"], id="two of three"),
        pytest.param(["none", "none", "none"], ["none", 3, "settled", "unanimous"], id="all"),
        pytest.param(["favor", "against"], ["", 1, "tied", "unresolved"], id="one against one"),
        pytest.param(["favor", "against", "none"], ["", 1, "tied", "unresolved"], id="three ways"),
        pytest.param(["favor"], ["", 1, "too few votes", "unresolved"], id="one alone"),
        pytest.param(["favor", "favor", "against", "none"], ["", 2, "no majority", "unresolved"], id="two of four"),
    ],
)
def test_a_label_is_settled_by_more_than_half_of_at_least_two(votes, row):
    found = settled(said("a.1@x", *votes))

    assert found[["label", "votes", "outcome", "provenance"]].values.tolist() == [row]


def test_each_item_has_one_row_a_question_with_the_share_of_every_label():
    found = gold(said("a.1@x", "favor", "favor", "none"), NO_RULINGS, NO_PROBABILITIES, BOOK, SETTINGS)

    assert found[["gold_id", "label", "votes", "answers", "outcome"]].values.tolist() == [
        ["a.1@x/stance", "favor", 2, 3, "settled"],
        ["a.1@x/sanction_violation", "none", 3, 3, "settled"],
    ]
    assert found["shares"].tolist() == found["soft"].tolist() == [[2 / 3, 0, 0, 1 / 3], [0, 0, 0, 0, 1]]


def test_an_item_somebody_could_not_tell_has_no_label_whatever_else_was_ticked():
    found = settled(said("a.1@x", "favor", "favor", "favor", flags=("cannot_tell",)))

    assert found[["label", "outcome", "provenance", "priority"]].values.tolist() == [
        ["", "cannot tell", "unresolved", -1]
    ]


@pytest.mark.parametrize(("column", "value"), [("left_out", "skipped"), ("purpose", "repeat"), ("purpose", "check")])
def test_only_a_batchs_answers_that_count_are_votes(column, value):
    annotations = said("a.1@x", "favor", "favor", "against")
    annotations.loc[annotations["annotator"] != "annotator-1", column] = value

    assert settled(annotations)[["answers", "outcome"]].values.tolist() == [[1, "too few votes"]]


def test_a_ruling_settles_what_the_votes_left_open_and_leaves_the_votes_alone():
    annotations = said("a.1@x", "favor", "against")

    (row,) = settled(annotations, ruling("a.1@x", "against")).to_dict("records")

    told = {name: row[name] for name in ("label", "outcome", "provenance", "method", "votes", "answers", "priority")}
    assert told == {
        "label": "against", "outcome": "settled", "provenance": "adjudicated", "method": "adjudication",
        "votes": 1, "answers": 2, "priority": -1,
    }  # fmt: skip
    assert (row["shares"], row["soft"], row["majority"]) == ([0.5, 0.5, 0, 0], [0, 1, 0, 0], "")


def test_a_ruling_may_overturn_what_all_agreed_on_and_the_majority_still_says_what_they_said():
    found = settled(said("a.1@x", "favor", "favor"), ruling("a.1@x", "neutral"))

    assert found[["label", "majority", "votes", "provenance"]].values.tolist() == [
        ["neutral", "favor", 0, "adjudicated"]
    ]


def test_a_ruling_that_nobody_can_tell_leaves_the_item_without_a_label():
    found = settled(said("a.1@x", "favor", "against"), ruling("a.1@x", "favor", flags=("cannot_tell",)))

    assert found[["label", "outcome", "provenance"]].values.tolist() == [["", "cannot tell", "adjudicated"]]


def test_a_ruling_tells_what_an_annotator_could_not():
    found = settled(said("a.1@x", "favor", "favor", flags=("cannot_tell",)), ruling("a.1@x", "favor"))

    assert found[["label", "outcome"]].values.tolist() == [["favor", "settled"]]


def test_a_ruling_that_was_left_out_settles_nothing():
    found = settled(said("a.1@x", "favor", "against"), ruling("a.1@x", "favor", left_out="skipped"))

    assert found["outcome"].tolist() == ["tied"]


def crowd(items: int, people: int, votes: int, skill: float = 0.8) -> pd.DataFrame:
    """Annotations of so many items, each by so many of the people, who read so often and else guess."""
    chance = np.random.default_rng(4)
    truth = chance.choice(STANCES, items)
    rows = [
        (f"{at:03}.1@x", f"annotator-{who}", truth[at] if chance.random() < skill else chance.choice(STANCES))
        for at in range(items)
        for who in chance.permutation(people)[:votes]
    ]
    found = pd.DataFrame(rows, columns=["item_id", "annotator", "stance"])
    found["flags"] = [[] for _ in rows]
    return found.assign(sanction_violation="none", purpose="batch", left_out="")


@pytest.mark.parametrize(
    ("votes", "people", "method", "because"),
    [
        pytest.param(
            3, 6, "majority",
            "3 votes an item: with fewer than 5 a model of the annotators does no better than the majority",
            id="few votes an item",
        ),
        pytest.param(
            5, 30, "mace",
            "5 votes an item, 10 answers an annotator: enough to tell who reads, too few to tell who mistakes what for "
            "what",
            id="few answers an annotator",
        ),
        pytest.param(
            5, 6, "dawid-skene",
            "5 votes an item, 50 answers an annotator: enough to weigh each one's votes by the mistakes that each one "
            "makes",
            id="many of both",
        ),
    ],
)  # fmt: skip
def test_the_method_follows_the_number_of_votes_and_says_so(votes, people, method, because):
    found = settled(crowd(60, people, votes))

    assert set(zip(found["method"], found["because"], strict=True)) == {(method, because)}


def test_a_model_of_the_annotators_settles_by_its_own_chances():
    found = settled(crowd(60, 6, 5))

    assert set(found["outcome"]) <= {"settled", "no majority"}
    assert [sum(soft) for soft in found["soft"]] == pytest.approx([1] * 60)
    done = found[found["outcome"] == "settled"]
    assert done["label"].tolist() == done["dawid_skene"].tolist()
    assert [STANCES[int(np.argmax(soft))] for soft in done["soft"]] == done["label"].tolist()


def test_what_depends_on_the_method_is_named_and_is_looked_at_first_the_least_sure_before_the_others():
    # annotator-1 to 3 agree on everything; of the last items, 2 says one thing and the other two another
    agreed = pd.concat([said(f"{at:03}.1@x", *[STANCES[at % 4]] * 3) for at in range(40)])
    contrary = [said(f"{at:03}.1@x", "none", "favor", "none") for at in range(40, 46)]
    tied = said("050.1@x", "favor", "against", "neutral")

    found = settled(pd.concat([agreed, *contrary, tied]))

    differ = [len({label for label in row if label}) > 1 for row in found[["majority", "dawid_skene", "mace"]].values]
    voted = found["outcome"] == "settled"
    assert found.loc[voted, "sensitive"].tolist() == [one for one, stands in zip(differ, voted, strict=True) if stands]
    queue = found[found["priority"] >= 0].sort_values("priority")
    assert sorted(queue["priority"]) == list(range(len(queue)))
    assert "050.1@x" in set(queue["item_id"])
    assert found.loc[~found["sensitive"] & voted, "priority"].unique().tolist() == [-1]


def test_what_has_too_few_votes_depends_on_no_method():
    agreed = [said(f"{at:03}.1@x", *[STANCES[at % 4]] * 3) for at in range(40)]
    contrary = [said(f"{at:03}.1@x", "none", "favor", "none") for at in range(40, 46)]
    alone = said("050.1@x", "favor")

    found = settled(pd.concat([*agreed, *contrary, alone]))

    (row,) = found[found["item_id"] == "050.1@x"].to_dict("records")
    assert (row["outcome"], row["sensitive"]) == ("too few votes", False)


def said_of(items: list[str], chances: list[float]) -> pd.DataFrame:
    """What a model says of the stance of these items, the same of all."""
    rows: list[dict[str, object]] = [
        {"probability_id": f"{one}/stance", "item_id": one, "question": "stance", "fold": 0, "probabilities": chances}
        for one in items
    ]
    return PROBABILITIES.frame(rows)


def test_a_label_that_crowdlab_takes_for_an_error_is_to_be_looked_at_again_and_stays():
    right = [said(f"{at:03}.1@x", *[STANCES[at % 4]] * 3) for at in range(60)]
    split = said("090.1@x", "favor", "favor", "against")
    known = [said_of([f"{at:03}.1@x"], np.where(np.eye(4)[at % 4] > 0, 0.97, 0.01).tolist()) for at in range(60)]
    doubt = said_of(["090.1@x"], [0.01, 0.97, 0.01, 0.01])

    found = settled(pd.concat([*right, split]), probabilities=pd.concat([*known, doubt]))

    (row,) = found[found["item_id"] == "090.1@x"].to_dict("records")
    assert (row["label"], row["crowdlab"], row["outcome"]) == ("favor", "against", "settled")
    assert row["recheck"] == f"suspected error: CROWDLAB says against, and gives favor {row['quality']:.2f}"
    assert row["priority"] >= 0
    assert set(found.loc[found["item_id"] != "090.1@x", "recheck"]) == {""}


def test_without_a_models_probabilities_crowdlab_is_not_asked():
    found = settled(said("a.1@x", "favor", "favor", "none"))

    assert found[["crowdlab", "recheck"]].values.tolist() == [["", ""]]
    assert found["quality"].isna().all()


def test_probabilities_of_another_codebook_are_refused():
    with pytest.raises(ContractError) as error:
        settled(said("a.1@x", "favor", "favor"), probabilities=said_of(["a.1@x"], [0.5, 0.5]))

    assert str(error.value) == (
        "probabilities has other labels for stance than the 4 of the codebook. "
        "Run `make probabilities` under this codebook."
    )


def test_the_same_annotations_in_any_order_are_the_same_bytes(tmp_path):
    annotations = crowd(60, 6, 5)

    for name, rows in (("one", annotations), ("other", annotations.sample(frac=1, random_state=1))):
        GOLD.write(gold(rows, NO_RULINGS, NO_PROBABILITIES, BOOK, SETTINGS), tmp_path / f"{name}.parquet")

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_the_closing_line_tells_outcomes_methods_and_how_many_labels_depend_on_them():
    annotations = pd.concat([said("a.1@x", "favor", "favor", "favor"), said("b.1@x", "favor", "against", "none")])

    found = gold(annotations, NO_RULINGS, NO_PROBABILITIES, BOOK, SETTINGS)

    why = "3 votes an item: with fewer than 5 a model of the annotators does no better than the majority"
    assert told(found) == (
        f"3 settled, 1 tied; sanction_violation and stance by majority ({why}); 0 labels depend on the method"
    )


def test_no_answers_yet_are_no_rows():
    found = gold(said("a.1@x", "favor")[:0], NO_RULINGS, NO_PROBABILITIES, BOOK, SETTINGS)

    assert (len(found), told(found)) == (0, "no answer counts yet")


def test_the_step_writes_gold_although_no_model_was_asked_yet(tmp_path, capsys):
    folder = world(articles=3).write(tmp_path)
    settings = [ROOT / "labeling/codebook.toml", ROOT / "labeling/gold.toml"]
    paths = [folder / f"{name}.parquet" for name in ("annotations", "rulings", "probabilities", "gold")]
    before = json.dumps(GOLD.read(paths[-1])["label"].tolist())

    paths[2].unlink(missing_ok=True)
    main(*settings, *paths)

    assert json.dumps(GOLD.read(paths[-1])["label"].tolist()) == before
    assert "gold: 30 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param(
            "votes_needed = 0", ": votes_needed is 0, but it is a whole number from 1. Correct it.", id="none"
        ),
        pytest.param(
            "votes_needed = 2\nvotes = 3",
            ":2: votes is read by nobody. Correct it to one of votes_needed, model_votes, dawid_skene_answers, seed, "
            "or take it out.",
            id="an unknown key",
        ),
    ],
)
def test_wrong_settings_are_told_in_one_line(tmp_path, text, wrong):
    path = tmp_path / "gold.toml"
    path.write_text(f"{text}\nmodel_votes = 5\ndawid_skene_answers = 20\nseed = 1\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{wrong}"
