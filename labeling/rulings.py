"""Decisions as Label Studio holds them -> rulings: one row an adjudicator's current ruling on an item."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling import codebook
from labeling.answered import answered
from labeling.choices import Chosen, fault, labels, ticked
from labeling.codebook import Codebook
from labeling.current import current
from labeling.tables import DECISIONS, RULINGS, if_there

REASON, GAP = "reason", "guideline_gap"  # names on the adjudicators' screen
LATER = "a later ruling on the item stands"


def said(chosen: Chosen, has_target: bool, book: Codebook) -> dict[str, object]:
    """What a ruling says by column: labels as an annotator's, why the votes differed, and whether a rule lacks."""
    return {
        **labels(chosen, has_target, book),
        "reason": "".join(chosen.get(REASON, [])[:1]),
        "guideline_gap": bool(chosen.get(GAP)),
    }


def left_out(decision: Mapping[str, object], chosen: Chosen, target: str | None, book: Codebook) -> str:
    """Why a ruling does not count, "" if it does."""
    reasons = {
        "deleted in Label Studio": decision["gone"],
        "the item is no longer asked": target is None,
        "another account ruled in this project": decision["strange"],
        "skipped": decision["skipped"],
        f"ruled under codebook {decision['codebook_version']}": decision["codebook_version"] != book.version,
    }
    return next((reason for reason, holds in reasons.items() if holds), "") or fault(chosen, bool(target), book)


def ruled(decisions: pd.DataFrame, targets: Mapping[str, str], book: Codebook) -> Iterator[dict[str, object]]:
    """One row of RULINGS a decision."""
    for decision in decisions.to_dict("records"):
        chosen, target = ticked(str(decision["result"])), targets.get(str(decision["item_id"]))
        yield {
            **{str(name): value for name, value in decision.items()},
            "ruling_id": decision["assignment_id"],
            "adjudicator": decision["annotator"],
            **said(chosen, bool(target), book),
            "left_out": left_out({str(name): value for name, value in decision.items()}, chosen, target, book),
        }


def rulings(decisions: pd.DataFrame, targets: Mapping[str, str], book: Codebook) -> pd.DataFrame:
    """One row an item and adjudicator, by item; of several rulings on an item that count, the latest stands."""
    found = answered(RULINGS, book).frame(list(ruled(current(decisions), targets, book))).sort_values(["item_id", "updated_at"])
    counted = found["left_out"] == ""
    earlier = counted & found[counted]["item_id"].duplicated(keep="last").reindex(found.index, fill_value=False)
    return answered(RULINGS, book).check(found.assign(left_out=found["left_out"].mask(earlier, LATER)))


def told(found: pd.DataFrame) -> str:
    """The closing line: how many settle something, how many name a gap, and why others do not count."""
    counted = found[found["left_out"] == ""]
    reasons = Counter(reason for reason in found["left_out"] if reason)
    left = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    gaps = int(counted["guideline_gap"].sum())
    return f"{len(counted):,} count, {gaps:,} name a gap in the guidelines" + (f"; left out: {left}" if left else "")


def main(codebook_file: Path, item_file: Path, decision_file: Path, out: Path) -> None:
    """Read the codebook, items and what was decided, if anything was, write rulings."""
    items = ITEMS.read(item_file, ["item_id", "target"])
    targets = dict(zip(items["item_id"], items["target"], strict=True))
    book = codebook.load(codebook_file)
    found = rulings(if_there(DECISIONS, decision_file), targets, book)
    answered(RULINGS, book).write(found, out, told(found) if len(found) else "nobody has ruled yet")


if __name__ == "__main__":
    shell(main)
