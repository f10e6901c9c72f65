"""Who answers what: enough people an item, everybody as often as the others, whoever comes and goes."""

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from corpus.tables import Table
from labeling.asking import Settings
from labeling.assignments import assign, load, main
from labeling.tables import ANSWERS, ASSIGNMENTS, BATCH, RELABEL
from tests.house import ROOT
from tests.world import CHECKED, step

PEOPLE = [f"annotator-{at}" for at in range(1, 8)]
PLAIN = Settings(PEOPLE, answers=3, repeats=0, distance=50, checks=0)
HIDING = Settings(PEOPLE, answers=3, repeats=5, distance=50, checks=5)
NOTHING = ASSIGNMENTS.frame([])


def drawn(*sizes: int) -> pd.DataFrame:
    """A batch of draws of these sizes."""
    rows = [
        (f"a{at}.{number}@iran", f"a{at}", number, at) for number, size in enumerate(sizes, 1) for at in range(size)
    ]
    found = pd.DataFrame(rows, columns=["item_id", "article_id", "batch", "place"])
    return found.assign(reason="all", probability=1.0, population=1, copies=1, score=np.nan, withdrawn="")


def checks(hidden: int, first: int) -> pd.DataFrame:
    """So many hidden checks, and so many that are asked first."""
    uses = ["check"] * hidden + ["qualification"] * first
    return pd.DataFrame({"item_id": [f"{use}{at}.x@topic" for at, use in enumerate(uses)], "use": uses})


def answered(rows: pd.DataFrame, *, skipped: bool = False, account: str = "", gone: str = "") -> pd.DataFrame:
    """ANSWERS to these assignments, each by its own annotator unless an account is named."""
    told = rows[["assignment_id", "item_id", "annotator", "purpose", "codebook_version"]]
    when = dict.fromkeys(["created_at", "updated_at"], "2024-05-06T10:00:00Z")
    named = {"answer_id": told["assignment_id"] + account + gone, "account": account or told["annotator"]}
    return told.assign(**named, **when, skipped=skipped, gone=gone, annotation=1)


def asked(former=NOTHING, batch=None, answers=None, settings=PLAIN, known=None, stale=(), version="1"):
    """All that is assigned afterwards."""
    answers = ANSWERS.frame([]) if answers is None else answers
    return assign(former, batch, checks(0, 0) if known is None else known, answers, set(stale), settings, version)


def standing(rows: pd.DataFrame, answers: pd.DataFrame | None = None) -> pd.DataFrame:
    """The assignments to a batch's items that were answered, or are still to be."""
    given = set() if answers is None else set(answers["assignment_id"])
    return rows[(rows["purpose"] == "batch") & ((rows["withdrawn"] == "") | rows["assignment_id"].isin(given))]


def uneven(rows: pd.DataFrame) -> tuple[int, int]:
    """By how much the items of people, and the items of pairs of them, differ at most."""
    loads = rows["annotator"].value_counts()
    pairs = Counter(
        pair for names in rows.groupby("item_id")["annotator"] for pair in itertools.combinations(sorted(names[1]), 2)
    )
    return loads.max() - loads.min(), max(pairs.values()) - min(pairs.values())


def test_every_annotator_is_asked_every_item_where_all_are_needed():
    found = asked(batch=drawn(2), settings=replace(PLAIN, annotators=PEOPLE[:2], answers=2))

    assert found[["assignment_id", "batch", "place"]].values.tolist() == [
        ["a0.1@iran/annotator-1/1", 1, 0],
        ["a1.1@iran/annotator-1/1", 1, 1],
        ["a0.1@iran/annotator-2/1", 1, 0],
        ["a1.1@iran/annotator-2/1", 1, 1],
    ]


@pytest.mark.parametrize(
    ("people", "answers", "items"),
    [(3, 3, 40), (4, 3, 100), (7, 3, 100), (7, 3, 1000), (10, 2, 1000), (10, 3, 5000), (12, 5, 500), (30, 3, 3000)],
)
def test_people_have_as_many_items_as_the_others_and_meet_each_other_as_often(people, answers, items):
    settings = replace(PLAIN, annotators=[f"a{at}" for at in range(people)], answers=answers)

    found = asked(batch=drawn(items), settings=settings)

    loads, pairs = uneven(found)
    assert found.groupby("item_id")["annotator"].nunique().unique().tolist() == [answers]
    assert loads <= 2
    assert pairs <= 2


