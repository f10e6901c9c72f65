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
from training.model import KNOWN, Head, Learned
from training.readable import Reader
from training.tone import Tone

PIPELINE, ABOUT = "pipeline", "about"


def keep(learned: Learned, encoder: str, path: Path) -> None:
    """Write a model: the pipeline for known targets, the classifiers for others, and in JSON what reading goes by."""
    tone, heads = learned.reader.tone, learned.heads
    about = {
        "labels": learned.labels,
        "targets": learned.targets,
        "own": learned.reader.own,
        "several": learned.reader.several,
        "praise": " ".join(tone.praise),
        "blame": " ".join(tone.blame),
        "encoder": encoder,
        "heads": {
            kind: {"scale": asdict(head.scale), "strength": head.strength, "own": head.own}
            for kind, head in heads.items()
        },
    }
    for _, part, _ in learned.features.transformers_:
        if isinstance(part, Pipeline):
            vars(part["counts"]).pop("vocabulary_", None)  # made again of the array that is kept, when it is needed
    others = {kind: head.classifier for kind, head in heads.items() if kind != KNOWN}
    with whole(path) as beside:
        held = {PIPELINE: learned.pipeline, ABOUT: json.dumps(about, ensure_ascii=False), **others}
        skops.io.dump(held, beside, compression=zipfile.ZIP_DEFLATED)


def load(path: Path) -> Learned:
    """Read a model, trusting nothing that is not plain data."""
    if not path.exists():
        raise ContractError(f"There is no model at {path}. Run `make baseline` first.")
    held = skops.io.load(path, trusted=[])
    about: dict[str, Any] = json.loads(held[ABOUT])
    pipeline = held[PIPELINE]
    classifiers = {KNOWN: pipeline["classifier"]} | {kind: held[kind] for kind in about["heads"] if kind != KNOWN}
    heads = {
        kind: Head(classifiers[kind], Scale(**one["scale"]), one["strength"], one["own"])
        for kind, one in about["heads"].items()
    }
    tone = Tone(about["praise"].split(), about["blame"].split())
    reader = Reader(tone, tuple(about["own"]), about["several"], named(about["encoder"]))
    return Learned(pipeline["features"], heads, about["labels"], about["targets"], reader)
