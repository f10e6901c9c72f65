"""What changed between two releases is told row by row, with the votes that changed it."""

import json
from dataclasses import replace

import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.hub import serving
from tests.world import SPLIT, build_edition, settings_of, step, world
from training import changes, release
from training.changes import compare, entry, first, load, screen
from training.diff import main

CARD = (ROOT / "training/card.toml").read_text(encoding="utf-8").replace('annotators = ""', 'annotators = "Three."')
STONE = '[[withdrawn]]\nid = "{}"\nday = "2026-01-02"\nreason = "the outlet asked"\n'


@pytest.fixture(scope="module")
def here():
    """The world of the first release."""
    return world(articles=4)


@pytest.fixture(scope="module")
def old(here, tmp_path_factory):
    """The first release."""
    return edition(here, tmp_path_factory.mktemp("old"))


def edition(here, folder, **settings):
    """An edition of a world."""
    return build_edition(here.write(folder), settings_of(folder, card=CARD, **settings))


def told(old, new):
    """What changed, without the kinds in which nothing did."""
    found = compare(load(old, "v1"), load(new, "v2"))
    return {kind: rows for kind, rows in found.rows.items() if rows}, found


def test_two_releases_of_the_same_have_no_changes(old, here, tmp_path):
    rows, found = told(old, edition(here, tmp_path))

    assert (rows, found.codebook) == ({}, [])
    assert screen(found) == "v1 → v2\n\nNothing changed."
    assert entry(found) == "## v2\n\nAgainst v1:\n\n- no row changed\n"


def test_a_changed_label_comes_with_the_votes_that_changed_it(old, here, tmp_path):
    item = here.items["item_id"][0]
    later = {"stance": "none", "updated_at": "2024-05-01T10:00:00Z", "codebook_version": "2"}

    rows, found = told(old, edition(here.saying({f"{item}/annotator-{n}": later for n in (1, 2)}), tmp_path))

    vote = {"was": "favor", "now": "none", "codebook": "2", "at": "2024-05-01T10:00:00Z"}
    assert rows == {
        "gold": [
            {
                "question": "stance",
                "item": item,
                "was": "favor",
                "now": "none",
                "how": "majority",
                "votes": [{"annotator": "annotator-1", **vote}, {"annotator": "annotator-2", **vote}],
            }
        ]
    }
    assert screen(found) == (
        f"v1 → v2\n\ngold labels changed: 1\n  {item} (stance): favor → none, majority; "
        "annotator-1 favor → none, annotator-2 favor → none\n\n"
        "None: rows added, rows withdrawn, rows no longer published, rows whose sentence changed, "
        "rows moved to another split."
    )


def test_rows_that_come_and_go_are_told_apart_by_why(old, here, tmp_path):
    more = world(articles=5)
    trained = release.placed(here.splits).query("split == 'train'")["item_id"].tolist()
    tied = trained[0]
    gone = next(name for name in here.articles["article_id"] if not tied.startswith(name))
    votes = {f"{tied}/annotator-{n}": {"stance": label} for n, label in ((1, "favor"), (2, "against"), (3, "none"))}

    rows, _ = told(old, edition(more.saying(votes), tmp_path, withdrawn=STONE.format(gone)))

    assert {kind: len(found) for kind, found in rows.items()} == {"added": 10, "withdrawn": 10, "gone": 1}
    assert {row["reason"] for row in rows["withdrawn"]} == {"the outlet asked"}
    label = here.gold.set_index("gold_id").loc[f"{tied}/stance", "label"]
    assert rows["gone"] == [{"question": "stance", "item": tied, "label": label, "split": "train"}]


