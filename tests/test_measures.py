"""The measures of agreement, reproduced from the literature and from published data."""

import csv
import gzip
from collections.abc import Sequence

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from labeling.measures import Floats, Pairs, alpha, measured, nominal, pairs, sums
from tests.house import SHARED, needs_shared

Unit = Sequence[int | None]
# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: four observers of twelve units
OBSERVERS: list[list[int | None]] = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
]  # fmt: skip
FLEISS_1971 = [  # thirty patients, six psychiatrists each: how many said depression, personality disorder, and so on
    "00060", "03003", "01401", "00006", "03030", "20400", "00402", "20310", "20040", "00006", "10050", "11040", "03300",
    "10050", "02031", "00501", "30012", "51000", "02040", "10203", "00006", "01050", "02013", "20040", "10041", "05010",
    "40002", "02040", "10500", "00006",
]  # fmt: skip
BIAS = {"Biased": 0, "Non-biased": 1, "Biased, unfair": 2}
OPINION = ("Entirely", "Somewhat", "Expresses")


def answered(units: Sequence[Unit], articles: Sequence[int] | None = None) -> Pairs:
    """Pairs of the answers to each unit, an observer a place, None where nothing was said; each unit is an article."""
    found = [
        (at, articles[at] if articles else at, who, label)
        for at, unit in enumerate(units)
        for who, label in enumerate(unit)
        if label is not None
    ]
    return pairs(pd.DataFrame(found, columns=["item", "article", "annotator", "label"]))


def counted(table: Sequence[Sequence[int]]) -> Pairs:
    """Pairs of two observers who gave each two labels so often."""
    return answered([(one, other) for (one, other), n in np.ndenumerate(table) for _ in range(n)])


def values(found: Pairs, labels: int) -> dict[str, float]:
    """Every measure of all articles."""
    everything = np.ones((int(found.article.max()) + 1, 1))
    return {name: float(one[0]) for name, one in next(measured([(found, labels)], everything)).items()}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("0100000010", "1110010000", 0.095, id="example A"),
        pytest.param("aabbdcccedda", "babbbccceddd", 0.692, id="example B"),
    ],
)
def test_alpha_of_krippendorffs_two_observers(one, other, expected):
    names = sorted({*one, *other})

    found = answered([(names.index(a), names.index(b)) for a, b in zip(one, other, strict=True)])

    assert round(values(found, len(names))["alpha"], 3) == expected


def test_krippendorffs_four_observers_with_missing_answers():
    # alpha: Krippendorff (2011), example C; the others to two places: Gwet, Handbook of Inter-Rater Reliability (2014)
    found = values(answered([[label and label - 1 for label in unit] for unit in OBSERVERS]), 5)

    assert round(found["alpha"], 3) == 0.743
    assert {name: round(found[name], 2) for name in ("ac1", "fleiss", "percent")} == {
        "ac1": 0.78,
        "fleiss": 0.76,
        "percent": 81.82,
    }


def test_kappa_of_fleiss_six_psychiatrists():
    units = [[label for label in range(5) for _ in range(int(patient[label]))] for patient in FLEISS_1971]

    assert round(values(answered(units), 5)["fleiss"], 3) == 0.430


def test_kappa_of_cohens_two_judges_of_two_hundred_patients():
    assert round(values(counted([[88, 14, 18], [10, 40, 10], [2, 6, 12]]), 3)["cohen"], 3) == 0.492


