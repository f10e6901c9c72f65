"""What a new codebook has asked again, and how labels moved where it was."""

import json

import pytest

from corpus.errors import ContractError
from corpus.tables import ITEMS
from labeling import codebook
from labeling.relabel import main, select, votes
from labeling.tables import ANSWERS, RELABEL
from tests.house import ROOT

FILE = (ROOT / "labeling/codebook.toml").read_text()
TARGETS = {"a@russia": "russia", "b@russia": "russia", "c@topic": "", "d@russia": "russia"}
SECOND = [('version = "1"', 'version = "2"'), ("Anything weaker", "Anything much weaker")]


def book(folder, *changes):
    """The codebook with changes to its file, kept by its version."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "codebook.toml"
    path.write_text(text)
    found = codebook.load(path)
    (folder / "codebooks").mkdir(exist_ok=True)
    (folder / f"codebooks/{found.version}.toml").write_text(text)
    return found


def said(item, who, version="1", *, stance="none", violation="none", follow_ups=None, **more):
    """One row of ANSWERS."""
    given = {"stance": stance, "sanction_violation": violation, **(follow_ups or {})}
    result = [{"from_name": name, "value": {"choices": [label]}} for name, label in given.items() if label]
    assignment = f"{item}/{who}/{version}"
    row = {
        "answer_id": f"{assignment}/{more.get('annotation', 1)}",
        "assignment_id": assignment,
        "item_id": item,
        "annotator": who,
        "purpose": "batch",
        "annotation": 1,
        "account": who,
        "created_at": "2024-04-01T10:00:00Z",
        "updated_at": "2024-04-01T10:00:00Z",
        "lead_time": 4.0,
        "skipped": False,
        "ground_truth": False,
        "prediction": "",
        "last_action": "",
        "codebook_version": version,
        "gone": "",
        "result": json.dumps(result),
    }
    return {**row, **more}


def again(tmp_path, rows, *changes):
    """The items that the changed codebook has asked again, and why."""
    first, new = book(tmp_path), book(tmp_path, *changes)
    books = {"1": first, new.version: new}
    found = select(votes(ANSWERS.frame(rows), TARGETS, books), TARGETS, new, books)
    return found[["item_id", "question", "from_version", "to_version", "why"]].values.tolist()


def test_exactly_the_items_with_a_vote_for_a_touched_label_are_asked_again(tmp_path):
    rows = [
        said("a@russia", "p", violation="alleged", follow_ups={"regime": "russia"}),
        said("a@russia", "q", violation="alleged", follow_ups={"regime": "russia"}),
        said("a@russia", "r"),
        said("b@russia", "p"),
        said("c@topic", "p", stance="", violation="alleged", follow_ups={"regime": "iran"}),
    ]

    assert again(tmp_path, rows, *SECOND) == [
        ["a@russia", "sanction_violation", "1", "2", "2 of 3 say alleged: meaning of alleged"],
        ["c@topic", "sanction_violation", "1", "2", "1 of 1 say alleged: meaning of alleged"],
    ]


def test_what_somebody_said_again_under_a_codebook_between_is_asked_again_for_that_alone(tmp_path):
    rows = [
        said("a@russia", "p", violation="alleged", follow_ups={"regime": "russia"}),
        said("a@russia", "p", "2"),
        said("b@russia", "p", violation="alleged", follow_ups={"regime": "russia"}),
    ]
    first, second = book(tmp_path), book(tmp_path, ('version = "1"', 'version = "2"'))
    third = book(tmp_path, ('version = "1"', 'version = "3"'), SECOND[1])
    books = {"1": first, "2": second, "3": third}

    found = select(votes(ANSWERS.frame(rows), TARGETS, books), TARGETS, third, books)

    assert found["item_id"].tolist() == ["b@russia"]


def test_whose_project_it_is_all_answers_say_and_not_the_batchs_alone(tmp_path):
    qualified = [said(f"q{at}@topic", "p", purpose="qualification") for at in range(3)]
    strange = [said(item, "p", account="q", annotation=2, violation="alleged") for item in ("b@russia", "d@russia")]

    assert votes(ANSWERS.frame([*qualified, said("a@russia", "p"), *strange]), TARGETS, {"1": book(tmp_path)}) != []
    assert again(tmp_path, [*qualified, said("a@russia", "p"), *strange], *SECOND) == []


def test_what_is_no_vote_has_nothing_asked_again(tmp_path):
    alleged = {"violation": "alleged", "follow_ups": {"regime": "russia"}}
    rows = [
        said("a@russia", "p", **alleged, skipped=True),
        said("a@russia", "q", **alleged, gone="changed"),
        said("a@russia", "r", **alleged, purpose="repeat"),
        said("a@russia", "s", **alleged, stance=""),  # no stance: it does not count
        said("x@gone", "p", **alleged),
        said("b@russia", "p", **alleged, annotation=1),
        said("b@russia", "p", annotation=2, updated_at="2024-04-02T10:00:00Z"),  # a changed mind
        said("d@russia", "p", "2", **alleged),  # under the new codebook already
    ]

    assert again(tmp_path, rows, *SECOND) == []


def test_a_minor_change_has_nothing_asked_again(tmp_path):
    rows = [said("a@russia", "p", violation="alleged", follow_ups={"regime": "russia"})]

    assert again(tmp_path, rows, SECOND[0], ('shows = "Alleged"', 'shows = "Said"')) == []


def test_a_new_label_has_the_items_asked_again_that_may_want_it(tmp_path):
    rows = [said("a@russia", "p", stance="neutral"), said("b@russia", "p"), said("c@topic", "p", stance="")]
    mixed = ("[question.stance.label.none]", '[question.stance.label.mixed]\nshows = "Mixed"\nmeans = "Two sides."\n'
             "[question.stance.label.none]")  # fmt: skip
    declared = (
        "# --- reasons",
        '[[change]]\nversion = "2"\nwhat = "Two sides are mixed."\naffects = ["stance:neutral"]\n# --- reasons',
    )

    assert again(tmp_path, rows, SECOND[0], mixed) == [
        ["a@russia", "stance", "1", "2", "1 of 1 say neutral: mixed is new"],
        ["b@russia", "stance", "1", "2", "1 of 1 say none: mixed is new"],
    ]
    assert again(tmp_path, rows, SECOND[0], mixed, declared) == [
        ["a@russia", "stance", "1", "2", "1 of 1 say neutral: Two sides are mixed."],
    ]


def test_a_follow_up_that_is_asked_more_often_has_those_items_asked_again(tmp_path):
    rows = [
        said("a@russia", "p", stance="neutral"),
        said("b@russia", "p", stance="favor", follow_ups={"holder": "both"}),
    ]

    assert again(
        tmp_path, rows, SECOND[0], ('when = ["favor", "against"]', 'when = ["favor", "against", "neutral"]')
    ) == [["a@russia", "holder", "1", "2", "1 of 1 say nothing: asked after favor, against, neutral"]]


def test_answers_under_a_codebook_that_is_lost_are_refused(tmp_path):
    new = book(tmp_path, *SECOND)

    with pytest.raises(ContractError) as error:
        votes(ANSWERS.frame([said("a@russia", "p")]), TARGETS, {"2": new})

    assert str(error.value) == (
        "Answers were given under codebook 1, and this workspace keeps no copy of it. "
        "Put the file as it was then at codebooks/1.toml in it, and run `make relabel`."
    )


def workspace(tmp_path, rows):
    """A workspace with items and answers, relabelled under the second codebook; its page and its numbers."""
    book(tmp_path)
    book(tmp_path, *SECOND)
    blank = dict.fromkeys(ITEMS.columns, "")
    items = [
        {**blank, "item_id": item, "target": target, "text": f"Words of {item} & <more>.", "demonstration": False}
        for item, target in TARGETS.items()
    ]
    ITEMS.write(ITEMS.frame(items), tmp_path / "items.parquet")
    ANSWERS.write(ANSWERS.frame(rows), tmp_path / "answers.parquet")
    files = ("answers.parquet", "items.parquet", "codebook.toml", "relabel.parquet")
    outs = ("codebooks", "relabel.html", "relabel.json")
    main(*(tmp_path / name for name in (*files, *outs)))
    return (tmp_path / "relabel.html").read_text(), json.loads((tmp_path / "relabel.json").read_text())


def test_the_report_shows_how_labels_moved_where_items_were_answered_again(tmp_path, capsys):
    alleged = {"violation": "alleged", "follow_ups": {"regime": "russia"}}
    old = [said(item, who, **alleged) for item in ("a@russia", "b@russia") for who in "pq"]
    old += [said("a@russia", "r"), said("c@topic", "p", stance="", **alleged), said("d@russia", "p")]
    new = [said("a@russia", who, "2") for who in "pqr"] + [said("b@russia", who, "2", **alleged) for who in "pq"]

    page, numbers = workspace(tmp_path, old + new)

    assert RELABEL.read(tmp_path / "relabel.parquet")["relabel_id"].tolist() == [
        "a@russia/sanction_violation/1", "b@russia/sanction_violation/1", "c@topic/sanction_violation/1",
    ]  # fmt: skip
    assert "relabel: 3 rows" in capsys.readouterr().out
    violation = numbers["questions"]["sanction_violation"]
    assert (numbers["items"], numbers["answered"], numbers["asked_again"]) == (3, 2, {"sanction_violation": 3})
    assert violation["labels"] == ["established", "alleged", "denied", "prospective", "none", ""]
    assert violation["matrix"][1] == [0, 1, 0, 0, 1, 0]
    assert violation["changed"] == [
        {
            "item_id": "a@russia",
            "text": "Words of a@russia & <more>.",
            "old": ["alleged", "alleged", "none"],
            "new": ["none", "none", "none"],
            "from": "alleged",
            "to": "none",
        }
    ]
    assert violation["agreement"] == {"before": 0.0, "after": 1.0}
    assert numbers["questions"]["stance"]["agreement"] == {"before": None, "after": None}
    assert "1 of 2 items that were answered again have another label." in page
    assert "Words of a@russia &amp; &lt;more&gt;." in page
    assert "http" not in page


def test_the_report_says_so_where_nothing_is_answered_again_yet_or_nothing_need_be(tmp_path):
    alleged = {"violation": "alleged", "follow_ups": {"regime": "russia"}}

    waiting, numbers = workspace(tmp_path, [said("a@russia", "p", **alleged)])
    assert (numbers["items"], numbers["answered"], numbers["questions"]) == (1, 0, {})
    assert "nothing can be compared yet" in waiting

    done, numbers = workspace(tmp_path, [said("a@russia", "p", "2", **alleged)])
    assert (numbers["items"], numbers["versions"]) == (0, {"old": [], "new": "2"})
    assert "Every answer was given under codebook 2: nothing is asked again." in done
