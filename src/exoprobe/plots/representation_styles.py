"""A color and a marker per network and representation, the same in every figure and on the page."""

from collections.abc import Collection, Iterable
from typing import Any

# Okabe and Ito's palette: told apart with any color vision. A network keeps its color in every figure.
VERMILION, BLUE, GREEN, GREY, BLACK = "#D55E00", "#0072B2", "#009E73", "#767676", "#222222"
NETWORK_COLORS = {"lenet": VERMILION, "mu_lenet": BLUE, "pair_lenet": GREEN}
NETWORK_NAMES = {"lenet": "LeNet", "mu_lenet": "µ-LeNet", "pair_lenet": "PAIR-LeNet"}
NETWORK_MARKERS = {"lenet": "o", "mu_lenet": "s", "pair_lenet": "D"}

# Representations of faces are as many as are configured: colors in their order, controls in greys and hollow.
# (Colors and markers of different number, so that no pair comes again soon.)
# From the seventh on, Tol's muted palette.
REPRESENTATION_COLORS = [BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", "#56B4E9"]
REPRESENTATION_COLORS += ["#882255", "#999933", "#332288", "#44AA99", "#AA4499", "#661100"]
REPRESENTATION_MARKERS = ["o", "s", "D", "^", "v"]
CONTROL_COLORS = ["#333333", "#767676", "#a6a6a6"]
CONTROL_MARKERS = ["X", "P", "p", "*"]


Style = dict[str, Any]  # keyword arguments of ``Axes.plot``


def representation_styles(names: Iterable[str], controls: Collection[str]) -> dict[str, Style]:
    """Give each representation its color and marker.

    Args:
        names: all configured representations in their order, so that each looks the same in every figure.
        controls: those of them that have learned nothing.

    Returns:
        Keyword arguments ``color``, ``marker`` and ``markerfacecolor`` of ``Axes.plot`` by representation.
    """
    names = list(names)
    networks = [name for name in names if name in NETWORK_COLORS]  # these keep their style
    styles: dict[str, Style] = {
        name: {"color": NETWORK_COLORS[name], "marker": NETWORK_MARKERS[name]} for name in networks
    }
    colors = [color for color in REPRESENTATION_COLORS if color not in {style["color"] for style in styles.values()}]
    for rank, name in enumerate(name for name in names if name not in {*controls, *networks}):
        marker = REPRESENTATION_MARKERS[rank % len(REPRESENTATION_MARKERS)]
        styles[name] = {"color": colors[rank % len(colors)], "marker": marker}
    for style in styles.values():
        style["markerfacecolor"] = style["color"]
    for rank, name in enumerate(name for name in names if name in controls):
        color = CONTROL_COLORS[rank % len(CONTROL_COLORS)]
        marker = CONTROL_MARKERS[rank % len(CONTROL_MARKERS)]
        styles[name] = {"color": color, "marker": marker, "markerfacecolor": "white"}
    return {name: styles[name] for name in names}
