"""Items -> batch: which are asked, a random sample first and then those that teach a model most, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import CONTRASTS, DUPLICATES, ITEMS
from labeling import picks
from labeling.draw import bucket, ranks
from labeling.tables import BATCH, PROBABILITIES, if_there

SAMPLE, ALL, AUDIT = "sample", "all", "audit"
GONE = "no item any more"
UNKNOWN = float("nan")
REST = "all others were drawn before, or are of the sample's articles, or like what is"  # why there is none left


@dataclass(frozen=True)
class Settings:
    """batch.toml: the salt, the sample's percent of articles and its size, and the shares of later draws."""

    salt: str
    percent: int
    sample: int
    all_up_to: int
    shares: Mapping[str, int]


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    for fault in faults(found):
        raise ContractError(f"{path}: {fault}. Correct it.")
    return found


def faults(settings: Settings) -> Iterator[str]:
    """What the settings say that cannot be."""
    counts = {"percent": settings.percent, "sample": settings.sample, "all_up_to": settings.all_up_to}
    for name, count in counts.items():
        if count < 0:
            yield f"{name} is {count}, but it is 0 or more"
    if not 0 < settings.percent < 100:  # noqa: PLR2004
        yield f"percent is {settings.percent}, but it is above 0 and below 100"
    shares = settings.shares
    if set(shares) != set(picks.REASONS) or min(shares.values()) < 0:
        yield f"[shares] are {', '.join(picks.REASONS)}, each 0 or more"


