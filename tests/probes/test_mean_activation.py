import numpy as np
import pytest
from exoprobe.probes.mean_activation import class_means, cosine_similarities


def test_class_means_by_hand():
    features = np.array([[1, 2], [3, 4], [10, 0]], np.float32)
    np.testing.assert_array_equal(class_means(features, np.array([0, 0, 1])), [[2, 3], [10, 0]])


def test_a_class_without_samples_is_refused_by_number():
    with pytest.raises(ValueError, match="class 1 has no sample"):
        class_means(np.ones((2, 3)), np.array([0, 2]))


def test_cosines_by_hand_whatever_the_scale():
    cosines = cosine_similarities(np.array([[3.0, 4.0], [0.0, 0.5]]), np.array([[2.0, 0.0], [0.0, 7.0]]))
    np.testing.assert_allclose(cosines, [[0.6, 0.8], [0, 1]])


def test_a_zero_vector_is_similar_to_nothing():
    np.testing.assert_array_equal(cosine_similarities(np.zeros((1, 2)), np.eye(2)), [[0, 0]])
