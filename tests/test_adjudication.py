"""Adjudicators see what the votes left open, without names, and what all agreed on among it."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.adjudication import Settings, adjudication, load, main, opened, told, waiting
from labeling.gold import gold
from labeling.gold import load as load_gold
from labeling.tables import ADJUDICATION, ASSIGNMENTS, PROBABILITIES
from tests.house import ROOT
from tests.world import RULED, World, world

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SETTINGS = Settings(("adjudicator-1", "adjudicator-2"), audit=10, split_votes=False, open_at_most=500, salt="audit-1")
NOTHING = ADJUDICATION.frame([])


def torn(articles: int, tied: int, split: int = 0) -> World:
    """A world of so many articles, in which three people say three things of the first items, and two of the next."""
    here = world(articles=articles)
    items = here.items["item_id"].tolist()
    three = {"annotator-1": "favor", "annotator-2": "against", "annotator-3": "neutral"}
    changes = {f"{item}/{who}": {"stance": says} for item in items[:tied] for who, says in three.items()}
    return here.saying(
        changes | {f"{item}/annotator-3": {"sanction_violation": "denied"} for item in items[tied : tied + split]}
    )


def settled(here: World, rulings: pd.DataFrame | None = None) -> pd.DataFrame:
    """The gold of a world, after some rulings."""
    known = RULED.frame([]) if rulings is None else rulings
    return gold(here.annotations, known, PROBABILITIES.frame([]), BOOK, load_gold(ROOT / "labeling/gold.toml"))


def assigned(
    here: World, settings: Settings = SETTINGS, former: pd.DataFrame = NOTHING, free: set[str] | None = None
) -> pd.DataFrame:
    """The round of a world in which nobody's vote is still to come."""
    every = set(here.items["item_id"]) if free is None else free
    one = opened(former, settled(here), every, settings, BOOK.version)
    return adjudication(one, here.annotations, BOOK, settings)


def test_what_the_votes_left_open_is_ruled_on_shared_evenly_and_some_of_what_all_agreed_on_with_it():
    here = torn(articles=60, tied=10)

    found = assigned(here)

    counts = Counter(found["why"])
    assert counts["disagreement"] == 10
    assert 0.05 < counts["audit"] / 290 < 0.15
    assert set(found.loc[found["why"] == "disagreement", "item_id"]) == set(here.items["item_id"][:10])
    loads = Counter(found["annotator"])
    assert max(loads.values()) - min(loads.values()) <= 1
    assert found.groupby("annotator")["place"].apply(lambda places: list(places) == list(range(len(places)))).all()


def test_audits_are_strewn_among_the_others_and_nothing_tells_them_apart():
    found = assigned(torn(articles=60, tied=30))

    where = [at for at, why in enumerate(found["why"]) if why == "audit"]
    assert where[0] < len(found) / 3
    assert where[-1] > 2 * len(found) / 3
    assert not any(word in key for key in found["task_key"] for word in ("audit", "disagreement"))


def test_votes_are_shown_without_names_in_an_order_that_changes_from_item_to_item():
    found = assigned(torn(articles=60, tied=40), replace(SETTINGS, audit=0))

    shown = [json.loads(votes) for votes in found["votes"]]
    assert Counter(vote["stance"] for votes in shown for vote in votes) == dict.fromkeys(
        ["favor", "against", "neutral"], 40
    )
    assert all("annotator" not in text for text in found["votes"])
    firsts = Counter(votes[0]["stance"] for votes in shown)
    assert min(firsts.values()) > 4


def test_a_vote_is_shown_with_all_that_was_answered_and_nothing_that_was_not():
    here = torn(articles=1, tied=1)
    item = here.items["item_id"].iloc[0]
    here = here.saying({f"{item}/annotator-1": {"stance": "favor", "flags": ["contested"], "comment": "Who says so?"}})
    here = here.saying({f"{item}/annotator-2": {"stance": "none", "holder": "", "regime": []}})

    (row,) = assigned(here, replace(SETTINGS, audit=0)).to_dict("records")

    votes = {vote["stance"]: vote for vote in json.loads(row["votes"])}
    assert votes["favor"] == {
        "stance": "favor", "holder": "quoted", "sanction_violation": "alleged", "regime": ["russia", "other"],
        "flags": ["contested"], "comment": "Who says so?",
    }  # fmt: skip
    assert votes["none"] == {"stance": "none", "sanction_violation": "alleged"}


def test_what_was_assigned_stays_as_it_was_and_what_is_new_stands_behind_it():
    before = assigned(torn(articles=60, tied=10))

    after = assigned(torn(articles=60, tied=20), former=before)

    pd.testing.assert_frame_equal(after[: len(before)], before)
    assert len(after) > len(before)
    assert not after["item_id"].duplicated().any()
    assert not after.duplicated(["annotator", "place"]).any()


