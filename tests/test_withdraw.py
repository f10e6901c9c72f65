"""What was withdrawn is written down once, for every later release."""

import pytest

from corpus.errors import ContractError
from corpus.tables import DUPLICATES
from tests.house import ROOT
from tests.world import step, world
from training.withdraw import main
from training.withdrawn import Tombstone, load


@pytest.fixture
def workspace(tmp_path):
    """A workspace, and a file of tombstones as it is in the beginning."""
    (tmp_path / "withdrawn.toml").write_text((ROOT / "training/withdrawn.toml").read_text(encoding="utf-8"))
    return world(articles=2).write(tmp_path)


def withdraw(workspace, word, reason="the outlet asked for it"):
    """Withdraw, as make does."""
    tables = [workspace / f"{name}.parquet" for name in ("articles", "items", "duplicates")]
    step(main, word, reason, *tables, workspace / "withdrawn.toml")
    return load(workspace / "withdrawn.toml")


def item(workspace):
    """The first item."""
    return str(world(articles=2).items["item_id"][0])


@pytest.mark.parametrize(("part", "count"), [("article", 5), ("sentence", 1), ("item", 1), ("address", 5)])
def test_an_article_a_sentence_an_item_or_an_address_is_withdrawn(workspace, capsys, part, count):
    name = item(workspace)
    word = {"article": name[:10], "sentence": name[:17], "item": name, "address": "https://wire.example/a0#top"}[part]

    (stone,) = withdraw(workspace, word)

    told = name[:10] if part == "address" else word
    assert (stone.id, stone.reason) == (told, "the outlet asked for it")
    assert capsys.readouterr().out.endswith(
        f"withdraw: {told} withdrawn -> {workspace}/withdrawn.toml ({count} items of this workspace)\n"
    )


def test_withdrawing_twice_adds_nothing_twice_and_words_before_stay(workspace, capsys):
    withdraw(workspace, item(workspace)[:10])
    stones = withdraw(workspace, item(workspace)[:10], "another reason")

    assert [stone.reason for stone in stones] == ["the outlet asked for it"]
    assert "was withdrawn already" in capsys.readouterr().out
    assert (workspace / "withdrawn.toml").read_text().startswith("# What was withdrawn")


def test_what_is_not_here_is_honoured_should_it_come(workspace, capsys):
    (stone,) = withdraw(workspace, "https://gazette.example/gone")

    assert len(stone.id) == 10
    assert capsys.readouterr().out.endswith("(no item of this workspace has it; it is honoured should one come)\n")


def test_copies_that_stay_are_told(workspace, capsys):
    names = world(articles=2).items["sentence_id"].tolist()
    rows = [
        {"sentence_id": one, "group_id": names[0], "kind": "exact", "similarity": 1.0} for one in (names[0], names[5])
    ]
    DUPLICATES.write(DUPLICATES.frame(rows), workspace / "duplicates.parquet")

    withdraw(workspace, names[0])

    assert f"1 copies stay in, withdraw them too if you must: {names[5]})" in capsys.readouterr().out


@pytest.mark.parametrize("reason", ['he said "no"', "a \\ and a \n newline", "ünïcode – ‘quotes’", "tab\there"])
def test_a_reason_is_kept_as_it_is_but_for_white_space(workspace, reason):
    (stone,) = withdraw(workspace, item(workspace), reason)

    assert stone.reason == " ".join(reason.split())


@pytest.mark.parametrize("word", ["", "3f9a", "not an id", "ftp://wire.example/a"])
def test_what_is_neither_id_nor_address_is_refused(workspace, word):
    with pytest.raises(ContractError) as error:
        withdraw(workspace, word)

    assert str(error.value) == (
        f"{word!r} is neither an id nor a web address. Name an article, sentence or item: "
        '`make withdraw ID=3f9a1c20d4 REASON="..."`.'
    )


def test_a_reason_must_be_given(workspace):
    with pytest.raises(ContractError) as error:
        withdraw(workspace, item(workspace), " ")

    assert str(error.value) == (
        'No reason is given. Say why, without names, since it is published: `make withdraw ID=... REASON="..."`.'
    )


def test_an_entry_that_somebody_wrote_by_hand_is_read(tmp_path):
    path = tmp_path / "withdrawn.toml"
    path.write_text('[[withdrawn]]\nid = "3f9a1c20d4"\nday = "2026-01-02"\nreason = "asked"\n')
    assert load(path) == [Tombstone("3f9a1c20d4", "2026-01-02", "asked")]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param(
            'id = "3f9a1c20d4"\nday = "yesterday"\nreason = "asked"',
            "4: withdrawn (number 1).day is 'yesterday'. Make it a day, YYYY-MM-DD.",
            id="no day",
        ),
        pytest.param(
            'id = "3f9a1c20d4"\nday = "2026-02-30"\nreason = "asked"',
            "4: withdrawn (number 1).day is '2026-02-30'. Make it a day, YYYY-MM-DD.",
            id="a day that never was",
        ),
        pytest.param(
            'id = "Kim"\nday = "2026-01-02"\nreason = "asked"',
            "3: withdrawn (number 1).id is 'Kim'. Make it the id of an article, a sentence or an item.",
            id="no id",
        ),
        pytest.param(
            'id = "3f9a1c20d4"\nday = "2026-01-02"\nreason = " "',
            "5: withdrawn (number 1).reason says nothing. Say why.",
            id="no reason",
        ),
        pytest.param(
            'id = "3f9a1c20d4"\nday = "2026-01-02"', "2: withdrawn (number 1) lacks reason. Add it.", id="a key less"
        ),
    ],
)
def test_what_is_wrong_in_an_entry_is_told_with_its_line(tmp_path, entry, message):
    path = tmp_path / "withdrawn.toml"
    path.write_text(f"# What was withdrawn.\n[[withdrawn]]\n{entry}\n")

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}:{message}"