def prepared(items: pd.DataFrame, duplicates: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Items with what a draw needs to know: their copies, whether they are held for the sample, and a random number.

    Items of one `kin` are of sentences that are copies, items of one `wording` ask the same of such sentences.
    """
    groups = dict(zip(duplicates["sentence_id"], duplicates["group_id"], strict=True))
    kin = items["sentence_id"].map(lambda sentence: groups.get(sentence, sentence))
    asks = items["item_id"].map(lambda item: item.rpartition("@")[2])
    held = {article: is_held(article, settings) for article in items["article_id"].unique()}
    return items.assign(
        kin=kin,
        wording=kin + "@" + asks,
        held=items["article_id"].map(held).astype(bool),
        rank=ranks(items["item_id"], settings.salt),
    )


def is_held(article_id: str, settings: Settings) -> bool:
    """Whether an article's items are asked for the sample alone."""
    return bucket(article_id, settings.salt) >= 100 - settings.percent


def one_each(items: pd.DataFrame) -> pd.DataFrame:
    """One item of each wording, that with the least id, in random order; `copies` counts all that it stands for."""
    copies = items.groupby("wording")["item_id"].transform("size")
    return items.assign(copies=copies).sort_values("item_id").drop_duplicates("wording").sort_values("rank")


def sample(units: pd.DataFrame, asked: set[str], settings: Settings) -> pd.DataFrame:
    """The first of the held units in random order, but for those asked before.

    Later articles may push a unit back behind the last; it was drawn and stays so. Sampling by numbers that never
    change: Ohlsson, “Coordination of samples using permanent random numbers” (1995).
    """
    first = units.head(settings.sample)
    new = first[~first["wording"].isin(asked)]
    return drawn(new, SAMPLE, chance(len(units), settings) / new["copies"], len(units))


def chance(units: int, settings: Settings) -> float:
    """How likely a unit was to be in the sample: its article to be held, and itself to come first."""
    return settings.percent / 100 * room(units, settings)


def room(units: int, settings: Settings) -> float:
    """The part of the held units that the sample has room for, 0 to 1."""
    return min(1.0, settings.sample / max(units, 1))


def unsampled(items: pd.DataFrame, units: int, settings: Settings) -> pd.Series:
    """By wording, how likely the sample of so many units leaves it to the rest, for each of the items that ask it.

    It does where none of the wording's articles is held, or some are and the sample is full before its turn.
    """
    asks = items.groupby("wording")
    articles, held = asks["article_id"].nunique(), settings.percent / 100
    free, mixed = (1 - held) ** articles, 1 - (1 - held) ** articles - held**articles
    # Were a free one held, the sample would be drawn among one unit more.
    full = 1 - asks["held"].any().map({True: room(units, settings), False: room(units + 1, settings)}).astype(float)
    return (free + mixed * full) / asks.size()


def rest(units: pd.DataFrame, asked: set[str], items: pd.DataFrame, sampled: int, settings: Settings) -> pd.DataFrame:
    """What else is asked at once: all of a small workspace, else what shows how far the targets' cues reach.

    sampled are the units among which the sample was drawn.
    """
    left = units[~units["wording"].isin(asked)]
    if len(items) <= settings.all_up_to:
        return drawn(left, ALL, left["wording"].map(unsampled(items, sampled, settings)), len(units))
    return drawn(left[left["drawn"] == "audit"], AUDIT, UNKNOWN, int((units["drawn"] == "audit").sum()))


def drawn(units: pd.DataFrame, reason: str, probability: pd.Series | float, population: int) -> pd.DataFrame:
    """Units as rows of BATCH, all but number and place."""
    return units.assign(reason=reason, probability=probability, population=population, score=UNKNOWN, withdrawn="")


def candidates(prepared: pd.DataFrame, asked: set[str], twins: picks.Twins, salt: str) -> pd.DataFrame:
    """Units that a model may learn from: not held, nor a copy or twin of what is, for the splits set those aside.

    They are in random order, another for each draw: what came since the last would else come before what was left.
    """
    held = set(prepared.loc[prepared["held"], "kin"])
    apart = held | {twin for one in held for twin in twins.get(one, ())}
    units = one_each(prepared[~prepared["held"]])
    units = units[~units["wording"].isin(asked) & ~units["kin"].isin(apart)]
    return units.assign(rank=ranks(units["item_id"], salt)).sort_values("rank")


def batch(
    former: pd.DataFrame,
    items: pd.DataFrame,
    twins: picks.Twins,
    probabilities: pd.DataFrame,
    more: int,
    settings: Settings,
) -> pd.DataFrame:
    """What was drawn before, with what is drawn now; items are those of `prepared`."""
    wordings = dict(zip(items["item_id"], items["wording"], strict=True))
    asked = {wordings.get(item, item) for item in former["item_id"]}
    sampled = {wordings.get(item, item) for item in former.loc[former["reason"] == SAMPLE, "item_id"]}
    held, free = one_each(items[items["held"]]), one_each(items[~items["held"]])
    first = sample(held, sampled, settings)
    asked |= set(first["wording"])
    second = rest(free, asked, items, len(held), settings)
    asked |= set(second["wording"])
    units = candidates(items, asked, twins, f"{settings.salt}/{len(former)}") if more else free.head(0)
    third = picks.more(units, picks.ways(asked, twins, probabilities), more, settings.shares)
    kept = standing(former, set(wordings), chance(len(held), settings))
    return BATCH.check(numbered(kept, [first, second, third.assign(withdrawn="")]))


def standing(former: pd.DataFrame, items: set[str], chance: float) -> pd.DataFrame:
    """What was drawn before: what is gone is asked no more, and a sample grown larger was likelier for all it holds."""
    likelier = (chance / former["copies"]).clip(lower=former["probability"])
    withdrawn = former["item_id"].map(lambda item: "" if item in items else GONE)
    probability = former["probability"].where(former["reason"] != SAMPLE, likelier)
    return former.assign(withdrawn=withdrawn, probability=probability)


def numbered(former: pd.DataFrame, draws: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows, those of each new draw with its number and in random order."""
    parts = [former] if len(former) else []
    last = int(former["batch"].max()) if len(former) else 0
    for number, rows in enumerate((rows for rows in draws if len(rows)), last + 1):
        parts.append(rows.sort_values("rank").assign(batch=number, place=range(len(rows))))
    return pd.concat([part[list(BATCH.columns)] for part in parts], ignore_index=True) if parts else former


def same_sample(former: pd.DataFrame, path: Path, settings: Settings) -> None:
    """Refuse settings under which an item that a model may have chosen would be in the sample, or the other way."""
    held = former["article_id"].map(lambda article: is_held(article, settings))
    wrong = former[held != (former["reason"] == SAMPLE)]
    if len(wrong):
        one = wrong.iloc[0]
        raise ContractError(
            f"{path} draws another sample than the workspace began with: {len(wrong):,} items were drawn otherwise, "
            f"the first {one['item_id']} as {one['reason']!r}. Put salt and percent back as they were."
        )


def number(more: str) -> int:
    """How many more are wanted; "" is none."""
    if more and not more.isdecimal():
        raise ContractError(f"MORE is {more!r}, and no number. Say how many more items to draw: `make batch MORE=300`.")
    return int(more or 0)


def spared(found: pd.DataFrame, items: pd.DataFrame) -> int:
    """How many items are not asked since another asks the same of a copy; items are those of `prepared`."""
    drawn = items["item_id"].isin(found["item_id"])
    return int((items["wording"].isin(items.loc[drawn, "wording"]) & ~drawn).sum())


def told(found: pd.DataFrame, before: int, more: int, unsaid: bool, copies: int) -> str:
    """The closing line: what was drawn now and why, and what there was none of."""
    new = Counter(found["reason"][before:])
    later = sum(new[reason] for reason in picks.REASONS)
    gone = int((found["withdrawn"] != "").sum())
    parts = [f"drawn now: {', '.join(f'{count:,} {reason}' for reason, count in new.items()) or 'none'}"]
    parts += ["no probabilities yet, so by diversity and at random"] if later and unsaid else []
    parts += [f"of {more:,} more, {later:,} were left to draw: {REST}"] if later < more else []
    parts += [f"{copies:,} others ask the same of copies, and are not asked"] if copies else []
    parts += [f"{gone:,} are no items any more"] if gone else []
    return "; ".join(parts)


def main(
    setting_file: Path,
    item_file: Path,
    duplicate_file: Path,
    contrast_file: Path,
    probability_file: Path,
    more: str,
    out: Path,
) -> None:
    """Read items, copies, contrasts, what was drawn before and what a model says, write batch."""
    settings, wanted = load(setting_file), number(more)
    former = if_there(BATCH, out)
    same_sample(former, setting_file, settings)
    duplicates = DUPLICATES.read(duplicate_file, ["sentence_id", "group_id"])
    items = ITEMS.read(item_file, ["item_id", "sentence_id", "article_id", "drawn", *(["text"] if wanted else [])])
    twins = picks.twins(CONTRASTS.read(contrast_file, ["sentence_a", "sentence_b"]), duplicates)
    probabilities = if_there(PROBABILITIES, probability_file) if wanted else PROBABILITIES.frame([])
    ready = prepared(items, duplicates, settings)
    found = batch(former, ready, twins, probabilities, wanted, settings)
    BATCH.write(found, out, told(found, len(former), wanted, probabilities.empty, spared(found, ready)))


if __name__ == "__main__":
    shell(main)
