"""Gold and annotations -> adjudication: a round of its own, in which adjudicators see votes without names."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import ITEMS, records
from labeling import codebook
from labeling.codebook import Codebook
from labeling.draw import bucket, ranks
from labeling.ids import assignment_id, task_key
from labeling.tables import ADJUDICATION, ANNOTATIONS, ASSIGNMENTS, GOLD, if_there
from labeling.workload import still_open

DISAGREEMENT, SENSITIVE, SUSPECTED = "disagreement", "sensitive to the method", "suspected error"
SPLIT, AUDIT = "split votes", "audit"


@dataclass(frozen=True)
class Settings:
    """adjudication.toml: who rules, percent of agreed items that are audited, and how much lies open at a time."""

    adjudicators: Sequence[str]
    audit: int
    split_votes: bool
    open_at_most: int
    salt: str


def load(path: Path) -> Settings:
    """Read who rules on what, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    names = found.adjudicators
    if odd := [name for name in names if not re.fullmatch(r"[a-z][a-z0-9-]*", name)]:
        raise ContractError(f"{path}: {odd[0]!r} is no pseudonym. Use small letters, digits and hyphens.")
    if len(set(names)) < len(names):
        raise ContractError(f"{path}: `adjudicators` names somebody twice. Correct it.")
    if not (0 <= found.audit <= 100 and found.open_at_most >= 0):  # noqa: PLR2004 - percent
        raise ContractError(f"{path}: audit is 0 to 100 percent, and open_at_most is not below 0. Correct it.")
    return found


def why(gold: pd.DataFrame) -> pd.Series:
    """Why each row of gold that has a place in the queue is to be ruled on."""
    open_ = gold["outcome"] != "settled"
    return pd.Series(np.select([open_, gold["sensitive"]], [DISAGREEMENT, SENSITIVE], SUSPECTED), index=gold.index)


def doubtful(gold: pd.DataFrame, settings: Settings) -> dict[str, str]:
    """The items to be ruled on and why, the first first: by their foremost question, then what votes split on."""
    queue = gold[gold["priority"] >= 0].sort_values("priority")
    found = dict(zip(queue["item_id"][::-1], why(queue)[::-1], strict=True))  # the foremost row of an item says why
    ordered = {item: found[item] for item in queue["item_id"]}
    split = gold.loc[(gold["provenance"] == "majority") & settings.split_votes, "item_id"]
    return ordered | {item: SPLIT for item in split if item not in ordered}


def audited(gold: pd.DataFrame, settings: Settings) -> list[str]:
    """The items that all agreed on, in every question, and that are drawn to be looked at all the same."""
    agreed = (gold["provenance"] == "unanimous").groupby(gold["item_id"]).all()
    return [item for item in agreed[agreed].index if bucket(item, settings.salt) < settings.audit]


def mixed(doubts: Mapping[str, str], audits: Sequence[str], salt: str) -> dict[str, str]:
    """Doubtful items in their order with those to be audited strewn among them, so that nobody sees which is which."""
    place = {item: (at + 0.5) / len(doubts) for at, item in enumerate(doubts)}
    place |= dict(zip(audits, ranks(audits, f"{salt}/place") / 2**64, strict=True))
    whole = {**doubts, **dict.fromkeys(audits, AUDIT)}
    return {item: whole[item] for item in sorted(whole, key=lambda item: (place[item], item))}


def waiting(assignments: pd.DataFrame, annotations: pd.DataFrame) -> set[str]:
    """The items on which somebody's vote is still to come."""
    left = still_open(assignments, annotations)
    return set(left.loc[left["purpose"] == "batch", "item_id"])


def ballots(annotations: pd.DataFrame, book: Codebook, salt: str) -> dict[str, tuple[str, set[str]]]:
    """Of each item its votes as they are shown, JSON, and who gave them: A is whoever comes first in a draw by item."""
    counted = annotations[(annotations["purpose"] == "batch") & (annotations["left_out"] == "")]
    names = [*book.questions, *book.follow_ups, "flags", "comment"]
    drawn = counted.assign(rank=ranks(counted["item_id"] + "/" + counted["annotator"], salt)).sort_values("rank")
    found: dict[str, tuple[str, set[str]]] = {}
    for item, votes in drawn.groupby("item_id"):
        shown = [{name: plain(value) for name, value in row.items() if len(value)} for row in records(votes[names])]
        found[str(item)] = json.dumps(shown, ensure_ascii=False), set(votes["annotator"])
    return found


