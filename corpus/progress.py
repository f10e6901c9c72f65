"""How long work shows itself: a bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

Thing = TypeVar("Thing")


class Lines:
    """A stream that writes each state of a bar as a line of its own, for logs."""

    def write(self, text: str) -> None:
        """Write what a bar shows, without the returns that redraw it."""
        if words := text.strip():
            print(words, file=sys.stderr, flush=True)

    def flush(self) -> None:
        """Nothing is held back."""


def progress(things: Iterable[Thing], what: str, unit: str, total: int | None = None) -> "tqdm[Thing]":
    """Show rate and time left while things are gone through; work under two seconds shows nothing."""
    shown: tqdm[Thing]
    if sys.stderr.isatty():
        shown = tqdm(things, desc=what, unit=unit, total=total, delay=2, leave=False)
    else:
        bar = "{desc}: {n_fmt} of {total_fmt}{unit}, {rate_fmt}, {remaining} left"
        shown = tqdm(
            things,
            desc=what,
            unit=unit,
            total=total,
            delay=2,
            mininterval=10,
            file=Lines(),
            bar_format=bar,
            leave=False,
        )
    return shown
