"""Answers as pull keeps them -> one row an assignment: the latest answer of the annotator himself."""

import pandas as pd

STANDS = ""  # of the column `gone`


def current(answers: pd.DataFrame) -> pd.DataFrame:
    """One row an assignment: the latest answer that stands and is the annotator's own; `earlier` counts the others.

    A project's own account is the one that answered most in it (the first by name, of two with as many): Label Studio
    lets any member answer in any project. Where another alone answered, the row is his, and `strange`.
    """
    owners = answers.groupby("annotator")["account"].agg(lambda used: used.mode().min())
    ranked = answers.assign(
        strange=answers["account"] != answers["annotator"].map(owners),
        fallen=answers["gone"] != STANDS,
    )
    order = ["assignment_id", "fallen", "strange", "updated_at", "annotation"]
    ranked = ranked.sort_values(order, ascending=[True, True, True, False, False])
    earlier = ranked.groupby("assignment_id", sort=False)["answer_id"].transform("size") - 1
    return ranked.assign(earlier=earlier).drop_duplicates("assignment_id").drop(columns="fallen")
