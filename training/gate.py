"""What a release must not hold: each rule, and the rows that break it. Nothing goes out past this gate."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from datasets import ClassLabel, Features

from corpus import toml
from corpus.errors import ContractError
from corpus.wording import wording
from labeling.codebook import Codebook
from training import release
from training.profiles import TEXT, Profiles
from training.release import ANSWERED, MANIFEST, SUITES
from training.tables import ASIDE
from training.withdrawn import covers

HEAD = ("pretty_name", "language", "license", "task_categories", "tags", "size_categories", "configs")
SECTIONS = (
    "The questions and their labels", "Where the text is", "How many", "Columns", "How it was made", "Sources",
    "Annotators and agreement", "How labels were settled", "People", "Limits", "Contact and withdrawal",
    "Citation and files",
)  # fmt: skip
FILES = (
    "README.md", "LICENSE", "CITATION.cff", "guidelines.html", "interface.xml", "provenance.json", "croissant.json",
    "withdrawn.jsonl",
)  # fmt: skip
TO_FILL = "TO BE FILLED IN"  # stands in the card where card.toml says nothing
PACKED = ".parquet"
SHORTEST = 4  # letters of an annotator's name; a shorter one is half of all words

Found = Iterator[str]  # what breaks a rule, one entry a row


@dataclass(frozen=True)
class Rules:
    """What gate.toml says."""

    unsettled_test: int
    shown: int
    allowed: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class Known:
    """What a folder cannot tell of itself: codebook, profiles, what was withdrawn, and words that must stay at home."""

    book: Codebook
    profiles: Profiles
    gone: Collection[str] = ()
    names: Collection[str] = ()  # of annotators
    secrets: Mapping[str, str] = field(default_factory=dict)  # by the environment variable that holds them


@dataclass(frozen=True)
class Edition:
    """A release's folder, as it would go out."""

    folder: Path
    rules: Rules
    known: Known

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the folder says of itself."""
        return release.manifest(self.folder)

    @cached_property
    def configs(self) -> dict[str, pd.DataFrame]:
        """The rows of each config."""
        return release.configs(self.folder)

    @property
    def questions(self) -> dict[str, pd.DataFrame]:
        """The rows of each config of a question."""
        return {name: rows for name, rows in self.configs.items() if name not in (ANSWERED, SUITES)}

    @cached_property
    def card(self) -> tuple[dict[str, Any], str]:
        """The card's head and its body."""
        page = self.folder / "README.md"
        return release.headed(page.read_text(encoding="utf-8") if page.exists() else "")

    @cached_property
    def schemas(self) -> dict[str, dict[str, Features]]:
        """The features of each file of rows, as it carries them, by its config and its place in the folder."""
        found: dict[str, dict[str, Features]] = {}
        for name in (name for name, about in self.manifest["files"].items() if about["rows"] is not None):
            features = Features.from_arrow_schema(pq.read_schema(self.folder / name))
            found.setdefault(name.partition("/")[0], {})[name] = features
        return found

    @cached_property
    def said(self) -> dict[str, list[str]]:
        """Every text that goes out, with its places: each cell, each file's bytes, and the schema of packed files."""
        found: dict[str, list[str]] = {}
        for config, rows in self.configs.items():
            for column in (name for name in rows.columns if pd.api.types.is_string_dtype(rows[name])):
                for item, text in rows[["item_id", column]].itertuples(index=False):
                    if isinstance(text, str):
                        found.setdefault(text, []).append(f"{config} {item}, {column}")
        for path in (path for path in sorted(self.folder.rglob("*")) if path.is_file()):
            name = path.relative_to(self.folder).as_posix()
            found.setdefault(path.read_bytes().decode("utf-8", "replace"), []).append(name)
            if path.suffix == PACKED:
                found.setdefault(str(pq.read_schema(path).metadata), []).append(f"{name}, its schema")
        return found


def load(path: Path) -> Rules:
    """Read the rules, or say what in the file is wrong."""
    return toml.settings(path, Rules)


