"""Articles become sentences whose offsets are exact, whatever stands in them."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from corpus import boilerplate, quality
from corpus.sentences import Sieve, cut_part, names, sentence_id
from corpus.sentences import sentences as cut
from corpus.tables import ARTICLES, REPEATED, SENTENCES
from tests.house import ROOT, SHARED, needs_shared

SIEVE = Sieve(
    boilerplate.load(ROOT / "corpus/boilerplate.toml"),
    frozenset({("Herald", "herald world desk, 0 may")}),
    quality.load(ROOT / "corpus/quality.toml"),
)


def sentences(article_id: str, text: str, outlet: str = "") -> list[dict[str, Any]]:
    """The sentences of one article, as rows."""
    return [dict(zip(SENTENCES.columns, row, strict=True)) for row in cut(article_id, outlet, text, SIEVE)]


def test_a_sentence_knows_its_offsets_its_paragraph_and_its_neighbours():
    text = "Rain fell. Talks resumed.\n\nThe port reopened."

    rows = sentences("3f9a1c20d4", text)

    assert [(row["start"], row["end"], row["paragraph"], row["before"], row["text"], row["after"]) for row in rows] == [
        (0, 10, 0, "", "Rain fell.", "Talks resumed."),
        (11, 25, 0, "Rain fell.", "Talks resumed.", "The port reopened."),
        (27, 45, 1, "Talks resumed.", "The port reopened.", ""),
    ]


def test_boilerplate_is_kept_with_the_reason_and_is_nobodys_neighbour():
    text = "Rain fell.\nSign up for our newsletter\nTalks resumed."

    rows = sentences("3f9a1c20d4", text)

    assert [(row["text"], row["left_out"], row["before"], row["after"]) for row in rows] == [
        ("Rain fell.", "", "", "Talks resumed."),
        ("Sign up for our newsletter", "boilerplate", "Rain fell.", "Talks resumed."),
        ("Talks resumed.", "", "Rain fell.", ""),
    ]


def test_a_sentence_keeps_its_id_when_the_article_around_it_changes():
    before = sentences("3f9a1c20d4", "Rain fell. Talks resumed.")
    after = sentences("3f9a1c20d4", "Snow fell. It was late. Talks resumed.")

    assert before[1]["sentence_id"] == after[2]["sentence_id"] == sentence_id("3f9a1c20d4", "Talks resumed.")


def test_words_that_stand_twice_in_an_article_have_two_ids_and_the_first_is_theirs():
    first, second, third = names("3f9a1c20d4", ["Yes.", "No.", "Yes."])

    assert (first, second) == (sentence_id("3f9a1c20d4", "Yes."), sentence_id("3f9a1c20d4", "No."))
    assert third == sentence_id("3f9a1c20d4", "Yes.", occurrence=2)


def test_two_sentences_whose_six_digits_are_the_same_get_two_ids():
    # found by search: both hash to the same six digits
    one, other = "Sentence 2082.", "Sentence 2898."

    assert sentence_id("a", one) == sentence_id("a", other)
    assert len(set(names("a", [one, other]))) == 2


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_the_text_from_start_to_end_is_the_sentence_always(text):
    rows = sentences("3f9a1c20d4", text)

    assert [text[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert "".join("".join(str(row["text"]).split()) for row in rows) == "".join(text.split())


def test_a_line_that_returns_in_its_outlet_is_left_out_there_and_nowhere_else():
    text = "Herald world desk, 7 May\nRain fell."

    assert [(row["text"], row["left_out"]) for row in sentences("a", text, outlet="Herald")] == [
        ("Herald world desk, 7 May", "repeated in its outlet"),
        ("Rain fell.", ""),
    ]
    assert [row["left_out"] for row in sentences("a", text, outlet="Gazette")] == ["", ""]


def test_a_sentence_in_another_language_is_left_out_with_its_language_and_a_name_or_a_short_one_is_not():
    text = (
        "The envoy spoke in Paris. « Les sanctions contre la Russie doivent être renforcées sans délai. » "
        "Санкции против этой страны должны быть сняты немедленно, заявил министр. "
        "Sheremetyevo, Domodedovo, Vnukovo, Zhukovsky. Da."
    )

    assert [row["left_out"] for row in sentences("a", text)] == [
        "", "foreign language (fr)", "foreign language (ru)", "", "",
    ]  # fmt: skip


def test_a_sentence_knows_whether_it_is_speech():
    rows = sentences("a", "The minister rose. “We will not lift them,” he said. “They stay.”")

    assert [row["quoted"] for row in rows] == [False, True, True]


def test_a_part_of_sentences_holds_those_of_a_part_of_articles_but_not_of_one_that_is_left_out(tmp_path):
    row: dict[str, object] = {**dict.fromkeys(ARTICLES.columns, ""), "demonstration": False}
    articles = [
        {**row, "article_id": "a", "text": "Rain fell. It was late."},
        {**row, "article_id": "b", "text": "Subscribe to continue reading.", "left_out": "paywall stub"},
        {**row, "article_id": "c", "text": "Talks resumed."},
    ]
    ARTICLES.write(ARTICLES.frame(articles), tmp_path / "articles.parquet")
    REPEATED.write(REPEATED.frame([]), tmp_path / "repeated.parquet")

    told = cut_part(
        tmp_path / "articles.parquet",
        ROOT / "corpus/boilerplate.toml",
        ROOT / "corpus/quality.toml",
        tmp_path / "repeated.parquet",
        tmp_path,
    )

    assert told == {"": 3}
    assert pd.read_parquet(tmp_path / "sentences.parquet")[["article_id", "position", "text"]].values.tolist() == [
        ["a", 0, "Rain fell."],
        ["a", 1, "It was late."],
        ["c", 0, "Talks resumed."],
    ]


@needs_shared("seed")
def test_the_seed_article_is_cut_where_a_reader_would_and_loses_its_boilerplate():
    text = (SHARED / "seed" / "nbc-2023-09-11-putin-invites-kim.txt").read_text(encoding="utf-8")

    rows = sentences("seed", text)
    told = [str(row["text"]) for row in rows if not row["left_out"]]

    assert [str(row["text"])[:18] for row in rows if row["left_out"]] == ["IE 11 is not suppo", "Get more newsLiveo"]
    assert len(told) == 20
    assert [one for one in told if "U.S. officials" in one] == [one for one in told if one.startswith("Last week, ")]
    assert [one[-51:] for one in told if "Ryder" in one] == ["” spokesperson Brig. Gen. Pat Ryder told reporters."]
    assert [one[:9] for one in told if "he added" in one] == ["“We remai"]
    assert told[-1].endswith(text.split()[-1])


def test_a_sentence_that_stands_many_times_takes_no_time_in_proportion_to_its_square():
    found = names("a", ["Yes."] * 20_000)

    assert len(set(found)) == 20_000
