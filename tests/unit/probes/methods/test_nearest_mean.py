from types import SimpleNamespace

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.features.cosine import cosine_similarities
from exoprobe.probes.methods.nearest_mean import NearestMeans
from exoprobe.probes.targets import join_targets


def test_cosines_by_hand_whatever_the_scale():
    """A class without training rows is never predicted, and a zero vector is similar to nothing."""
    color = Factor("color", "categorical", np.zeros(3), ("a", "b", "c"))
    glasses = Factor("glasses", "binary", np.zeros(3), ("no", "yes"))
    means = np.array([[2.0, 0.0], [0.0, 7.0]])
    probe = NearestMeans(join_targets([color, glasses]), [np.array([0, 2]), np.array([0, 1])], [means, means])
    features = np.array([[3.0, 4.0], [0.0, 0.5], [0.0, 0.0]])
    outputs = probe.outputs(SimpleNamespace(stored_blocks=lambda _: iter([features])), np.ones(3, bool))
    np.testing.assert_allclose(outputs, [[[0.6, -1, 0.8, 0.2], [0, -1, 1, 1], [0, -1, 0, 0]]])


@pytest.mark.parametrize("labels", [3, 2])
def test_it_predicts_the_class_whose_mean_of_the_features_as_stored_is_nearest(dataset, labels):
    dataset.labels = dataset.labels % labels
    dataset.features[:, 0] += 100  # standardized features would have other cosines
    table, _ = dataset.probe({"nearest_mean": ["label", "glasses"]})
    train, test = (dataset.splits == name for name in ("train", "test"))
    for factor, codes in (("label", dataset.labels), ("glasses", dataset.factors["glasses"].values.astype(int))):
        means = np.stack([dataset.features[train & (codes == code)].mean(0) for code in range(codes.max() + 1)])
        expected = cosine_similarities(dataset.features[test], means).argmax(1)
        predicted = table.loc[table["factor"] == factor, "prediction"]
        np.testing.assert_array_equal(predicted >= 0 if factor == "glasses" else predicted, expected)


def test_numbers_are_refused_by_name(dataset):
    with pytest.raises(ExoprobeError, match="nearest_mean predicts classes, but age is continuous"):
        dataset.probe({"nearest_mean": ["age"]})
