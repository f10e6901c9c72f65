"""Numbers -> pictures for the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labeling.figures import INK, LOOK, PAPER, bars, picture

BLUE, PALE, SOFT, GRID = "#2f5d8a", "#d3e0ec", "#52606d", "#e3e8ed"


def confusion(counts: Sequence[Sequence[int]], labels: Sequence[str], name: str, alt: str) -> str:
    """A confusion matrix: gold in rows, predictions in columns, each count written in its cell; shade is of the row."""
    whole = np.asarray(counts)
    shares = whole / np.maximum(whole.sum(axis=1, keepdims=True), 1)
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(1.9 + 0.95 * len(labels), 1.3 + 0.62 * len(labels)), layout="constrained")
        axes = figure.add_subplot()
        lines = np.arange(len(labels) + 1) - 0.5
        axes.pcolormesh(lines, lines, shares, cmap="Blues", vmin=0, vmax=1.25, edgecolors="#c9d3dc", linewidth=1)
        axes.invert_yaxis()
        for (row, column), count in np.ndenumerate(whole):
            paint = PAPER if shares[row, column] > 0.85 else INK  # noqa: PLR2004 - where the shade turns dark
            weight = "bold" if row == column else "normal"
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=paint, weight=weight, size=13)
        dress(axes, labels)
        return picture(figure, name, alt)


def dress(axes: Axes, labels: Sequence[str]) -> None:
    """Name rows and columns, the columns on top."""
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("the baseline says", labelpad=8)
    axes.set_ylabel("the annotators say", labelpad=8)
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def balance(counts: Mapping[str, Mapping[str, int]], name: str, alt: str) -> str:
    """Rows of each label as bars, cut by split; counts: label -> split -> rows. The counts stand beside the bars."""
    return bars(counts, name, alt)


BAR: Any = {"color": BLUE, "linewidth": 3.5, "alpha": 0.35, "solid_capstyle": "butt", "clip_on": False}  # an interval
LINES = ["-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), (0, (10, 3))]  # told apart without colour
MARKS = "osD^vX"
WIDE = 7.2  # inches: the column of the page
LONGEST = 36  # characters of a line's name


@dataclass(frozen=True)
class Dot:
    """A line of a dot plot: its name, a value with its interval, what to hold it against, and the rows it is of."""

    name: str
    value: float | None
    interval: Sequence[float] | None
    mark: float | None
    rows: int


def dots(groups: Mapping[str, Sequence[Dot]], axis: str, name: str, alt: str) -> str:
    """Values with their intervals, line under line, from 0 to 1; each group has its name above it, if it has one."""
    places, at = [], 0.0
    with mpl.rc_context(LOOK):
        figure = Figure(layout="constrained")
        axes = figure.add_subplot()
        for title, some in groups.items():
            if title:
                axes.annotate(
                    title, (0, at), (-6, 0), axes.get_yaxis_transform(), "offset points", ha="right", va="center",
                    weight="bold", annotation_clip=False,
                )  # fmt: skip
            for place, dot in enumerate(some, bool(title)):
                draw_dot(axes, at + place, dot)
                places.append((at + place, dot.name))
            at += len(some) + 1.5
        lines(figure, axes, places, axis)
        return picture(figure, name, alt)


def lines(figure: Figure, axes: Axes, places: Sequence[tuple[float, str]], axis: str) -> None:
    """Name the lines of a dot plot, and give them room."""
    last = places[-1][0]
    figure.set_size_inches(WIDE, 0.85 + 0.27 * (last + 1))
    axes.set_yticks([at for at, _ in places], [shorten(name, LONGEST, placeholder=" …") for _, name in places])
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel(axis, loc="left", color=SOFT)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="both", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def draw_dot(axes: Axes, at: float, dot: Dot) -> None:
    """One line: the interval as a bar, the value as a dot on it, what it is held against as a stroke."""
    if dot.mark is not None:
        axes.plot([dot.mark, dot.mark], [at - 0.32, at + 0.32], color=INK, linewidth=1.4)
    if dot.value is not None:
        if dot.interval is not None:
            axes.plot(dot.interval, [at, at], **BAR)
        axes.plot([dot.value], [at], "o", color=BLUE, markersize=6, clip_on=False, zorder=3)
    value = "–" if dot.value is None else f"{dot.value:.2f}"
    for told, right in ((value, 40), (f"{dot.rows:,} items", 112)):
        axes.annotate(
            told, (1, at), (right, 0), axes.get_yaxis_transform(), "offset points", ha="right", va="center",
            color=INK if told == value else SOFT, annotation_clip=False,
        )  # fmt: skip


def precision_recall(curves: Sequence[tuple[str, Sequence[Sequence[float]]]], name: str, alt: str) -> str:
    """Precision at each recall, one line a label: told apart by dashes and by marks."""
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDE, 3.9), layout="constrained")
        axes = figure.add_subplot()
        for at, (label, points) in enumerate(curves):
            recall, precision = zip(*points, strict=True)
            look, every = LINES[at % len(LINES)], max(1, len(points) // 6)
            axes.step(
                recall, precision, where="post", color=INK if at % 2 else BLUE, linestyle=look, linewidth=1.6,
                marker=MARKS[at % len(MARKS)], markevery=(at % every, every), markersize=5, label=label,
            )  # fmt: skip
        axes.set(xlim=(0, 1.01), ylim=(0, 1.03), xlabel="recall", ylabel="precision")
        axes.grid(color=GRID, linewidth=0.8)
        figure.legend(loc="outside right upper", frameon=False, handlelength=4)
        return picture(figure, name, alt)


def reliability(bins: Sequence[Mapping[str, Any]], name: str, alt: str) -> str:
    """How sure the model was against how often it was right, bin by bin; on the diagonal both are the same."""
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(3.9, 3.7), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=(0, (4, 3)))
        for one in bins:
            if one["right_interval"] is not None:
                axes.plot([one["said"]] * 2, one["right_interval"], **BAR)
            axes.plot([one["said"]], [one["right"]], "o", color=BLUE, markersize=6, clip_on=False, zorder=3)
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel="how sure the model was", ylabel="share that was right", aspect="equal"
        )
        axes.grid(color=GRID, linewidth=0.8)
        return picture(figure, name, alt)


def curve(points: Sequence[Mapping[str, float]], ahead: Sequence[Mapping[str, float]], name: str, alt: str) -> str:
    """Macro F1 by how many items were learned from: the mean of the draws, all of them as a band, and what is ahead."""
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(WIDE, 3.2), layout="constrained")
        axes = figure.add_subplot()
        band(axes, points, {"facecolor": PALE, "label": "all draws"}, {"linestyle": "-", "label": "measured"})
        if ahead:
            looks = {"facecolor": "none", "hatch": "////", "edgecolor": SOFT, "label": "its band"}
            band(axes, [points[-1], *ahead], looks, {"linestyle": (0, (4, 3)), "label": "forecast"})
        axes.set(xlim=(0, None), ylim=(0, 1), xlabel="items learned from", ylabel="macro F1")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.legend(loc="lower right", frameon=False, ncols=2)
        return picture(figure, name, alt)


def band(axes: Axes, points: Sequence[Mapping[str, float]], fill: dict[str, Any], line: dict[str, Any]) -> None:
    """A line of values, and what lies between the lowest and the highest of them."""
    items, values, low, high = ([one[key] for one in points] for key in ("items", "macro_f1", "low", "high"))
    axes.fill_between(items, low, high, linewidth=0, **fill)
    axes.plot(items, values, "o", **{"color": BLUE, "markersize": 5, **line})
