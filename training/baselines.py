"""The models folder and the report's numbers -> the files of the model's repository, its card among them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import ContractError
from training import pages, release

# What is measured when a model is made, and is another number every time: it says nothing of which model it is.
MEASURED = ("seconds", "rows_per_second", "bytes")
BINARY = ".skops"  # its bytes are others every time a model is written
ABOUT = ".json"  # beside each model: what it was made of


@dataclass(frozen=True)
class Data:
    """The release that the models learned from: where it is, what it was made of, and its card's tags."""

    repo: str
    tag: str
    commit: str
    sha256: str  # of the list of the dataset's files, as release.listing tells it of its files of rows
    tags: Sequence[str] = ()


def files(models: Path, numbers: Path, repo: str, data: Data) -> dict[str, bytes]:
    """Every file of the model's repository: models, what they were made of, and the card."""
    if not numbers.exists() or not any(models.glob(f"*{BINARY}")):
        raise ContractError(f"There are no models in {models}, or no report at {numbers}. Run `make report` first.")
    for path in sorted(models.glob(f"*{ABOUT}")):
        learned = json.loads(path.read_text(encoding="utf-8")).get("dataset", {})
        if release.listing(learned) != data.sha256:
            raise ContractError(f"{path} was learned from other rows than the edition has. Run `make report` first.")
    found = {path.name: path.read_bytes() for path in sorted(models.glob(f"*{BINARY}"))}
    found |= {path.name: fingerprint(path) for path in sorted(models.glob(f"*{ABOUT}"))}
    told = json.loads(numbers.read_text(encoding="utf-8"))
    return {**found, "README.md": card(told, repo, data).encode()}


def fingerprint(path: Path) -> bytes:
    """What a model was made of, without what was measured: the same for the same model."""
    told = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in told.items() if key not in MEASURED}
    return release.as_json(kept)


def card(told: Mapping[str, Any], repo: str, data: Data) -> str:
    """The model card: what it learned from, and what its scores allow to be said."""
    return pages.render(
        "model.md.jinja",
        head=yaml.safe_dump(head(told, repo, data), sort_keys=False, allow_unicode=True),
        demonstration=bool(told["demonstration"]),
        name=repo.split("/")[1],
        data=data,
        repo=repo,
        scores=list(scores(told)),
    )


def head(told: Mapping[str, Any], repo: str, data: Data) -> dict[str, Any]:
    """What the Hub reads: the card's YAML head, the scores among it."""
    return {
        "library_name": "sklearn",
        "pipeline_tag": "text-classification",
        "datasets": [data.repo],
        "tags": ["skops", *data.tags],
        "metrics": ["f1", "accuracy"],
        "model-index": [{"name": repo.split("/")[1], "results": list(results(told, data))}],
    }


def results(told: Mapping[str, Any], data: Data) -> Iterator[dict[str, Any]]:
    """The scores as the Hub reads them."""
    for question, one in told["questions"].items():
        if not one["undefined"]:
            where = {"type": data.repo, "name": data.repo, "config": question, "split": one["split"]}
            measured = {"f1": "macro_f1", "accuracy": "accuracy"}
            yield {
                "task": {"type": "text-classification", "name": question},
                "dataset": {**where, "revision": data.commit},
                "metrics": [
                    {"type": kind, "name": ours, "value": round(one["baseline"][ours], 4)}
                    for kind, ours in measured.items()
                ],
            }


def scores(told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The scores as people read them, one row a question."""
    for question, one in told["questions"].items():
        if not one["undefined"]:
            low_high = one["baseline"]["macro_f1_interval"]
            yield {
                "question": question,
                "rows": f"{one['rows']:,}",
                "macro_f1": f"{one['baseline']['macro_f1']:.2f}",
                "interval": f"{low_high[0]:.2f} to {low_high[1]:.2f}" if low_high else "none",
                "accuracy": f"{one['baseline']['accuracy']:.2f}",
                "majority": f"{one['comparisons']['majority']['macro_f1']:.2f}",
                "verdict": one["verdict"],
            }
