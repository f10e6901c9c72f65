"""Sentences and targets -> items: the questions to be asked."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from corpus import audit, targets
from corpus.partitions import Task, build, put_up, workshop
from corpus.shell import shell
from corpus.tables import ARTICLES, AUDIT, COVERAGE, ITEMS, SENTENCES, parts
from corpus.targets import TOPIC, Target, Targets

SHOWN = ["article_id", "title", "outlet", "published", "demonstration"]


def pair(sentences: pd.DataFrame, asked: Targets) -> pd.DataFrame:
    """Pair each sentence with every target it names; one on topic that names none becomes an item without a target."""
    texts = sentences["text"].tolist()
    let_through = sieved(texts)
    rows: list[tuple[object, str, str]] = []
    for target in asked.targets:
        may = np.logical_and.reduce([let_through(sieve) for sieve in target.sieves])
        rows += [(at, target.id, target.proposition) for at in np.flatnonzero(may) if target.named_in(texts[at])]
    named = {at for at, _, _ in rows}
    may = np.logical_or.reduce([let_through(sieve) for sieve in asked.topic_sieves])
    rows += [(at, TOPIC, "") for at in np.flatnonzero(may) if at not in named and asked.on_topic(texts[at])]
    paired = pd.DataFrame(rows, columns=["at", "suffix", "proposition"]).sort_values("at", kind="stable")
    return paired.set_index("at").join(sentences.reset_index(drop=True))


def sieved(texts: list[str]) -> Callable[[str], NDArray[np.bool_]]:
    """Which of the texts a sieve lets through; each sieve is asked once."""
    held = pa.array(texts, pa.string())
    return cache(lambda sieve: pc.match_substring_regex(held, sieve).to_numpy(zero_copy_only=False))  # type: ignore[attr-defined]


def items(sentences: pd.DataFrame, articles: pd.DataFrame, asked: Targets) -> pd.DataFrame:
    """One row an item: a sentence that may be asked about, with what annotators are shown around it."""
    paired = pair(sentences, asked)
    paired["target"] = paired["suffix"].where(paired["suffix"] != TOPIC, "")
    named = paired.assign(item_id=paired["sentence_id"] + "@" + paired["suffix"], drawn="cues")
    return ITEMS.check(named.merge(articles[SHOWN], on="article_id"))


def pair_part(sentence_part: Path, article_part: Path, target_file: Path, place: Path) -> dict[str, Any]:
    """Make the items of one part, and draw from its sentences without cues; tell how many hold each target's cues."""
    asked = targets.load(target_file)
    sentences = SENTENCES.read(sentence_part, only=[("left_out", "==", "")])
    articles = ARTICLES.read(article_part, SHOWN)
    found = items(sentences, articles, asked)
    ITEMS.save(ITEMS.arrow(found), place / "items.parquet")
    draws = [audit.drawn(without(sentences, found, target), target, asked.audit) for target in asked.targets]
    shown = pd.concat([sentences.head(0), *draws]).merge(articles, on="article_id")
    pq.write_table(pa.Table.from_pandas(shown, preserve_index=False), place / "draw.parquet")
    counts = Counter(found["target"])
    told = {target.id: counts[target.id] for target in asked.targets}
    return {"sentences": len(sentences), "asked": int(found["sentence_id"].nunique()), "items": len(found), "of": told}


def without(sentences: pd.DataFrame, found: pd.DataFrame, target: Target) -> pd.DataFrame:
    """The sentences that hold none of a target's cues."""
    return sentences[~sentences["sentence_id"].isin(found.loc[found["target"] == target.id, "sentence_id"])]


def coverage(told: Sequence[dict[str, Any]], asked: Targets) -> list[dict[str, object]]:
    """One row a target: how many sentences might have named it, and how many hold its cues."""
    of = sum(one["sentences"] for one in told)
    matched = sum((Counter(one["of"]) for one in told), Counter[str]())
    return [
        {"target": one.id, "proposition": one.proposition, "sentences": of, "matched": matched[one.id]}
        for one in asked.targets
    ]


def main(
    sentence_file: Path, article_file: Path, target_file: Path, out: Path, coverage_out: Path, audit_out: Path
) -> None:
    """Read sentences, articles and targets, write items, how far the cues reach, and a draw of what they leave."""
    asked, known = targets.load(target_file), target_file.absolute()
    both = list(zip(absolute(sentence_file), absolute(article_file), strict=True))
    made = build(pair_part, [Task((*pair, known), (*pair, known)) for pair in both], out, "items")
    told = [one for _, one in made]
    drawn = audit.sample([pq.read_table(place / "draw.parquet").to_pandas() for place, _ in made], asked.audit)
    AUDIT.write(drawn, audit_out)
    COVERAGE.write(COVERAGE.frame(coverage(told, asked)), coverage_out)
    extra = workshop(out) / "audit.parquet"
    ITEMS.save(ITEMS.arrow(drawn[drawn["asked"]].assign(drawn="audit")), extra)
    put_up(ITEMS, [*(place / "items.parquet" for place, _ in made), extra], out)
    off = sum(one["sentences"] - one["asked"] for one in told)
    rows, of = sum(one["items"] for one in told), sum(one["asked"] for one in told)
    note = f"of {of:,} sentences; {off:,} sentences name no target and are off topic"
    ITEMS.say(rows + int(drawn["asked"].sum()), out, note)


def absolute(table: Path) -> list[Path]:
    """The parts of a table, wherever a worker stands."""
    return [part.absolute() for part in parts(table)]


if __name__ == "__main__":
    shell(main)
