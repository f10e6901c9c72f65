"""A press that prints as many made-up articles on sanctions as are wanted, and readers who answer what they present."""

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.newslike import Writer, written

COUNTRIES = {"Russia": "russia", "Iran": "iran", "North Korea": "dprk"}
OUTLETS = ["Morning Ledger", "Harbour Times", "Northern Gazette", "Evening Chronicle", "Daily Compass", "River Post"]
SAYINGS = {  # how a sentence begins -> the stance and the violation that it presents
    "Ministers insist that sanctions on {} must stay": ("favor", "none"),
    "Customs officers say firms broke sanctions on {} that should be tightened": ("favor", "alleged"),
    "Exporters demand that sanctions on {} be lifted": ("against", "none"),
    "Envoys will discuss next week whether tankers would evade sanctions on {}": ("neutral", "prospective"),
    "A broker pleaded guilty to breaching sanctions on {}": ("none", "established"),
    "The shipping line denied that it had evaded sanctions on {}": ("none", "denied"),
    "The sanctions on {} were the subject of a seminar": ("none", "none"),
}
HEAD = (
    "---\ntitle: {title}\noutlet: {outlet}\ndate: {date}\nurl: https://press.example/{number}\n"
    "license: CC-BY-4.0\ndemonstration: true\n---\n\n"
)


def articles(numbers: Iterable[int], sentences: int, folder: Path) -> None:
    """Print articles of these numbers, of so many sentences each: a number always prints the same article."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(random.Random(1))  # noqa: S311 - a test, no secret
    for number in numbers:
        writer.chance = random.Random(number)  # noqa: S311
        (folder / f"{number:06}.md").write_text(article(number, sentences, writer), encoding="utf-8")


def article(number: int, sentences: int, writer: Writer) -> str:
    """One article: a head, and paragraphs of three sentences."""
    day = (pd.Timestamp("2022-01-03") + pd.Timedelta(days=number)).date()
    outlet = OUTLETS[number % len(OUTLETS)]
    told = [sentence(writer) for _ in range(sentences)]
    text = "\n\n".join(" ".join(told[at : at + 3]) for at in range(0, sentences, 3))
    return HEAD.format(title=f"Sanctions, part {number}", outlet=outlet, date=day, number=number) + text + "\n"


def sentence(writer: Writer) -> str:
    """One of the sayings about one of the countries, and something that happened meanwhile."""
    saying = writer.chance.choice(list(SAYINGS)).format(writer.chance.choice(list(COUNTRIES)))
    return f"{saying}, while {written(writer.sentence()).rstrip('.')}."


def reading(item: Mapping[Any, Any]) -> dict[str, Any]:
    """What every annotator answers to an item."""
    (stance, violation), country = next(
        (labels, country)
        for saying, labels in SAYINGS.items()
        for country in COUNTRIES
        if item["text"].startswith(saying.format(country))
    )
    said: dict[str, Any] = {"item_id": item["item_id"], "sanction_violation": violation}
    said |= {"none_reason": "imposition"} if violation == "none" else {"regime": [COUNTRIES[country]]}
    if item["target"]:
        said |= {"stance": stance} | ({"holder": "quoted"} if stance in ("favor", "against") else {})
    return said