def test_every_measure_of_gwets_two_abstractors_of_a_hundred_pregnancies():
    # Gwet, Handbook of Inter-Rater Reliability (2014); Scott's pi is Fleiss' kappa of two
    found = values(counted([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 3)

    assert {name: round(value, 4) for name, value in found.items()} == {
        "alpha": 0.7973,
        "ac1": 0.8493,
        "fleiss": 0.7962,
        "cohen": 0.7964,
        "percent": 89.0,
    }


def test_ac1_is_high_where_two_agree_on_a_frequent_label_and_kappa_is_below_chance():
    # Gwet, Kappa Statistic is not Satisfactory (2002)
    found = values(counted([[118, 5], [2, 0]]), 2)

    assert (round(found["ac1"], 2), round(found["cohen"], 2)) == (0.94, -0.02)


def test_kappa_of_three_is_the_mean_of_the_twos_for_which_it_is_defined():
    # the first two agree by kappa 0.5; the third answered with nobody but the first, and both said the same throughout
    both = [(0, 0, None), (0, 1, None), (1, 1, None), (1, 1, None)]

    found = values(answered([*both, (0, None, 0), (0, None, 0)]), 2)

    assert found["cohen"] == pytest.approx(0.5)


def test_percent_is_the_mean_over_items_of_the_pairs_that_agree():
    # three agree: 3 of 3 pairs; two of three agree: 1 of 3 pairs
    assert values(answered([(0, 0, 0), (0, 0, 1)]), 2)["percent"] == pytest.approx(200 / 3)


def test_what_chance_does_as_well_is_undefined_where_chance_is_certain():
    found = values(answered([(0, 0), (0, 0)]), 2)

    assert {name for name, value in found.items() if np.isnan(value)} == {"alpha", "fleiss", "cohen"}
    assert (found["ac1"], found["percent"]) == (1, 100)


def by_definition(units: Sequence[Unit], labels: int) -> float:
    """Krippendorff's alpha, computed from the matrix of coincidences as he writes it."""
    coincidences = np.zeros((labels, labels))
    for unit in ([label for label in unit if label is not None] for unit in units):
        for at, one in enumerate(unit):
            for behind, other in enumerate(unit):
                if at != behind:
                    coincidences[one, other] += 1 / (len(unit) - 1)
    totals, every = coincidences.sum(axis=0), coincidences.sum()
    observed = every - np.trace(coincidences)
    expected = (every**2 - (totals**2).sum()) / (every - 1)
    return float(1 - observed / expected) if expected else float("nan")


UNITS = st.lists(
    st.lists(st.none() | st.integers(0, 2), min_size=4, max_size=4).filter(lambda unit: 4 - unit.count(None) > 1),
    min_size=2,
    max_size=20,
)


@given(UNITS)
def test_alpha_is_what_its_definition_says(units):
    assert values(answered(units), 3)["alpha"] == pytest.approx(by_definition(units, 3), nan_ok=True)


@given(UNITS, st.data())
def test_a_draw_of_articles_has_the_value_of_the_items_drawn(units, data):
    article = data.draw(st.lists(st.integers(0, 4), min_size=len(units), max_size=len(units)))
    often = data.draw(st.lists(st.integers(0, 2), min_size=5, max_size=5).filter(lambda n: sum(n[a] for a in article)))
    drawn = [unit for unit, at in zip(units, article, strict=True) for _ in range(often[at])]

    at_once = next(measured([(answered(units, article), 3)], np.array([often], float).T))

    one_by_one = values(answered(drawn), 3)
    assert {name: one[0] for name, one in at_once.items()} == {
        name: pytest.approx(value, nan_ok=True, abs=1e-9) for name, value in one_by_one.items()
    }


def published(path: str) -> list[dict[str, str]]:
    """The rows of a file of the shared data."""
    delimiter = "\t" if path.endswith(".tsv") else ","
    opened = gzip.open if path.endswith(".gz") else open
    with opened(SHARED / path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def alpha_of(answers: Sequence[tuple[str, int]], distance: Floats) -> float:
    """Alpha of answers as (item, label); who gave them does not matter to it."""
    frame = pd.DataFrame(answers, columns=["name", "label"])
    coded = frame.assign(item=pd.factorize(frame["name"])[0], article=0, annotator=range(len(frame)))
    return round(float(alpha(sums(pairs(coded), distance, 1), distance)[0]), 2)


@needs_shared("babe_raw")
@pytest.mark.parametrize(
    ("group", "bias", "opinion"), [("MBIC_min", 0.21, 0.26), ("SG1", 0.39, 0.46), ("SG2", 0.40, 0.60)]
)
def test_the_published_agreement_on_media_bias_is_reproduced(group, bias, opinion):
    # Spinde et al. 2021; opinion is measured at the interval level: entirely factual 0, somewhat 1, opinion 2
    rows = published(f"babe_raw/raw_labels_{group}.csv.gz")
    biased = [(row["text"], BIAS[row["label_bias"]]) for row in rows if row["label_bias"]]
    opinions = [row for row in rows if row["label_opinion"]]
    placed = [(row["text"], OPINION.index(row["label_opinion"].split()[0])) for row in opinions]
    squares = np.subtract.outer(np.arange(3), np.arange(3)) ** 2.0

    assert (alpha_of(biased, nominal(3)), alpha_of(placed, squares)) == (bias, opinion)


@needs_shared("snow2008")
def test_the_published_agreement_of_the_crowd_on_entailment_is_reproduced():
    # Snow et al. 2008: ten answers to each of 800 pairs of sentences
    rows = published("snow2008/rte.standardized.tsv")
    coded = pd.DataFrame(
        {
            "item": pd.factorize(pd.Series([row["orig_id"] for row in rows]))[0],
            "article": 0,
            "annotator": pd.factorize(pd.Series([row["!amt_worker_ids"] for row in rows]))[0],
            "label": [int(row["response"]) for row in rows],
        }
    )

    assert round(values(pairs(coded), 2)["alpha"], 4) == 0.2415


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=4, max_size=4), min_size=2, max_size=30))
def test_alpha_is_what_the_library_krippendorff_says(units):
    known = {label for unit in units for label in unit if label is not None}
    if len(known) < 2 or all(sum(label is not None for label in unit) < 2 for unit in units):
        return  # undefined: the library refuses it
    told = np.array([[np.nan if label is None else label for label in unit] for unit in units]).T

    theirs = krippendorff.alpha(told, level_of_measurement="nominal", value_domain=[0, 1, 2, 3])

    assert values(answered(units), 4)["alpha"] == pytest.approx(theirs, abs=1e-12, nan_ok=True)