def names(path: Path) -> list[str]:
    """The annotators' names, one a line, of a file that never goes out; none if it is not there."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [name.strip() for name in lines if len(name.strip()) >= SHORTEST]


def files(edition: Edition) -> Found:
    """The manifest names every file with its hash, and no file is missing."""
    listed = edition.manifest["files"]
    there = {path.relative_to(edition.folder).as_posix() for path in edition.folder.rglob("*") if path.is_file()}
    yield from (f"{name} is not in {MANIFEST}" for name in sorted(there - set(listed) - {MANIFEST}))
    yield from (f"{name} is missing" for name in sorted({*listed, *FILES} - there))
    for name in sorted(there & set(listed)):
        if release.sha256(edition.folder / name) != listed[name]["sha256"]:
            yield f"{name} was changed after it was made"


def leaks(edition: Edition) -> Found:
    """No article, group of copies or wording stands on two sides; what is set aside stands on none."""
    for config, every in edition.questions.items():
        rows = every[every["split"] != ASIDE]
        keys = {"article": rows["article_id"], "copies": rows["group"]}
        if "text" in rows:
            keys["wording"] = rows["text"].map(wording)
        for what, key in keys.items():
            sides = rows.groupby(key)["split"].transform("nunique")
            for name, split in rows.loc[sides > 1, ["item_id", "split"]].itertuples(index=False):
                yield f"{config} {name} ({what}, in {split} and elsewhere)"


def unsettled(edition: Edition) -> Found:
    """No more items of the test split wait to be settled than gate.toml allows."""
    waiting = edition.manifest["unsettled_test"]
    yield from waiting if len(waiting) > edition.rules.unsettled_test else ()


def licences(edition: Edition) -> Found:
    """Text goes out only under a licence that its source states, and as far as the licence's profile says."""
    for config, rows in edition.questions.items():
        if not (text := release.hidden(rows.columns)):
            continue
        for name, licence in rows[["item_id", "license"]].itertuples(index=False):
            if not licence:
                yield f"{config} {name} has text, and its source states no licence"
            elif not set(text) <= set(TEXT[edition.known.profiles.of(licence)]):
                yield f"{config} {name} has {', '.join(text)}, which {licence!r} does not let go out"


def columns(edition: Edition) -> Found:
    """No column goes out that a release does not declare."""
    for config, files in edition.schemas.items():
        declared = set(release.of_config(config, edition.known.book))
        for file, features in files.items():
            yield from (f"{file} has the column {name}" for name in sorted(set(features) - declared))


def held_back(edition: Edition) -> Found:
    """No row goes out of an item that anybody flagged to be held back."""
    answers = edition.configs.get(ANSWERED, pd.DataFrame({"item_id": []}))
    ticked = [f"flag_{flag}" for flag in edition.known.book.flagged("hold_back") if f"flag_{flag}" in answers]
    flagged = set(answers.loc[answers[ticked].any(axis=1), "item_id"])
    for config, rows in edition.questions.items():
        yield from (f"{config} {name}" for name in rows.loc[rows["item_id"].isin(flagged), "item_id"])


def withdrawn(edition: Edition) -> Found:
    """No row goes out that was withdrawn."""
    for config, rows in edition.configs.items():
        yield from (f"{config} {name}" for name in rows["item_id"] if covers(edition.known.gone, name))


def labels(edition: Edition) -> Found:
    """Every row has a label, and the card, the codebook and the files name the same labels."""
    for config, rows in edition.questions.items():
        yield from (f"{config} {name} has no label" for name in rows.loc[rows["label"] == "", "item_id"])
        asked = release.asked_in(config, edition.known.book)
        ways = (("codebook", list(asked.labels)), ("card", in_card(asked.id, edition.card[1])))
        for told in sorted({tuple(features["label"].names) for features in edition.schemas[config].values()}):
            for where, others in ways:
                if list(told) != others:
                    yield f"{config} has the labels {', '.join(told)}; the {where} has {', '.join(others)}"
    yield from overridden(edition)


def in_card(question: str, body: str) -> list[str]:
    """The labels that the card's body explains under a question's heading."""
    _, _, rest = body.partition(f"### `{question}`")
    return re.findall(r"^\| `(\w+)` \|", rest.partition("\n#")[0], re.MULTILINE)


def overridden(edition: Edition) -> Found:
    """Label names in the card's head, which `load_dataset` believes before the files."""
    told = edition.card[0].get("dataset_info") or []
    for info in told if isinstance(told, list) else [told]:
        config = info.get("config_name", "default")
        for one in info.get("features", []):
            files = edition.schemas.get(config, {}).values()
            stand = [features[one["name"]] for features in files if one["name"] in features]
            named = (one.get("dtype") or {}).get("class_label", {}) if isinstance(one.get("dtype"), dict) else {}
            names = list(named.get("names", {}).values())
            if any(isinstance(of, ClassLabel) and of.names != names for of in stand):
                yield f"{config}: the card's head names other labels for {one['name']} than the file"