def test_a_sentence_whose_words_were_edited_is_one_change_and_not_two(old, here, tmp_path):
    item, sentence = here.items["item_id"][0], here.items["sentence_id"][0]
    other = sentence[:11] + "abcdef"
    swap = {"sentence_id": {sentence: other}, "item_id": {item: item.replace(sentence, other)}}
    answers = here.annotations.assign(annotation_id=here.annotations["annotation_id"].str.replace(sentence, other))
    edited = replace(
        here, sentences=here.sentences.replace(swap), items=here.items.replace(swap), annotations=answers.replace(swap)
    )

    rows, _ = told(old, edition(edited, tmp_path))

    now = swap["item_id"][item]
    assert rows == {"text": [{"question": one, "item": item, "now": now} for one in ("stance", "sanction_violation")]}


def test_a_row_that_moves_to_another_split_is_told(old, here, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.world.SPLIT", replace(SPLIT, validation=99))

    rows, found = told(old, edition(here, tmp_path))

    assert set(rows) == {"split"}
    assert {(row["was"], row["now"]) for row in rows["split"]} == {("train", "validation")}
    assert f"rows moved to another split: {len(rows['split'])}" in screen(found)


def test_a_changed_codebook_is_told_entry_by_entry():
    old = {"version": "1", "question": {"stance": {"ask": "What?", "label": {"favor": {"means": "for"}}}}}
    labels = {"favor": {"means": "for it"}, "neutral": {"means": "neither"}}
    new = {"version": "2", "question": {"stance": {"ask": "What?", "label": labels}}}

    assert changes.codebook(old, new) == [
        "version: 1 → 2",
        "question.stance.label.favor.means: for → for it",
        "question.stance.label.neutral.means: nothing → neither",
    ]


def test_a_changelog_names_the_first_rows_and_counts_all(old, here, tmp_path):
    gone = "".join(STONE.format(article) for article in here.articles["article_id"][:3])
    _, found = told(old, edition(here, tmp_path, withdrawn=gone))

    lines = entry(found).splitlines()

    assert lines[4] == "- rows withdrawn: 30"
    assert len(lines) == 4 + 1 + 20 + 1
    assert lines[-1] == "  - … and 10 more"


def test_a_first_release_says_what_it_holds(old):
    assert first("v1", load(old, "v1")) == (
        "## v1\n\nThe first release: 20 rows of stance, 20 rows of sanction_violation.\n"
    )


def test_releases_are_folders_or_stand_on_the_hub(old, here, tmp_path, monkeypatch, capsys):
    with serving() as hub:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)

        step(
            main,
            str(old),
            str(edition(here, tmp_path / "new")),
            "",
            str(tmp_path / "diff.json"),
            str(tmp_path / "c.md"),
        )

        assert "Nothing changed." in capsys.readouterr().out
        assert json.loads((tmp_path / "diff.json").read_text())["codebook"] == []
        assert (tmp_path / "c.md").read_text().startswith(f"## {tmp_path}/new/edition\n")
        with pytest.raises(ContractError) as error:
            step(main, "alice/data@v1", str(old), "", "", "")
        assert str(error.value) == (
            f"{hub.url}/datasets/alice/data has no v1, or HF_TOKEN may not read it. See its tags there."
        )
        with pytest.raises(ContractError) as error:
            step(main, "v1", str(old), "", "", "")
        assert str(error.value) == (
            "'v1' is neither a folder nor a release of the Hub. Name one: a folder, org/name@v1, or v1 with "
            "REPO=org/name."
        )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("1", "2", "1 → 2", id="a word"),
        pytest.param("nothing", "Not asked.", "nothing → Not asked.", id="what was not there"),
        pytest.param("He did not, or was cleared.", "He did not, or was cleared or pardoned.",
                     "… not, or was cleared. → … not, or was cleared or pardoned.", id="the end of a sentence"),
        pytest.param("One. Two. Three. Four. Five.", "One. Two.",
                     "One. Two. Three. Four. Five. → One. Two.", id="words gone near the beginning"),
    ],
)  # fmt: skip
def test_two_texts_are_told_from_where_they_differ(before, after, told):
    assert changes.apart(before, after) == told
