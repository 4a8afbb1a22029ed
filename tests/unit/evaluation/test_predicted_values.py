"""The table of predictions against true values."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.predicted_values import BINS, MOST_CLASSES, OTHERS, predicted_table
from exoprobe.evaluation.probe_files import ProbeFiles
from tests.scores_factory import binary, number, write_run


def table(folder, factor, predicted, skills=None):
    """Return the rows of one factor, with predictions of the probes linear and knn."""
    run = write_run(
        folder, [factor], {(probe, factor.name): values for probe, values in predicted.items()}, skills=skills
    )
    files = ProbeFiles([run.predictions], [run.search], [], control=False)
    return predicted_table(run.samples, run.factors, {"net": files})["predicted"]


def test_classes_are_counted_by_the_best_probe(tmp_path):
    factor = binary("glasses", [0, 0, 0, 1, 1, np.nan])
    predicted = {"linear": [1.0] * 6, "knn": [-1, -0.5, 2, 0, 3, 3]}
    rows = table(tmp_path, factor, predicted, skills={("linear",): 0.2, ("knn",): 0.6})
    assert rows["probe"].unique().tolist() == ["knn"]
    counts = {(row.true, row.predicted): row.rows for row in rows.itertuples()}
    assert counts == {("no", "no"): 2, ("no", "yes"): 1, ("yes", "yes"): 2}  # a score of 0 is a yes


def test_rare_classes_are_taken_together(tmp_path):
    values = np.repeat(np.arange(MOST_CLASSES + 3), [2] * MOST_CLASSES + [1] * 3).astype(float)
    factor = Factor("site", "categorical", values, tuple(f"s{code:02d}" for code in range(MOST_CLASSES + 3)))
    rows = table(tmp_path, factor, {"linear": values})
    assert rows["true"].nunique() == MOST_CLASSES + 1
    assert rows[rows["true"] == OTHERS]["rows"].tolist() == [3]
    assert rows["rows"].sum() == len(values)


def test_numbers_have_bins_of_equally_many_rows(tmp_path):
    values = np.arange(100.0)
    rows = table(tmp_path, number("age", values), {"linear": 2 * values})
    assert rows["rows"].tolist() == [10] * 2 * BINS
    assert float(rows["true"].iloc[0]) == pytest.approx(4.5)
    assert float(rows["predicted"].iloc[0]) == pytest.approx(9.0)
    assert (rows["low"].iloc[0], rows["high"].iloc[0]) == pytest.approx((1.8, 16.2))
    calibration = rows[rows["binned"] == "predicted"]  # of predictions that are twice too large
    assert calibration[["true", "predicted"]].iloc[-1].astype(float).tolist() == pytest.approx([94.5, 189])
    assert calibration["low"].isna().all()


def test_angles_are_compared_around_the_circle(tmp_path):
    values = np.array([350.0, 351, 352, 10, 11, 12])
    rows = table(tmp_path, Factor("yaw", "angle", values), {"linear": (values + 20) % 360})
    assert sorted(float(row.predicted) - float(row.true) for row in rows.itertuples()) == pytest.approx([20] * 3)


def test_calibration_of_angles_is_written_as_their_values_are(tmp_path):
    values = np.array([-50.0, -48, -46, 20, 22, 24])
    rows = table(tmp_path, Factor("yaw", "angle", values), {"linear": (values + 2) % 360})
    calibration = rows[rows["binned"] == "predicted"]
    assert sorted(calibration["predicted"].astype(float)) == pytest.approx([-46, 24])
    assert sorted(calibration["true"].astype(float)) == pytest.approx([-48, 22])
