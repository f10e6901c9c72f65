"""A table of answers, or of what is expected, and the codebook -> the table with a column for what it asks."""

import pyarrow as pa

from corpus.tables import Table
from labeling.codebook import FLAGS, Codebook


def answered(table: Table, book: Codebook) -> Table:
    """Close ANNOTATIONS or RULINGS: a label of each set of answers, or a list of labels where several may be chosen."""
    titles = {name: one.title for name, one in book.questions.items()}
    titles |= {name: one.title for name, one in book.follow_ups.items()} | {FLAGS: "Flags"}
    one, more = (pa.string(), "the label, empty if not given"), (pa.list_(pa.string()), "the labels given")
    kinds = {name: more if name in book.several else one for name in book.sets}
    return table.closed(
        {name: (kind, f"{titles[name].rstrip('?.')}: {words}") for name, (kind, words) in kinds.items()}
    )


def expected(table: Table, book: Codebook) -> Table:
    """Close CHECKS: the label of each question that nobody doubts."""
    return table.closed(
        {
            one.id: (pa.string(), f"{one.title}: the expected label, empty if it is not asked")
            for one in book.questions.values()
        }
    )
