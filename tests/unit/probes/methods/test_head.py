import numpy as np
import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.training.head import Head


def test_the_last_layer_predicts_from_features_as_they_are_stored(dataset, rng):
    weight, bias = rng.normal(size=(3, 12)), rng.normal(size=3)
    table, search = dataset.probe({"head": ["label"]}, head=Head(weight, bias))
    expected = (dataset.features[dataset.splits == "test"] @ weight.T + bias).argmax(1)
    np.testing.assert_array_equal(table["prediction"], expected)
    assert search["chosen"].all()


def test_negative_features_are_set_to_0_where_a_relu_lies_between(dataset, rng):
    weight, bias = rng.normal(size=(3, 12)), rng.normal(size=3)
    table, _ = dataset.probe({"head": ["label"]}, head=Head(weight, bias, relu=True))
    expected = (np.maximum(dataset.features[dataset.splits == "test"], 0) @ weight.T + bias).argmax(1)
    np.testing.assert_array_equal(table["prediction"], expected)


def test_a_network_without_a_last_layer_is_refused(dataset):
    with pytest.raises(ExoprobeError, match="has no last layer of its own"):
        dataset.probe({"head": ["label"]})


def test_another_number_of_outputs_is_refused(dataset, rng):
    with pytest.raises(ExoprobeError, match="features.parquet: the network has 12 outputs, its targets have 3"):
        dataset.probe({"head": ["label"]}, head=Head(rng.normal(size=(12, 12)), np.zeros(12)))
