import numpy as np
import pytest

from exoprobe.evaluation.robustness import nearest_neighbors, robustness_chance, robustness_index


def test_index_by_hand():
    labels, codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, -1])
    neighbors = np.array([[1, 2], [0, -1], [0, 3], [0, 1]])
    # 0–1 and 1–0: same label, other value; 0–2 and 2–0: the reverse; 2–3, 3–0, 3–1: a value is not known.
    assert robustness_index(neighbors, labels, codes) == pytest.approx(2 / 4)
    assert robustness_index(neighbors[:2, :1], labels[:2], codes[:2]) == 1
    assert np.isnan(robustness_index(neighbors, np.full(4, -1), codes))


@pytest.mark.parametrize(("label_strength", "nuisance_strength", "low", "high"), [(5, 1, 0.95, 1), (1, 5, 0, 0.05)])
def test_it_tells_which_of_the_two_rules(rng, label_strength, nuisance_strength, low, high):
    labels, codes = rng.integers(0, 2, 600), rng.integers(0, 2, 600)
    features = rng.normal(size=(600, 8))
    features[:, 0] += label_strength * (2 * labels - 1)
    features[:, 1] += nuisance_strength * (2 * codes - 1)
    neighbors = nearest_neighbors(features, np.arange(600))
    assert neighbors.shape == (600, 30)
    assert low <= robustness_index(neighbors, labels, codes) <= high


def test_random_neighbors_have_the_index_of_chance(rng):
    groups = np.repeat(np.arange(200), 5)
    labels, codes = rng.integers(0, 20, 200)[groups], rng.integers(-1, 3, 1000)
    neighbors = nearest_neighbors(rng.normal(size=(1000, 10)), groups)
    expected = robustness_chance(labels, codes, groups)
    assert expected < 0.2
    assert robustness_index(neighbors, labels, codes) == pytest.approx(expected, abs=0.01)
    everyone = np.where(groups[:, None] == groups, -1, np.arange(1000))
    assert robustness_index(everyone, labels, codes) == pytest.approx(expected)
    balanced = np.arange(400)
    assert robustness_chance(balanced % 2, balanced // 2 % 2, balanced) == pytest.approx(0.5)


def test_neighbors_are_the_most_similar_outside_the_group(rng):
    features, groups = rng.normal(size=(2300, 6)).astype(np.float32), rng.integers(0, 400, 2300)
    found = nearest_neighbors(features, groups)
    assert found.shape == (2300, 50)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    for row in (0, 999, 1000, 2299):
        cosines = np.where(groups == groups[row], -np.inf, unit @ unit[row])
        assert set(found[row]) == set(np.argsort(-cosines)[:50])


def test_a_row_with_too_few_others_has_fewer_neighbors(rng):
    groups = np.repeat([0, 1], [59, 1])
    found = nearest_neighbors(rng.normal(size=(60, 3)), groups)
    assert found.shape == (60, 3)
    np.testing.assert_array_equal((found >= 0).sum(1), [1] * 59 + [3])
    np.testing.assert_array_equal(nearest_neighbors(np.ones((1, 2)), np.zeros(1)), [[-1]])