def test_each_draw_is_shared_evenly_by_itself():
    first = asked(batch=drawn(100))

    second = asked(first, drawn(100, 60))

    assert second[: len(first)].equals(first)
    assert uneven(second[len(first) :])[0] <= 2
    assert (
        second[len(first) :].groupby("annotator")["place"].min().tolist()
        == first["annotator"].value_counts(sort=False).tolist()
    )


def test_nothing_new_changes_nothing():
    known = checks(10, 3)
    first = asked(batch=drawn(300), settings=HIDING, known=known)

    assert asked(first, drawn(300), settings=HIDING, known=known).equals(first)
    assert asked(first, drawn(300), answered(first.sample(400, random_state=1)), HIDING, known).equals(first)


def test_the_qualification_comes_first_for_one_who_has_not_begun():
    known = checks(0, 3)
    begun = asked(batch=drawn(70), known=known)
    done = answered(begun)

    found = asked(begun, drawn(70, 7), done, replace(PLAIN, annotators=[*PEOPLE, "annotator-8"]), known)

    mine = begun[begun["annotator"] == "annotator-1"]
    assert mine["purpose"].tolist() == ["qualification"] * 3 + ["batch"] * 30
    assert mine["place"].tolist() == list(range(33))
    new = found[len(begun) :]
    assert new.loc[new["annotator"] == "annotator-8", "purpose"].tolist()[:3] == ["qualification"] * 3
    assert set(new.loc[new["annotator"] != "annotator-8", "purpose"]) == {"batch"}


def test_checks_and_repeats_are_a_twentieth_each_and_stand_among_the_others():
    found = asked(batch=drawn(700), settings=HIDING, known=checks(40, 0))

    for _, mine in found.groupby("annotator"):
        counts = mine["purpose"].value_counts()
        assert counts.to_dict() == {"batch": 300, "check": 15, "repeat": 15}
        assert mine["place"].tolist() == list(range(330))
        assert mine.loc[mine["purpose"] == "check", "item_id"].is_unique
        assert max(np.diff(np.flatnonzero(mine["purpose"] == "check"))) < 50
        places = mine[mine["purpose"] != "check"].set_index(["item_id", "purpose"])["place"].unstack()
        assert ((places["repeat"] - places["batch"]).dropna() >= 50).all()


def test_annotators_have_checks_and_repeats_at_different_places():
    found = asked(batch=drawn(700), settings=HIDING, known=checks(40, 0))

    hidden = found[found["purpose"] == "check"].groupby("annotator")[["place", "item_id"]].agg(tuple)
    assert len(set(hidden["place"])) == len(set(hidden["item_id"])) == len(PEOPLE)


def test_in_label_studio_nothing_tells_what_a_task_is_for():
    found = asked(batch=drawn(300), settings=HIDING, known=checks(10, 3))

    assert found["task_key"].is_unique
    assert found["task_key"].str.fullmatch("[0-9a-f]{12}").all()


def test_what_was_too_near_to_come_again_does_so_with_later_items():
    few = asked(batch=drawn(70), settings=HIDING)

    more = asked(few, drawn(70, 140), settings=HIDING)

    assert set(few["purpose"]) == {"batch"}
    assert more["purpose"].value_counts().to_dict() == {"batch": 630, "repeat": 28}
    repeats = more[more["purpose"] == "repeat"].merge(more[more["purpose"] == "batch"], on=["item_id", "annotator"])
    assert (repeats["place_x"] - repeats["place_y"]).min() >= 50


def test_a_check_is_asked_once_and_fewer_are_asked_when_there_are_no_more():
    found = asked(batch=drawn(700), settings=HIDING, known=checks(4, 0))
    again = asked(found, drawn(700, 700), settings=HIDING, known=checks(4, 0))

    assert again[again["purpose"] == "check"].groupby("annotator").size().tolist() == [4] * 7


def test_what_a_leaver_has_not_answered_goes_to_others_and_what_he_has_answered_stays():
    before = asked(batch=drawn(70), settings=HIDING, known=checks(0, 3))
    mine = before[before["annotator"] == "annotator-3"]
    done = answered(mine.head(13))

    after = asked(before, drawn(70), done, replace(HIDING, annotators=[*PEOPLE[:2], *PEOPLE[3:]]), checks(0, 3))

    his = after[after["annotator"] == "annotator-3"]
    assert his["withdrawn"].tolist() == [""] * 13 + ["the annotator left"] * 20
    assert standing(after, done).groupby("item_id")["annotator"].nunique().tolist() == [3] * 70
    assert len(after[len(before) :]) == 20
    assert after.loc[after["annotator"] != "annotator-3", "withdrawn"].unique().tolist() == [""]


