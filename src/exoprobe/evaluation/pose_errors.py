"""How well pose is decodable (Table 1), in ranges of |yaw|, beside what a constant would score."""

import pandas as pd

from exoprobe.evaluation.pose_ranges import EDGES

ABS_YAW = "abs_yaw"
ANGLES = (ABS_YAW, "yaw", "pitch", "roll")
TOTAL = "total"
COLUMNS = ["representation", "probe", "target", "range", "mae", "mae_low", "mae_high", "constant_mae", "r2", "count"]


def pose_errors(scores: pd.DataFrame) -> pd.DataFrame:
    """Gather the errors of every representation, probe and angle on test.

    Args:
        scores: of the score stage, with subsets of |yaw| by :data:`EDGES`.

    Returns:
        A row per representation, probe, angle and range of the true |yaw| (the paper's, and ``total``): ``mae`` and
        ``constant_mae`` (of the training median) in degrees, ``mae_low`` and ``mae_high`` (95 %, resampling
        identities), ``r2`` (in total only: within a range it has no meaning) and ``count``.
    """
    table = scores[scores["factor"].isin(ANGLES) & (scores["eraser"] == "")]
    keys = ["representation", "probe", "factor", "subset"]
    wide = table.pivot(index=keys, columns="measure", values="value").sort_index()
    mae = table[table["measure"] == "mae"].set_index(keys)[["value", "low", "high", "rows"]]
    errors = mae.rename(columns={"value": "mae", "low": "mae_low", "high": "mae_high", "rows": "count"})
    errors = (
        errors.join(wide[["baseline_error", "r2"]]).rename(columns={"baseline_error": "constant_mae"}).reset_index()
    )
    errors["range"] = errors["subset"].str.partition("=")[2].replace("", TOTAL)
    errors["r2"] = errors["r2"].where(errors["range"] == TOTAL)
    return errors.rename(columns={"factor": "target"})[COLUMNS]


def range_names() -> list[str]:
    """Return the names of the ranges of |yaw|."""
    bounds = zip(EDGES, [*EDGES[1:], None], strict=True)
    return [f">{low}" if high is None else f"{low}–{high}" for low, high in bounds]
