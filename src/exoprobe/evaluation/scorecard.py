"""Our numbers beside the paper's."""

from importlib import resources

import numpy as np
import pandas as pd

from exoprobe.evaluation.pose_errors import ABS_YAW, TOTAL
from exoprobe.evaluation.score import MEAN
from exoprobe.evaluation.scores import whole
from exoprobe.probes.probe_data import LABEL

# What the paper calls the probes of the label and of the angle; quantities are named after these.
ACCURACIES = {
    "head": "softmax",
    "nearest_mean": "mav",
    "per_angle_mean": "per_angle_mav",
    "per_angle_mean_pooled": "per_angle_mav_pooled",
    "per_angle_mean_label_matched": "per_angle_mav_label_matched",
    "per_angle_mean_true_angle": "per_angle_mav_true_angle",
    "label_angle_mean": "label_angle_mav",
}
ANGLE_ERRORS = {"linear_per_label": "angle_rmse", "linear": "angle_rmse_pooled"}
PAPER_DATASET, PAPER_ANGLES = "mnist", [-45, -30, -15, 0, 15, 30, 45]
COLUMNS = ["quantity", "unit", "paper", "ours", "sd", "seeds"]
JUDGED_COLUMNS = ["quantity", "unit", "paper", "ours", "difference", "verdict", "sd", "seeds"]
TOLERANCE = 1.0  # percentage points, or degrees: the paper's numbers are of one run, some read off a figure
REPRODUCED, BETTER, NOT = "reproduced", "better", "not reproduced"
INTERVAL_COLUMNS = ["quantity", "unit", "seed", "value", "low", "high", "groups"]


def digit_quantities(scores: pd.DataFrame) -> pd.DataFrame:
    """Gather the digits' quantities with their sampling intervals: what they would be, had other digits been sampled.

    Args:
        scores: of the score stage.

    Returns:
        The columns ``quantity, unit, seed, value, low, high, groups``: accuracies in percent, root mean squared angle
        errors in degrees. The spread over training seeds is the scorecard's ``sd``.
    """
    right, errors = whole(scores, "accuracy", factor=LABEL), whole(scores, "rmse", factor="angle")
    percent = right.assign(unit="percent", name=right["probe"].map(ACCURACIES) + "_accuracy")
    percent[["value", "low", "high"]] *= 100
    degrees = errors.assign(unit="degrees", name=errors["probe"].map(ANGLE_ERRORS))
    named = pd.concat([percent, degrees]).dropna(subset="name")
    order = {f"{name}_accuracy": rank for rank, name in enumerate(ACCURACIES.values())}
    order |= {name: len(order) + rank for rank, name in enumerate(ANGLE_ERRORS.values())}
    run = named.groupby(["representation", "seed"], sort=False).ngroup()
    named = named.assign(rank=named["name"].map(order), run=run).sort_values(["run", "rank"], kind="stable")
    return named.assign(quantity=named["representation"] + "_" + named["name"])[INTERVAL_COLUMNS].reset_index(drop=True)


def build_scorecard(
    quantities: pd.DataFrame, constant_rmse: float, *, dataset: str, angles: list[float]
) -> pd.DataFrame:
    """Set every quantity beside the paper's, averaged over training seeds.

    Args:
        quantities: of :func:`digit_quantities`.
        constant_rmse: the error of always predicting the mean angle, degrees.
        dataset: its name; other data than the paper's, or other angles, are not set beside its numbers.
        angles: of the rotations.

    Returns:
        The columns ``quantity, unit, paper, ours, sd, seeds``: ``paper`` is empty where the paper has no such number,
        ``ours`` the mean over seeds, ``sd`` the standard deviation over seeds (empty for a single one).
    """
    baseline = pd.DataFrame({"quantity": ["constant_angle_rmse"], "unit": "degrees", "value": constant_rmse})
    values = pd.concat([quantities, baseline])
    grouped = values.groupby(["quantity", "unit"], sort=False)["value"]
    summary = grouped.agg(ours="mean", sd="std", seeds="count").reset_index()
    paper = read_paper_numbers()
    card: pd.DataFrame = summary.merge(paper, how="left", on=["quantity", "unit"])
    if dataset != PAPER_DATASET or sorted(angles) != PAPER_ANGLES:
        card["paper"] = np.nan
    first = card["quantity"].map({name: rank for rank, name in enumerate(paper["quantity"])})
    return card.assign(rank=first).sort_values("rank", kind="stable")[COLUMNS].reset_index(drop=True)


def judge_scorecard(card: pd.DataFrame) -> pd.DataFrame:
    """Say which of the paper's numbers were reproduced.

    Args:
        card: of :func:`build_scorecard` and :func:`face_quantities`.

    Returns:
        Its columns with ``difference`` (ours − paper) and ``verdict``: *reproduced* where the difference is at most 1
        (percentage point or degree), or two standard deviations over seeds if that is more; *better* or *not
        reproduced* beyond, by its direction; empty where the paper has no such number.
    """
    difference = card["ours"] - card["paper"]
    allowed = (2 * card["sd"]).clip(lower=TOLERANCE).fillna(TOLERANCE)
    higher_is_better = card["quantity"].str.endswith("_accuracy")
    gain = difference.where(higher_is_better, -difference)
    verdict = np.select([difference.isna(), difference.abs() <= allowed, gain > 0], ["", REPRODUCED, BETTER], NOT)
    return card.assign(difference=difference, verdict=verdict)[JUDGED_COLUMNS]


def constant_angle_rmse(scores: pd.DataFrame) -> float:
    """Return the error of always predicting the mean angle of the test rows, degrees."""
    return float(whole(scores, "baseline_rmse", factor="angle")["value"].iloc[0])


def face_quantities(dataset: str, errors: pd.DataFrame, poses: pd.DataFrame) -> pd.DataFrame:
    """Gather what section 3 measures on faces.

    Args:
        dataset: the name that the quantities begin with.
        errors: of :func:`exoprobe.evaluation.attribute_errors.attribute_errors`.
        poses: of :func:`exoprobe.evaluation.pose_errors.pose_errors`.

    Returns:
        The scorecard's columns: per representation the balanced attribute error, mean over attributes, and the mean
        absolute error of |yaw| by the linear probe, beside that of always answering the training median.
    """
    means = errors[errors["attribute"] == MEAN].set_index("representation")["error"]
    total = poses[(poses["target"] == ABS_YAW) & (poses["range"] == TOTAL) & (poses["probe"] == "linear")]
    total = total.set_index("representation")
    rows = [(f"{name}_attribute_error", "percent", value) for name, value in means.items()]
    rows += [(f"{name}_abs_yaw_mae", "degrees", value) for name, value in total["mae"].reindex(means.index).items()]
    rows.append(("constant_abs_yaw_mae", "degrees", total["constant_mae"].iloc[0]))
    card = pd.DataFrame(rows, columns=["quantity", "unit", "ours"]).assign(sd=np.nan, seeds=1)
    card["quantity"] = f"{dataset}_" + card["quantity"]
    return card.merge(read_paper_numbers(), how="left", on=["quantity", "unit"])[COLUMNS]


def read_paper_numbers() -> pd.DataFrame:
    """Return the paper's numbers: ``quantity``, ``unit``, ``paper``."""
    with resources.as_file(resources.files("exoprobe.evaluation") / "paper_numbers.csv") as path:
        return pd.read_csv(path)
