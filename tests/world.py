"""A small world: articles of one sentence or more, asked about sanctions, answered by three people."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.sentences import sentence_id
from corpus.tables import ARTICLES, CONTRASTS, DUPLICATES, ITEMS, REJECTS, SENTENCES
from labeling import codebook
from labeling.agreement import agreement
from labeling.answered import answered, expected
from labeling.bootstrap import Bootstrap
from labeling.draw import bucket
from labeling.gold import gold
from labeling.gold import load as load_gold
from labeling.interface import guidelines, screen
from labeling.tables import AGREEMENT, ANNOTATIONS, ANSWERS, BATCH, CHECKS, GOLD, PROBABILITIES, RULINGS
from tests.house import ROOT
from training import splits
from training.baseline import main as learn_baseline
from training.card import main as write_card
from training.dataset import main as write_dataset
from training.edition import main as write_edition
from training.heldout import main as write_heldout
from training.kin import kin
from training.report import main as write_report
from training.tables import SPLITS

BOOK = codebook.load(ROOT / "labeling/codebook.toml")
SETTLING = load_gold(ROOT / "labeling/gold.toml")
DRAW = splits.load(ROOT / "training/splits.toml")
SPLIT = replace(DRAW, near=replace(DRAW.near, similarity=1.0))  # the world's articles say the same but for a name
ANNOTATED, RULED = answered(ANNOTATIONS, BOOK), answered(RULINGS, BOOK)  # the tables, closed by the codebook
CHECKED = expected(CHECKS, BOOK)
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
        return replace(self, annotations=ANNOTATED.frame(rows))

    @property
    def gold(self) -> pd.DataFrame:
        """What the answers settle."""
        return gold(self.annotations, RULED.frame([]), PROBABILITIES.frame([]), BOOK, SETTLING)

    @property
    def batch(self) -> pd.DataFrame:
        """Every item is asked; a fifth of the articles is the probability sample."""
        rows = [
            {
                "item_id": item,
                "article_id": article_id,
                "batch": 1,
                "place": place,
                "reason": "sample" if bucket(article_id, "batch-1") >= 80 else "all",
                "probability": 0.2,
                "population": len(self.items),
                "copies": 1,
                "withdrawn": "",
                "score": float("nan"),
            }
            for place, (item, article_id) in enumerate(
                zip(self.items["item_id"], self.items["article_id"], strict=True)
            )
        ]
        return BATCH.frame(rows)

    @property
    def splits(self) -> pd.DataFrame:
        """Where each item goes, in every suite."""
        asked = self.items.drop(columns="drawn").merge(self.batch[["item_id", "reason"]], on="item_id")
        asked = asked.rename(columns={"reason": "drawn"}).sort_values("item_id", ignore_index=True)
        kinship = kin(asked, {}, CONTRASTS.frame([]), SPLIT.near)
        return splits.frame(asked, splits.splits(asked, {}, kinship, SPLIT), SPLIT.salt)

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
            (DUPLICATES, DUPLICATES.frame([])),
            (CONTRASTS, CONTRASTS.frame([])),
            (BATCH, self.batch),
            (ANSWERS, ANSWERS.frame(answers)),
            (ANNOTATED, self.annotations),
            (AGREEMENT, agreement(self.annotations, BOOK, Bootstrap(seed=1, draws=50, percent=95))),
            (RULED, RULED.frame([])),
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
        annotations=ANNOTATED.frame([answer(row, person) for row in rows for person in PEOPLE]),
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


def build_splits(folder: Path) -> Path:
    """Write the workspace's splits."""
    names = ("items", "batch", "duplicates", "contrasts", "annotations", "gold", "splits")
    settings = folder / "splits.toml"
    said = (ROOT / "training/splits.toml").read_text(encoding="utf-8")
    settings.write_text(said.replace("similarity = 0.7", "similarity = 1.0"), encoding="utf-8")  # as in SPLIT
    step(splits.main, settings, ROOT / "labeling/codebook.toml", *tables(folder, *names))
    return folder / "splits.parquet"


