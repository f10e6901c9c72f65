"""Items x annotators -> assignments: who answers what."""

import re
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.ids import assignment_id, task_key
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


def assign(item_ids: list[str], annotators: list[str], version: str) -> pd.DataFrame:
    """Ask every annotator every item, in the items' order."""
    return ASSIGNMENTS.frame(
        [
            {
                "assignment_id": assignment_id(item, annotator, version),
                "task_key": task_key(assignment_id(item, annotator, version)),
                "item_id": item,
                "annotator": annotator,
                "codebook_version": version,
                "purpose": "batch",
                "batch": 1,
                "place": place,
                "withdrawn": "",
            }
            for annotator in annotators
            for place, item in enumerate(item_ids)
        ]
    )


def main(settings_file: Path, item_file: Path, codebook_file: Path, out: Path) -> None:
    """Read annotators, items and the codebook, write assignments."""
    annotators = load(settings_file)
    found = assign(ITEMS.read(item_file)["item_id"].tolist(), annotators, codebook.load(codebook_file).version)
    ASSIGNMENTS.write(found, out, f"every item to {len(annotators)} annotators")


if __name__ == "__main__":
    shell(main)
