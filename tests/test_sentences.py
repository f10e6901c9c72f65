"""Articles become sentences whose offsets are exact, whatever stands in them."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from corpus import boilerplate
from corpus.articles import load as article_settings
from corpus.articles import raw_records, sort_out
from corpus.records import Reading
from corpus.sentences import names, sentence_id, sentences, split
from tests.house import ROOT, SHARED, needs_shared

LINES = boilerplate.load(ROOT / "corpus/boilerplate.toml")


def test_a_sentence_knows_its_offsets_its_paragraph_and_its_neighbours():
    text = "Rain fell. Talks resumed.\n\nThe port reopened."

    rows = sentences("3f9a1c20d4", text, LINES)

    assert [(row["start"], row["end"], row["paragraph"], row["before"], row["text"], row["after"]) for row in rows] == [
        (0, 10, 0, "", "Rain fell.", "Talks resumed."),
        (11, 25, 0, "Rain fell.", "Talks resumed.", "The port reopened."),
        (27, 45, 1, "Talks resumed.", "The port reopened.", ""),
    ]


def test_boilerplate_is_kept_with_the_reason_and_is_nobodys_neighbour():
    text = "Rain fell.\nSign up for our newsletter\nTalks resumed."

    rows = sentences("3f9a1c20d4", text, LINES)

    assert [(row["text"], row["left_out"], row["before"], row["after"]) for row in rows] == [
        ("Rain fell.", "", "", "Talks resumed."),
        ("Sign up for our newsletter", "boilerplate", "Rain fell.", "Talks resumed."),
        ("Talks resumed.", "", "Rain fell.", ""),
    ]


def test_a_sentence_keeps_its_id_when_the_article_around_it_changes():
    before = sentences("3f9a1c20d4", "Rain fell. Talks resumed.", LINES)
    after = sentences("3f9a1c20d4", "Snow fell. It was late. Talks resumed.", LINES)

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
    rows = sentences("3f9a1c20d4", text, LINES)

    assert [text[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert "".join("".join(str(row["text"]).split()) for row in rows) == "".join(text.split())


def test_the_table_holds_every_sentence_of_every_article_in_order():
    articles = pd.DataFrame({"article_id": ["a", "b"], "text": ["Rain fell. It was late.", "Talks resumed."]})

    found = split(articles, LINES)

    assert found[["article_id", "position", "text"]].values.tolist() == [
        ["a", 0, "Rain fell."],
        ["a", 1, "It was late."],
        ["b", 0, "Talks resumed."],
    ]


@needs_shared("seed")
def test_the_seed_article_is_cut_where_a_reader_would_and_loses_its_boilerplate():
    reading = Reading(article_settings(ROOT / "corpus/articles.toml").names, LINES)
    (article,), _ = sort_out(raw_records(SHARED / "seed", "nbc-2023-09-11-putin-invites-kim.txt", 10**7), reading)

    rows = sentences("seed", str(article["text"]), LINES)
    cut = [str(row["text"]) for row in rows if not row["left_out"]]

    assert [str(row["text"])[:18] for row in rows if row["left_out"]] == ["IE 11 is not suppo", "Get more newsLiveo"]
    assert len(cut) == 20
    assert [text for text in cut if "U.S. officials" in text] == [
        text for text in cut if text.startswith("Last week, ")
    ]
    assert [text[-51:] for text in cut if "Ryder" in text] == ["” spokesperson Brig. Gen. Pat Ryder told reporters."]
    assert [text[:9] for text in cut if "he added" in text] == ["“We remai"]
    assert cut[-1].endswith(str(article["text"]).split()[-1])


def test_a_sentence_that_stands_many_times_takes_no_time_in_proportion_to_its_square():
    found = names("a", ["Yes."] * 20_000)

    assert len(set(found)) == 20_000
