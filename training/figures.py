"""Numbers -> pictures for the report."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labeling.figures import FILLS, INK, LOOK, PAPER, picture


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
    labels, splits = list(counts), list(next(iter(counts.values())))
    with mpl.rc_context(LOOK):
        figure = Figure(figsize=(7.2, 1.0 + 0.46 * len(labels)), layout="constrained")
        axes = figure.add_subplot()
        left = np.zeros(len(labels))
        for split, (fill, hatch) in zip(splits, FILLS, strict=False):
            widths = [counts[label][split] for label in labels]
            axes.barh(
                labels, widths, left=left, color=fill, hatch=hatch, edgecolor=INK, lw=0.7, label=split, height=0.6
            )
            left += widths
        for at, label in enumerate(labels):
            told = " + ".join(f"{counts[label][split]:,}" for split in splits)
            axes.annotate(told, (left[at], at), (6, 0), textcoords="offset points", va="center", color=INK)
        axes.invert_yaxis()
        axes.set_xlim(0, max(1, left.max()) * 1.28)
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="lower right", frameon=False, ncols=len(splits), bbox_to_anchor=(1, 1), borderaxespad=0)
        return picture(figure, name, alt)
