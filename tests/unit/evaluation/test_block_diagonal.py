import numpy as np

from exoprobe.evaluation.block_diagonal import DEAD, block_order


def test_equation_1_by_hand():
    # Rows are samples of labels 0, 0, 1; columns elements.
    features = np.array([[1, 0, 4, 0], [3, 0, 0, 0], [2, 5, 8, 0]], float)
    result = block_order(features, np.array([0, 0, 1]))
    # Element 0: 2 / 4 for label 0, 4 / 2 for label 1. Element 1: never for 0, 0 / 5. Element 2: 8 / 4, 4 / 8.
    np.testing.assert_array_equal(result.cluster, [0, 1, 1, DEAD])
    np.testing.assert_array_equal(result.error, [0.5, 0, 0.5, np.nan])
    np.testing.assert_array_equal(result.order, [0, 1, 2, 3])


def test_elements_are_sorted_by_label_with_dead_ones_last_and_none_lost(rng):
    labels = np.repeat(np.arange(4), 50)
    owner = rng.integers(0, 4, 30)
    features = (labels[:, None] == owner) * rng.uniform(1, 2, (200, 30)) + rng.uniform(0, 0.1, (200, 30))
    features[:, 7] = 0
    result = block_order(features, labels)
    expected = np.where(np.arange(30) == 7, DEAD, owner)
    np.testing.assert_array_equal(result.cluster, expected)
    assert sorted(result.order) == list(range(30))
    assert result.order[-1] == 7
    assert np.all(np.diff(result.cluster[result.order[:-1]]) >= 0)
