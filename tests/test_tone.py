"""Words that praise and words that blame."""

import numpy as np
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from training import tone
from training.grams import batch

TONE = tone.load(ROOT / "training/tone.toml")


def measured(text):
    """The praise and blame of one text."""
    return [round(float(value), 3) for value in TONE.measure(batch([text]), 1)[0]]


@pytest.mark.parametrize(
    ("text", "praise", "blame"),
    [
        pytest.param("The envoy praised the treaty.", 1, 0, id="praise"),
        pytest.param("The envoy condemned the treaty.", 0, 1, id="blame"),
        pytest.param("The treaty was signed in May.", 0, 0, id="neither"),
        pytest.param("Praised, and then condemned, and condemned again.", 1, 2, id="every time counts"),
        pytest.param("PRAISING it", 1, 0, id="small and great letters"),
    ],
)
def test_words_of_praise_and_blame_are_counted_by_the_root_of_the_length(text, praise, blame):
    words = len([word for word in text.split() if len(word) > 1])

    assert measured(text) == [round(praise / words**0.5, 3), round(blame / words**0.5, 3)]


def test_a_text_without_words_has_no_tone():
    assert np.array_equal(TONE.measure(batch(["", "!"]), 2), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        pytest.param("win", {"win", "wins", "winning"}, id="doubled"),
        pytest.param("deny", {"deny", "denies", "denied", "denying"}, id="y"),
        pytest.param("praise", {"praise", "praises", "praised", "praising"}, id="e"),
        pytest.param("attack", {"attacks", "attacked", "attacking"}, id="plain"),
    ],
)
def test_a_word_has_its_forms(word, forms):
    assert forms <= set(tone.forms(word))


def test_a_short_word_is_not_taken_for_another():
    assert "staring" not in tone.forms("star")


def test_a_word_of_praise_that_is_also_one_of_blame_is_refused(tmp_path):
    (tmp_path / "tone.toml").write_text('praise = "just fair"\nblame = "fair"\n')

    with pytest.raises(ContractError) as error:
        tone.load(tmp_path / "tone.toml")

    assert str(error.value) == (
        f"{tmp_path}/tone.toml: 'fair' is a form of a word of praise and of one of blame. Take one out."
    )


def test_a_list_that_is_missing_is_named(tmp_path):
    (tmp_path / "tone.toml").write_text('praise = "fair"\n')

    with pytest.raises(ContractError) as error:
        tone.load(tmp_path / "tone.toml")

    assert str(error.value) == f"{tmp_path}/tone.toml:1: the file lacks blame. Add it."