def test_who_left_and_is_back_has_his_hidden_checks_and_repeats_again():
    settings, known = replace(HIDING, annotators=PEOPLE[:4], distance=5), checks(9, 3)
    first = asked(batch=drawn(80), settings=settings, known=known)
    left = asked(first, drawn(80), settings=replace(settings, annotators=PEOPLE[:3]), known=known)
    back = asked(left, drawn(80), settings=settings, known=known)

    his, hidden = PEOPLE[3], ["check", "repeat", "qualification"]
    before, after = (rows[(rows["annotator"] == his) & rows["purpose"].isin(hidden)] for rows in (first, back))
    again = after.loc[after["withdrawn"] == "", "purpose"].value_counts()
    assert set(left.loc[left["annotator"] == his, "withdrawn"]) == {"the annotator left"}
    assert (
        again.to_dict() == before["purpose"].value_counts().to_dict() == {"check": 3, "repeat": 3, "qualification": 3}
    )


def test_an_answer_of_a_leaver_that_comes_late_counts_and_nobody_is_asked_in_his_stead():
    before = asked(batch=drawn(70))
    others = replace(PLAIN, annotators=PEOPLE[1:])
    left = asked(before, drawn(70), settings=others)
    late = before[before["annotator"] == "annotator-1"].head(1)

    after = asked(left, drawn(70), answered(late), others)

    (item,) = late["item_id"]
    assert after.loc[after["item_id"] == item, "withdrawn"].tolist().count("others answer it") == 1
    assert len(standing(after, answered(late)).query("item_id == @item")) == 3


def test_one_who_comes_back_goes_on_in_his_own_project():
    before = asked(batch=drawn(70))
    left = asked(before, drawn(70), settings=replace(PLAIN, annotators=PEOPLE[1:]))

    back = asked(left, drawn(70))

    assert back["assignment_id"].is_unique
    assert uneven(standing(back))[0] <= 2
    mine = back[back["annotator"] == "annotator-1"]
    assert (mine["withdrawn"] == "").sum() >= 28


def test_one_who_joins_takes_an_equal_share_of_what_is_still_open():
    before = asked(batch=drawn(140))
    done = answered(before.groupby("annotator").head(20))

    after = asked(before, drawn(140), done, replace(PLAIN, annotators=[*PEOPLE, "annotator-8"]))

    left = standing(after, done)
    still = left[~left["assignment_id"].isin(done["assignment_id"])]["annotator"].value_counts()
    assert still.sum() == 420 - 140
    assert still.max() - still.min() <= 1
    assert after["withdrawn"].value_counts().to_dict() == {"": 420, "others answer it": 35}
    assert left.groupby("item_id")["annotator"].nunique().tolist() == [3] * 140


def test_what_is_taken_from_one_is_not_repeated_by_him():
    before = asked(batch=drawn(700), settings=HIDING)

    after = asked(before, drawn(700), settings=replace(HIDING, annotators=[*PEOPLE, "annotator-8"]))

    given = after[after["withdrawn"] != ""]
    orphans = after[
        (after["purpose"] == "repeat") & after["assignment_id"].str.removesuffix("/again").isin(given["assignment_id"])
    ]
    assert len(orphans)
    assert orphans["withdrawn"].unique().tolist() == ["what it repeats was withdrawn"]


def test_a_skip_is_no_answer_and_the_item_goes_to_another():
    before = asked(batch=drawn(70))
    skip = answered(before.head(1), skipped=True)

    after = asked(before, drawn(70), skip)

    (item,) = skip["item_id"]
    assert after.loc[after["item_id"] == item, "annotator"].nunique() == 4
    assert asked(after, drawn(70), skip).equals(after)


def test_an_answer_that_was_deleted_or_is_another_accounts_is_still_to_be_given():
    before = asked(batch=drawn(70))
    mine = before[before["annotator"] == "annotator-1"]
    told = pd.concat(
        [answered(mine[:20]), answered(mine[20:21], account="admin"), answered(mine[21:22], gone="deleted")]
    )

    after = asked(before, drawn(70), told, replace(PLAIN, annotators=PEOPLE[1:]))

    his = after[after["annotator"] == "annotator-1"]
    assert his["withdrawn"].tolist() == [""] * 20 + ["the annotator left"] * 10


