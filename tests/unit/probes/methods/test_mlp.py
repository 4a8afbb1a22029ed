from dataclasses import replace

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.methods.mlp import fit_mlps
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
    """Return the MLPs, and a function that predicts the last 100 of some features."""
    targets = join_targets(factors)
    splits = [(features[rows], targets.columns[rows]) for rows in (slice(400), slice(400, 500))]
    mlps = fit_mlps(*splits, targets, erasers)
    return lambda features: targets.values(mlps.predict(ArrayBlocks(features[500:])))


def accuracy(predicted, factor):
    return ((predicted[:, 0] >= 0) == factor.values[500:]).mean()


def test_encoded_factors_are_predicted_also_nonlinearly(three):
    features, factors = three
    predicted = fit(features, factors)(features)
    assert accuracy(predicted, factors[0]) > 0.8
    assert np.abs((predicted[:, 1] - factors[1].values[500:] + 180) % 360 - 180).mean() < 25
    assert np.abs(predicted[:, 2] - factors[2].values[500:]).mean() < 5


def test_unknown_targets_do_not_count(three):
    features, (product, *others) = three
    holes = replace(product, values=np.where(np.arange(600) % 3, product.values, np.nan))
    nowhere = replace(product, name="nowhere", values=np.full(600, np.nan))
    assert accuracy(fit(features, [holes, *others])(features), product) > 0.75
    predicted = fit(features, [product, nowhere])(features)
    assert np.isfinite(predicted).all()
    assert accuracy(predicted, product) > 0.75


def test_predicting_after_erasures_is_predicting_from_erased_features(three):
    """The erasures in the weights do what erasing the features would: each factor's perceptron sees its own."""
    features, factors = three
    moments = FactorMoments(ArrayBlocks(features[:400]), [one.at(slice(400)) for one in factors], np.arange(400))
    erasers = fit_erasers(moments.whole, [[columns] for columns in moments.columns])
    predict = fit(features, factors, erasers)
    predicted = predict(features)
    for index, eraser in enumerate(erasers):
        again = predict(eraser.apply(features).astype(np.float32))  # erasing twice changes nothing
        np.testing.assert_allclose(again[:, index], predicted[:, index], rtol=1e-3, atol=2e-3)
    assert np.abs(predicted[:, 2] - factors[2].values[500:]).mean() > 13  # only the mean is left of the number


def test_a_factor_is_predicted_alike_whatever_is_predicted_with_it(three):
    """Each has a perceptron of its own: only the random first weights differ."""
    features, factors = three
    together, alone = (accuracy(fit(features, chosen)(features), factors[0]) for chosen in (factors, factors[:1]))
    assert abs(together - alone) < 0.12
