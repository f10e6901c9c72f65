"""The numbers of the status -> its pictures, with their text alternatives."""

from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labeling.figures import FILLS, INK, LOOK, bars, picture

SOFT, GATE = "#52606d", "#8a4b00"
GROUPS = {  # slices that are drawn, and what stands above them
    "all": "",
    "label": "each label",
    "annotator": "each annotator",
    "week": "each week",
    "repeats": "asked again",
}
WIDE, NAMES, SCALE, LINE = 7.2, 1.75, 4.35, 0.28  # inches: the picture, its names, its axis; a line's height
ALPHA, ITEMS = 1.12, 1.24  # where the columns of numbers beside the axis end, in its widths
MANY = 24  # bars beside each other whose counts can still be written above them
LEFT = -0.4  # where the axis of alpha begins

Rows = Sequence[dict[str, Any]]


def pictures(found: dict[str, Any]) -> dict[str, Any]:
    """Every picture of the page by name; those of agreement by question."""
    asked = list(dict.fromkeys(row["question"] for row in found["agreement"]))
    made: dict[str, Any] = {"agreement": {name: agreement(name, found["agreement"]) for name in asked}}
    if found["annotators"]:
        made["progress"] = progress(found["annotators"])
    if found["progress"]["days"]:
        made["pace"] = pace(found["progress"]["days"])
    if found["gold"]:
        made["gold"] = gold(found["gold"])
    return made


def progress(rows: Rows) -> str:
    """What each annotator has answered and skipped, and what is open."""
    counts = {row["annotator"]: {part: row[part] for part in ("answered", "skipped", "open")} for row in rows}
    return bars(counts, "progress", f"Assignments of each annotator. {in_words(counts)}.")


def gold(rows: Rows) -> str:
    """How the labels of each question came to stand."""
    counts = {row["question"]: row["provenance"] for row in rows}
    return bars(counts, "gold", f"How the labels of each question came to stand. {in_words(counts)}.")


def in_words(counts: dict[str, dict[str, int]]) -> str:
    """Counts as text."""
    return "; ".join(f"{name}: " + ", ".join(f"{n:,} {part}" for part, n in of.items()) for name, of in counts.items())


def pace(rows: Rows) -> str:
    """Answers of each day or week."""
    said = ", ".join(f"{row['answers']:,} from {row['from']}" for row in rows)
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(7.2, 2.1), layout="constrained")
        axes = figure.add_subplot()
        standing = axes.bar(
            range(len(rows)), [row["answers"] for row in rows], 0.8, color=FILLS[0][0], edgecolor=INK, lw=0.7
        )
        if len(rows) <= MANY:
            axes.bar_label(standing, fmt="{:,.0f}", padding=2, color=INK, fontsize=9)
        step = max(1, len(rows) // 8)
        axes.set_xticks(range(0, len(rows), step), [row["from"] for row in rows[::step]], fontsize=9)
        axes.set_xlim(-0.6, max(len(rows), 8) - 0.4)
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        return picture(figure, "pace", f"Answers of each day, or week from its Monday. {said}.")


def agreement(question: str, rows: Rows) -> str:
    """Alpha of a question and of each of its slices, with intervals."""
    lines = list(laid_out([row for row in rows if row["question"] == question and drawn(row, rows)]))
    with mpl.rc_context(LOOK):
        high = LINE * (lines[-1][0] + 2)
        figure = Figure(figsize=(WIDE, high))
        axes = figure.add_axes((NAMES / WIDE, LINE / high, SCALE / WIDE, 1 - LINE / high))
        for at, head, row in lines:
            if row:
                whisker(axes, at, row)
            elif head:
                axes.text(-0.015, at, head, transform=axes.get_yaxis_transform(), ha="right", va="center", color=SOFT)
        values = [(at, "all answers" if row["part"] == "all" else str(row["part"])) for at, _, row in lines if row]
        axes.set_yticks([at for at, _ in values], [name for _, name in values])
        dress(axes, lines[-1][0])
        said = [row for _, _, row in lines if row]
        return picture(figure, f"agreement-{question}", f"Krippendorff's alpha of {question}. {words(said)}.")


def laid_out(rows: Rows) -> Iterator[tuple[float, str, dict[str, Any] | None]]:
    """Where each row stands, and the heads above groups of them: (place from the top, head, row or None)."""
    at, before = 0.0, "all"
    for row in rows:
        if row["slice"] != before:
            at, before = at + 1.5, row["slice"]
            yield at, GROUPS[before], None
        at += 1
        yield at, "", row


def dress(axes: Axes, last: float) -> None:
    """The axis of alpha, and the heads of the two columns of numbers beside it."""
    axes.set_ylim(last + 0.7, -0.4)
    axes.set_xlim(LEFT, 1)
    axes.set_xticks([-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.grid(axis="x", color="#d8dfe6", lw=0.7)
    axes.axvline(0, color=SOFT, lw=0.9)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    for text, x in (("alpha", ALPHA), ("items", ITEMS)):
        axes.text(x, 0.1, text, transform=axes.get_yaxis_transform(), ha="right", va="center", color=SOFT, size=9)


def drawn(row: dict[str, Any], rows: Rows) -> bool:
    """Whether a slice says something: a label that somebody gave, a week among several, repeats of all annotators."""
    weeks = {one["part"] for one in rows if one["question"] == row["question"] and one["slice"] == "week"}
    says = {
        "label": row["value"] is not None,
        "week": len(weeks) > 1,
        "repeats": row["part"] == "all" and row["items"] > 0,
        "codebook": False,
    }
    return bool(row["measure"] == "alpha" and says.get(row["slice"], True))


def whisker(axes: Axes, at: float, row: dict[str, Any]) -> None:
    """A value as a dot, its interval as a line, its gate as a dashed stroke, and the numbers beside them."""
    beside: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    axes.text(ITEMS, at, f"{row['items']:,}", color=SOFT, size=9, **beside)
    if row["value"] is None:
        axes.text(0.02, at, row["verdict"], va="center", color=SOFT, size=9)
        return
    if row["low"] is not None:
        axes.plot([row["low"], row["high"]], [at, at], color=INK, lw=1.6, solid_capstyle="butt")
    axes.plot(
        [row["value"]], [at], "o", color=FILLS[0][0], mec=INK, ms=8 if row["slice"] == "all" else 6, clip_on=False
    )
    if row["threshold"] is not None:
        axes.plot([row["threshold"]] * 2, [at - 0.45, at + 0.45], color=GATE, lw=1.8, ls=(0, (2, 1)))
    axes.text(ALPHA, at, two(row["value"]).replace("-", "−"), color=INK, **beside)


def two(value: float) -> str:
    """Two decimals, and no minus before nothing.

    >>> two(-0.004)
    '0.00'
    """
    return f"{round(value, 2) + 0.0:.2f}"


def words(rows: Rows) -> str:
    """Alphas as text."""
    said = []
    for row in rows:
        value = row["verdict"] if row["value"] is None else two(row["value"])
        between = f" ({two(row['low'])} to {two(row['high'])})" if row["low"] is not None else ""
        whose = (
            "all answers"
            if row["part"] == "all" and not GROUPS[row["slice"]]
            else f"{GROUPS[row['slice']]}, {row['part']}"
        )
        said.append(f"{whose}: {value}{between}")
    return "; ".join(said)
