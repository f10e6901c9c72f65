"""A small world: articles of one sentence or more, asked about sanctions, answered by three people."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.sentences import sentence_id
from corpus.tables import ARTICLES, ITEMS, REJECTS, SENTENCES
from labeling import codebook
from labeling.agreement import agreement
from labeling.gold import gold
from labeling.tables import AGREEMENT, ANNOTATIONS, ANSWERS, GOLD
from tests.house import ROOT
from training.baseline import main as learn_baseline
from training.card import main as write_card
from training.dataset import main as write_dataset
from training.report import main as write_report
from training.splits import Draw, splits
from training.tables import SPLITS

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
DRAW = Draw("split-1", {"train": 70, "validation": 10, "test": 20})
PEOPLE = ("annotator-1", "annotator-2", "annotator-3")
SAYINGS = {  # a sentence of each stance, with the violation it presents
    ("favor", "alleged"): "Ministers said sanctions on Russia must stay after firm {} allegedly broke them.",
    ("against", "none"): "Union {} demanded that sanctions on Russia be lifted at once.",
    ("neutral", "prospective"): "Envoys will discuss on day {} whether tankers would evade sanctions on Russia.",
    ("none", "established"): "Trader {} pleaded guilty to selling parts to Russia under sanctions.",
    ("none", "denied"): "Company {} said it never evaded sanctions on Russia.",
}


@dataclass(frozen=True)
class World:
    """The tables of a workspace."""

    articles: pd.DataFrame
    sentences: pd.DataFrame
    items: pd.DataFrame
    annotations: pd.DataFrame

    def saying(self, changes: Mapping[str, Any]) -> "World":
        """The same world, with other answers: item_id/annotator to the columns that change."""
        rows = [
            {**row, **changes.get(f"{row['item_id']}/{row['annotator']}", {})}
            for row in self.annotations.to_dict("records")
        ]
        return replace(self, annotations=ANNOTATIONS.frame(rows))

    @property
    def gold(self) -> pd.DataFrame:
        """What the answers settle."""
        return gold(self.annotations, BOOK, votes_needed=2)

    @property
    def splits(self) -> pd.DataFrame:
        """Where each item goes."""
        return splits(self.items, DRAW)

    def write(self, folder: Path) -> Path:
        """Write every table of the workspace."""
        answers = [
            {
                **{name: row[name] for name in ANSWERS.columns if name in row},
                "answer_id": f"{row['annotation_id']}/{at}/{row['updated_at']}",
                "assignment_id": row["annotation_id"],
                "annotation": at,
                "account": f"account-{PEOPLE.index(row['annotator'])}",
                "skipped": False,
                "ground_truth": False,
                "prediction": "",
                "last_action": "",
                "gone": "",
                "result": json.dumps([]),
            }
            for at, row in enumerate(self.annotations.to_dict("records"))
        ]
        reject: dict[str, object] = {
            "reject_id": "empty.txt",
            "source": "empty.txt",
            "reason": "empty",
            "detail": "0 bytes",
        }
        for table, frame in (
            (ARTICLES, self.articles),
            (REJECTS, REJECTS.frame([reject])),
            (SENTENCES, self.sentences),
            (ITEMS, self.items),
            (ANSWERS, ANSWERS.frame(answers)),
            (ANNOTATIONS, self.annotations),
            (AGREEMENT, agreement(self.annotations, BOOK)),
            (GOLD, self.gold),
            (SPLITS, self.splits),
        ):
            table.write(frame, folder / f"{table.name}.parquet")
        return folder


def article(name: str, sayings: Sequence[tuple[str, str]], demonstration: bool) -> list[dict[str, Any]]:
    """One row a sentence of an article: its stance and violation, its words and its place."""
    article_id = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:10]
    rows: list[dict[str, Any]] = []
    for at, (stance, violation) in enumerate(sayings):
        text = SAYINGS[stance, violation].format(f"{name}-{at}")
        rows.append(
            {
                "sentence_id": sentence_id(article_id, text),
                "article_id": article_id,
                "article": name,
                "position": at,
                "text": text,
                "stance": stance,
                "sanction_violation": violation,
                "demonstration": demonstration,
            }
        )
    return rows


def world(
    articles: int = 30, demonstration: bool = False, sayings: Sequence[tuple[str, str]] = tuple(SAYINGS)
) -> World:
    """So many articles, each with every saying, about which all three people agree."""
    rows = [row for n in range(articles) for row in article(f"a{n}", sayings, demonstration)]
    texts = dict(pd.DataFrame(rows).groupby("article", sort=False)["text"].agg(" ".join))
    return World(
        articles=ARTICLES.frame([whole(name, text, demonstration) for name, text in texts.items()]),
        sentences=SENTENCES.frame([sentence(row, texts[row["article"]]) for row in rows]),
        items=ITEMS.frame([item(row) for row in rows]),
        annotations=ANNOTATIONS.frame([answer(row, person) for row in rows for person in PEOPLE]),
    )


def whole(name: str, text: str, demonstration: bool) -> dict[str, Any]:
    """One row of ARTICLES."""
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    named = {"outlet": "The Daily | Wire", "published": "2024-03-01", "language": "en-GB", "license": "CC-BY-4.0"}
    url = f"https://wire.example/{name}"
    rest = {"title": f"Story {name}", "author": "", "source": f"{name}.txt", "raw_sha256": digest, "text": text}
    unsaid = dict.fromkeys(("canonical_url", "fetched", "recognised", "flags", "left_out"), "")
    known = {"article_id": digest[:10], "address": url, "url": url, "demonstration": demonstration}
    return {**known, **named, **rest, **unsaid}


def sentence(row: dict[str, Any], text: str) -> dict[str, Any]:
    """One row of SENTENCES."""
    start = text.index(str(row["text"]))
    place = {"start": start, "end": start + len(str(row["text"])), "paragraph": 0}
    return {**row, **place, "before": "", "after": "", "left_out": "", "quoted": False}


def item(row: dict[str, Any]) -> dict[str, Any]:
    """One row of ITEMS."""
    shown = {"before": "", "after": "", "title": f"Story {row['article']}", "outlet": "The Daily | Wire"}
    asked = {"target": "sanctions-russia", "proposition": "Sanctions on Russia should be kept or tightened."}
    return {
        **row,
        **shown,
        **asked,
        "item_id": f"{row['sentence_id']}@sanctions-russia",
        "published": "2024-03-01",
        "drawn": "cues",
    }


def answer(row: dict[str, Any], person: str) -> dict[str, Any]:
    """One row of ANNOTATIONS."""
    item_id, when = f"{row['sentence_id']}@sanctions-russia", "2024-04-01T10:00:00Z"
    asked = {"target": "sanctions-russia", "stance": row["stance"], "sanction_violation": row["sanction_violation"]}
    led = {
        "holder": "quoted" if row["stance"] in ("favor", "against") else "",
        "regime": [] if row["sanction_violation"] == "none" else ["russia", "other"],
        "none_reason": "",
        "flags": [],
        "comment": "",
    }
    given = {"created_at": when, "updated_at": when, "lead_time": 4.0, "codebook_version": "1", "earlier": 0}
    named = {"annotation_id": f"{item_id}/{person}/1", "item_id": item_id, "annotator": person, "left_out": ""}
    named["purpose"] = "batch"
    return {**named, **asked, **led, **given}


def build_card(folder: Path) -> Path:
    """Write the workspace's card."""
    names = ("articles", "items", "annotations", "agreement", "gold", "splits")
    settings = [ROOT / "training/card.toml", ROOT / "labeling/codebook.toml"]
    step(write_card, *settings, *tables(folder, *names), folder / "card.md")
    return folder / "card.md"


