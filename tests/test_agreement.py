"""How far annotators agree, beyond chance, reproduced from the literature."""

import csv
from collections import defaultdict

import numpy as np
import pandas as pd

from labeling import codebook
from labeling.agreement import agreement, alpha, percent
from tests.house import ROOT, SHARED, needs_shared

BOOK = codebook.load(ROOT / "labeling/codebook.toml")


def test_alpha_of_krippendorffs_own_example_with_missing_answers():
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C: four observers, nominal, alpha .743
    units = [
        [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
        [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
    ]  # fmt: skip
    counts = np.array([[unit.count(value) for value in range(1, 6)] for unit in units if len(unit) > 1])

    value, undefined = alpha(counts)

    assert (round(value, 3), undefined) == (0.743, "")


def test_percent_is_the_share_of_pairs_that_agree():
    # three agree (3 of 3 pairs), two of three agree (1 of 3 pairs)
    value, undefined = percent(np.array([[3, 0], [2, 1]]))

    assert (round(value, 3), undefined) == (66.667, "")


@needs_shared("snow2008")
def test_alpha_of_the_published_crowd_labels_of_entailment_is_reproduced():
    # Snow et al. 2008, as data/README.md says: .2415
    votes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with (SHARED / "snow2008" / "rte.standardized.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            votes[row["orig_id"]][int(row["response"])] += 1

    value, _ = alpha(np.array(list(votes.values())))

    assert round(value, 4) == 0.2415


def annotated(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Annotations as (item, annotator, stance, violation)."""
    found = pd.DataFrame(rows, columns=["item_id", "annotator", "stance", "sanction_violation"])
    return found.assign(left_out="")


def test_each_question_is_measured_and_any_violation_against_none_too():
    found = agreement(
        annotated(
            ("1", "annotator-1", "favor", "alleged"),
            ("1", "annotator-2", "favor", "established"),
            ("2", "annotator-1", "", "none"),
            ("2", "annotator-2", "", "none"),
        ),
        BOOK,
    )

    assert found[["agreement_id", "items", "annotators", "verdict"]].values.tolist() == [
        ["stance/alpha", 1, 2, "undefined: everybody gave the same label to every item, so chance agrees as well"],
        ["stance/percent", 1, 2, "no threshold"],
        ["sanction_violation/alpha", 2, 2, "below threshold"],
        ["sanction_violation/percent", 2, 2, "no threshold"],
        ["any_violation/alpha", 2, 2, "reached"],
        ["any_violation/percent", 2, 2, "no threshold"],
    ]


def test_agreement_of_one_annotator_alone_is_undefined_and_says_why():
    found = agreement(annotated(("1", "annotator-1", "favor", "none")), BOOK)

    assert found[["items", "annotators", "verdict"]].drop_duplicates().values.tolist() == [
        [0, 0, "undefined: no item has two answers"]
    ]
