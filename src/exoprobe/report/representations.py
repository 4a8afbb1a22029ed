"""What each representation is called and how it looks, the same everywhere on the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from exoprobe.plots.representation_styles import representation_styles

# Vega's names of matplotlib's markers, and what is too dark on a dark ground.
SHAPES = {"o": "circle", "s": "square", "D": "diamond", "^": "triangle-up", "v": "triangle-down"}
SHAPES |= {"X": "cross", "P": "triangle-right", "p": "triangle-left", "*": "stroke"}
ON_DARK = {"#333333": "#dddddd", "#a6a6a6": "#787878", "#767676": "#a6a6a6"}
ON_DARK |= {"#882255": "#d4709f", "#332288": "#8f83e0", "#661100": "#c2705c"}


@dataclass(frozen=True)
class Representation:
    """A representation as the page shows it.

    Attributes:
        name: in the configuration and the tables.
        title: for readers; no two are the same.
        anchor: of its part of the page.
        files: that hold it, one per run.
        dimension: of a feature.
        control: it has learned nothing.
        color: on light ground.
        dark_color: on dark ground.
        shape: Vega's name of its symbol.
    """

    name: str
    title: str
    anchor: str
    files: tuple[str, ...]
    dimension: int
    control: bool
    color: str
    dark_color: str
    shape: str


def list_representations(stated: dict[str, dict]) -> list[Representation]:
    """Give each representation that ``metadata.json`` has a title, an anchor, a color and a shape, in its order."""
    styles = representation_styles(stated, {name for name, entry in stated.items() if entry["control"]})
    titles = [entry["title"] for entry in stated.values()]
    anchors = make_anchors("representation", stated)
    return [
        Representation(
            name,
            entry["title"] if titles.count(entry["title"]) == 1 else f"{entry['title']} ({name})",
            anchors[name],
            tuple(entry["files"]),
            entry["dimension"],
            entry["control"],
            styles[name]["color"],
            ON_DARK.get(str(styles[name]["color"]), str(styles[name]["color"])),
            SHAPES[styles[name]["marker"]],
        )
        for name, entry in stated.items()
    ]


def make_anchors(prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Give each name an anchor of ASCII letters, digits and hyphens; no two are the same."""
    anchors: dict[str, str] = {}
    for name in names:
        words = [prefix, *re.findall("[a-z0-9]+", name.lower())]
        anchor = candidate = "-".join(words)
        again = 2
        while candidate in anchors.values():
            candidate, again = f"{anchor}-{again}", again + 1
        anchors[name] = candidate
    return anchors
