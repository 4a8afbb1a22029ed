import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.base import find_probe
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.methods.knn import NEIGHBORS, KNNIndex
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe


@pytest.fixture
def features(rng):
    return rng.normal(size=(300, 6)).astype(np.float32)


def outputs(features, factors):
    targets = join_targets(factors)
    trained = np.arange(300) < 200
    return KNNIndex(features[trained], targets, trained).predict(ArrayBlocks(features[~trained]))


def test_numbers_are_those_of_scikit_learn(features, rng):
    values = features[:, 0] + rng.normal(size=300)
    predicted = outputs(features, [Factor("n", "continuous", values)])[..., 0]
    for one, count in zip(predicted, NEIGHBORS, strict=True):
        reference = KNeighborsRegressor(count, metric="cosine").fit(features[:200], values[:200])
        np.testing.assert_allclose(one, reference.predict(features[200:]), rtol=1e-4, atol=1e-5)


def test_classes_of_one_size_are_those_of_scikit_learn(features, rng):
    codes = rng.permutation(np.repeat([0.0, 1.0], 100))
    codes = np.concatenate([codes, np.zeros(100)])
    predicted = outputs(features, [Factor("b", "binary", codes, ("no", "yes"))])[0, :, 0]
    reference = KNeighborsClassifier(NEIGHBORS[0], metric="cosine").fit(features[:200], codes[:200])
    np.testing.assert_array_equal(predicted >= 0, reference.predict(features[200:]) > 0)


def test_a_rare_class_weighs_as_much_as_a_frequent_one(rng):
    features = rng.normal(size=(300, 3)).astype(np.float32)
    codes = (np.arange(300) % 10 == 0).astype(float)  # nothing distinguishes them
    predicted = outputs(features, [Factor("b", "binary", codes, ("no", "yes"))])[-1, :, 0]
    assert 0.3 < (predicted >= 0).mean() < 0.7


def test_unknown_neighbors_do_not_vote(features):
    values = np.where(np.arange(300) % 2, 5.0, np.nan)
    np.testing.assert_allclose(outputs(features, [Factor("n", "continuous", values)]), 5, rtol=1e-6)


def test_after_erasures_each_factor_is_predicted_from_features_without_it(dataset, rng):
    """All erasures in one index do what a probe of the erased features does."""
    dataset.add("turned", "angle", np.degrees(np.arctan2(dataset.features[:, 6], dataset.features[:, 7])))
    dataset.add("color", "categorical", rng.integers(0, 3, 600))
    data, probe, factors = dataset.fold(), find_probe("knn"), list(dataset.factors.values())
    train = data.fold.train
    known = [factor.at(train) for factor in factors]
    moments = FactorMoments(data.final.blocks(train), known, dataset.groups[train])
    erasers = fit_erasers(moments.whole, [[columns] for columns in moments.columns])
    together = probe.fit(data.final, join_targets(factors), erasers).outputs(data.final, data.fold.test)
    (result,) = run_probe("knn", probe, data, join_targets(factors), erasers)
    for index, (factor, eraser) in enumerate(zip(factors, erasers, strict=True)):
        own, erased = join_targets([factor]), data.erased(eraser)
        alone = probe.fit(erased.final, own).outputs(erased.final, data.fold.test)
        columns = join_targets(factors).columns_of(index)
        np.testing.assert_allclose(together[..., columns], alone, rtol=1e-4, atol=1e-4)
        (expected,) = run_probe("knn", probe, erased, own)
        np.testing.assert_allclose(result.values[:, index], expected.values[:, 0], rtol=1e-3, atol=1e-3)
