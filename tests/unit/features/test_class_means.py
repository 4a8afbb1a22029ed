import numpy as np
import pytest

from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.class_means import class_means


def test_class_means_by_hand():
    features = np.array([[1, 2], [3, 4], [10, 0]], np.float32)
    np.testing.assert_array_equal(class_means(ArrayBlocks(features), np.array([0, 0, 1])), [[2, 3], [10, 0]])


def test_a_class_without_samples_is_refused_by_number():
    with pytest.raises(ValueError, match="class 1 has no sample"):
        class_means(ArrayBlocks(np.ones((2, 3))), np.array([0, 2]))
