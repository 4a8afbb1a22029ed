import numpy as np
import pytest

from exoprobe.evaluation.spectrum import min_max_normalize, singular_values


def test_singular_values_are_those_of_the_centered_matrix(rng):
    features = np.maximum(rng.normal(2, 3, (200, 20)), 0).astype(np.float32)
    expected = np.linalg.svd(features - features.mean(0, dtype=np.float64), compute_uv=False)
    np.testing.assert_allclose(singular_values(features), expected, rtol=1e-6)


def test_ten_class_means_span_nine_directions(rng):
    means = rng.normal(size=(10, 40))
    values = singular_values(means[np.repeat(np.arange(10), 30)])
    assert values[8] > 1
    assert values[9] < 1e-5


def test_normalization_spans_minus_1_to_1_and_keeps_the_spectrums_shape(rng):
    features = rng.normal(5, 2, (100, 8))
    normalized = min_max_normalize(features)
    assert normalized.min() == -1
    assert normalized.max() == pytest.approx(1)
    ratio = singular_values(normalized) / singular_values(features)
    np.testing.assert_allclose(ratio, ratio[0])
