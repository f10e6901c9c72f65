"""Agreement, learning curve, past forecasts -> plan: what the next labels buy, and what came of earlier forecasts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shape import INLINE
from corpus.shell import shell
from corpus.tables import records
from labeling import codebook
from labeling.forecast import Chance, Forecast, Points, learned, narrowed
from labeling.tables import AGREEMENT, CURVE, FORECASTS, PLAN, if_there

HALF_WIDTH, MACRO_F1 = "half width", "macro F1"
NEEDED = {"draws": 3, "sizes": 4}  # of a learning curve, in each draw, before its course is told
NEAR = 0.25  # of the labels a forecast looked ahead: so near must be what it is held against
DECIMALS = 10  # beyond which machines differ
UNKNOWN = float("nan")

Row = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """plan.toml: how many labels ahead, and the chance that forecasts are made with."""

    more: Sequence[int]
    chance: Chance = field(metadata=INLINE)


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    if not (min(found.more, default=0) > 0 and 0 < found.chance.level < 1 and found.chance.draws > 0):
        raise ContractError(
            f"{path}: numbers in more and draws are above 0, and level is above 0 and below 1. Correct it."
        )
    return found


def widths(agreement: pd.DataFrame, settings: Settings) -> Iterator[Row]:
    """What each alpha that has a gate is known to now, and will be."""
    whole = agreement[(agreement["measure"] == "alpha") & (agreement["slice"] == "all")]
    for one in records(whole[whole["threshold"].notna()]):
        half, labels, articles = (one["high"] - one["low"]) / 2, one["items"], one["articles"]
        why = str(one["verdict"]) if np.isnan(one["value"]) else "alpha has no interval" if np.isnan(half) else ""
        ahead = [] if why else settings.more
        said = [narrowed(half, labels, articles, more, settings.chance.level) for more in ahead]
        yield from rows(HALF_WIDTH, one["question"], labels, half, settings.more, said, why)


def scores(curve: pd.DataFrame, questions: Sequence[str], settings: Settings) -> Iterator[Row]:
    """What each question's model scores now, the mean of the curve's draws, and will."""
    for question in questions:
        mine = curve[curve["question"] == question]
        points = Points(*(mine[name].to_numpy(np.float64) for name in ("items", "draw", "macro_f1")))
        now = points.where(points.whole)
        labels, score = (round(float(now.items.mean())), float(now.scores.mean())) if len(mine) else (0, UNKNOWN)
        why = too_few(mine)
        said = [] if why else learned(points, settings.more, settings.chance)
        yield from rows(MACRO_F1, question, labels, score, settings.more, said, why)


def too_few(points: pd.DataFrame) -> str:
    """Why nothing can be said of how a learning curve goes on, "" if something can."""
    if points.empty:
        return "no learning curve yet"
    for what, have in (("draws", points["draw"].nunique()), ("sizes", points.groupby("draw")["items"].nunique().min())):
        if have < NEEDED[what]:
            return f"the learning curve has {have} {what}, and {NEEDED[what]} are needed"
    return ""


def rows(
    measure: str, question: str, labels: int, now: float, more: Sequence[int], said: Sequence[Forecast], why: str
) -> Iterator[Row]:
    """What is measured now, as a forecast of none more, and each forecast or why there is none."""
    nothing = Forecast(UNKNOWN, UNKNOWN, UNKNOWN)
    ahead = {0: Forecast(now, UNKNOWN, UNKNOWN), **dict(zip(more, said or [nothing] * len(more), strict=True))}
    for later, one in ahead.items():
        named = {"forecast_id": f"{measure}/{question}/{labels}/{later}", "measure": measure, "question": question}
        ends = {name: round(value, DECIMALS) for name, value in one._asdict().items()}
        yield {**named, "labels": labels, "more": later, **ends, "verdict": why or "forecast"}


def remembered(former: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """All that was ever measured and forecast; what there was for as many labels before stays as it was."""
    new = now[now["value"].notna() & ~now["forecast_id"].isin(former["forecast_id"])]
    parts = [part[list(FORECASTS.columns)] for part in (former, new) if len(part)]
    return FORECASTS.check(pd.concat(parts, ignore_index=True)) if parts else former


def held_against(forecast: Mapping[Any, Any], measured: Mapping[Any, pd.DataFrame]) -> dict[str, object]:
    """A past forecast beside what was measured when there were about as many labels as it looked ahead to."""
    same = measured[forecast["measure"], forecast["question"]]
    ahead = forecast["labels"] + forecast["more"]
    apart = (same["labels"] - ahead).abs()
    if apart.min() > NEAR * forecast["more"]:
        verdict = "passed by" if same["labels"].max() > ahead else "not yet"
        return {**forecast, "then": 0, "came": UNKNOWN, "verdict": verdict}
    then, came = same.loc[apart.idxmin(), ["labels", "value"]]
    side = "above" if came > forecast["high"] else "below" if came < forecast["low"] else "within"
    return {**forecast, "then": int(then), "came": came, "verdict": f"{side} the band"}


def plan(now: pd.DataFrame, ever: pd.DataFrame) -> pd.DataFrame:
    """What is forecast now, and every earlier forecast with what came of it."""
    measured = dict(list(ever[ever["more"] == 0].groupby(["measure", "question"])))
    past = ever[(ever["more"] > 0) & ~ever["forecast_id"].isin(now["forecast_id"])]
    held = pd.DataFrame([held_against(one, measured) for one in records(past)])
    ahead = now.assign(now=True, then=0, came=UNKNOWN)
    return PLAN.check(pd.concat([ahead, held.assign(now=False)], ignore_index=True) if len(held) else ahead)


def told(found: pd.DataFrame) -> str:
    """The closing line: how many forecasts there are, of what none, and how many of the past ones were right."""
    now, verdicts = found[found["now"] & (found["more"] > 0)], Counter(found.loc[~found["now"], "verdict"])
    silent = sorted(set(now.loc[now["value"].isna(), "measure"]))
    held = sum(count for verdict, count in verdicts.items() if verdict.endswith("the band"))
    parts = [f"{int(now['value'].notna().sum())} forecasts"]
    parts += [f"some of {' and '.join(silent)} cannot be made yet"] if silent else []
    parts += [f"{verdicts['within the band']} of {held} past ones within their band"] if held else []
    return "; ".join(parts)


def main(
    setting_file: Path, codebook_file: Path, agreement_file: Path, curve_file: Path, forecast_file: Path, out: Path
) -> None:
    """Read agreement, the learning curve and past forecasts, write forecasts and plan."""
    settings, book = load(setting_file), codebook.load(codebook_file)
    agreement, curve = AGREEMENT.read(agreement_file), if_there(CURVE, curve_file)
    now = pd.DataFrame([*widths(agreement, settings), *scores(curve, list(book.questions), settings)])
    ever = remembered(if_there(FORECASTS, forecast_file), now)
    found = plan(now, ever)
    FORECASTS.write(ever, forecast_file)
    PLAN.write(found, out, told(found))


if __name__ == "__main__":
    shell(main)
