import numpy as np

from exoprobe.features.cosine import cosine_similarities


def test_cosines_by_hand_whatever_the_scale():
    cosines = cosine_similarities(np.array([[3.0, 4.0], [0.0, 0.5]]), np.array([[2.0, 0.0], [0.0, 7.0]]))
    np.testing.assert_allclose(cosines, [[0.6, 0.8], [0, 1]])


def test_a_zero_vector_is_similar_to_nothing():
    np.testing.assert_array_equal(cosine_similarities(np.zeros((1, 2)), np.eye(2)), [[0, 0]])
