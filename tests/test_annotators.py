"""How each annotator works is reported; whoever does not read is found, and whoever reads is left in peace."""

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import codebook
from labeling.agreement import agreement
from labeling.annotators import Known, annotators, load, told
from labeling.bootstrap import Bootstrap
from labeling.ids import assignment_id
from labeling.tables import AGREEMENT, ASSIGNMENTS
from tests.house import ROOT
from tests.world import ANNOTATED, CHECKED

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SETTINGS = load(ROOT / "labeling/annotators.toml")
STANCES, VIOLATIONS = (list(question.labels) for question in BOOK.questions.values())
PEOPLE = [f"annotator-{at}" for at in range(1, 6)]


def answer(item: str, who: str, stance: str, violation: str, **more: object) -> dict[str, object]:
    """A row of ANNOTATIONS."""
    purpose = str(more.get("purpose", "batch"))
    row = {
        **dict.fromkeys(ANNOTATED.columns, ""),
        **{"annotation_id": assignment_id(item, who, "1", purpose == "repeat"), "item_id": item, "annotator": who},
        **{"purpose": "batch", "target": "x", "stance": stance, "sanction_violation": violation, "regime": []},
        **{"flags": [], "created_at": "2024-06-03T09:00:00Z", "codebook_version": "1", "earlier": 0},
        "lead_time": 9.0,
    }
    return {**row, **more}


def asked(*answers: dict[str, object], withdrawn: str = "") -> pd.DataFrame:
    """The assignments of these answers."""
    rows = [
        {
            **dict.fromkeys(ASSIGNMENTS.columns, ""),
            **{name: row[name] for name in ("item_id", "annotator", "purpose")},
            **{"assignment_id": row["annotation_id"], "task_key": row["annotation_id"], "batch": 1, "place": 0},
            "withdrawn": withdrawn,
        }
        for row in answers
    ]
    return ASSIGNMENTS.frame(rows)


def check(item: str, use: str, stance: str, violation: str) -> dict[str, object]:
    """A row of CHECKS."""
    about = {"item_id": item, "use": use, "stance": stance, "sanction_violation": violation}
    return {**dict.fromkeys(CHECKED.columns, ""), **about, "demonstration": True}


def reported(
    answers: list[dict[str, object]],
    assignments: pd.DataFrame | None = None,
    checks: tuple[dict[str, object], ...] = (),
) -> dict[str, dict[str, object]]:
    """The rows of ANNOTATORS by annotator."""
    given = ANNOTATED.frame(answers)
    known = Known(
        asked(*answers) if assignments is None else assignments,
        given,
        CHECKED.frame(list(checks)),
        agreement(given, BOOK, Bootstrap(seed=1, draws=200, percent=95)),
    )
    found = annotators(known, BOOK, SETTINGS)
    return {str(row["annotator"]): {str(k): v for k, v in row.items()} for row in found.to_dict("records")}


def test_what_was_asked_answered_skipped_and_is_open_is_counted():
    given = [answer("a.1@x", "a", "favor", "none"), answer("b.1@x", "a", "", "", left_out="skipped")]
    gone = answer("c.1@x", "a", "favor", "none", left_out="deleted in Label Studio")
    late, left = answer("d.1@x", "a", "", ""), answer("e.1@x", "a", "", "")
    assignments = pd.concat([asked(*given, gone, late), asked(left, withdrawn="the annotator left")])

    row = reported([*given, gone], assignments)["a"]

    counts = [row[name] for name in ("assigned", "answered", "skipped", "open", "seconds")]
    assert counts == [4, 1, 1, 2, 9.0]


def test_checks_and_qualification_are_passed_by_all_expected_labels_and_repeats_by_the_same_as_before():
    checks = (
        *(check(f"c{at}.1@x", "check", "favor", "alleged") for at in range(8)),
        *(check(f"q{at}.1@x", "qualification", "none", "denied") for at in range(6)),
    )
    answers = [
        answer(f"c{at}.1@x", "a", "favor", "alleged" if at < 6 else "established", purpose="check") for at in range(8)
    ]
    answers += [
        answer(f"q{at}.1@x", "a", "none" if at < 4 else "favor", "denied", purpose="qualification") for at in range(6)
    ]
    answers += [answer(f"i{at}.1@x", "a", "favor", "none") for at in range(3)]
    answers += [answer(f"i{at}.1@x", "a", "favor" if at else "none", "none", purpose="repeat") for at in range(2)]

    row = reported(answers, checks=checks)["a"]

    assert [row[name] for name in ("checks", "checks_passed", "checks_verdict")] == [8, 6, "passed"]
    assert [row[f"qualification{name}"] for name in ("", "_passed", "_verdict")] == [6, 4, "below the pass mark"]
    assert [row[name] for name in ("repeats", "repeats_same")] == [2, 1]


