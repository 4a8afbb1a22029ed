import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.mlp import fit_mlps
from exoprobe.probes.targets import join_targets


@pytest.fixture
def three(rng):
    """Features of 600 rows, and three factors that are in them: a product of signs, an angle, a number."""
    features = rng.normal(size=(600, 8)).astype(np.float32)
    angle = np.degrees(np.arctan2(features[:, 4], features[:, 5]))
    return features, [
        Factor("product", "binary", (features[:, 0] * features[:, 1] > 0).astype(float), ("no", "yes")),
        Factor("angle", "angle", angle),
        Factor("number", "continuous", 100 + 20 * features[:, 6].astype(float)),
    ]


def fit(features, factors, erasers=None):
    targets = join_targets(factors)
    parts = [(features[some], targets.columns[some]) for some in (slice(400), slice(400, 500))]
    return targets, fit_mlps(*parts, targets, erasers)


def test_what_is_in_the_features_is_read_also_nonlinearly(three):
    features, factors = three
    targets, mlps = fit(features, factors)
    read = targets.read(mlps.outputs(ArrayBlocks(features[500:])))
    truth = np.stack([factor.values[500:] for factor in factors], axis=1)
    assert ((read[:, 0] >= 0) == truth[:, 0]).mean() > 0.8
    assert np.abs((read[:, 1] - truth[:, 1] + 180) % 360 - 180).mean() < 25
    assert np.abs(read[:, 2] - truth[:, 2]).mean() < 5


def test_unknown_targets_do_not_count(three):
    features, factors = three
    holes = [Factor(one.name, one.kind, one.values.copy(), one.categories) for one in factors]
    holes[0].values[np.arange(0, 500, 3)] = np.nan
    targets, mlps = fit(features, holes)
    read = targets.read(mlps.outputs(ArrayBlocks(features[500:])))[:, 0]
    assert ((read >= 0) == factors[0].values[500:]).mean() > 0.75


def test_reading_after_erasures_is_reading_erased_features(three):
    """The erasures in the weights do what erasing the features would: each factor's perceptron sees its own."""
    features, factors = three
    moments = FactorMoments(ArrayBlocks(features[:400]), [first(one) for one in factors], np.arange(400))
    erasers = fit_erasers(moments.whole, moments.columns)
    targets, mlps = fit(features, factors, erasers)
    read = targets.read(mlps.outputs(ArrayBlocks(features[500:])))
    for place, eraser in enumerate(erasers):
        erased = eraser.apply(features).astype(np.float32)
        again = targets.read(mlps.outputs(ArrayBlocks(erased[500:])))  # erasing twice changes nothing
        np.testing.assert_allclose(again[:, place], read[:, place], rtol=1e-3, atol=2e-3)
    assert np.abs(read[:, 2] - factors[2].values[500:]).mean() > 13  # nothing but the mean is left of the number


def first(factor):
    return Factor(factor.name, factor.kind, factor.values[:400], factor.categories)


def test_a_factor_is_read_alike_whoever_is_read_beside_it(three):
    """Each has a perceptron of its own: only the random first weights differ."""
    features, factors = three
    skills = []
    for some in (factors, factors[:1]):
        targets, mlps = fit(features, some)
        read = targets.read(mlps.outputs(ArrayBlocks(features[500:])))[:, 0]
        skills.append(((read >= 0) == factors[0].values[500:]).mean())
    assert abs(skills[0] - skills[1]) < 0.12


def test_a_factor_that_no_row_tells_of_spoils_no_other(three):
    features, factors = three
    nowhere = Factor("nowhere", "binary", np.full(600, np.nan), ("no", "yes"))
    _, mlps = fit(features, [factors[0], nowhere])
    outputs = mlps.outputs(ArrayBlocks(features[500:]))
    assert np.isfinite(outputs).all()
    assert ((outputs[:, 0] >= 0) == factors[0].values[500:]).mean() > 0.75
