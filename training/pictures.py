"""The report's numbers -> its page: the pictures with their text alternatives, and the words around them."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeling.codebook import Codebook
from training import figures, pages
from training.figures import Dot
from training.pages import number, span

SUITES = {
    "folds": "five folds, by article",
    "temporal": "newer than what was learned",
    "target": "unseen target",
    "source": "unseen outlets",
}  # a suite of the codebook's own goes by its name
DRAWN_FROM = {"unseen": "suites", "curve": "curve"}
SLICES = {
    "target": "target", "outlet": "outlet", "year": "year", "speech": "speech", "length": "length",
    "votes": "annotators",
}  # fmt: skip


def suite_name(name: str) -> str:
    """What a suite holds out, in words.

    >>> suite_name("target"), suite_name("funding_source")
    ('unseen target', 'unseen funding source')
    """
    return SUITES.get(name, f"unseen {spoken(name)}")


def slice_name(name: str) -> str:
    """What a slice cuts by, in words."""
    return SLICES.get(name, spoken(name))


def spoken(name: str) -> str:
    """An id of the codebook in words."""
    return name.replace("_", " ")


def balance(name: str, scored: Mapping[str, Any]) -> str:
    """Rows of each label by split."""
    told = [
        f"{label}: {', '.join(f'{count} {split}' for split, count in of.items())}"
        for label, of in scored["balance"].items()
    ]
    return figures.balance(
        scored["balance"], f"{name}-balance", f"Rows of each {name} label by split. {'; '.join(told)}."
    )


def confusion(name: str, scored: Mapping[str, Any]) -> str:
    """What is taken for what."""
    labels = scored["labels"]
    told = [
        f"{label} was taken for {', '.join(f'{other} {count}' for other, count in zip(labels, counts, strict=True))}"
        for label, counts in zip(labels, scored["confusion"], strict=True)
    ]
    alt = f"Confusion matrix of {name}. {'; '.join(told)}."
    return figures.confusion(scored["confusion"], labels, f"{name}-confusion", alt)


def unseen(name: str, scored: Mapping[str, Any]) -> str:
    """Macro F1 on what is like the training rows, and on what is not."""
    ours = {**scored["baseline"], "majority": scored["comparisons"]["majority"], "rows": scored["rows"]}
    lines = [(ours, "the test split"), *((one, suite_name(one["suite"])) for one in scored["suites"])]
    some = [dot(one, title, one["majority"]["macro_f1"]) for one, title in lines]
    alt = f"Macro F1 of {name} on rows more and more unlike those learned from. {told(some)}"
    return figures.dots({"": some}, "macro F1; stroke: always the most frequent label", f"{name}-unseen", alt)


def dot(one: Mapping[str, Any], title: str, mark: float | None = None, score: str = "macro_f1") -> Dot:
    """A line of a dot plot."""
    return Dot(title, one[score], one[f"{score}_interval"], mark, one["rows"])


def told(some: Sequence[Dot]) -> str:
    """Lines of a dot plot in words."""
    return "; ".join(f"{one.name}: {number(one.value)} ({span(one.interval)})" for one in some) + "."


def sliced(name: str, scored: Mapping[str, Any]) -> str:
    """Accuracy on parts of the test split."""
    groups = {
        slice_name(one["slice"]): [dot(part, part["part"], score="accuracy") for part in one["parts"]]
        for one in scored["slices"]
    }
    alt = f"Accuracy on parts of the test rows of {name}. " + " ".join(
        f"By {title}: {told(some)}" for title, some in groups.items()
    )
    return figures.dots(groups, "accuracy", f"{name}-slices", alt)


def precision_recall(name: str, scored: Mapping[str, Any]) -> str:
    """Precision at each recall."""
    curves = [
        (f"{one['label']} ({number(one['average_precision'])})", one["points"])
        for one in scored["precision_recall"]
        if one["points"]
    ]
    alt = (
        f"Precision against recall of each {name} label (average precision): {', '.join(label for label, _ in curves)}."
    )
    return figures.precision_recall(curves, f"{name}-precision-recall", alt)


def reliability(name: str, scored: Mapping[str, Any]) -> str:
    """How sure, and how often right."""
    bins = scored["calibration"]["bins"]
    said = "; ".join(f"{number(one['said'])} sure, {number(one['right'])} right" for one in bins)
    return figures.reliability(
        bins, f"{name}-reliability", f"How sure the model of {name} was and how often it was right: {said}."
    )


def curve(name: str, scored: Mapping[str, Any]) -> str:
    """Macro F1 by how much was learned from, and by how much might be."""
    measured, ahead = (
        "; ".join(f"{one['items']:,} items: {number(one['macro_f1'])}" for one in scored[key] or ())
        for key in ("curve", "forecast")
    )
    alt = f"Macro F1 of {name} by items learned from: {measured}." + (f" Forecast: {ahead}." if ahead else "")
    return figures.curve(scored["curve"], scored["forecast"] or (), f"{name}-curve", alt)


def drawn(name: str, scored: Mapping[str, Any]) -> dict[str, str]:
    """Every picture of one question."""
    found = {"balance": balance(name, scored)}
    if scored["undefined"]:
        return found
    for title, draw in (
        ("confusion", confusion),
        ("precision_recall", precision_recall),
        ("reliability", reliability),
        ("slices", sliced),
    ):
        found[title] = draw(name, scored)
    more = {"unseen": unseen, "curve": curve}
    return found | {title: draw(name, scored) for title, draw in more.items() if scored.get(DRAWN_FROM[title])}


def page(found: Mapping[str, Any], book: Codebook, texts: Mapping[str, Mapping[str, str]]) -> str:
    """The whole page."""
    pictures = {name: drawn(name, scored) for name, scored in found["questions"].items()}
    return pages.render(
        "report.html.jinja",
        book=book,
        pictures=pictures,
        texts=texts,
        suite_name=suite_name,
        slice_name=slice_name,
        **found,
    )


def external(found: Mapping[str, Any]) -> str:
    """The page of a dataset that is not ours."""
    pictures = {name: drawn(name, scored) for name, scored in found["questions"].items()}
    return pages.render("external.html.jinja", pictures=pictures, slice_name=slice_name, **found)