def test_no_more_lies_open_than_there_is_room_for_and_a_ruling_makes_room():
    here, narrow = torn(articles=60, tied=20), replace(SETTINGS, open_at_most=5)
    first = assigned(here, narrow)
    rulings = RULED.frame(
        [
            {
                **dict.fromkeys(RULED.columns, ""),
                **{"ruling_id": row.assignment_id, "item_id": row.item_id, "stance": "favor"},
                **{"sanction_violation": "alleged", "regime": [], "flags": [], "guideline_gap": False},
            }
            for row in first.head(2).itertuples()
        ]
    )

    one = opened(first, settled(here, rulings), set(here.items["item_id"]), narrow, BOOK.version)

    assert len(first) == 5
    assert len(one.now) == 2
    assert one.waits > 10
    assert set(one.now).isdisjoint(first["item_id"])


def test_an_item_on_which_a_vote_is_still_to_come_waits():
    here = torn(articles=2, tied=2)
    late = here.items["item_id"].iloc[0]
    rows: list[dict[str, object]] = [
        {
            **dict.fromkeys(ASSIGNMENTS.columns, ""),
            **{"assignment_id": f"{item}/{who}/1", "task_key": f"{item}{who}", "item_id": item, "purpose": "batch"},
            **{"batch": 1, "place": 0, "withdrawn": "the annotator left" if who == "annotator-5" else ""},
        }
        for item in here.items["item_id"]
        for who in ("annotator-1", "annotator-4" if item == late else "annotator-5")
    ]

    assert waiting(ASSIGNMENTS.frame(rows), here.annotations) == {late}


def test_nobody_rules_on_what_he_answered_himself():
    here, both = torn(articles=3, tied=3), replace(SETTINGS, adjudicators=("annotator-1", "adjudicator-1"), audit=0)

    found = assigned(here, both)
    alone = replace(both, adjudicators=("annotator-1",))
    one = opened(NOTHING, settled(here), set(here.items["item_id"]), alone, BOOK.version)
    nobody = adjudication(one, here.annotations, BOOK, alone)

    assert set(found["annotator"]) == {"adjudicator-1"}
    assert told(one, nobody, alone) == "new: none; 3 that every adjudicator answered himself: name another"


def test_split_votes_are_ruled_on_if_that_is_wished_and_after_all_others():
    here = torn(articles=20, tied=3, split=4)

    without, with_them = (
        list(assigned(here, replace(SETTINGS, audit=0, split_votes=wished))["why"]) for wished in (False, True)
    )

    assert with_them == [*without, "split votes", "split votes", "split votes"]


def test_growth_moves_no_audit():
    few, many = world(articles=20), world(articles=60)

    drawn = [set(assigned(here)["item_id"]) for here in (few, many)]

    assert drawn[0] == drawn[1] & set(few.items["item_id"])


def test_the_step_reads_its_former_self_and_says_what_is_new(tmp_path, capsys):
    folder = torn(articles=4, tied=2).write(tmp_path)
    ASSIGNMENTS.write(ASSIGNMENTS.frame([]), folder / "assignments.parquet")
    settings = tmp_path / "adjudication.toml"
    settings.write_text('adjudicators = ["a"]\naudit = 0\nsplit_votes = false\nopen_at_most = 9\nsalt = "s"\n')
    names = ("items", "assignments", "annotations", "gold", "adjudication")
    paths: list[Path] = [ROOT / "labeling/codebook.toml", settings, *(folder / f"{name}.parquet" for name in names)]
    capsys.readouterr()

    main(*paths)
    main(*paths)

    out = paths[-1]
    assert capsys.readouterr().out.splitlines() == [
        f"adjudication: 2 rows -> {out} (new: 2 disagreement)",
        f"adjudication: 2 rows -> {out} (new: none)",
    ]


def test_without_adjudicators_nobody_rules_and_it_says_so():
    here, nobody = torn(articles=2, tied=1), replace(SETTINGS, adjudicators=())
    one = opened(NOTHING, settled(here), set(here.items["item_id"]), nobody, BOOK.version)

    found = adjudication(one, here.annotations, BOOK, nobody)

    assert (len(found), told(one, found, nobody)) == (
        0,
        "nobody rules: name adjudicators in adjudication.toml",
    )


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param(
            'adjudicators = ["Ann B."]',
            ": 'Ann B.' is no pseudonym. Use small letters, digits and hyphens.",
            id="a name",
        ),
        pytest.param(
            'adjudicators = ["a", "a"]', ": `adjudicators` names somebody twice. Correct it.", id="somebody twice"
        ),
        pytest.param(
            'adjudicators = ["a"]\naudit = 101',
            ": audit is 0 to 100 percent, and open_at_most is not below 0. Correct it.",
            id="too much",
        ),
        pytest.param(
            "adjudicator = 1",
            ":1: adjudicator is read by nobody. Correct it to one of adjudicators, audit, split_votes, open_at_most, "
            "salt, or take it out.",
            id="an unknown key",
        ),
    ],
)
def test_wrong_settings_are_told_in_one_line(tmp_path, line, wrong):
    path = tmp_path / "adjudication.toml"
    rest = 'split_votes = false\nopen_at_most = 9\nsalt = "s"\n' + ("" if "audit" in line else "audit = 7\n")
    path.write_text(f"{line}\n{rest}")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{wrong}"
