"""The model against the published baseline, a linear SVM on n-grams of words (1 to 3) and of characters (2 to 5).

`make bench` runs it; `python -m tests.benchmarks.bench_model training.encoder:minilm` measures with an encoder too.
The official test parts were never looked at while anything was chosen; the settings in model.toml come from the
training parts of both sets.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold
from sklearn.svm import LinearSVC

from tests.house import ROOT, SHARED
from training.encoder import named
from training.keeping import keep
from training.learning import learn
from training.model import Settings, load
from training.telling import tell

Folds = list[tuple[NDArray[Any], NDArray[Any]]]
STRENGTHS = [0.03, 0.1, 0.3, 1.0]
FEW = 20  # rows below which the reference has no model of the target alone
SEEDS, DRAWS = 10, 2000
POLARITY = {2: "negative", 4: "neutral", 6: "positive"}


def newsmtsc(name: str) -> pd.DataFrame:
    """People in news sentences, and what a sentence says of them: negative, neutral, positive."""
    rows = []
    for line in (SHARED / f"newsmtsc/{name}.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        article = "_".join(told["primary_gid"].split("_")[:3])
        for one in told["targets"]:
            rows.append((told["sentence_normalized"], one["mention"], POLARITY[one["polarity"]], article))
    return pd.DataFrame(rows, columns=["text", "target", "label", "group"])


def claims(split: str) -> pd.DataFrame:
    """Claims from Wikipedia, for or against a motion."""
    found = pd.read_csv(SHARED / "ibm_claim_stance/claim_stance_parsed.csv")
    names = {"claims.claimCorrectedText": "text", "topicText": "target", "claims.stance": "label"}
    found = found[found["split"] == split].rename(columns=names)
    return found[["text", "target", "label"]].assign(group=found["text"]).reset_index(drop=True)


def reference(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[Any]:
    """What the SVM says of test rows: one for each target with rows enough, one for all others."""
    said = svm(train, test)
    for target, rows in train.groupby("target"):
        here = (test["target"] == target).to_numpy()
        if len(rows) >= FEW and rows["label"].nunique() > 1 and here.any():
            said[here] = svm(rows, test[here])
    return said


def svm(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[Any]:
    """What one SVM says, its C chosen by folds of the training groups."""
    words = TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True)
    views = [words, TfidfVectorizer(analyzer="char", ngram_range=(2, 5), sublinear_tf=True)]
    known = sp.hstack([view.fit_transform(train["text"]) for view in views]).tocsr()
    asked = sp.hstack([view.transform(test["text"]) for view in views]).tocsr()
    label, best = train["label"].to_numpy(), STRENGTHS[1]
    most = min(4, pd.Series(label).value_counts().min(), train["group"].nunique())
    if most > 1:
        folds = list(StratifiedGroupKFold(int(most), shuffle=True, random_state=0).split(label, label, train["group"]))
        best = max(STRENGTHS, key=lambda strength: crossed(known, label, folds, strength))
    said: NDArray[Any] = LinearSVC(C=best).fit(known, label).predict(asked)
    return said.astype(object)


def crossed(
    known: sp.csr_matrix, label: NDArray[Any], folds: list[tuple[NDArray[Any], NDArray[Any]]], strength: float
) -> float:
    """Macro F1 of a strength over rows held out in turn."""
    said = label.copy()
    for fit, held in folds:
        if len(set(label[fit])) > 1:
            said[held] = LinearSVC(C=strength).fit(known[fit], label[fit]).predict(known[held])
    return float(f1_score(label, said, average="macro"))


def ours(settings: Settings) -> Callable[[pd.DataFrame, pd.DataFrame], NDArray[Any]]:
    """What our model says of test rows."""

    def said(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[Any]:
        learned = learn("benchmark", train, settings)
        return np.array(learned.labels, object)[tell(learned, test).said]

    return said


def difference(test: pd.DataFrame, one: NDArray[Any], other: NDArray[Any]) -> list[float]:
    """The 95 % interval of the difference in macro F1, drawing groups with replacement."""
    codes = pd.factorize(test["group"])[0]
    groups = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
    gold, chance, found = test["label"].to_numpy(), np.random.default_rng(0), []
    for _ in range(DRAWS):
        rows = np.concatenate([groups[at] for at in chance.integers(len(groups), size=len(groups))])
        found.append(
            f1_score(gold[rows], one[rows], average="macro") - f1_score(gold[rows], other[rows], average="macro")
        )
    return [float(bound) for bound in np.percentile(found, [2.5, 97.5])]


def official() -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """The sets with their published splits."""
    train = newsmtsc("train")
    for name in ("devtest_rw", "devtest_mt"):
        yield f"newsmtsc {name}", train, newsmtsc(name)
    yield "ibm, targets unseen", claims("train"), claims("test")


def compare(sayers: dict[str, Callable[[pd.DataFrame, pd.DataFrame], NDArray[Any]]]) -> None:
    """Print macro F1 of each on every official split, and over many splits of known targets."""
    for name, train, test in official():
        told = {who: say(train, test) for who, say in sayers.items()}
        for who, said in told.items():
            low, high = difference(test, said, told["svm"])
            score = f1_score(test["label"], said, average="macro")
            print(f"{name:24} {who:14} macro F1 {score:.4f}  against svm {low:+.4f} to {high:+.4f}", flush=True)
    seen = claims("test")
    found: dict[str, list[float]] = {who: [] for who in sayers}
    for seed in range(SEEDS):
        fit, held = next(GroupShuffleSplit(1, test_size=0.3, random_state=seed).split(seen, groups=seen["group"]))
        train, test = seen.iloc[fit].reset_index(drop=True), seen.iloc[held].reset_index(drop=True)
        for who, say in sayers.items():
            found[who].append(float(f1_score(test["label"], say(train, test), average="macro")))
    for who, scores in found.items():
        paired = np.array(scores) - np.array(found["svm"])
        half = 1.96 * paired.std(ddof=1) / SEEDS**0.5
        line = f"macro F1 {np.mean(scores):.4f}  against svm {paired.mean():+.4f} ± {half:.4f}"
        print(f"{'ibm, targets seen':24} {who:14} {line}")


def costs(settings: Settings) -> None:
    """Print what the full search and telling cost, and how near that is to one pass of a vectorizer."""
    train = newsmtsc("train")
    for rows in (3_000, 30_000):
        many = pd.concat([train] * -(-rows // len(train)), ignore_index=True).head(rows)
        many["text"] = many["text"] + [f" {at // len(train)}" for at in range(rows)]
        began, cpu = time.perf_counter(), time.process_time()
        learned = learn("benchmark", many, settings)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"search on {rows:,} rows: {wall:.1f} s, {cpu:.1f} s of processor", flush=True)
    asked = pd.concat([train] * 4, ignore_index=True)
    hashing = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    passes = {
        "telling, one process": lambda: tell(learned, asked),
        "scikit-learn's pipeline": lambda: learned.pipeline.predict_proba(learned.reader.columns(asked.head(4000))),
        "one pass of HashingVectorizer": lambda: hashing.transform(asked["text"].head(4000)),
    }  # fmt: skip
    for name, run in passes.items():
        cpu = time.process_time()
        rows = len(asked) if name.startswith("telling") else 4000
        run()
        print(f"{name}: {rows / (time.process_time() - cpu):,.0f} sentences a second of processor")
    with tempfile.TemporaryDirectory() as folder:
        keep(learned, "", Path(folder) / "model.skops")
        print(f"model file: {(Path(folder) / 'model.skops').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    plain = load(ROOT / "training/model.toml", ROOT / "training/tone.toml")
    sayers = {"svm": reference, "ours": ours(plain)}
    if sys.argv[1:]:
        sayers["ours, encoder"] = ours(replace(plain, encode=named(sys.argv[1])))
    costs(plain)
    compare(sayers)
