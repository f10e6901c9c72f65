"""Assignments, annotations, checks and agreement -> annotators: how each one works; a report that punishes nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from corpus.tables import records
from labeling import codebook
from labeling.answered import expected
from labeling.codebook import Codebook
from labeling.current import DELETED, SKIPPED
from labeling.tables import AGREEMENT, ANNOTATIONS, ANNOTATORS, ASSIGNMENTS, CHECKS, if_there
from labeling.workload import still_open

PASSED, BELOW, TOO_FEW = "passed", "below the pass mark", "too few answered to say"
NONE_ANSWERED = {"check": "no checks answered", "qualification": "none answered"}


@dataclass(frozen=True)
class Settings:
    """annotators.toml: when checks are passed, and who is suspected of not reading."""

    pass_mark: float
    enough: int
    chance: float
    hasty: float
    timed: int


def load(path: Path) -> Settings:
    """Read when checks are passed and who is suspected, or say what in the file is wrong."""
    found = toml.settings(path, Settings)
    if not 0 <= found.pass_mark <= 1:
        raise ContractError(f"{path}: pass_mark is {found.pass_mark!r}, but it is 0 to 1. Correct it.")
    return found


def same(one: pd.DataFrame, other: pd.DataFrame, book: Codebook) -> pd.Series:
    """Whether each row of one says what the row of other says to every question; both have the same index."""
    return pd.concat([one[name] == other[name] for name in book.questions], axis=1).all(axis=1)


def checked(annotations: pd.DataFrame, checks: pd.DataFrame, purpose: str, book: Codebook) -> tuple[int, int]:
    """How many of an annotator's answers are to sentences whose labels are known, and how many have all of them."""
    answered = annotations[(annotations["purpose"] == purpose) & annotations["item_id"].isin(checks["item_id"])]
    right = checks.set_index("item_id").loc[answered["item_id"]].set_index(answered.index)
    return len(answered), int(same(answered, right, book).sum())


def repeated(annotations: pd.DataFrame, book: Codebook) -> tuple[int, int]:
    """How many items an annotator answered twice, and how many of them alike."""
    first, again = (annotations[annotations["purpose"] == one].set_index("item_id") for one in ("batch", "repeat"))
    both = again[again.index.isin(first.index)]
    return len(both), int(same(both, first.loc[both.index], book).sum())


def verdict(answered: int, passed: int, purpose: str, settings: Settings) -> str:
    """Whether the checks of a kind are passed, in words."""
    if not answered:
        return NONE_ANSWERED[purpose]
    if answered < settings.enough:
        return TOO_FEW
    return PASSED if passed >= settings.pass_mark * answered else BELOW


def alphas(name: str, agreement: pd.DataFrame) -> pd.DataFrame:
    """An annotator's alphas against all others, the lowest first."""
    mine = (agreement["slice"] == "annotator") & (agreement["part"] == name) & (agreement["measure"] == "alpha")
    return agreement[mine].dropna(subset="value").sort_values("value")


def suspicions(name: str, agreement: pd.DataFrame, seconds: pd.Series, settings: Settings) -> Iterator[str]:
    """What in an annotator's answers looks as if items were not read."""
    blind = alphas(name, agreement).query(f"high < {settings.chance}")
    if len(blind):
        said = ", ".join(f"{one.high:.2f} on {one.question}" for one in blind.itertuples())
        yield f"agrees with the others hardly more than chance would (alpha at most {said})"
    if len(seconds) >= settings.timed and seconds.median() < settings.hasty:
        yield f"half of the answers took less than {seconds.median():.1f} seconds"


def against(name: str, agreement: pd.DataFrame) -> dict[str, object]:
    """The question on which an annotator agrees least with all others, how far, and how sure that is."""
    unknown = {"question": "", "value": float("nan"), "low": float("nan"), "high": float("nan")}
    worst = next(iter(records(alphas(name, agreement))), unknown)
    names = {"question": "against_question", "value": "against_others", "low": "against_low", "high": "against_high"}
    return {column: worst[name] for name, column in names.items()}


@dataclass(frozen=True)
class Known:
    """All that is known of how annotators work."""

    assignments: pd.DataFrame
    annotations: pd.DataFrame
    checks: pd.DataFrame
    agreement: pd.DataFrame

    def of(self, name: str) -> "Known":
        """What of it is about one of them."""
        asked, said = (table[table["annotator"] == name] for table in (self.assignments, self.annotations))
        return Known(asked, said, self.checks, self.agreement)


def row(name: str, known: Known, book: Codebook, settings: Settings) -> dict[str, object]:
    """One row of ANNOTATORS; known is what is about this one."""
    asked = known.assignments[known.assignments["withdrawn"] == ""]
    there = known.annotations[known.annotations["left_out"] != DELETED]
    given, left = there[there["left_out"] != SKIPPED], still_open(known.assignments, known.annotations)
    counted = given[given["left_out"] == ""]
    seconds = given.loc[given["lead_time"] > 0, "lead_time"]
    checks, passed = checked(counted, known.checks, "check", book)
    qualification, qualified = checked(counted, known.checks, "qualification", book)
    repeats, alike = repeated(counted, book)
    return {
        **{"annotator": name, "assigned": len(asked), "answered": len(given)},
        **{"skipped": len(there) - len(given), "open": len(left), "seconds": float(seconds.median())},
        **{"checks": checks, "checks_passed": passed, "checks_verdict": verdict(checks, passed, "check", settings)},
        **{"qualification": qualification, "qualification_passed": qualified},
        "qualification_verdict": verdict(qualification, qualified, "qualification", settings),
        **{"repeats": repeats, "repeats_same": alike, **against(name, known.agreement)},
        "suspected": "; ".join(suspicions(name, known.agreement, seconds, settings)),
    }


def annotators(known: Known, book: Codebook, settings: Settings) -> pd.DataFrame:
    """One row an annotator who was asked or answered, in order of their pseudonyms."""
    names = sorted({*known.assignments["annotator"], *known.annotations["annotator"]})
    return ANNOTATORS.frame([row(name, known.of(name), book, settings) for name in names])


def told(found: pd.DataFrame) -> str:
    """The closing line: who is below the pass mark, and who is suspected."""
    below = (found["checks_verdict"] == BELOW) | (found["qualification_verdict"] == BELOW)
    parts = [(BELOW, found.loc[below, "annotator"]), ("suspected", found.loc[found["suspected"] != "", "annotator"])]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if len(names)) or "nothing against anybody"


def main(
    codebook_file: Path,
    setting_file: Path,
    assignment_file: Path,
    annotation_file: Path,
    agreement_file: Path,
    check_file: Path,
    out: Path,
) -> None:
    """Read what was asked of whom and what they said, write annotators."""
    book = codebook.load(codebook_file)
    known = Known(
        ASSIGNMENTS.read(assignment_file),
        ANNOTATIONS.read(annotation_file),
        if_there(expected(CHECKS, book), check_file),
        AGREEMENT.read(agreement_file),
    )
    found = annotators(known, book, load(setting_file))
    ANNOTATORS.write(found, out, told(found))


if __name__ == "__main__":
    shell(main)