def card(edition: Edition) -> Found:
    """The card says all it must, and points at every file of rows."""
    told, body = edition.card
    yield from (f"README.md has no {name} in its head" for name in HEAD if not told.get(name))
    yield from (f"README.md has no section {name!r}" for name in SECTIONS if f"\n## {name}\n" not in body)
    yield from (f"README.md: {line.strip()}" for line in body.splitlines() if TO_FILL in line)
    pointed = {(one["config_name"], file["split"]) for one in told.get("configs") or [] for file in one["data_files"]}
    there = {(name, split) for name, rows in edition.configs.items() for split in rows["split"].unique()}
    yield from (f"README.md does not match the files of {config}, {split}" for config, split in sorted(pointed ^ there))


def marked(edition: Edition) -> Found:
    """A demonstration says so in its name."""
    told = str(edition.card[0].get("pretty_name", ""))
    for config, rows in edition.configs.items():
        if "demonstration" in rows and rows["demonstration"].any() and not told.startswith("DEMONSTRATION"):
            yield from (f"{config} {name}" for name in rows.loc[rows["demonstration"], "item_id"])


def matching(kind: str) -> Callable[[Edition], Found]:
    """The rule of one pattern of gate.toml; of a file of rows, which is packed, only cells are read by pattern."""

    def rule(edition: Edition) -> Found:
        pattern = edition.rules.patterns[kind]
        for text, places in edition.said.items():
            for found in pattern.finditer(text) if not places[0].endswith(PACKED) else ():
                if found[0] not in edition.rules.allowed:
                    yield from (f"{place}: {shortened(found[0])}" for place in places)

    return rule


def secrets(edition: Edition) -> Found:
    """No key or password of this machine's environment goes out."""
    kept = {name: value for name, value in edition.known.secrets.items() if len(value) > SHORTEST}
    for text, places in edition.said.items() if kept else ():
        yield from (
            f"{place}: the value of {name}" for name, value in kept.items() if value in text for place in places
        )


def people(edition: Edition) -> Found:
    """No annotator's name goes out, however it is cut or spelt: Jane Roe, jane-roe, ROE JANE is another."""
    kept = {plain(name): name for name in edition.known.names if name not in edition.rules.allowed}
    for text, places in edition.said.items() if kept else ():
        said = f" {plain(text)} "
        found = [at for at, name in enumerate(kept, 1) if f" {name} " in said]
        yield from (f"{place}: line {at} of the names" for at in found for place in places)


def plain(text: str) -> str:
    """Words in small letters, with one space between them."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def shortened(text: str) -> str:
    """Enough of a word to find it, and not enough to spread it.

    >>> shortened("jane.roe@wire.example")
    'jan… (21 characters)'
    """
    return f"{text[:3]}… ({len(text)} characters)"


REMEDIES = {
    "files": "make the edition anew, and change nothing in its folder",
    "leak": "draw splits that keep them on one side, or withdraw one",
    "unsettled test items": "settle them, or raise unsettled_test in gate.toml and say so",
    "licence": "state the licence in the source, or see profiles.toml",
    "columns": "make the edition anew",
    "held back": "make dataset and edition anew",
    "withdrawn": "make dataset and edition anew",
    "labels": "make card and edition anew",
    "card": "fill in card.toml, or make the card anew",
    "demonstration": "make card and edition anew",
}
OTHERWISE = "withdraw the row, or allow the word in gate.toml"


def refusals(edition: Edition) -> list[str]:
    """One line a rule that is broken: what it asks, how many rows break it, the first of them, and what to do."""
    rules: dict[str, Callable[[Edition], Found]] = {
        "files": files, "leak": leaks, "unsettled test items": unsettled, "licence": licences, "columns": columns,
        "held back": held_back, "withdrawn": withdrawn, "labels": labels, "card": card, "demonstration": marked,
        **{kind: matching(kind) for kind in edition.rules.patterns}, "secret": secrets, "annotator's name": people,
    }  # fmt: skip
    broken = {name: list(dict.fromkeys(rule(edition))) for name, rule in rules.items()}
    shown = edition.rules.shown
    return [
        f"{name}: {len(found):,} ({'; '.join(found[:shown])}{'; …' if len(found) > shown else ''}): "
        f"{REMEDIES.get(name, OTHERWISE)}"
        for name, found in broken.items()
        if found
    ]


def check(folder: Path, rules: Rules, known: Known) -> None:
    """Refuse a release that breaks a rule."""
    if broken := refusals(Edition(folder, rules, known)):
        lines = "".join(f"\n  {line}" for line in broken)
        raise ContractError(
            f"this release may not go out. Each rule it breaks, how often, where, and what to do:{lines}"
        )
