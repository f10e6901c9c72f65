"""A model in one file: scikit-learn's own kinds and NumPy's alone, so that it loads with no list of trusted types."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import skops.io
from sklearn.pipeline import Pipeline

from corpus.errors import ContractError
from corpus.whole import whole
from training.calibrate import Scale
from training.encoder import named
from training.learning import Head, Learned
from training.model import KNOWN
from training.readable import Reader
from training.tone import Tone

PIPELINE, ABOUT = "pipeline", "about"


def keep(learned: Learned, encoder: str, path: Path) -> None:
    """Write a model: the pipeline for known targets, the classifiers for others, and in JSON what reading goes by."""
    for _, part, _ in learned.features.transformers_:
        if isinstance(part, Pipeline):
            vars(part["counts"]).pop("vocabulary_", None)  # made again of the array that is kept, when it is needed
    others = {kind: head.classifier for kind, head in learned.heads.items() if kind != KNOWN}
    about = json.dumps(described(learned, encoder), ensure_ascii=False)
    with whole(path) as beside:
        skops.io.dump({PIPELINE: learned.pipeline, ABOUT: about, **others}, beside, compression=zipfile.ZIP_DEFLATED)


def described(learned: Learned, encoder: str) -> dict[str, Any]:
    """What reading rows and saying labels goes by."""
    reader = learned.reader
    return {
        "labels": learned.labels,
        "targets": learned.targets,
        "own": reader.own,
        "several": reader.several,
        "praise": " ".join(reader.tone.praise),
        "blame": " ".join(reader.tone.blame),
        "encoder": encoder,
        "heads": {
            kind: {"scale": asdict(head.scale), "strength": head.strength, "variant": head.variant}
            for kind, head in learned.heads.items()
        },
    }


def load(path: Path) -> Learned:
    """Read a model, trusting nothing that is not plain data."""
    if not path.exists():
        raise ContractError(f"There is no model at {path}. Run `make baseline` first.")
    held = skops.io.load(path, trusted=[])
    about: dict[str, Any] = json.loads(held[ABOUT])
    pipeline = held[PIPELINE]
    classifiers = {KNOWN: pipeline["classifier"]} | {kind: held[kind] for kind in about["heads"] if kind != KNOWN}
    heads = {
        kind: Head(classifiers[kind], Scale(**one["scale"]), one["strength"], one["variant"])
        for kind, one in about["heads"].items()
    }
    tone = Tone(about["praise"].split(), about["blame"].split())
    reader = Reader(tone, tuple(about["own"]), about["several"], named(about["encoder"]))
    return Learned(pipeline["features"], heads, about["labels"], about["targets"], reader)
