import numpy as np
import pytest

from exoprobe.errors import ExoprobeError


def test_the_last_layer_predicts_from_features_as_they_are_stored(dataset, rng):
    weight, bias = rng.normal(size=(3, 12)), rng.normal(size=3)
    table, search = dataset.probe({"head": ["label"]}, head=(weight, bias))
    expected = (dataset.features[dataset.splits == "test"] @ weight.T + bias).argmax(1)
    np.testing.assert_array_equal(table["prediction"], expected)
    assert search["chosen"].all()


def test_without_a_layer_the_features_are_the_outputs(dataset):
    dataset.features = dataset.features[:, :3]
    table, _ = dataset.probe({"head": ["label"]})
    np.testing.assert_array_equal(table["prediction"], table["truth"])


def test_another_number_of_outputs_is_refused(dataset):
    with pytest.raises(ExoprobeError, match="features.parquet: the network has 12 outputs, its targets have 3"):
        dataset.probe({"head": ["label"]})