def test_more_answers_an_item_are_asked_of_others_and_fewer_taken_back():
    three = asked(batch=drawn(70))
    done = answered(three.groupby("item_id").head(1))

    five = asked(three, drawn(70), done, replace(PLAIN, answers=5))
    one = asked(five, drawn(70), done, replace(PLAIN, answers=1))

    assert standing(five).groupby("item_id")["annotator"].nunique().tolist() == [5] * 70
    assert standing(one, done)["assignment_id"].tolist() == done["assignment_id"].tolist()
    assert set(one["withdrawn"]) == {"", "others answer it"}


def test_an_item_that_is_gone_is_asked_no_more_and_if_it_returns_it_is():
    before = asked(batch=drawn(70))
    gone = drawn(70).assign(withdrawn=["no item any more", *[""] * 69])

    after = asked(before, gone)

    assert (
        after.loc[after["withdrawn"] != "", ["item_id", "withdrawn"]].values.tolist()
        == [["a0.1@iran", "no longer asked"]] * 3
    )
    assert standing(asked(after, drawn(70))).groupby("item_id").size().tolist() == [3] * 70


def test_an_item_that_is_gone_is_not_hidden_among_what_is_new_to_be_answered_again():
    settings = replace(PLAIN, repeats=50, distance=1)
    before = asked(batch=drawn(6), settings=settings)
    grown = drawn(6, 40)
    gone = grown.assign(withdrawn=["no item any more"] * 6 + [""] * 40)

    after = asked(before, gone, answered(before[before["purpose"] == "batch"]), settings)

    again = after[len(before) :].query("purpose == 'repeat'")
    assert len(again) > 0
    assert not set(again["item_id"]) & set(grown["item_id"][:6])


def test_under_a_new_codebook_only_what_it_touches_is_asked_again():
    known, settings = checks(10, 3), replace(HIDING, checks=10)
    before = asked(batch=drawn(140), settings=settings, known=known)
    whole = before[
        before["item_id"].isin([f"a{at}.1@iran" for at in range(100)]) | (before["purpose"] == "qualification")
    ]
    touched = [(f"a{at}.1@iran", "1") for at in range(10)]

    after = asked(before, drawn(140), answered(whole), settings, known, touched, "2")

    new = after[len(before) :]
    items = new[new["purpose"] == "batch"]
    assert sorted(items["item_id"].unique()) == sorted(f"a{at}.1@iran" for at in [*range(10), *range(100, 140)])
    assert items.groupby("item_id")["annotator"].nunique().unique().tolist() == [3]
    assert set(new["codebook_version"]) == {"2"}
    assert "qualification" not in set(new["purpose"])
    assert set(after.loc[after["withdrawn"] != "", "withdrawn"]) == {"another codebook version"}
    seen = after[(after["purpose"] == "check") & (after["withdrawn"] == "")]
    assert not seen.duplicated(["annotator", "item_id"]).any()
    assert new.groupby("annotator")["place"].min().tolist() == [0] * 7


def test_a_lost_table_is_made_anew_around_what_was_answered():
    before = asked(batch=drawn(70), settings=HIDING, known=checks(5, 3))
    done = answered(before.groupby("annotator").head(20))

    found = asked(batch=drawn(70), answers=done, settings=HIDING, known=checks(5, 3))

    assert set(done["assignment_id"]) <= set(found["assignment_id"])
    assert standing(found).groupby("item_id")["annotator"].nunique().tolist() == [3] * 70


