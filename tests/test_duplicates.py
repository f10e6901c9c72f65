"""Copies are grouped and never deleted; twins are never in one group, and are linked."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.bands import banded, meetings, most, prints
from corpus.copies import Pair, closest, group
from corpus.duplicates import main
from corpus.errors import ContractError
from corpus.tables import CONTRASTS, DUPLICATES, SENTENCES
from tests.house import ROOT

GUARD, SETTINGS = ROOT / "corpus/guard.toml", ROOT / "corpus/duplicates.toml"


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setenv("WORKERS", "1")


def lay_out(folder, *parts, left_out=()):
    """Write sentences, given as parts of (id, text), as their table."""
    (folder / "sentences.parquet").mkdir(parents=True)
    for number, part in enumerate(parts):
        rows = pd.DataFrame(
            [{"sentence_id": name, "text": text} for name, text in part], columns=["sentence_id", "text"]
        )
        rows = rows.assign(article_id="a", start=0, end=0, paragraph=0, position=0, quoted=False, before="", after="")
        rows = rows.assign(left_out=["boilerplate" if name in left_out else "" for name in rows["sentence_id"]])
        pq.write_table(SENTENCES.arrow(rows), folder / f"sentences.parquet/part-{number:05}.parquet")
    return folder / "sentences.parquet"


def find(folder, *parts, left_out=(), settings_file=SETTINGS):
    """The two tables, as rows without their similarities."""
    out, contrasts = folder / "duplicates.parquet", folder / "contrasts.parquet"
    main(lay_out(folder, *parts, left_out=left_out), GUARD, settings_file, out, contrasts)
    copies = DUPLICATES.read(out)[["sentence_id", "group_id", "kind"]]
    twins = CONTRASTS.read(contrasts)[["pair_id", "words_a", "words_b", "families"]]
    return copies.to_records(index=False).tolist(), twins.to_records(index=False).tolist()


def test_exact_copies_are_a_group_and_the_least_id_is_its_first(tmp_path):
    copies, twins = find(
        tmp_path,
        [("b", "Iran seized the tanker near Hormuz."), ("c", "Rain fell.")],
        [("a", "“Iran seized the tanker near Hormuz”"), ("d", "IRAN SEIZED THE TANKER NEAR HORMUZ")],
    )

    assert copies == [("a", "a", "first"), ("b", "a", "exact"), ("d", "a", "exact")]
    assert twins == []


@pytest.mark.parametrize(("kept", "count"), [pytest.param(8, 15, id="all"), pytest.param(2, 9, id="two of each")])
def test_of_a_report_that_returns_with_other_figures_each_is_linked_with_a_few_alone(tmp_path, kept, count):
    few = tmp_path / "duplicates.toml"
    few.write_text(SETTINGS.read_text(encoding="utf-8").replace("contrasts = 8", f"contrasts = {kept}"))
    daily = (
        "Customs officers at the northern port of Aden held {} barrels of oil on their way to the islands on the day."
    )

    copies, twins = find(tmp_path, [(f"day-{n}", daily.format(n)) for n in range(11, 17)], settings_file=few)

    assert copies == []
    assert len(twins) == count


def test_near_copies_are_found_by_their_words_and_told_how_alike_they_are(tmp_path):
    sentences = [
        ("a", "The tanker was seized by the coast guard near Malta."),
        ("b", "The rusty tanker was seized by the coast guard near Malta."),
    ]
    main(lay_out(tmp_path, sentences), GUARD, SETTINGS, tmp_path / "duplicates.parquet", tmp_path / "contrasts.parquet")

    found = DUPLICATES.read(tmp_path / "duplicates.parquet")

    assert found.to_dict("records") == [
        {"sentence_id": "a", "group_id": "a", "kind": "first", "similarity": 1.0},
        {"sentence_id": "b", "group_id": "a", "kind": "near", "similarity": 0.9},
    ]


def test_twins_are_no_group_but_linked_with_what_they_differ_in(tmp_path):
    copies, twins = find(
        tmp_path,
        [
            ("a", "The ministry denied that it had shipped 40 drones to the rebels."),
            ("b", "The ministry admitted that it had shipped 40 drones to the rebels."),
        ],
    )

    assert copies == []
    assert twins == [("a|b", "deny", "admit", "report")]


def test_twins_are_not_merged_through_a_copy_of_both(tmp_path):
    closed = "The old refinery outside the harbour town shuttered last spring."
    neither = "The old refinery outside the harbour town last spring."
    revived = "The old refinery outside the harbour town revived last spring."

    copies, twins = find(tmp_path, [("a", closed), ("b", neither), ("c", revived)])

    together = {name for name, _, _ in copies}
    assert "b" in together
    assert not {"a", "c"} <= together
    assert twins == [("a|c", "shuttered", "revived", "words")]


def test_of_the_pairs_between_two_groups_the_closest_is_the_contrast(tmp_path):
    _, twins = find(
        tmp_path,
        [
            ("a", "The ministry denied that it had shipped the drones to the rebels."),
            ("b", "The ministry denied that it had quietly shipped the drones to the rebels."),
            ("c", "The ministry admitted that it had shipped the drones to the rebels."),
        ],
    )

    assert twins == [("a|c", "deny", "admit", "report")]


def test_what_is_left_out_takes_no_part_nor_does_what_has_no_words(tmp_path):
    copies, _ = find(
        tmp_path,
        [("a", "Sign up for our newsletter"), ("b", "Sign up for our newsletter"), ("c", "—"), ("d", "...")],
        left_out=("a",),
    )

    assert copies == []


def test_a_folder_without_sentences_has_no_duplicates(tmp_path):
    assert find(tmp_path, []) == ([], [])


def test_what_was_read_is_not_read_again(tmp_path):
    sentences = [("a", "Iran seized the tanker near Hormuz."), ("b", "Iran seized the tanker near Hormuz!")]
    place = lay_out(tmp_path, sentences)
    out = tmp_path / "duplicates.parquet"
    main(place, GUARD, SETTINGS, out, tmp_path / "contrasts.parquet")
    (made,) = (tmp_path / ".duplicates.parquet.making").rglob("keys.npy")
    before = made.stat().st_mtime_ns

    main(place, GUARD, SETTINGS, out, tmp_path / "contrasts.parquet")

    assert made.stat().st_mtime_ns == before


STORIES = [
    f"{who} {did} the {what}{more}."
    for who in ("Iran", "Russia", "The ministry")
    for did in ("seized", "quietly seized", "released")
    for what in ("tanker off the coast of Malta", "rusty tanker off the coast of Malta")
    for more in ("", ", officials said", " last spring")
]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(len(STORIES))), st.lists(st.integers(0, len(STORIES)), max_size=4), st.integers(10, 80))
def test_it_does_not_matter_how_sentences_lie_in_parts(tmp_path_factory, order, cuts, at_once):
    sentences = [(f"s{number:02}", STORIES[number]) for number in order]
    bounds = [0, *sorted(cuts), len(sentences)]
    whole, shuffled = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("shuffled")
    few_at_once = shuffled / "duplicates.toml"
    few_at_once.write_text(SETTINGS.read_text().replace("at_once = 250_000", f"at_once = {at_once}"))

    main(lay_out(whole, sorted(sentences)), GUARD, SETTINGS, whole / "duplicates.parquet", whole / "contrasts.parquet")
    cut = [sentences[start:end] for start, end in pairwise(bounds)]
    main(lay_out(shuffled, *cut), GUARD, few_at_once, shuffled / "duplicates.parquet", shuffled / "contrasts.parquet")

    for name in ("duplicates.parquet", "contrasts.parquet"):
        one, other = (folder / name / "part-00000.parquet" for folder in (whole, shuffled))
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("window = 16", "", ":1: the file lacks window. Add it.", id="a setting left out"),
        pytest.param(
            "window",
            "widnow",
            ":14: widnow is read by nobody. Correct it to one of similarity, bands, rows, window, at_once, largest, "
            "contrasts, or take it out.",
            id="a setting misspelt",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(tmp_path, old, new, message):
    path = tmp_path / "duplicates.toml"
    path.write_text(SETTINGS.read_text().replace(old, new))

    with pytest.raises(ContractError) as error:
        main(lay_out(tmp_path, []), GUARD, path, tmp_path / "duplicates.parquet", tmp_path / "contrasts.parquet")

    assert str(error.value) == f"{path}{message}"


def test_a_group_grows_by_the_closest_pair_first_and_takes_no_twin():
    pairs = [Pair(1, 2, 0.8), Pair(2, 3, 0.9)]

    assert group(pairs, lambda one, other: (one, other) == (1, 3), 9) == {2: [2, 3], 3: [2, 3]}


def test_a_group_grows_no_larger_than_it_may():
    pairs = [Pair(1, 2, 0.9), Pair(3, 4, 0.8), Pair(2, 3, 0.7)]

    assert group(pairs, lambda one, other: False, 3) == {1: [1, 2], 2: [1, 2], 3: [3, 4], 4: [3, 4]}


def test_a_contrast_is_between_two_groups_and_never_within_one():
    pairs = [Pair(1, 2, 0.9), Pair(1, 3, 0.7), Pair(2, 3, 0.8)]

    assert closest(pairs, {1: [1, 2], 2: [1, 2]}) == [Pair(2, 3, 0.8)]


BAGS = st.lists(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=12), min_size=2, max_size=2)


def packed(bags):
    """Bags as they are held: words, offsets."""
    lengths = [len(bag) for bag in bags]
    return np.array([word for bag in bags for word in sorted(bag)], np.uint32), np.cumsum([0, *lengths])


@given(BAGS)
def test_bags_are_never_more_alike_than_their_prints_allow(bags):
    words, offsets = packed(bags)
    bits, sizes = prints(words, offsets), np.diff(offsets)

    (bound,) = most(bits[:1], bits[1:], sizes[:1], sizes[1:])

    assert bound >= len(bags[0] & bags[1]) / len(bags[0] | bags[1])


def test_bags_with_the_same_words_share_every_key_and_others_hardly_one():
    words, offsets = packed([{1, 2, 3}, {1, 2, 3}, {4, 5, 6}])

    keys = banded(words, offsets, bands=4, rows=2)

    assert (keys[:, 0] == keys[:, 1]).all()
    assert not (keys[:, 0] == keys[:, 2]).any()


def test_in_a_crowded_bucket_each_meets_only_those_that_follow_it():
    keys, numbers = np.zeros(4, np.uint64), np.arange(4, dtype=np.uint64)

    pairs = [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in meetings(keys, numbers, window=1)]

    assert pairs == [(0, 1), (1, 2), (2, 3)]


def test_what_two_processes_find_is_what_one_finds(tmp_path, monkeypatch):
    sentences = [(f"s{number:02}", text) for number, text in enumerate(STORIES)]
    alone, together = tmp_path / "alone", tmp_path / "together"
    one = find(alone, sentences[:30], sentences[30:])

    monkeypatch.setenv("WORKERS", "2")

    assert find(together, sentences[30:], sentences[:30]) == one
    for name in ("duplicates.parquet", "contrasts.parquet"):
        tables = [pq.read_table(folder / name) for folder in (alone, together)]
        assert tables[0].equals(tables[1])
