"""Curves of binary factors: by hand, and as scikit-learn traces them."""

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score

from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.roc import MOST_POINTS, roc_points, roc_table
from tests.scores_factory import binary, number, write_run


def test_points_by_hand_and_equal_scores_share_one():
    points = roc_points(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, False, True, False]))
    assert points.tolist() == [[0, 0], [0, 0.5], [0.5, 1], [1, 1]]


def test_a_curve_of_few_points_has_the_area_of_the_whole(rng):
    positive = rng.random(5_000) < 0.3
    scores = rng.normal(size=5_000) + positive
    points = roc_points(scores, positive)
    assert len(points) == MOST_POINTS
    assert auc(*points.T) == pytest.approx(roc_auc_score(positive, scores), abs=2e-3)


def test_one_class_has_no_curve():
    assert roc_points(np.arange(3.0), np.ones(3, bool)).shape == (0, 2)


def test_the_best_probe_of_binary_factors_has_a_curve(tmp_path):
    factors = [binary("glasses", [0, 0, 1, 1, np.nan]), number("age", [1, 2, 3, 4, 5])]
    predicted = {
        ("linear", "glasses"): [1.0, 1, 1, 1, 1], ("knn", "glasses"): [-2.0, 1, 2, 3, 9],
        ("linear", "age"): [1.0] * 5, ("knn", "age"): [1.0] * 5,
    }  # fmt: skip
    run = write_run(tmp_path, factors, predicted, skills={("linear",): 0.2, ("knn",): 0.6})
    files = ProbeFiles([run.predictions], [run.search], [], control=False)
    rows = roc_table(run.samples, run.factors, {"net": files})["roc"]
    assert set(rows["factor"]) == {"glasses"}
    assert set(rows["probe"]) == {"knn"}
    assert rows[["false_positive", "true_positive"]].to_numpy().tolist() == [[0, 0], [0, 0.5], [0, 1], [0.5, 1], [1, 1]]
