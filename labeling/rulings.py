"""Decisions as Label Studio holds them -> rulings: one row an adjudicator's current ruling on an item."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS, records
from labeling import codebook
from labeling.answered import answered
from labeling.choices import Chosen, fault, given, labels, ticked
from labeling.codebook import GAP, REASON, Codebook
from labeling.current import DELETED, SKIPPED, current
from labeling.ids import target_of
from labeling.tables import DECISIONS, RULINGS, if_there
from labeling.versions import Reached, reached, stale

LATER = "a later ruling on the item stands"


def said(chosen: Chosen, has_target: bool, book: Codebook) -> dict[str, object]:
    """What a ruling says by column: labels as an annotator's, why the votes differed, and whether a rule lacks."""
    return {
        **labels(chosen, has_target, book),
        "reason": "".join(chosen.get(REASON, [])[:1]),
        "guideline_gap": bool(chosen.get(GAP)),
    }


def left_out(decision: Mapping[str, object], chosen: Chosen, target: str | None, book: Codebook, reach: Reached) -> str:
    """Why a ruling does not count, "" if it does."""
    version, reason = str(decision["codebook_version"]), chosen.get(REASON, [])
    under, asked = f"ruled under codebook {version}", given(chosen, bool(target), book)
    reasons = {
        DELETED: decision["gone"],
        "the item is no longer asked": target is None,
        "another account ruled in this project": decision["strange"],
        SKIPPED: decision["skipped"],
        under: version not in {book.version, *reach},
        f"{under}, whose labels meant something else": stale(asked, reach.get(version, {})),
        f"reason has no label {''.join(reason[:1])!r}": not book.reasons.keys() >= set(reason),
    }
    return next((why for why, holds in reasons.items() if holds), "") or fault(chosen, bool(target), book)


def ruled(
    decisions: pd.DataFrame, targets: Mapping[str, str], book: Codebook, reach: Reached
) -> Iterator[dict[str, object]]:
    """One row of RULINGS a decision."""
    for decision in records(decisions):
        chosen, target = ticked(decision["result"]), targets.get(decision["item_id"])
        yield {
            **decision,
            "ruling_id": decision["assignment_id"],
            "adjudicator": decision["annotator"],
            **said(chosen, bool(target_of(decision["item_id"])), book),
            "left_out": left_out(decision, chosen, target, book, reach),
        }


def rulings(decisions: pd.DataFrame, targets: Mapping[str, str], book: Codebook, reach: Reached) -> pd.DataFrame:
    """One row an item and adjudicator, by item; of several rulings on an item that count, the latest stands."""
    table = answered(RULINGS, book)
    found = table.frame(list(ruled(current(decisions), targets, book, reach)))
    found = found.sort_values(["item_id", "updated_at"])
    counted = found["left_out"] == ""
    outdone = counted & found[counted]["item_id"].duplicated(keep="last").reindex(found.index, fill_value=False)
    return table.check(found.assign(left_out=found["left_out"].mask(outdone, LATER)))


def told(found: pd.DataFrame) -> str:
    """The closing line: how many settle something, how many name a gap, and why others do not count."""
    counted = found[found["left_out"] == ""]
    reasons = Counter(reason for reason in found["left_out"] if reason)
    left = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    gaps = int(counted["guideline_gap"].sum())
    return f"{len(counted):,} count, {gaps:,} name a gap in the guidelines" + (f"; left out: {left}" if left else "")


def main(codebook_file: Path, kept: Path, item_file: Path, decision_file: Path, out: Path) -> None:
    """Read the codebook, its earlier versions, items and what was decided, if anything was, write rulings."""
    items = ITEMS.read(item_file, ["item_id", "target"])
    targets = dict(zip(items["item_id"], items["target"], strict=True))
    book = codebook.load(codebook_file)
    earlier = reached(codebook.kept(kept), book)
    found = rulings(if_there(DECISIONS, decision_file), targets, book, earlier)
    answered(RULINGS, book).write(found, out, told(found) if len(found) else "nobody has ruled yet")


if __name__ == "__main__":
    shell(main)
