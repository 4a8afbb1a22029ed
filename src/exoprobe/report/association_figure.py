"""The figure of how strongly factors, label and groups go together."""

import pandas as pd

from exoprobe.report.figure import Figure, hints, names, quantity

DIRECTED = "Theil's U"  # is of a direction, and stands beside Cramér's V


def draw_association(association: pd.DataFrame) -> list[Figure]:
    """Draw the table association as a matrix; nothing where there is no pair.

    Args:
        association: of :func:`exoprobe.evaluation.association.association_table`.
    """
    pairs = association[association["measure"] != DIRECTED]
    if pairs.empty:
        return []
    rows = both_directions(association)
    order = list(dict.fromkeys([*pairs["factor"], *pairs["other"]]))
    step = 24 if len(order) <= 12 else 15
    tooltip = hints(factor="column", other="other", value="association|.2f", measure="measure", rows="rows|,d")
    spec = {
        "width": {"step": step},
        "height": {"step": step},
        "mark": {"type": "rect", "style": "cell"},
        "encoding": {
            "x": names("other", order, axis={"orient": "top", "labelAngle": -45}),
            "y": names("factor", order),
            "color": quantity("value", "association", domain=[0, 1], scheme="cividis")
            | {"legend": {"orient": "bottom", "gradientLength": 160, "gradientThickness": 8}},
            "tooltip": tooltip,
        },
    }
    caption = (
        "Association of each two columns, from 0 to 1: Cramér’s V, correlation ratio, rank or circular correlation, by "
        "their kinds. The features may encode an associated column instead of the factor."
    )
    return [Figure("association", caption, spec, rows)]


def both_directions(association: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of the table association, without Theil's U, in both orders."""
    pairs = association[association["measure"] != DIRECTED]
    turned = pairs.rename(columns={"factor": "other", "other": "factor"})
    return pd.concat([pairs, turned], ignore_index=True)[list(pairs)]