def plain(value: object) -> object:
    """A cell as JSON holds it."""
    return value if isinstance(value, str) else [str(one) for one in np.atleast_1d(np.asarray(value, object))]


@dataclass(frozen=True)
class Round:
    """What was assigned before, what is to be ruled on now and why, and what has to wait."""

    former: pd.DataFrame
    now: Mapping[str, str]
    waits: int  # items for which there is no room yet


def opened(former: pd.DataFrame, gold: pd.DataFrame, free: set[str], settings: Settings, version: str) -> Round:
    """As many items as there is room for, of those that are free to be ruled on and were not assigned before."""
    assigned = set(former.loc[former["codebook_version"] == version, "item_id"])
    ruled = set(gold.loc[gold["provenance"] == "adjudicated", "item_id"])
    able = free - assigned
    doubts = {item: reason for item, reason in doubtful(gold, settings).items() if item in able}
    audits = [item for item in audited(gold, settings) if item in able and item not in doubts]
    queue = list(mixed(doubts, audits, settings.salt).items())
    room = max(0, settings.open_at_most - len(assigned - ruled))
    return Round(former, dict(queue[:room]), len(queue[room:]))


def shared(
    one: Round, votes: Mapping[str, tuple[str, set[str]]], settings: Settings, version: str
) -> Iterator[dict[str, object]]:
    """One row of ADJUDICATION an item: whoever has least rules on it, but never one who answered it."""
    has, end = Counter(one.former["annotator"]), one.former.groupby("annotator")["place"].max().to_dict()
    for item, reason in one.now.items():
        shown, voters = votes[item]
        able = [name for name in settings.adjudicators if name not in voters]
        if not able:
            continue
        name = min(able, key=lambda adjudicator: has[adjudicator])
        has[name] += 1
        end[name] = end.get(name, -1) + 1
        assignment = assignment_id(item, name, version)
        yield {
            **{"assignment_id": assignment, "task_key": task_key(assignment), "item_id": item, "annotator": name},
            **{"codebook_version": version, "place": end[name], "why": reason, "votes": shown},
        }


def adjudication(one: Round, annotations: pd.DataFrame, book: Codebook, settings: Settings) -> pd.DataFrame:
    """What was assigned before, as it was, and behind it what is to be ruled on now."""
    votes = ballots(annotations[annotations["item_id"].isin(one.now)], book, settings.salt)
    new = ADJUDICATION.frame(list(shared(one, votes, settings, book.version)))
    return ADJUDICATION.check(pd.concat([one.former, new], ignore_index=True))


def told(one: Round, found: pd.DataFrame, settings: Settings) -> str:
    """The closing line: what is new and why, what waits for room, and what nobody may rule on."""
    if not settings.adjudicators:
        return "nobody rules: name adjudicators in adjudication.toml"
    new = found[len(one.former) :]
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(Counter(new["why"]).items()))
    parts = [f"new: {reasons or 'none'}"]
    parts += [f"{one.waits:,} wait until others are ruled on"] * bool(one.waits)
    barred = len(one.now) - len(new)
    parts += [f"{barred:,} that every adjudicator answered himself: name another"] * bool(barred)
    return "; ".join(parts)


def main(
    codebook_file: Path,
    setting_file: Path,
    item_file: Path,
    assignment_file: Path,
    annotation_file: Path,
    gold_file: Path,
    out: Path,
) -> None:
    """Read gold, what it was made from, what is still to come and what was assigned before, write adjudication."""
    book, settings = codebook.load(codebook_file), load(setting_file)
    annotations, gold = ANNOTATIONS.read(annotation_file), GOLD.read(gold_file)
    free = set(ITEMS.read(item_file, ["item_id"])["item_id"]) - waiting(ASSIGNMENTS.read(assignment_file), annotations)
    one = opened(if_there(ADJUDICATION, out), gold, free, settings, book.version)
    found = adjudication(one, annotations, book, settings)
    ADJUDICATION.write(found, out, told(one, found, settings))


if __name__ == "__main__":
    shell(main)
