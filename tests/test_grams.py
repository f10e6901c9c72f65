"""n-grams are counted as scikit-learn counts them, whatever the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from training.grams import PATTERN, batch, counts, index

VIEWS = {
    "words": {"analyzer": "word", "ngram_range": (1, 3), "token_pattern": PATTERN},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "characters from three on": {"analyzer": "char_wb", "ngram_range": (3, 4)},
}
HARD = [
    "Tankers evaded the embargo; tankers evaded it again.",
    "",
    "   ",
    "İstanbul DŽ ß ﬁ É e\u0301",
    "a\u0085b\x1cc\u2028d \u00a0 e",
    "😀😀 $%& 5 a",
    "a lone \ud800 half",
    "_a_ b_ don't snake_case",
    "x" * 31 + " " + "y" * 30,
]


def same(view, texts, asked):
    """Compare our counts of a view's vocabulary, learned from texts, with scikit-learn's."""
    vectorizer = CountVectorizer(**view, dtype=np.float32)
    try:
        vectorizer.fit(texts)
    except ValueError:  # no text holds an n-gram
        return
    terms = list(vectorizer.get_feature_names_out())
    found = counted(asked, index(terms, view["analyzer"], view["ngram_range"]))
    assert np.array_equal(found, vectorizer.transform(asked).toarray())


def counted(texts, table):
    """Our counts of a vocabulary in texts."""
    return sum(part.toarray() for part in counts(batch(texts), len(texts), table))


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_hard_texts_are_counted_as_scikit_learn_does(view):
    same(view, HARD, HARD)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=6), asked=st.lists(st.text(max_size=40), min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_text_is_counted_as_scikit_learn_does(view, texts, asked):
    same(view, texts, [*asked, *texts])


def test_a_row_counts_the_same_whatever_stands_around_it():
    table = index(["ta", "tan", " t"], "char_wb", (2, 3))

    assert np.array_equal(counted(HARD[:1], table)[0], counted([*HARD[1:], HARD[0]], table)[-1])


def test_no_text_has_no_counts():
    assert counted([], index(["ab"], "char_wb", (2, 2))).shape == (0, 1)
