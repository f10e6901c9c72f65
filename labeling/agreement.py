"""Annotations -> agreement: how far annotators agree beyond chance, question by question, and sliced."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corpus import toml
from corpus.shell import shell
from corpus.tables import records
from labeling import codebook
from labeling.bootstrap import Bootstrap
from labeling.codebook import Codebook
from labeling.measures import Floats, Pairs, measured, pairs
from labeling.tables import AGREEMENT, ANNOTATIONS

UNDEFINED = float("nan")
OUTDATED = ("answered under", "answered again under")  # so annotations tells of an answer of another version
DECIMALS = 10  # beyond which machines differ
AT_ONCE = 64  # slices: more are faster and need more memory

Names = NDArray[Any]  # of str
Label = tuple[str, ...]  # what one answer says: one label, or several where several may be ticked


@dataclass(frozen=True)
class Asked:
    """What was asked under one name, and every answer to it: annotations with the column `label`, never empty."""

    name: str
    labels: tuple[str, ...]
    answers: pd.DataFrame
    gate: float
    sliced: bool  # by more than label: what few were asked is not cut finer


@dataclass(frozen=True)
class Slice:
    """Some pairs of answers to one question, between so many labels."""

    name: str
    part: str
    pairs: Pairs
    labels: int
    annotators: int


def load(path: Path) -> Bootstrap:
    """Read how intervals are drawn, or say what in the file is wrong."""
    return toml.settings(path, Bootstrap)


def questions(annotations: pd.DataFrame, book: Codebook) -> Iterator[Asked]:
    """Every question, any label against the one that says nothing where the codebook gates it, and every follow-up."""
    for one in book.questions.values():
        answers = said(annotations, annotations[one.id].map(lambda label: (label,) if label else ()))
        yield Asked(one.id, tuple(one.labels), answers, one.threshold, sliced=True)
        if one.any_threshold is not None:
            merged = answers["label"].map(lambda label, without=(one.without,): label if label == without else ("any",))
            yield Asked(one.any, ("any", one.without), said(answers, merged), one.any_threshold, sliced=True)
    for more in book.follow_ups.values():
        column = annotations[more.id]
        labels = column.map(lambda label: (label,) if label else ()) if more.choice == "single" else column.map(tuple)
        answers = said(annotations, labels.map(lambda ticked: tuple(sorted(ticked))))
        yield Asked(more.id, tuple(more.labels), answers, UNDEFINED, sliced=False)


def said(annotations: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """The annotations that say something, with what they say."""
    return annotations.assign(label=labels)[labels.map(len) > 0]


def slices(asked: Asked) -> Iterator[Slice]:
    """The question's answers, whole and cut: by label, and where it is asked often enough, in every other way."""
    counted = asked.answers[(asked.answers["purpose"] == "batch") & (asked.answers["left_out"] == "")]
    cut = cutter(asked, counted)
    yield cut.whole("all", "all")
    if len(asked.labels) > 2:  # noqa: PLR2004 - of two labels, one against the other is the whole
        yield from cut.by_label(asked.labels)
    if asked.sliced:
        yield from cut.by_people()
        yield from cut.by_week(weeks(counted["created_at"]))
        yield from by_codebook(asked)
        yield from by_repeats(asked)


@dataclass(frozen=True)
class Cutter:
    """What is cut: pairs of answers, who gave each answer (a name a row), and what an answer may say."""

    found: Pairs
    who: Names
    kinds: list[Label]

    def whole(self, name: str, part: str) -> Slice:
        """All pairs."""
        return Slice(name, part, self.found, len(self.kinds), len(set(self.who[self.found.rows].flat)))

    def where(self, name: str, part: str, chosen: NDArray[np.bool_]) -> Slice:
        """Some pairs."""
        return replace(self, found=self.found.where(chosen)).whole(name, part)

    def by_label(self, labels: Iterable[str]) -> Iterator[Slice]:
        """Each label against all the others."""
        for label in labels:
            holds = np.array([label in kind for kind in self.kinds], dtype=np.int64)
            yield replace(self, found=self.found.labelled(holds), kinds=[(), (label,)]).whole("label", label)

    def by_people(self) -> Iterator[Slice]:
        """Each two people, and each one against all others."""
        names = self.who[self.found.rows]
        for one, other in sorted(set(zip(*names.T, strict=True))):
            yield self.where("pair", f"{one}+{other}", (names == [one, other]).all(axis=1))
        for one in sorted(set(names.flat)):
            yield self.where("annotator", one, (names == one).any(axis=1))

    def by_week(self, week: Names) -> Iterator[Slice]:
        """The answers of each week against all others to the same items, whenever these were given."""
        given = week[self.found.rows]
        for one in sorted(set(given.flat)):
            yield self.where("week", one, (given == one).any(axis=1))


def cutter(asked: Asked, answers: pd.DataFrame, person: str = "annotator") -> Cutter:
    """Pair answers to one item_id by different people, as the column person tells them apart."""
    kinds: list[Label] = [(label,) for label in asked.labels]
    kinds += sorted(set(answers["label"]) - set(kinds))  # several ticked at once, or labels of an older codebook
    coded = pd.DataFrame(
        {
            "item": pd.factorize(answers["item_id"])[0],
            "article": answers["article"].to_numpy(),
            "annotator": pd.factorize(answers[person], sort=True)[0],
            "label": answers["label"].map({kind: number for number, kind in enumerate(kinds)}).to_numpy(np.int64),
        }
    )
    return Cutter(pairs(coded), answers["annotator"].to_numpy(object), kinds)


