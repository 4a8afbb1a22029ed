"""Figures of how factors are encoded in a representation."""

from collections.abc import Sequence

import pandas as pd

from exoprobe.report.figure import Figure, height, hints, names, quantity, style_channels

# Words of the table neighbors, as exoprobe.evaluation.neighbor_table writes them.
NEIGHBOR_MEASURES = {
    "robustness_index": "robustness index",
    "mari": "MaRI",
    "croma": "CRoMa",
    "ilisi": "iLISI",
    "kbet_per_label": "kBET within classes",
    "bras": "BRAS",
}


def draw_variance(shares: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw which share of the variance a factor explains, beside identity and label.

    Args:
        shares: columns representation (titles), explained_by (factor, identity, label) and variance_explained, 0 to 1.
        titles: of the representations, in their order.
    """
    value = {**quantity("variance_explained", "share of the variance", zero=True), "axis": {"format": "%"}}
    spec = {
        "width": "container",
        "height": height(shares["explained_by"], titles),
        "encoding": {
            "y": names("explained_by"),
            "x": value,
            "color": style_channels(titles)["color"],
            "tooltip": hints(
                explained_by="explained by", representation="representation", variance_explained="share|.1%"
            ),
            **({"yOffset": names("representation", titles)} if len(titles) > 1 else {}),
        },
        "mark": {"type": "bar", "height": {"band": 0.7}},
    }
    caption = "Share of the features’ variance between the factor’s values, compared with that between groups."
    return Figure("variance", caption, spec, shares)


def draw_subspace(subspace: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw a linear probe's skill against the number of dimensions.

    Args:
        subspace: rows of the table subspace of this factor, with representations' titles.
        titles: of the representations, in their order.
    """
    tooltip = hints(representation="representation", basis="first", dimensions="dimensions|,d", skill="skill|.2f")
    encoding = {
        "x": {**quantity("dimensions", "dimensions kept", type="log", base=2), "axis": {"tickMinStep": 1}},
        "y": quantity("skill", "skill", zero=True),
        "color": style_channels(titles)["color"],
        "tooltip": tooltip,
    }
    dash = {"strokeDash": names("basis", ["components", "dimensions"], legend={"title": None, "orient": "top"})}
    spec = {
        "width": "container",
        "height": 200,
        "layer": [
            {"mark": {"type": "line", "style": "curve"}, "encoding": {**encoding, **dash}},
            {
                "mark": {"type": "point", "style": "dot"},
                "encoding": {**encoding, "shape": style_channels(titles)["shape"]},
            },
        ],
    }
    caption = (
        "Skill of a linear probe on the first principal components, or on the best single dimensions: "
        "the earlier a curve rises, the fewer dimensions encode the factor."
    )
    return Figure("subspace", caption, spec, subspace[["representation", "basis", "dimensions", "skill"]])


def draw_dimensions(dimensions: pd.DataFrame, title: str) -> Figure:
    """Draw the mean activation of each dimension for each of the factor's values.

    Args:
        dimensions: rows of the table dimensions of this factor and representation.
        title: of the representation.
    """
    values = dimensions["value"].nunique()
    spec = {
        "width": "container",
        "height": values * max(12, min(24, 160 // values)),
        "mark": {"type": "rect", "aria": False},
        "encoding": {
            "x": names("position", axis={"labels": False, "ticks": False, "domain": False})
            | {"title": "dimensions, sorted by preferred value", "type": "ordinal", "scale": {"padding": 0}},
            "y": names("value", scale={"padding": 0}),
            "color": quantity("activation", "activation", scheme="cividis")
            | {"legend": {"orient": "top", "gradientLength": 140, "gradientThickness": 8}},
            "tooltip": hints(value="value", position="position|d", activation="mean activation|.3f"),
        },
    }
    caption = (
        f"{title}: mean activation of each dimension for each value. Dimensions are sorted by the value at which they "
        "are most active (the paper’s Eq. 1). Bright blocks on the diagonal are dimensions specific to one value."
    )
    return Figure(f"dimensions of {title}", caption, spec, dimensions[["value", "position", "activation"]])


def draw_scree(scree: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw the share of the variance along each principal component.

    Args:
        scree: rows of the table scree of one representation, with its title.
        titles: of all representations, in their order.
    """
    decades = [10.0**-power for power in range(8)]
    tooltip = hints(component="component|d", variance_share="share|.3%", cumulative_share="up to here|.1%")
    spec = {
        "width": "container",
        "height": 180,
        "encoding": {
            "x": quantity("component", "principal component"),
            "y": quantity("variance_share", "share of the variance", type="log")
            | {"axis": {"format": "~%", "values": decades}},
            "color": {**style_channels(titles)["color"], "legend": None},
            "tooltip": tooltip,
        },
        # A logarithmic axis has no 0, and what is smaller still is rounding.
        "transform": [{"filter": f"datum.variance_share >= {decades[-1]}"}],
        "layer": [{"mark": {"type": "line", "style": "curve"}}, {"mark": {"type": "point", "style": "small"}}],
    }
    caption = "Share of the variance along each principal component (first 100, logarithmic)."
    columns = ["representation", "component", "singular_value", "variance_share", "cumulative_share"]
    return Figure("scree", caption, spec, scree[columns])


def draw_robustness(neighbors: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw the robustness index of one representation for each factor.

    Args:
        neighbors: rows of the table neighbors with the robustness index of this representation, with its title.
        titles: of all representations, in their order.
    """
    tooltip = hints(
        factor="factor", value="index|.2f", low="from|.2f", high="to|.2f", chance="by chance|.2f", k="neighbors|d"
    )
    factor, color = names("factor", axis={"grid": True}), {**style_channels(titles)["color"], "legend": None}
    shape = {**style_channels(titles)["shape"], "legend": None}

    def along(column: str) -> dict:
        return quantity(column, "robustness index", domain=[0, 1])

    spec = {
        "width": "container",
        "height": height(neighbors["factor"]),
        "encoding": {"y": factor, "tooltip": tooltip},
        "layer": [
            {"mark": {"type": "tick", "thickness": 2, "color": "gray"}, "encoding": {"x": along("chance")}},
            {
                "mark": {"type": "rule", "style": "whisker"},
                "encoding": {"x": along("low"), "x2": {"field": "high"}, "color": color},
            },
            {
                "mark": {"type": "point", "style": "dot"},
                "encoding": {"x": along("value") | {"axis": {"grid": True}}, "color": color, "shape": shape},
            },
        ],
    }
    caption = (
        "Of a sample’s nearest neighbors from other groups that share either its class or its value of the factor, not "
        "both: the share of its class, with 95 % intervals. At 1 neighbors follow the class, at 0 the factor; the tick "
        "is the value for random neighbors."
    )
    columns = ["representation", "factor", "value", "low", "high", "chance", "k"]
    return Figure("robustness", caption, spec, neighbors[columns])
