"""A million sentences labelled as `make predict` does it: how fast, and the most memory that a process held."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from corpus.tables import ITEMS, SENTENCES
from tests.benchmarks.bench_model import newsmtsc
from tests.house import ROOT
from training.keeping import keep
from training.learning import learn
from training.model import KNOWN, load
from training.predict import main
from training.tables import PREDICTED

PART = 50_000
TARGETS = ["trade", "courts", "borders", "taxes", "schools"]


def corpus(folder: Path, rows: int, texts: list[str]) -> None:
    """Write the sentences and items of a made-up corpus, part by part: news sentences, each with a number behind it."""
    for number in range(-(-rows // PART)):
        at = range(number * PART, min(rows, (number + 1) * PART))
        frame = pd.DataFrame({"text": [f"{texts[one % len(texts)]} {one}" for one in at]})
        frame["sentence_id"] = [f"{one:010x}.{one % (1 << 24):06x}" for one in at]
        frame["target"] = [TARGETS[one % len(TARGETS)] for one in at]
        frame["article_id"] = frame["sentence_id"].str[:10]
        frame["item_id"] = frame["sentence_id"] + "@" + frame["target"]
        told = frame.assign(
            start=0, end=frame["text"].str.len(), paragraph=0, position=0, quoted=False, demonstration=False
        )
        rest = dict.fromkeys([*ITEMS.columns, *SENTENCES.columns], "")
        every = told.assign(**{name: value for name, value in rest.items() if name not in told})
        for table in (ITEMS, SENTENCES):
            table.save(table.arrow(every), folder / f"{table.name}.parquet/part-{number:05}.parquet")


def measure(folder: Path, rows: int) -> None:
    """Learn a model, write a corpus, label it, and print what that took."""
    settings = load(ROOT / "training/model.toml", ROOT / "training/tone.toml")
    train = newsmtsc("train").head(3000)
    train["target"] = [TARGETS[at % len(TARGETS)] for at in range(len(train))]
    keep(learn("stance", train, settings.quickly, [KNOWN]), "", folder / "models/stance.skops")
    (folder / "models/stance.json").write_text(json.dumps({"abstain_below": 0.6}))
    corpus(folder, rows, train["text"].tolist())
    names = ("items.parquet", "sentences.parquet", "models", "predict.parquet", "predict.jsonl")
    began = time.perf_counter()
    main(ROOT / "labeling/codebook.toml", *(folder / name for name in names))
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{rows:,} sentences in {took:.0f} s, {rows / took:,.0f} a second")
    print(f"{used.ru_utime + used.ru_stime:.0f} s of processor; a process held {used.ru_maxrss / 1024:,.0f} MB at most")
    size = sum(path.stat().st_size for path in (folder / PREDICTED.name).parent.glob("predict.jsonl"))
    print(f"predict.jsonl: {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place), int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