def build_dataset(folder: Path, settings: Path = ROOT / "training") -> Path:
    """Write the workspace's dataset folder, of which withdrawn.toml lies in settings."""
    names = ("items", "articles", "sentences", "duplicates", "batch", "annotations", "gold", "splits")
    more = [ROOT / "corpus/guard.toml", settings / "withdrawn.toml"]
    step(
        write_dataset, ROOT / "labeling/codebook.toml", *tables(folder, *names), *more, folder / "dataset/manifest.json"
    )
    return folder / "dataset"


def build_card(folder: Path, settings: Path = ROOT / "training") -> Path:
    """Write the workspace's dataset folder, card, licence and citation."""
    manifest = build_dataset(folder, settings) / "manifest.json"
    names = ("articles", "items", "annotations", "agreement", "gold", "splits")
    said = [settings / "card.toml", ROOT / "labeling/codebook.toml"]
    said += [settings / "profiles.toml", settings / "withdrawn.toml"]
    out = [folder / "card.md", folder / "LICENSE", folder / "CITATION.cff"]
    step(write_card, *said, manifest, *tables(folder, *names), *out)
    return folder / "card.md"


def build_edition(folder: Path, settings: Path = ROOT / "training") -> Path:
    """Write everything up to the workspace's edition."""
    card, book = build_card(folder, settings), ROOT / "labeling/codebook.toml"
    (folder / "interface.xml").write_text(screen(BOOK), encoding="utf-8")
    (folder / "guidelines.html").write_text(guidelines(BOOK), encoding="utf-8")
    said = [settings / name for name in ("profiles.toml", "gate.toml", "withdrawn.toml")]
    made = [folder / name for name in ("LICENSE", "CITATION.cff", "interface.xml", "guidelines.html")]
    rest = [book, ROOT / "corpus/guard.toml", *tables(folder, "articles", "items")]
    begin = [folder / "dataset/manifest.json", book, *said, folder / "names.txt", folder / "splits.parquet", card]
    step(write_edition, *begin, *made, folder / "edition/manifest.json", *rest)
    return folder / "edition"


def settings_of(folder: Path, **changes: str) -> Path:
    """A folder of settings of the training stage: the house's own, with some files told anew or added to."""
    (folder / "settings").mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "training").glob("*.toml"):
        told = changes.get(path.stem, path.read_text(encoding="utf-8"))
        (folder / "settings" / path.name).write_text(told, encoding="utf-8")
    return folder / "settings"


def build_baseline(folder: Path) -> Path:
    """Write the workspace's dataset, models and predictions."""
    manifest = build_dataset(folder) / "manifest.json"
    settings = [ROOT / "training/model.toml", ROOT / "training/tone.toml"]
    step(learn_baseline, *settings, manifest, folder / "baseline.parquet", folder / "models")
    return folder / "baseline.parquet"


def build_heldout(folder: Path) -> Path:
    """Write everything up to what is said of held-out items."""
    out = folder / "heldout.parquet"
    build_baseline(folder)
    step(
        write_heldout,
        ROOT / "training/heldout.toml",
        ROOT / "training/model.toml",
        ROOT / "training/tone.toml",
        folder / "dataset/manifest.json",
        folder / "splits.parquet",
        folder / "models",
        out,
    )
    return out


def build_report(folder: Path) -> tuple[Path, Path]:
    """Write everything up to the workspace's report: its page and its numbers."""
    build_heldout(folder)
    return write_report_of(folder)


def write_report_of(folder: Path) -> tuple[Path, Path]:
    """Write the report of a workspace that has all else."""
    names = ("articles", "rejects", "sentences", "items", "batch", "answers", "annotations", "agreement", "gold")
    settings = [ROOT / name for name in ("training/evaluation.toml", "training/rules.toml", "labeling/codebook.toml")]
    made = [folder / "dataset/manifest.json", *tables(folder, "baseline", "heldout"), folder / "models"]
    may = tables(folder, "curve", "plan", "former", "contamination")
    step(write_report, *settings, *tables(folder, *names), *made, *may, folder / "report.html", folder / "report.json")
    return folder / "report.html", folder / "report.json"


def tables(folder: Path, *names: str) -> list[Path]:
    """Where the workspace's tables are."""
    return [folder / f"{name}.parquet" for name in names]


def step(main: Callable[..., None], *words: Path | str) -> None:
    """Call a step with its paths and words, as make does."""
    main(*words)
