"""Answers as pull keeps them -> one row an assignment: the latest answer of the annotator himself."""

import pandas as pd

STANDS = ""  # of the column `gone`
SKIPPED, DELETED = "skipped", "deleted in Label Studio"  # why an answer is left out that is none of the annotator's
STRANGE = "another account answered in this project"
PROJECT = ["annotator", "codebook_version"]  # whose it is, under which codebook


def owners(answers: pd.DataFrame) -> pd.DataFrame:
    """The own account of each project: whose answers stand most in it; of two with as many, the one that began."""
    standing = answers.assign(stands=answers["assignment_id"].where(answers["gone"] == STANDS))
    used = standing.groupby([*PROJECT, "account"], as_index=False).agg(
        given=("stands", "nunique"), began=("created_at", "min")
    )
    ranked = used.sort_values(["given", "began", "account"], ascending=[False, True, True])
    return ranked.drop_duplicates(PROJECT)[[*PROJECT, "account"]].rename(columns={"account": "owner"})


def current(answers: pd.DataFrame) -> pd.DataFrame:
    """One row an assignment: the latest answer that stands and is the annotator's own; `earlier` counts the others.

    Label Studio lets any member answer in any project. Where another account than its own alone answered, the row is
    that one's, and `strange`.
    """
    owned = answers.merge(owners(answers), on=PROJECT, how="left")
    ranked = owned.assign(strange=owned["account"] != owned["owner"], fallen=owned["gone"] != STANDS)
    order = ["assignment_id", "fallen", "strange", "updated_at", "annotation"]
    ranked = ranked.sort_values(order, ascending=[True, True, True, False, False])
    earlier = ranked.groupby("assignment_id", sort=False)["answer_id"].transform("size") - 1
    return ranked.assign(earlier=earlier).drop_duplicates("assignment_id").drop(columns=["fallen", "owner"])