@pytest.mark.parametrize(
    ("answered", "verdict"), [(0, "no checks answered"), (4, "too few answered to say"), (5, "passed")]
)
def test_nothing_is_said_of_a_handful_of_checks(answered, verdict):
    checks = tuple(check(f"c{at}.1@x", "check", "favor", "alleged") for at in range(9))
    answers = [answer(f"c{at}.1@x", "a", "favor", "alleged", purpose="check") for at in range(answered)]

    assert reported([*answers, answer("i.1@x", "a", "none", "none")], checks=checks)["a"]["checks_verdict"] == verdict


def crowd(items: int, skill: float, seed: int, spammer: str = "") -> list[dict[str, object]]:
    """Answers of five people, three an item, who read so often and else guess; the first may be a spammer."""
    chance = np.random.default_rng(seed)
    often = [[0.2, 0.15, 0.25, 0.4], [0.1, 0.2, 0.05, 0.1, 0.55]]
    rows = []
    for at in range(items):
        truth = [chance.choice(labels, p=p) for labels, p in zip((STANCES, VIOLATIONS), often, strict=True)]
        for who in chance.permutation(5)[:3]:
            guess = [chance.choice(labels, p=p) for labels, p in zip((STANCES, VIOLATIONS), often, strict=True)]
            blind = {
                "at random": [chance.choice(STANCES), chance.choice(VIOLATIONS)],
                "always the same": ["none", "none"],
                "as often as labels occur": guess,
            }
            read = [true if chance.random() < skill else other for true, other in zip(truth, guess, strict=True)]
            said = blind[spammer] if spammer and who == 0 else read
            rows.append(answer(f"{at // 2:03}.{at}@x", PEOPLE[who], *map(str, said)))
    return rows


@pytest.mark.parametrize("spammer", ["at random", "always the same", "as often as labels occur"])
@pytest.mark.parametrize("seed", [1, 2])
def test_planted_spammers_are_found_and_nobody_else_is_suspected(spammer, seed):
    rows = reported(crowd(200, 0.75, seed, spammer))

    suspected = {name for name, row in rows.items() if row["suspected"]}
    assert suspected == {"annotator-1"}
    why = "agrees with the others hardly more than chance would (alpha at most "
    assert str(rows["annotator-1"]["suspected"]).startswith(why)


def test_people_who_find_it_hard_are_not_suspected():
    rows = reported(crowd(200, 0.55, seed=3))

    assert {row["suspected"] for row in rows.values()} == {""}


def test_answers_too_fast_to_be_read_are_told():
    answers = [{**row, "lead_time": 0.8 if row["annotator"] == "annotator-2" else 11.0} for row in crowd(60, 0.9, 5)]

    rows = reported(answers)

    assert rows["annotator-2"]["suspected"] == "half of the answers took less than 0.8 seconds"
    assert {row["suspected"] for name, row in rows.items() if name != "annotator-2"} == {""}


def test_the_question_on_which_somebody_stands_most_alone_is_named_with_its_interval():
    answers = [row for row in crowd(100, 0.95, 6)]
    odd = [{**row, "stance": "neutral"} if row["annotator"] == "annotator-3" else row for row in answers]

    row = reported(odd)["annotator-3"]

    assert row["against_question"] == "stance"
    low, value, high = (float(str(row[f"against_{name}"])) for name in ("low", "others", "high"))
    assert low < value < high < 0.3


def test_one_annotator_alone_is_measured_against_nobody():
    row = reported([answer("a.1@x", "a", "favor", "none")])["a"]

    assert row["against_question"] == ""
    assert np.isnan(float(str(row["against_others"])))


def test_the_closing_line_names_whom_something_speaks_against():
    answers = [answer(f"c{at}.1@x", "a", "none", "none", purpose="check") for at in range(6)]
    checks = CHECKED.frame([check(f"c{at}.1@x", "check", "favor", "alleged") for at in range(6)])
    known = Known(ASSIGNMENTS.frame([]), ANNOTATED.frame(answers), checks, AGREEMENT.frame([]))

    assert told(annotators(known, BOOK, SETTINGS)) == "below the pass mark: a"
    nobody = Known(ASSIGNMENTS.frame([]), ANNOTATED.frame([]), checks, AGREEMENT.frame([]))
    assert told(annotators(nobody, BOOK, SETTINGS)) == "nothing against anybody"


def test_wrong_settings_are_told_in_one_line(tmp_path):
    path = tmp_path / "annotators.toml"
    path.write_text("pass_mark = 75\nenough = 5\nchance = 0.2\nhasty = 2.0\ntimed = 20\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}: pass_mark is 75.0, but it is 0 to 1. Correct it."
