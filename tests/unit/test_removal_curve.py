"""The erasers that are measured in benchmarks.removal_curve, and its figure."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import removal_erasers
from benchmarks.removal_figure import best_probes


@pytest.fixture
def classes(rng):
    """Two classes far apart, of standard deviations 1 and 2."""
    codes = rng.integers(0, 2, 2_000)
    return rng.normal(size=(2_000, 4)) * (1 + codes[:, None]) + 8 * codes[:, None], codes


def test_transport_gives_both_classes_one_mean_and_covariance(classes):
    features, codes = classes
    moved = removal_erasers.transport(features, codes)(features)
    means = [moved[codes == code].mean(0) for code in (0, 1)]
    deviations = [moved[codes == code].std(0) for code in (0, 1)]
    assert np.abs(means[0] - means[1]).max() < 8 / 4
    np.testing.assert_allclose(deviations[0], deviations[1], rtol=0.3)


def test_few_dimensions_are_those_that_separate_labels_not_those_of_largest_variance(rng):
    labels = np.repeat(np.arange(200), 3)
    of_labels = np.repeat(rng.normal(size=(200, 2)), 3, axis=0)
    features = np.hstack([of_labels, 1.5 * rng.normal(size=(600, 4))])
    features[:, :2] += 0.1 * rng.normal(size=(600, 2))
    few = removal_erasers.few_dimensions(features, labels, 2)
    kept = few.then(lambda given: given)(features)
    assert min(np.corrcoef(kept[:, axis], of_labels[:, axis])[0, 1] for axis in (0, 1)) > 0.95
    np.testing.assert_allclose(np.cov(few.there(features).T), np.eye(2), atol=1e-8)
    np.testing.assert_allclose(few.write @ few.measure, np.eye(2), atol=1e-8)


def test_gradients_leave_out_the_direction_of_a_nonlinear_factor(rng, monkeypatch):
    monkeypatch.setattr(removal_erasers, "NETWORKS", 1)
    features = rng.normal(size=(2_000, 5))
    codes = (np.abs(features[:, 3]) > 0.7).astype(int)  # no mean difference
    few = removal_erasers.FewDimensions(np.zeros(5), np.eye(5), np.eye(5))
    rest = removal_erasers.remove_gradients(few, features, codes, 1)
    assert rest.measure.shape == (5, 3)
    assert np.linalg.norm(rest.measure[3]) < 0.3  # of 1 where nothing of it is left out


def test_the_best_probe_counts():
    rows = [["d", "f", "LEACE", 1.0, probe, "skill", value] for probe, value in (("linear", 0.1), ("trees", 0.4))]
    table = pd.DataFrame(rows, columns=["dataset", "factor", "eraser", "strength", "probe", "measure", "value"])
    assert best_probes(table)["probe"].tolist() == ["trees"]
