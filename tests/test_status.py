"""Where the labelling stands: who has done how much, what is stuck, on the screen and on a page that stands alone."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling import overview, workload
from labeling.adjudication import main as adjudicate
from labeling.agreement import main as agree
from labeling.annotators import main as report_on
from labeling.audits import overturned, shared
from labeling.gold import main as settle
from labeling.ids import task_key
from labeling.overview import head
from labeling.rulings import main as rule
from labeling.status import load, to_be_ruled
from labeling.status import main as write_status
from labeling.tables import ADJUDICATION, ASSIGNMENTS, GOLD
from tests.house import ROOT
from tests.world import PEOPLE, World, step, tables, world

READ = ("items", "assignments", "annotations", "agreement", "rulings", "gold", "annotators", "adjudication")
NOW = datetime(2024, 4, 3, 12, tzinfo=UTC)


def assigned(here: World, *more: tuple[str, str, str]) -> pd.DataFrame:
    """Every item of a world to everybody, and more as (item, annotator, why withdrawn)."""
    rows = [(item, who, "") for item in here.items["item_id"] for who in PEOPLE]
    return ASSIGNMENTS.frame(
        [
            {
                "assignment_id": f"{item}/{who}/1", "task_key": task_key(f"{item}/{who}/1"), "item_id": item,
                "annotator": who, "codebook_version": "1", "purpose": "batch", "batch": 1, "place": 0,
                "withdrawn": withdrawn,
            }
            for item, who, withdrawn in [*rows, *more]
        ]
    )  # fmt: skip


def built(here: World, folder: Path, assignments: pd.DataFrame | None = None) -> dict[str, Any]:
    """The numbers of a world's status, with every noun before it made."""
    here.write(folder)
    ASSIGNMENTS.write(assigned(here) if assignments is None else assignments, folder / "assignments.parquet")
    book = ROOT / "labeling/codebook.toml"
    draws = folder / "agreement.toml"
    draws.write_text("seed = 1\ndraws = 50\npercent = 95\n")
    at = {name: folder / f"{name}.parquet" for name in ("decisions", "probabilities", "checks")}
    step(agree, *tables(folder, "annotations"), book, draws, *tables(folder, "agreement"))
    step(rule, book, folder / "codebooks", *tables(folder, "items"), at["decisions"], *tables(folder, "rulings"))
    gold = [*tables(folder, "annotations", "rulings"), at["probabilities"], *tables(folder, "gold")]
    step(settle, book, ROOT / "labeling/gold.toml", *gold)
    known = [*tables(folder, "assignments", "annotations", "agreement"), at["checks"], *tables(folder, "annotators")]
    step(report_on, book, ROOT / "labeling/annotators.toml", *known)
    ruled = tables(folder, "items", "assignments", "annotations", "gold", "adjudication")
    step(adjudicate, book, ROOT / "labeling/adjudication.toml", *ruled)
    made = [folder / "status.html", folder / "status.json"]
    step(write_status, book, ROOT / "labeling/status.toml", *tables(folder, *READ), *made)
    return dict(json.loads(made[1].read_text(encoding="utf-8")))


def without(here: World, *answers: str) -> World:
    """The same world without some answers, item_id/annotator."""
    rows = here.annotations
    return replace(here, annotations=rows[~(rows["item_id"] + "/" + rows["annotator"]).isin(answers)])