def build_dataset(folder: Path) -> Path:
    """Write the workspace's card and dataset folder."""
    names = ("items", "articles", "annotations", "gold", "splits")
    made = [ROOT / "labeling/codebook.toml", build_card(folder)]
    step(write_dataset, *made, *tables(folder, *names), folder / "dataset/manifest.json")
    return folder / "dataset"


def build_baseline(folder: Path) -> Path:
    """Write the workspace's dataset, models and predictions."""
    manifest = build_dataset(folder) / "manifest.json"
    settings = [ROOT / "training/model.toml", ROOT / "training/tone.toml"]
    step(learn_baseline, *settings, manifest, folder / "baseline.parquet", folder / "models")
    return folder / "baseline.parquet"


def build_report(folder: Path) -> tuple[Path, Path]:
    """Write everything up to the workspace's report: its page and its numbers."""
    names = ("articles", "rejects", "sentences", "items", "answers", "annotations", "agreement", "gold")
    settings = [ROOT / "training/report.toml", ROOT / "labeling/codebook.toml"]
    made = [build_baseline(folder), folder / "report.html", folder / "report.json"]
    step(write_report, *settings, *tables(folder, *names), folder / "dataset/manifest.json", *made)
    return folder / "report.html", folder / "report.json"


def tables(folder: Path, *names: str) -> list[Path]:
    """Where the workspace's tables are."""
    return [folder / f"{name}.parquet" for name in names]


def step(main: Callable[..., None], *paths: Path) -> None:
    """Call a step with its paths, as make does."""
    main(*paths)
