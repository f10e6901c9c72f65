"""Items -> who is held out from whom: one fold after another, with a place for every item and the reason for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling.codebook import FollowUp
from labeling.draw import bucket
from training.kin import Kin, Near, Places
from training.tables import PLACES

TRAIN, VALIDATION, TEST, OUT = 0, 1, 2, -1  # numbers of PLACES; of the first three, the greater the more protected
SAMPLE = "sample"  # the reason in BATCH of what was drawn as a probability sample
About = Mapping[str, Mapping[str, set[str]]]  # by follow-up that is held out: what each article is about
PERIODS: Mapping[str, Callable[[str], str]] = {
    "year": lambda day: day[:4],
    "quarter": lambda day: f"{day[:4]} Q{(int(day[5:7]) + 2) // 3}",
    "month": lambda day: day[:7],
}


@dataclass(frozen=True)
class Settings:
    """How items fall into splits, as in splits.toml."""

    salt: str
    validation: int
    folds: int
    groups: int
    period: str
    least: int
    near: Near
    together: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Fold:
    """What is held out once: a place for each item, and why it stands there."""

    suite: str
    name: str
    places: Places  # TRAIN, VALIDATION, TEST or OUT
    reasons: NDArray[np.object_]

    @property
    def smaller(self) -> int:
        """How many items are held out, or learned from, whichever is less."""
        return int(min((self.places == TRAIN).sum(), (self.places == TEST).sum()))


def suites(asked: pd.DataFrame, about: About, settings: Settings) -> Iterator[Fold]:
    """Every fold of every suite, with nothing set aside for its kin yet.

    asked has the columns item_id, article_id, target, outlet, published and drawn (BATCH's reason). What an article is
    about is the only say that labels have, so that no answer given later moves an item.
    """
    yield random(asked, settings)
    drawn = asked["article_id"].map(lambda name: bucket(name, f"{settings.salt}/folds") % settings.folds + 1)
    yield from held("folds", drawn.map(lambda number: {str(number)}), "drawn into fold {}")
    yield from temporal(asked, settings.period)
    yield from held("target", asked["target"].map(lambda target: {target} - {""}), "its target is {}")
    sources = asked["outlet"].map(lambda outlet: {group(outlet, settings)} if outlet else set())
    yield from held("source", sources, "its outlet is of {}", "its outlet is unknown")
    for suite, subjects in about.items():
        of = asked["article_id"].map(lambda name, subjects=subjects: subjects.get(name, set()))
        yield from held(suite, of, "its article is about {}")


def random(asked: pd.DataFrame, settings: Settings) -> Fold:
    """The dataset's own splits: the probability sample is the test, a draw of the other articles is for validation."""
    sampled = asked["article_id"].isin(asked.loc[asked["drawn"] == SAMPLE, "article_id"])
    drawn = asked["article_id"].map(lambda name: bucket(name, settings.salt)).astype(int)
    places = np.where(sampled, TEST, np.where(drawn < settings.validation, VALIDATION, TRAIN))
    reasons = ("its article was drawn into bucket " + drawn.astype(str)).mask(sampled, "its article is in the sample")
    return Fold("random", "all", places, reasons.to_numpy(object))


def held(suite: str, parts: pd.Series, why: str, unknown: str = "") -> Iterator[Fold]:
    """A fold for each part there is: its items are the test; who is of no part is learned from, or aside as unknown."""
    aside = (parts.map(len) == 0).to_numpy() & bool(unknown)
    for name in sorted(set().union(*parts)):
        test = parts.map(lambda of, name=name: name in of).to_numpy()
        reasons = np.select([test, aside], [why.format(name), unknown], "not held out").astype(object)
        yield Fold(suite, name, np.select([test, aside], [TEST, OUT], TRAIN), reasons)


def temporal(asked: pd.DataFrame, period: str) -> Iterator[Fold]:
    """A fold for each period there is: its articles are the test, older ones are learned from, newer ones are aside.

    So the newest articles are always the test, and articles that come later only make folds of their own.
    """
    when = asked["published"].map(lambda day: PERIODS[period](day) if day else "").to_numpy(str)
    for name in sorted(set(when) - {""}):
        kinds = [when == name, when == "", when > name]
        said = [f"published in {name}", "its day is unknown", "published later"]
        reasons = np.select(kinds, said, "published earlier").astype(object)
        yield Fold("temporal", name, np.select(kinds, [TEST, OUT, OUT], TRAIN), reasons)


def group(outlet: str, settings: Settings) -> str:
    """The group of outlets that one is held out with; outlets of one house are in one group."""
    house = next((name for name, outlets in settings.together.items() if outlet in outlets), outlet)
    return f"group {bucket(house, f'{settings.salt}/outlets') % settings.groups + 1}"


def subjects(annotations: pd.DataFrame, articles: Mapping[str, str], follow_up: FollowUp) -> dict[str, set[str]]:
    """What each article is about: the labels that half or more of the answers to one of its items give."""
    named = annotations[["item_id", follow_up.id]].explode(follow_up.id).rename(columns={follow_up.id: "subject"})
    counts = named[named["subject"].isin(follow_up.labels)].value_counts().reset_index(name="named")
    answers = counts["item_id"].map(annotations["item_id"].value_counts()).astype(int)
    most = counts[2 * counts["named"] >= answers]
    found: dict[str, set[str]] = {}
    for item, subject in zip(most["item_id"], most["subject"], strict=True):
        if item in articles and subject not in follow_up.vague:
            found.setdefault(articles[item], set()).add(subject)
    return found


def protected(fold: Fold, articles: Places, kin: Kin, items: NDArray[np.object_]) -> Fold:
    """The same fold, with every item aside whose article, copy, twin or near text stands on a more protected side.

    Nothing is moved: an item that is set aside is neither learned from nor measured on.
    """
    ways = [("its article", neighbours(fold.places, articles)), ("a copy", neighbours(fold.places, kin.cluster))]
    for kind in np.unique(kin.kinds):
        ways.append((kind, neighbours(fold.places, kin.cluster, kin.pairs[kin.kinds == kind])))
    places, reasons = fold.places.copy(), fold.reasons.copy()
    for what, who in ways:
        for row in np.flatnonzero((places != OUT) & (fold.places[who] > fold.places) & (who >= 0)):
            places[row], side = OUT, PLACES[fold.places[who[row]]]
            reasons[row] = f"{what} is in {side}: {items[who[row]]}"
    return replace(fold, places=places, reasons=reasons)


def neighbours(places: Places, cluster: Places, pairs: Places | None = None) -> Places:
    """For each row the most protected row of its cluster, or of the clusters paired with it; -1 where there is none."""
    best = np.full(cluster.max(initial=-1) + 1, -1)
    order = np.argsort(places, kind="stable")
    best[cluster[order]] = order  # of the last rank there, and of one rank the last
    if pairs is None:
        return best[cluster]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.argsort(places[best[both[:, 1]]], kind="stable")]
    other = np.full(len(best), -1)
    other[both[:, 0]] = best[both[:, 1]]
    return other[cluster]
