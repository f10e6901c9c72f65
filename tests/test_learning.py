"""What is learned, what it is chosen by, and what is said of rows that nobody labelled."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.metrics import f1_score

from corpus.errors import ContractError
from tests.house import ROOT
from training.calibrate import Scale, error, softmax
from training.keeping import keep
from training.keeping import load as load_model
from training.learning import check, fit, folds, learn, sample, taught
from training.model import KNOWN, UNKNOWN, load
from training.readable import shared
from training.telling import predict_proba, tell

SETTINGS = replace(load(ROOT / "training/model.toml", ROOT / "training/tone.toml"), strengths=[0.3, 3.0])
TARGETS = ["The dam should be built.", "Trams should be free.", "The market should stay open."]
VERBS = {"favor": ["welcomes", "backs"], "against": ["condemns", "rejects"], "none": ["walks past", "looks at"]}


def said(*labels, articles=None):
    """Training rows about one target, each with its label, each in an article of its own unless told otherwise."""
    return pd.DataFrame(
        {
            "text": [f"Sentence {at} says {label} about it." for at, label in enumerate(labels)],
            "target": "sanctions-russia",
            "label": labels,
            "group": articles or [f"a{at}" for at in range(len(labels))],
        }
    )


def town(rows=90, targets=tuple(TARGETS)):
    """What people of a town say of three propositions, twice as often for as against or neither."""
    found, labels = [], ["favor", "favor", "against", "none"]
    for at in range(rows):
        label, target = labels[at % 4], targets[at // 4 % len(targets)]
        thing = target.split()[1] if target.startswith("The") else "tram"
        verb = VERBS[label][at // 8 % 2]
        text = f"Neighbour {at} {verb} the {'lake' if label == 'none' else thing} in week {at % 7}."
        found.append({"text": text, "target": target, "label": label, "group": f"g{at // 2}"})
    return pd.DataFrame(found)


@pytest.fixture(scope="module")
def learned():
    """A model of the town."""
    return learn("stance", town(), SETTINGS)


def test_what_words_tell_is_learned(learned):
    asked = town(120).tail(30)

    told = tell(learned, asked)

    assert f1_score(asked["label"], np.array(learned.labels)[told.said], average="macro") > 0.9


def test_a_model_does_better_on_rows_it_learned_from_than_on_rows_held_out(learned):
    train = town()

    score = f1_score(train["label"], np.array(learned.labels)[tell(learned, train).said], average="macro")

    assert score >= max(learned.heads[KNOWN].searched.values())


def test_probabilities_are_those_of_the_pipeline_that_scikit_learn_knows(learned):
    asked = town(120).tail(30).assign(text=lambda rows: rows["text"] + " Ünïcode\0 😀")

    told = predict_proba(learned, asked)

    assert np.allclose(told, learned.pipeline.predict_proba(learned.reader.columns(asked)), atol=1e-5)
    assert np.allclose(told.sum(axis=1), 1)


def test_a_row_is_told_the_same_alone_and_among_others(learned):
    asked = town(40)

    among = predict_proba(learned, asked)

    assert np.array_equal(predict_proba(learned, asked.tail(1))[0], among[-1])


def test_a_target_that_was_not_learned_from_is_told_by_a_classifier_of_its_own(learned):
    asked = town(8).assign(target="The bridge should be closed.", text="A neighbour condemns the bridge.")

    told = tell(learned, asked)

    assert UNKNOWN in learned.heads
    assert set(np.array(learned.labels)[told.said]) == {"against"}


def test_a_target_with_rows_enough_has_n_grams_of_its_own(learned):
    names = learned.features.get_feature_names_out()

    assert learned.reader.own == tuple(sorted(TARGETS))
    assert f"words about {TARGETS[1]}__tram" in names


def test_a_model_in_a_file_says_what_it_said_and_needs_no_trust(learned, tmp_path):
    path = tmp_path / "stance.skops"

    keep(learned, "", path)

    assert skops.io.get_untrusted_types(file=path) == []
    assert np.array_equal(predict_proba(load_model(path), town()), predict_proba(learned, town()))
    pipeline = skops.io.load(path, trusted=[])["pipeline"]
    columns = learned.reader.columns(town())
    assert np.array_equal(pipeline.predict_proba(columns), learned.pipeline.predict_proba(columns))


def test_the_same_rows_make_the_same_digits_in_another_process():
    code = (
        "import hashlib; from tests.test_learning import SETTINGS, town; from training.learning import learn; "
        "from training.telling import predict_proba; "
        "told = predict_proba(learn('stance', town(), SETTINGS), town()); "
        "print(hashlib.sha256(told.tobytes()).hexdigest())"
    )

    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env={"WORKERS": workers, "OPENBLAS_NUM_THREADS": workers, "PYTHONHASHSEED": workers},
        ).stdout
        for workers in ("1", "2")
    }  # fmt: skip

    assert len(digests) == 1


def test_no_group_stands_on_both_sides_of_a_fold():
    train = said(*["favor", "against"] * 10, articles=[f"a{at // 4}" for at in range(20)])

    for known, held in folds(train["label"].to_numpy(), train["group"].to_numpy(), SETTINGS):
        assert not set(train["group"].iloc[known]) & set(train["group"].iloc[held])


def test_strengths_are_chosen_by_whole_groups_up_to_a_number_of_rows():
    train = said(*["favor"] * 40, articles=[f"a{at // 4}" for at in range(40)])

    rows = sample(train, replace(SETTINGS, searched=10))

    assert len(rows) == 8
    assert train["group"].iloc[rows].nunique() == 2


def test_each_label_is_learned_by_its_share_of_the_answers():
    train = said("favor", "against").assign(share_favor=[0.75, 0.0], share_against=[0.25, 1.0])

    rows, labels, weight = taught(train, ["against", "favor"])

    assert list(zip(rows, labels, weight, strict=True)) == [(0, "against", 0.25), (0, "favor", 0.75), (1, "against", 1)]


def test_what_was_chosen_before_can_be_learned_again_without_choosing():
    again = fit(town(), 0.3, SETTINGS)

    assert again.heads[KNOWN].strength == 0.3
    assert again.heads[KNOWN].searched == {}


@pytest.mark.parametrize(
    ("text", "target", "share", "there"),
    [
        pytest.param("The dam breaks.", TARGETS[0], 0.5, 1, id="one of two words"),
        pytest.param("They are building dams.", TARGETS[0], 0.5, 1, id="a word's beginning"),
        pytest.param("Rain fell.", TARGETS[0], 0, 0, id="none"),
        pytest.param("Rain fell.", "", 0, 0, id="no target"),
    ],
)
def test_what_text_and_target_share_is_measured(text, target, share, there):
    assert shared([text], [target]).tolist() == [[share, there]]


def test_probabilities_are_scaled_to_how_often_they_are_right():
    chance = np.random.default_rng(0)
    often = np.array([1.0, 0.0, -1.0])
    honest = chance.normal(size=(4000, 3)) + often
    gold = (softmax(honest).cumsum(axis=1) < chance.random((4000, 1))).sum(axis=1)
    overdone = 5 * (honest - often)

    scale = Scale.learned(overdone[:2000], gold[:2000])

    before, after = (
        error(softmax(overdone[2000:]), gold[2000:]),
        error(scale.probabilities(overdone[2000:]), gold[2000:]),
    )
    assert scale.stretch == pytest.approx(0.2, rel=0.15)
    assert before > 0.2
    assert after < 0.03


def test_scaling_shifts_probabilities_and_leaves_what_is_said(learned):
    raw = np.array([[0.2, 0.1, 0.0], [0.0, 0.3, 0.1]])
    scale = Scale(2.0, [1.0, -1.0, 0.0])

    assert list(scale.said(np.log(scale.probabilities(raw)))) == [0, 1]


def test_a_training_split_without_rows_is_refused():
    with pytest.raises(ContractError) as error:
        check("stance", said())

    assert str(error.value) == (
        "stance: the training split has no settled label, so nothing can be learned. "
        "Label more items (`make batch MORE=300` draws some to learn from) and run `make pull`, or draw other splits "
        "by a new salt in splits.toml."
    )


def test_a_training_split_with_one_label_is_refused():
    with pytest.raises(ContractError) as error:
        check("stance", said("none", "none", "none"))

    assert str(error.value) == (
        "stance: the training split has one label, 'none' in all its 3 rows, and a baseline needs two. "
        "Label more items (`make batch MORE=300` draws some to learn from) and run `make pull`, or draw other splits "
        "by a new salt in splits.toml."
    )


@pytest.mark.parametrize(
    ("train", "counts"),
    [
        pytest.param(said("none", "favor"), (2, 2), id="each label once"),
        pytest.param(said(*["none", "favor"] * 3, articles=["a"] * 6), (6, 1), id="one article"),
        pytest.param(said("none", "none", "favor", "favor", articles=[*"aabb"]), (4, 2), id="one each"),
    ],
)
def test_rows_that_cannot_be_held_out_are_refused(train, counts):
    with pytest.raises(ContractError) as error:
        learn("stance", train, SETTINGS)

    assert str(error.value) == (
        "stance: no training article can be held out with two labels left to learn from "
        f"({counts[0]} rows, {counts[1]} articles). "
        "Label more items (`make batch MORE=300` draws some to learn from) and run `make pull`, or draw other splits "
        "by a new salt in splits.toml."
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(
            ("seed = 20230911", "sead = 20230911"),
            ":3: sead is read by nobody. Correct it to one of seed, folds, strengths, iterations, searched, largest, "
            "own, ngrams, rarest, encoder, abstain, again, quick, curve, or take it out.",
            id="a misspelt name",
        ),
        pytest.param(("folds = 4  #", "# folds"), ":1: the file lacks folds. Add it.", id="one left out"),
        pytest.param(
            ("characters = [2, 5]", "characters = [1, 5]"),
            ": the shortest n-gram of characters has 2 or 3 of them. Correct [ngrams].",
            id="n-grams too short",
        ),
        pytest.param(
            ("words = [1, 2]", "words = [1]"),
            ": [ngrams] and [rarest] are of words and characters, two lengths each. Correct it.",
            id="half a range",
        ),
        pytest.param(("weight = 2.0", ""), ":21: own lacks weight. Add it.", id="one left out of a table"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, change, fault):
    path = tmp_path / "model.toml"
    path.write_text((ROOT / "training/model.toml").read_text().replace(change[0], change[1], 1))

    with pytest.raises(ContractError) as error:
        load(path, ROOT / "training/tone.toml")

    assert str(error.value) == f"{path}{fault}"


def test_an_encoder_that_cannot_be_had_is_refused(tmp_path):
    path = tmp_path / "model.toml"
    path.write_text((ROOT / "training/model.toml").read_text().replace('encoder = ""', 'encoder = "no.such:thing"'))

    with pytest.raises(ContractError) as error:
        load(path, ROOT / "training/tone.toml")

    assert str(error.value) == (
        "model.toml: encoder is 'no.such:thing', which cannot be had: No module named 'no'. Name a "
        "module:function that makes an object with encode(texts) and install what it needs "
        '(`pip install ".[encoder]"`), or give "".'
    )


def test_an_encoder_s_vectors_are_learned_from(tmp_path):
    def encode(texts):
        return np.array([[float("welcomes" in text), float("condemns" in text), 1.0] for text in texts], np.float32)

    learned = learn("stance", town(), replace(SETTINGS, encode=encode))

    asked = town(120).tail(30)
    names = [name for name in learned.features.get_feature_names_out() if "embedding" in name]
    assert names
    assert np.allclose(
        predict_proba(learned, asked), learned.pipeline.predict_proba(learned.reader.columns(asked)), atol=1e-5
    )
