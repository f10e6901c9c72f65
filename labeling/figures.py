"""How our pictures look: SVG for a page, the same bytes for the same numbers, legible without colour."""

import io
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LOOK: Any = {
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "sanction-stance",
}
INK, PAPER = "#1b2733", "#ffffff"
FILLS = [("#2f5d8a", ""), ("#9dbcd8", "///"), ("#ffffff", "")]  # dark, hatched, white: told apart on any printer


def picture(figure: Figure, name: str, alt: str) -> str:
    """The figure as one SVG element for a page: a text alternative, no date, and ids that only this picture has."""
    held = io.StringIO()
    figure.savefig(held, format="svg", metadata={"Date": None}, transparent=True)
    root = ET.fromstring(held.getvalue())  # noqa: S314 - what matplotlib wrote a line above
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, own(key, value, name))
    root.set("role", "img")
    root.set("aria-label", alt)
    del root.attrib["width"], root.attrib["height"]
    root.set("style", f"max-width: {figure.get_figwidth():g}in")
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return ET.tostring(root, encoding="unicode")


def own(key: str, value: str, name: str) -> str:
    """An attribute's value with ids made this picture's own.

    >>> own("clip-path", "url(#p1)", "stance")
    'url(#stance-p1)'
    """
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href"):
        return value.replace("#", f"#{name}-", 1)
    return value.replace("url(#", f"url(#{name}-")
