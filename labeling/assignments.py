"""Items x annotators -> assignments: who answers what."""

import re
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling.tables import ASSIGNMENTS


def load(path: Path) -> list[str]:
    """Read the annotators' pseudonyms, or say what in the file is wrong."""
    try:
        annotators = toml.read(path)["annotators"]
    except KeyError as error:
        raise ContractError(f"{path} lacks {error}. Name the annotators and run `make assignments`.") from error
    wrong = [name for name in annotators if not re.fullmatch(r"[a-z][a-z0-9-]*", name)]
    if wrong:
        raise ContractError(f"{path}: {wrong[0]!r} is no pseudonym; use small letters, digits and hyphens.")
    if not annotators or len(set(annotators)) < len(annotators):
        raise ContractError(f"{path}: `annotators` names nobody, or somebody twice. Correct it.")
    return list(annotators)


def assign(item_ids: list[str], annotators: list[str]) -> pd.DataFrame:
    """Ask every annotator every item, in the items' order."""
    return ASSIGNMENTS.frame(
        [
            {"assignment_id": f"{item}/{annotator}", "item_id": item, "annotator": annotator}
            for annotator in annotators
            for item in item_ids
        ]
    )


def main(settings_file: Path, item_file: Path, out: Path) -> None:
    """Read annotators and items, write assignments."""
    annotators = load(settings_file)
    found = assign(ITEMS.read(item_file)["item_id"].tolist(), annotators)
    ASSIGNMENTS.write(found, out, f"every item to {len(annotators)} annotators")


if __name__ == "__main__":
    shell(main)
