import numpy as np
import pytest
from sklearn.linear_model import Ridge

from exoprobe.datasets.factors import Factor
from exoprobe.probes.shared_ridge import SharedRidge, fourier_features, principal_components
from exoprobe.probes.targets import join_targets

TRAIN = np.arange(400) < 300
SOME = np.arange(400) % 2 == 0


@pytest.fixture
def features(rng):
    return (rng.normal(size=(400, 8)) * np.linspace(1, 0.1, 8)).astype(np.float32)


def test_it_equals_scikit_learns_ridge(features, rng):
    numbers = [features[:, index] + 0.1 * rng.normal(size=400) for index in range(3)]
    targets = join_targets([Factor(f"n{index}", "continuous", values) for index, values in enumerate(numbers)])
    predicted = SharedRidge(features, TRAIN, (0.1,)).predict(targets, TRAIN, ~TRAIN)
    alpha = 0.1 * np.square(features[TRAIN] - features[TRAIN].mean(0)).sum() / 8
    theirs = Ridge(alpha).fit(features[TRAIN], np.stack(numbers, 1)[TRAIN]).predict(features[~TRAIN])
    np.testing.assert_allclose(predicted, theirs, atol=1e-4)


def test_each_target_has_the_alpha_that_is_best_on_validation(features, rng):
    smallest = features[:, -1].astype(float)  # alone in a direction that a large alpha hides
    factors = [Factor("n", "continuous", smallest), Factor("noise", "continuous", rng.normal(size=400))]
    ridge = SharedRidge(features, TRAIN & SOME, (1e-6, 1e2))
    predicted = ridge.predict(join_targets(factors), TRAIN & ~SOME, ~TRAIN)
    assert np.corrcoef(predicted[:, 0], smallest[~TRAIN])[0, 1] > 0.99
    assert predicted[:, 1].std() < 0.05


def test_of_rare_classes_as_many_are_found_as_of_common_ones(features, rng):
    flag = features[:, 0] + 0.5 * rng.normal(size=400) > 1.3
    targets = join_targets([Factor("flag", "binary", flag.astype(float), ("no", "yes"))])
    found = SharedRidge(features, TRAIN).predict(targets, TRAIN, TRAIN)[:, 0] >= 0
    assert flag[TRAIN].mean() < 0.15
    assert found[flag[TRAIN]].mean() > 0.8


@pytest.mark.parametrize("dimension", [8, 600])
def test_components_keep_distances(dimension, rng):
    features = rng.normal(size=(400, dimension)).astype(np.float32)
    features -= features.mean(0)
    components = principal_components(features)
    assert components.shape == (400, min(dimension, 399))
    assert (np.diff(components.var(0)) < 1e-3).all()
    np.testing.assert_allclose(components @ components.T, features @ features.T, rtol=1e-3, atol=1e-2 * dimension)


def test_components_of_rounding_are_left_out(features):
    twice = np.hstack([features, features])
    assert principal_components(twice - twice.mean(0)).shape == (400, 8)


def test_cosines_have_a_gaussian_kernels_range(features):
    cosines = fourier_features(features)
    assert cosines.shape == (400, 800)
    assert np.abs(cosines).max() <= 1
