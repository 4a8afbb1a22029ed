"""Our numbers beside the paper's."""

from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.attribute_errors import MEAN
from exoprobe.evaluation.pose_errors import TOTAL
from exoprobe.io.files import atomic_write
from exoprobe.report.html_table import write_html_table

TECHNIQUES = [
    "softmax",
    "mav",
    "per_angle_mav",
    "per_angle_mav_pooled",
    "per_angle_mav_label_matched",
    "per_angle_mav_true_angle",
    "label_angle_mav",
]
ANGLES = {"predicted_angle": "angle_rmse", "predicted_angle_pooled": "angle_rmse_pooled"}
PAPER_DATASET, PAPER_ANGLES = "mnist", [-45, -30, -15, 0, 15, 30, 45]
COLUMNS = ["quantity", "unit", "paper", "ours", "sd", "seeds"]


def digit_quantities(model: str, predictions: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Compute one representation's quantities from its test predictions.

    Args:
        model: the name that the quantities begin with.
        predictions: the table of :func:`exoprobe.probes.rotated_digits.probe_rotated_digits`.

    Returns:
        Unit and value by quantity: accuracies in percent, root mean squared angle errors in degrees.
    """
    quantities = {}
    for technique in TECHNIQUES:
        if technique in predictions:
            correct = predictions[technique] == predictions["label"]
            quantities[f"{model}_{technique}_accuracy"] = ("percent", 100 * float(correct.mean()))
    for column, name in ANGLES.items():
        squared = (predictions[column] - predictions["angle"]) ** 2
        quantities[f"{model}_{name}"] = ("degrees", float(np.sqrt(squared.mean())))
    return quantities


def build_scorecard(predictions: dict[tuple[str, int], str | Path], *, dataset: str) -> pd.DataFrame:
    """Gather every quantity over models and seeds.

    Args:
        predictions: the probes' Parquet file by (model, seed).
        dataset: its name; other data than the paper's, or other angles, are not set beside its numbers.

    Returns:
        The columns ``quantity, unit, paper, ours, sd, seeds``: ``paper`` is empty where the paper has no such
        number, ``ours`` the mean over seeds, ``sd`` the standard deviation over seeds (empty for a single one).
        The baseline ``constant_angle_rmse`` is the error of always predicting the mean angle.
    """
    rows = []
    for (model, _), path in predictions.items():
        table = pd.read_parquet(path)
        rows += [(name, unit, value) for name, (unit, value) in digit_quantities(model, table).items()]
    baseline = ("constant_angle_rmse", "degrees", float(table["angle"].std(ddof=0)))
    values = pd.DataFrame([*rows, baseline], columns=["quantity", "unit", "value"])
    card = values.groupby(["quantity", "unit"], sort=False)["value"].agg(ours="mean", sd="std", seeds="count")
    paper = read_paper_numbers()
    card = card.reset_index().merge(paper, how="left", on=["quantity", "unit"])
    if dataset != PAPER_DATASET or sorted(table["angle"].unique()) != PAPER_ANGLES:
        card["paper"] = np.nan
    first = card["quantity"].map({name: rank for rank, name in enumerate(paper["quantity"])})
    return card.assign(rank=first).sort_values("rank", kind="stable")[COLUMNS].reset_index(drop=True)


def face_quantities(dataset: str, errors: pd.DataFrame, poses: pd.DataFrame) -> pd.DataFrame:
    """Gather what section 3 measures on faces.

    Args:
        dataset: the name that the quantities begin with.
        errors: the table of :func:`exoprobe.evaluation.attribute_errors.attribute_errors`.
        poses: the table of :func:`exoprobe.evaluation.pose_errors.pose_errors`.

    Returns:
        The scorecard's columns: per representation the balanced attribute error, mean over attributes, and the
        mean absolute error of |yaw|, beside that of always answering the training median.
    """
    means = errors[errors["attribute"] == MEAN].set_index("representation")["error"]
    total = poses[(poses["target"] == "abs_yaw") & (poses["range"] == TOTAL)].set_index("representation")
    rows = [(f"{name}_attribute_error", "percent", value) for name, value in means.items()]
    rows += [(f"{name}_abs_yaw_mae", "degrees", value) for name, value in total["mae"].items()]
    rows.append(("constant_abs_yaw_mae", "degrees", total["constant_mae"].iloc[0]))
    card = pd.DataFrame(rows, columns=["quantity", "unit", "ours"]).assign(sd=np.nan, seeds=1)
    card["quantity"] = f"{dataset}_" + card["quantity"]
    return card.merge(read_paper_numbers(), how="left", on=["quantity", "unit"])[COLUMNS]


def read_paper_numbers() -> pd.DataFrame:
    """Return the paper's numbers: ``quantity``, ``unit``, ``paper``."""
    with resources.as_file(resources.files("exoprobe.evaluation") / "paper_numbers.csv") as path:
        return pd.read_csv(path)


def write_scorecard(card: pd.DataFrame, csv: str | Path, html: str | Path, *, about: str) -> None:
    """Write the scorecard as CSV and as an HTML table for the report, under a line that says what it is about."""
    with atomic_write(csv) as temporary:
        card.to_csv(temporary, index=False, float_format="%.4f")
    shown = card.rename(columns={"sd": "sd over seeds"})
    if card["paper"].isna().all():
        shown = shown.drop(columns="paper")
    table = shown.to_html(index=False, na_rep="", float_format="%.2f", border=0, justify="left")
    write_html_table(html, table, title="Scorecard", about=about, leading=2)