@pytest.mark.parametrize("seed", range(4))
def test_a_round_that_two_leave_and_one_joins_ends_with_every_item_answered_by_three(seed):
    chance = np.random.default_rng(seed)
    batch, known, people = drawn(60, 90), checks(12, 4), list(PEOPLE)
    found, given = NOTHING, ANSWERS.frame([])
    for day in itertools.count():
        people = {3: people[1:], 5: [*people, "annotator-8"], 7: people[1:]}.get(day, people)
        former = found
        found = asked(found, batch, given, replace(HIDING, annotators=people), known)
        assert found["assignment_id"].is_unique
        assert set(given["assignment_id"]) <= set(former["assignment_id"])
        done = set(given["assignment_id"])
        left = found[(found["withdrawn"] == "") & ~found["assignment_id"].isin(done)]
        if left.empty:
            break
        today = [mine.sort_values("place").head(chance.integers(0, 20)) for _, mine in left.groupby("annotator")]
        given = pd.concat([part for part in (given, *(answered(rows) for rows in today)) if len(part)])

    votes = given[given["purpose"] == "batch"]
    assert votes.groupby("item_id")["annotator"].agg(["size", "nunique"]).values.tolist() == [[3, 3]] * 150
    assert given["assignment_id"].is_unique
    assert set(found["withdrawn"]) >= {"", "the annotator left", "others answer it"}
    by = given.groupby(["annotator", "purpose"]).size().unstack(fill_value=0)
    assert by.loc["annotator-8", "qualification"] == 4
    assert (by.loc[PEOPLE[2:], "repeat"] > 0).all()


def test_assignments_goes_on_from_its_own_file_and_says_what_is_new(tmp_path, capsys):
    settings, where = tmp_path / "assignments.toml", tmp_path / "assignments.parquet"
    settings.write_text('annotators = ["a", "b"]\nanswers = 2\nrepeats = 0\ndistance = 9\nchecks = 0\n')
    book = (ROOT / "labeling/codebook.toml").read_text()
    (tmp_path / "codebook.toml").write_text(book)
    names = [
        "assignments.toml",
        "batch.parquet",
        "checks.parquet",
        "codebook.toml",
        "answers.parquet",
        "relabel.parquet",
    ]

    def keep(table: Table, rows: pd.DataFrame) -> None:
        table.save(table.arrow(rows), tmp_path / f"{table.name}.parquet")

    def run() -> str:
        capsys.readouterr()
        step(main, *[tmp_path / name for name in names], where)
        return str(capsys.readouterr().out).removeprefix("assignments: ")

    keep(BATCH, drawn(3))
    keep(CHECKED, CHECKED.frame([]))
    assert run() == f"6 rows -> {where} (2 annotators, 2 answers an item; new: 6 batch)\n"
    same = where.read_bytes()
    assert run() == f"6 rows -> {where} (2 annotators, 2 answers an item; new: none)\n"
    assert where.read_bytes() == same

    (tmp_path / "codebook.toml").write_text(book.replace('version = "1"', 'version = "2"'))
    told = answered(ASSIGNMENTS.read(where).head(1))
    keep(ANSWERS, told.assign(lead_time=1.0, ground_truth=False, prediction="", last_action="", result="[]"))
    again = {"question": "stance", "from_version": "1", "to_version": "2", "why": "", "relabel_id": "x"}
    keep(RELABEL, told[["item_id"]].assign(**again))
    assert run() == (
        f"12 rows -> {where} (2 annotators, 2 answers an item; new: 6 batch; withdrawn: 5 another codebook version)\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            '"annotator-1"', '"Jane Doe"', ": 'Jane Doe' is no pseudonym. Use small letters, digits and hyphens.",
            id="a name",
        ),
        pytest.param(
            '"annotator-2"', '"annotator-1"', ": `annotators` names nobody, or somebody twice. Correct it.",
            id="twice",
        ),
        pytest.param(
            '["annotator-1", "annotator-2", "annotator-3"]', '"annotator-1"',
            ":5: annotators is 'annotator-1'. Make it a list.", id="no list",
        ),
        pytest.param(
            "answers = 3", 'answers = "3"', ":6: answers is '3'. Make it a whole number.",
            id="a number in quotes",
        ),
        pytest.param("repeats = 5", "", ":1: the file lacks repeats. Add it.", id="a missing key"),
        pytest.param(
            "repeats = 5", "repeats = 5\nlabels = 1",
            ":8: labels is read by nobody. Correct it to one of annotators, answers, repeats, distance, checks, or "
            "take it out.",
            id="a strange key",
        ),
        pytest.param(
            "answers = 3", "answers = 4",
            ": an item is to be answered by 4 people, but `annotators` names 3. Name more, or set `answers` lower.",
            id="more answers than people",
        ),
        pytest.param(
            "checks = 5", "checks = 80",
            ": repeats and checks are 0 to 50 percent, and distance is above 0. Correct it.",
            id="more hidden than shown",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_assignments_toml_is_told_in_one_line(tmp_path, old, new, message):
    path = tmp_path / "assignments.toml"
    path.write_text((ROOT / "labeling/assignments.toml").read_text().replace(old, new))

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{message}"
