"""The nonlinear erasers that are measured in benchmarks.removal_curve."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import removal_curve
from benchmarks.removal_figure import best_probes


@pytest.fixture
def classes(rng):
    """Two classes far apart, of standard deviations 1 and 2."""
    codes = rng.integers(0, 2, 2_000)
    return rng.normal(size=(2_000, 4)) * (1 + codes[:, None]) + 8 * codes[:, None], codes


def test_transport_gives_both_classes_one_mean_and_covariance(classes):
    features, codes = classes
    moved = removal_curve.transport(features, codes)(features)
    means = [moved[codes == code].mean(0) for code in (0, 1)]
    deviations = [moved[codes == code].std(0) for code in (0, 1)]
    assert np.abs(means[0] - means[1]).max() < 8 / 4
    np.testing.assert_allclose(deviations[0], deviations[1], rtol=0.3)


def test_features_move_to_the_boundary_of_what_is_learned(classes, monkeypatch):
    monkeypatch.setattr(removal_curve, "NETWORKS", 2)
    monkeypatch.setattr(removal_curve, "EPOCHS", 5)
    features, codes = classes
    moved = removal_curve.move_to_boundaries(features, codes.astype(float))(features)
    before, after = (np.abs(given[codes == 0].mean(0) - given[codes == 1].mean(0)).max() for given in (features, moved))
    assert after < before / 4


def test_the_best_probe_counts():
    rows = [["d", "f", "LEACE", 1.0, probe, "skill", value] for probe, value in (("linear", 0.1), ("trees", 0.4))]
    table = pd.DataFrame(rows, columns=["dataset", "factor", "eraser", "strength", "probe", "measure", "value"])
    assert best_probes(table)["probe"].tolist() == ["trees"]