@pytest.fixture(scope="module")
def torn(tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """A world with ties, a skip, an idle annotator and a vote to come: its folder and its status."""
    here = world(articles=12, demonstration=True)
    items = here.items["item_id"].tolist()
    says = dict(zip(PEOPLE, ("favor", "against", "neutral"), strict=True))
    here = here.saying({f"{item}/{who}": {"stance": one} for item in items[:6] for who, one in says.items()})
    here = here.saying({f"{items[7]}/annotator-2": {"left_out": "skipped"}})
    here = here.saying({f"{item}/annotator-1": {"updated_at": "2024-04-09T10:00:00Z"} for item in items})
    here = without(here, *(f"{items[at]}/annotator-3" for at in (0, 8, 9)))
    folder = tmp_path_factory.mktemp("torn")
    return folder, built(here, folder, assigned(here, (items[10], "annotator-9", "the annotator left")))


def test_what_everybody_has_done_and_what_is_left_is_counted(torn):
    _, found = torn

    counts = {row["annotator"]: [row[name] for name in ("answered", "skipped", "open")] for row in found["annotators"]}
    assert counts == {
        "annotator-1": [60, 0, 0],
        "annotator-2": [59, 1, 0],
        "annotator-3": [57, 0, 3],
        "annotator-9": [0, 0, 0],
    }
    assert found["progress"]["done"] == pytest.approx(177 / 180)
    assert found["progress"]["hours_left"] == pytest.approx(3 * 4 / 3600)
    assert found["as_of"] == "2024-04-09T10:00:00Z"


def test_what_is_stuck_is_named_with_whom_it_waits_for(torn):
    _, found = torn

    stuck = found["stuck"]
    assert stuck["owing"] == [{"annotators": ["annotator-3"], "items": 3}]
    assert stuck["idle"] == ["annotator-3"]
    assert [row["annotators"] for row in stuck["skipped"]["first"]] == [["annotator-2"]]
    # of six ties one waits for a vote
    assert stuck["doubtful"] == {"with_adjudicators": 5, "waiting_for_votes": 1, "to_be_given": 0}


def test_the_labels_are_counted_by_how_they_were_settled_and_by_what_each_method_says(torn):
    folder, found = torn

    stance = next(row for row in found["gold"] if row["question"] == "stance")
    gold = GOLD.read(folder / "gold.parquet").query("question == 'stance'")
    assert stance["provenance"] == {
        name: int((gold["provenance"] == name).sum()) for name in ("unanimous", "majority", "adjudicated", "unresolved")
    }
    assert stance["method"][0][0] == "majority"
    majority = next(row for row in stance["methods"] if row["method"] == "majority")
    assert (majority["same"], majority["other"], majority["none"]) == (stance["settled"], 0, 0)


def test_the_page_stands_alone_and_every_picture_has_its_words(torn):
    folder, _ = torn

    html = (folder / "status.html").read_text(encoding="utf-8")
    outside = r"(?:src|href|data)\s*=\s*[\"'](?!#)[^\"']*|url\((?!#)[^)]*|@import|<script|<link|<iframe"
    assert re.findall(outside, html) == []
    assert html.index("This is a demonstration, not data.") < html.index("<h1>")
    assert html.count('role="img"') == html.count("<svg") == html.count("aria-label=") >= 6
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))
    assert "annotator-3: 57 answered, 0 skipped, 3 open" in html
    assert "None" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def test_the_screen_says_it_in_brief_and_is_no_wider_than_a_terminal(torn):
    folder, found = torn

    said = overview.overview(found, folder / "status.html", datetime(2024, 4, 12, 12, tzinfo=UTC))

    assert said.startswith("177 of 180 assignments done, 0.0 hours left; the last answer 3 days ago")
    assert re.search(r"^annotator-3 +57 +3 +0 +4 .* idle$", said, re.MULTILINE)
    assert "annotator-3 has something left to answer and is idle." in said
    assert "3 items to be answered by annotator-3." in said
    assert "1 item skipped." in said
    assert "A demonstration: articles and answers were written for it." in said
    assert [line for line in said.splitlines() if len(line) > 80 and "status.html" not in line] == []


def test_the_same_tables_are_the_same_bytes(torn, tmp_path):
    folder, _ = torn

    for again in ("one", "other"):
        made = [tmp_path / f"{again}.html", tmp_path / f"{again}.json"]
        settings = [ROOT / "labeling/codebook.toml", ROOT / "labeling/status.toml"]
        step(write_status, *settings, *tables(folder, *READ), *made)

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (folder / "status.json").read_bytes()


def test_a_round_in_which_nobody_has_answered_yet_has_a_page_too(tmp_path):
    here = world(articles=2)
    nothing = replace(here, annotations=here.annotations[:0])

    found = built(nothing, tmp_path)

    said = overview.overview(found, tmp_path / "status.html", NOW)
    assert said.startswith("30 assignments, no answers yet")
    assert re.search(r"^annotator-1 +0 .* not begun$", said, re.MULTILINE)
    assert "annotator-1 has something left to answer and has not begun." in said
    assert found["stuck"]["idle"] == list(PEOPLE)
    html = (tmp_path / "status.html").read_text(encoding="utf-8")
    assert "There are no answers yet." in html
    assert "has not begun" in html
    assert "demonstration" not in html.lower()


def test_an_item_that_nobody_is_left_to_answer_is_named(tmp_path):
    here = world(articles=2)
    item, other = here.items["item_id"][:2]
    skipped = here.saying({f"{item}/{who}": {"left_out": "skipped"} for who in PEOPLE[:2]})
    lone = without(skipped, *(f"{other}/{who}" for who in PEOPLE))
    left = assigned(lone).assign(withdrawn=lambda rows: rows["item_id"].map({other: "the annotator left"}).fillna(""))

    found = built(lone, tmp_path, left)

    assert found["stuck"]["deserted"] == {"items": 2, "first": sorted([item, other])}


def test_an_item_that_somebody_is_left_to_answer_is_not_given_up(tmp_path):
    here = world(articles=2)
    item = here.items["item_id"].iloc[0]

    found = built(without(here, *(f"{item}/{who}" for who in PEOPLE)), tmp_path)

    assert found["stuck"]["deserted"] == {"items": 0, "first": []}
    assert sum(row["items"] for row in found["stuck"]["owing"]) == 1


def test_an_item_that_is_gone_lacks_no_votes(tmp_path):
    here = world(articles=2)
    item = here.items["item_id"].iloc[0]
    lone = without(here, *(f"{item}/{who}" for who in PEOPLE))
    left = assigned(lone).assign(withdrawn=lambda rows: rows["item_id"].map({item: "no longer asked"}).fillna(""))
    gone = replace(lone, items=lone.items[lone.items["item_id"] != item])

    assert built(gone, tmp_path, left)["stuck"]["deserted"]["items"] == 0


