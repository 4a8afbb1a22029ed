import numpy as np
import pytest

from exoprobe.evaluation.structure import effective_rank, scree, variance_explained


def test_effective_rank_by_hand():
    assert effective_rank(np.array([2.0, 2, 2, 0])) == pytest.approx(3)
    shares = np.array([0.5, 0.25, 0.25])
    assert effective_rank(8 * shares) == pytest.approx(2**1.5)
    assert np.isnan(effective_rank(np.zeros(3)))


def test_scree_by_hand():
    table = scree(np.array([2.0, 1, 1, 0]))
    assert table["component"].tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(table["variance_share"], [4 / 6, 1 / 6, 1 / 6, 0])
    np.testing.assert_allclose(table["cumulative_share"], [4 / 6, 5 / 6, 1, 1])
    assert len(scree(np.ones(300))) == 100


def test_variance_between_classes_by_hand():
    # Two classes of 12 rows at ±1, each row ±1 about it: η² = 1/2, ε² = 1 − (1/2)(23)/(22).
    codes = np.repeat([0, 1], 12)
    features = (2 * codes - 1 + np.tile([1, -1], 12))[:, None].astype(float)
    assert variance_explained(features, codes) == pytest.approx(1 - 0.5 * 23 / 22)


def test_rows_where_it_is_not_known_do_not_count(rng):
    features, codes = rng.normal(size=(200, 5)), rng.integers(0, 3, 200)
    features += codes[:, None]
    hidden = np.append(codes, np.full(100, -1))
    more = np.vstack([features, 50 + rng.normal(size=(100, 5))])
    assert variance_explained(more, hidden) == pytest.approx(variance_explained(features, codes))


@pytest.mark.parametrize("classes", [2, 50, 150])
def test_chance_explains_nothing_however_many_classes(rng, classes):
    found = [variance_explained(rng.normal(size=(300, 20)), np.arange(300) % classes) for _ in range(30)]
    assert abs(np.mean(found)) < 0.02


def test_all_of_it_and_what_cannot_be_told(rng):
    codes = np.arange(100) % 4
    assert variance_explained(np.eye(4)[codes], codes) == pytest.approx(1)
    features = rng.normal(size=(100, 3))
    assert np.isnan(variance_explained(features, np.zeros(100, int)))
    assert np.isnan(variance_explained(features, np.arange(100)))
    assert np.isnan(variance_explained(features, np.arange(100) % 90))
    assert np.isnan(variance_explained(np.zeros((100, 3)), codes))
    assert np.isnan(variance_explained(features, np.full(100, -1)))