def by_codebook(asked: Asked) -> Iterator[Slice]:
    """The answers under each version of the codebook, those among them that no longer count."""
    votes = asked.answers[asked.answers["purpose"] == "batch"]
    valid = votes[(votes["left_out"] == "") | votes["left_out"].str.startswith(OUTDATED)]
    for version, answers in valid.groupby("codebook_version", sort=True):
        yield cutter(asked, answers).whole("codebook", str(version))


def by_repeats(asked: Asked) -> Iterator[Slice]:
    """What annotators said first against what they said when asked again: all of them, and one by one."""
    counted = asked.answers[(asked.answers["left_out"] == "") & asked.answers["purpose"].isin(["batch", "repeat"])]
    own = counted.assign(item_id=counted["item_id"] + "/" + counted["annotator"])
    cut = cutter(asked, own[own["item_id"].isin(own.loc[own["purpose"] == "repeat", "item_id"])], person="purpose")
    yield cut.whole("repeats", "all")
    names = cut.who[cut.found.rows[:, 0]]
    for one in sorted(set(names)):
        yield cut.where("repeats", one, names == one)


def weeks(moments: pd.Series) -> Names:
    """The ISO week of each moment.

    >>> weeks(pd.Series(["2024-12-30T09:00:00Z"])).tolist()
    ['2025-W01']
    """
    days = pd.to_datetime(moments, format="ISO8601", utc=True).dt.isocalendar()
    return (days["year"].astype(str) + "-W" + days["week"].astype(str).str.zfill(2)).to_numpy(object)


def rows(asked: Asked, cut: Slice, values: Mapping[str, Floats], bootstrap: Bootstrap) -> Iterator[dict[str, object]]:
    """One row a measure of a slice; the first of its values is of all articles, the others are of draws."""
    items, articles = (len(np.unique(part)) for part in (cut.pairs.item, cut.pairs.article))
    for name, (value, *_), draws in ((name, each, each[1:]) for name, each in values.items()):
        gate = asked.gate if (name, cut.name) == ("alpha", "all") else UNDEFINED
        low, high, lacks = bootstrap.interval(draws, articles)
        reason = undefined(cut) if np.isnan(value) else ""
        yield {
            "agreement_id": f"{asked.name}/{name}/{cut.name}/{cut.part}",
            **{"question": asked.name, "measure": name, "slice": cut.name, "part": cut.part},
            **{"value": value, "low": low, "high": high},
            "no_interval": "the value is undefined" if reason else lacks,
            **{"items": items, "articles": articles, "annotators": cut.annotators},
            "threshold": gate,
            "verdict": reason or verdict(value, gate),
        }


def undefined(cut: Slice) -> str:
    """Why a measure is undefined."""
    if not len(cut.pairs.item):
        return "undefined: no item has two answers"
    if cut.name == "label" and not cut.pairs.labels.any():
        return "undefined: nobody gave this label"
    return "undefined: all answers are the same, so chance agrees as well"


def verdict(value: float, threshold: float) -> str:
    """The value against the codebook's gate: a warning, never a failure."""
    if np.isnan(threshold):
        return "no threshold"
    return "reached" if value >= threshold else "below threshold"


def agreement(annotations: pd.DataFrame, book: Codebook, bootstrap: Bootstrap) -> pd.DataFrame:
    """Every measure of every slice of every question, in the codebook's order."""
    article, names = pd.factorize(annotations["item_id"].str.replace(r"\..*", "", regex=True), sort=True)
    often, found = bootstrap.often(len(names)), []
    for asked in questions(annotations.assign(article=article), book):
        cuts = list(slices(asked))
        for start in range(0, len(cuts), AT_ONCE):
            some = cuts[start : start + AT_ONCE]
            of = measured([(cut.pairs, cut.labels) for cut in some], often)
            found += [row for cut, values in zip(some, of, strict=True) for row in rows(asked, cut, values, bootstrap)]
    return AGREEMENT.check(AGREEMENT.frame(found).round(DECIMALS))


def told(row: Mapping[str, Any]) -> str:
    """What the closing line says of a question's alpha.

    >>> told({"question": "stance", "value": 0.734, "low": 0.69, "high": 0.77, "verdict": "reached"})
    'stance alpha 0.73 (0.69 to 0.77) reached'
    >>> told({"question": "stance", "value": float("nan"), "verdict": "undefined: no item has two answers"})
    'stance alpha undefined: no item has two answers'
    """
    if pd.isna(row["value"]):
        return f"{row['question']} alpha {row['verdict']}"
    span = "no interval" if pd.isna(row["low"]) else f"{row['low']:.2f} to {row['high']:.2f}"
    return f"{row['question']} alpha {row['value']:.2f} ({span}) {row['verdict']}"


def main(annotation_file: Path, codebook_file: Path, setting_file: Path, out: Path) -> None:
    """Read annotations, the codebook and how intervals are drawn, write agreement."""
    book = codebook.load(codebook_file)
    found = agreement(ANNOTATIONS.read(annotation_file), book, load(setting_file))
    alphas = found[(found["measure"] == "alpha") & (found["slice"] == "all") & found["threshold"].notna()]
    AGREEMENT.write(found, out, "; ".join(map(told, records(alphas))))


if __name__ == "__main__":
    shell(main)