def test_what_another_account_answered_is_still_to_be_answered():
    here = world(articles=1)
    item = here.items["item_id"].iloc[0]
    strange = here.saying({f"{item}/annotator-2": {"left_out": "another account answered in this project"}})

    left = workload.still_open(assigned(here), strange.annotations)

    assert left["annotator"].tolist() == ["annotator-2"]


@pytest.mark.parametrize(
    ("now", "ago"),
    [
        ("2024-04-01T09:59:57+00:00", "today"),
        ("2024-04-02T11:00:00+00:00", "1 day ago"),
        ("2024-04-04T11:00:00+00:00", "3 days ago"),
    ],
    ids=["the server's clock is ahead", "a day", "days"],
)
def test_the_screen_says_how_long_ago_the_last_answer_was(now, ago):
    found = {"as_of": "2024-04-01T10:00:00Z", "progress": {"assigned": 2, "open": 0, "hours_left": None}}

    assert head(found, datetime.fromisoformat(now)) == f"2 of 2 assignments done; the last answer {ago}"


def test_answers_of_many_days_are_counted_by_week():
    days = pd.date_range("2024-06-03", "2024-07-20", freq="D").strftime("%Y-%m-%dT09:00:00Z")
    few, many = (pd.DataFrame({"created_at": some}) for some in (days[:3], days))

    assert workload.pace(few) == {
        "weekly": False,
        "days": [{"from": f"2024-06-0{day}", "answers": 1} for day in (3, 4, 5)],
    }
    assert workload.pace(many)["weekly"]
    assert workload.pace(many)["days"][:2] == [
        {"from": "2024-06-03", "answers": 7},
        {"from": "2024-06-10", "answers": 7},
    ]


def test_an_answer_deleted_in_label_studio_is_open_again():
    here = world(articles=1)
    item = here.items["item_id"].iloc[0]
    gone = here.saying({f"{item}/annotator-2": {"left_out": "deleted in Label Studio"}})

    left = workload.still_open(assigned(here), gone.annotations)

    assert left[["item_id", "annotator"]].values.tolist() == [[item, "annotator-2"]]


def test_a_ruling_is_waited_for_only_where_somebody_may_still_give_it():
    blank = dict.fromkeys(ADJUDICATION.columns, "")
    given = [("a.1@x", "1"), ("a.1@x", "2"), ("b.1@x", "1"), ("b.2@x", "2"), ("gone.1@x", "2")]
    rows = [
        {**blank, "assignment_id": f"{item}/{version}", "item_id": item, "codebook_version": version, "place": at}
        for at, (item, version) in enumerate(given)
    ]
    items = pd.DataFrame({"item_id": ["a.1@x", "b.1@x", "b.2@x"]})
    work = SimpleNamespace(adjudication=ADJUDICATION.frame(rows), items=items)

    found = to_be_ruled(work, pd.Series(["a.1@x"]), "2")  # type: ignore[arg-type]

    assert found[["item_id", "ruled"]].values.tolist() == [["a.1@x", True], ["b.2@x", False]]


def test_the_audit_says_how_often_an_agreed_label_was_overturned_with_its_interval():
    audited = [f"{at}.1@x" for at in range(20)]
    blank = dict.fromkeys(ADJUDICATION.columns, "")
    given = ADJUDICATION.frame(
        [{**blank, "assignment_id": item, "item_id": item, "why": "audit", "place": 0} for item in audited]
        + [{**blank, "assignment_id": "z", "item_id": "z.1@x", "why": "disagreement", "place": 0}]
    )
    ruled = [(item, "favor" if at else "none", "favor", "adjudicated") for at, item in enumerate(audited[:16])]
    others = [("z.1@x", "none", "favor", "adjudicated"), (audited[17], "favor", "favor", "unanimous")]
    gold = pd.DataFrame([*ruled, *others], columns=["item_id", "label", "majority", "provenance"])

    ((row),) = overturned(given, gold.assign(question="stance"), percent=95)

    assert {name: row[name] for name in ("question", "overturned", "audited", "share")} == {
        "question": "stance", "overturned": 1, "audited": 16, "share": 1 / 16,
    }  # fmt: skip
    assert 0 < row["low"] < 1 / 16 < row["high"] < 0.3


@pytest.mark.parametrize(("some", "bounds"), [(0, (0.0, 0.117)), (20, (0.883, 1.0)), (2, (0.021, 0.283))])
def test_the_interval_of_a_share_is_jeffreys(some, bounds):
    # Brown, Cai and DasGupta 2001, table 5 gives such limits for n = 20
    found = shared(some, 20, 95)

    assert (round(found["low"], 3), round(found["high"], 3)) == pytest.approx(bounds, abs=0.003)


def test_without_a_status_the_command_that_makes_it_is_named(tmp_path):
    with pytest.raises(ContractError) as error:
        overview.main(tmp_path / "status.json", tmp_path / "status.html")

    assert str(error.value) == f"There is no status at {tmp_path}/status.json. Run `make status` first."


def test_wrong_settings_are_told_in_one_line(tmp_path):
    path = tmp_path / "status.toml"
    path.write_text("idle_days = 3\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}:1: the file lacks percent. Add it."
