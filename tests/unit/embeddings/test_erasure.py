import numpy as np
import pytest
import scipy.linalg
import torch
from sklearn.linear_model import LogisticRegression

from exoprobe.embeddings.erasure import ErasedBlocks, fit_eraser, fit_erasers
from exoprobe.features.blocks import BLOCK, ArrayBlocks
from exoprobe.features.moments import measure_moments


def fit(features, targets):
    return fit_eraser(measure_moments(ArrayBlocks(features), targets))


def covariance(features, targets):
    return (features - features.mean(0)).T @ (targets - targets.mean(0)) / len(features)


def leaks(features, targets):
    """The largest covariance that is left, relative to the largest product of deviations."""
    return np.abs(covariance(features, targets)).max() / (features.std(0).max() * targets.std(0).max())


@pytest.fixture
def correlated(rng):
    """Features [500, 20] of very different variances, correlated, and one of three classes in a few of them."""
    classes = rng.integers(0, 3, 500)
    features = (rng.normal(size=(500, 20)) + np.eye(3, 20)[classes]) @ rng.normal(size=(20, 20))
    return features * np.logspace(-1, 1, 20) + 7, np.eye(3)[classes]


def dense(features, targets):
    """Theorem 4.3 as it stands, with dense roots: I − W⁺ (W Σxz)(W Σxz)⁺ W, W = Σ^(−1/2)."""
    root = scipy.linalg.sqrtm(covariance(features, features)).real
    whitening = np.linalg.inv(root)
    between = whitening @ covariance(features, targets)
    projection = between @ np.linalg.pinv(between, rcond=1e-9)
    return np.eye(len(root)) - root @ projection @ whitening


def test_it_is_the_papers_theorem(correlated):
    features, targets = correlated
    expected = features.mean(0) + (features - features.mean(0)) @ dense(features, targets).T
    np.testing.assert_allclose(fit(features, targets).apply(features), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("target", ["binary", "classes", "number", "angle"])
def test_nothing_covaries_with_the_factor_any_more(correlated, rng, target):
    features, classes = correlated
    angle = features[:, :1] / features[:, :1].std()
    targets = {
        "binary": classes[:, :1],
        "classes": classes,
        "number": 1e4 * features[:, 3:4] + rng.normal(size=(500, 1)),
        "angle": np.hstack([np.sin(angle), np.cos(angle)]),
    }[target]
    eraser = fit(features, targets)
    assert leaks(features, targets) > 1e-3
    assert leaks(eraser.apply(features), targets) < 1e-10
    assert eraser.rank == np.linalg.matrix_rank(covariance(features, targets), tol=1e-9)


def test_twice_is_once_and_the_mean_stays(correlated):
    eraser = fit(*correlated)
    once = eraser.apply(correlated[0])
    np.testing.assert_allclose(eraser.apply(once), once, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(once.mean(0), correlated[0].mean(0))
    np.testing.assert_allclose(eraser.right.T @ eraser.left, np.eye(2), atol=1e-9)


def test_other_erasures_change_the_features_more(correlated, rng):
    features, targets = correlated
    centered = features - features.mean(0)
    changed = np.square(fit(features, targets).apply(features) - features).sum()
    basis = scipy.linalg.orth(covariance(features, targets), rcond=1e-9)
    others = [basis @ basis.T]  # the orthogonal projection, then oblique ones
    for size in (0.01, 0.1, 1):
        reader = basis + size * rng.normal(size=basis.shape)
        others.append(basis @ np.linalg.solve(reader.T @ basis, reader.T))
    # Subtracting the classes' means does it too, but needs to know the classes of the rows to change.
    for removed in others:
        assert leaks(features - centered @ removed.T, targets) < 1e-10
        assert np.square(centered @ removed.T).sum() > 1.001 * changed


def test_no_linear_classifier_beats_chance_on_training_rows(correlated):
    features, targets = correlated
    classes = targets.argmax(1)
    scaled = features / features.std(0)
    before = LogisticRegression(C=1e3, max_iter=5000).fit(scaled, classes)
    erased = fit(scaled, targets).apply(scaled)
    after = LogisticRegression(C=1e3, max_iter=5000).fit(erased, classes)
    assert before.score(scaled, classes) > 0.6
    assert np.abs(after.coef_).max() < 1e-3 * np.abs(before.coef_).max()
    assert (after.predict(erased) == np.bincount(classes).argmax()).all()


def test_doubled_and_dead_elements_are_erased_too(correlated):
    features, targets = correlated
    degenerate = np.hstack([features, features[:, :5], np.zeros((500, 3)), np.full((500, 1), 4.0)])
    eraser = fit(degenerate, targets)
    erased = eraser.apply(degenerate)
    assert eraser.rank == 2
    assert leaks(erased, targets) < 1e-10
    np.testing.assert_allclose(erased[:, :20], fit(features, targets).apply(features), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(erased[:, 25:], degenerate[:, 25:])


def test_more_elements_than_rows(rng):
    features, targets = rng.normal(size=(30, 80)), rng.integers(0, 2, (30, 1)).astype(float)
    eraser = fit(features, targets)
    assert eraser.rank == 1
    assert leaks(eraser.apply(features), targets) < 1e-10


def test_a_factor_that_is_constant_costs_nothing(rng):
    features = rng.normal(size=(50, 4))
    eraser = fit(features, np.zeros((50, 1)))
    assert eraser.rank == 0
    np.testing.assert_allclose(eraser.apply(features), features, rtol=1e-12)


def test_several_at_once_are_each_alone(correlated, rng):
    features, classes = correlated
    targets = np.hstack([classes, rng.normal(size=(500, 1))])
    moments = measure_moments(ArrayBlocks(features), targets)
    for eraser, own in zip(
        fit_erasers(moments, [[slice(0, 3)], [slice(3, 4)]]), (classes, targets[:, 3:]), strict=True
    ):
        np.testing.assert_allclose(eraser.apply(features), fit(features, own).apply(features), rtol=1e-8, atol=1e-7)


def test_erased_blocks_are_the_erased_rows(rng):
    features = rng.normal(size=(BLOCK + 100, 5)).astype(np.float32)
    eraser = fit(features, features[:, :1].astype(float))
    blocks = ErasedBlocks(ArrayBlocks(features), eraser)
    assert blocks.shape == features.shape
    assert [len(block) for block in blocks.blocks()] == [BLOCK, 100]
    assert next(blocks.blocks()).dtype == torch.float32
    whole = torch.cat(list(blocks.blocks(torch.float64))).numpy()
    np.testing.assert_array_equal(whole, eraser.apply(features))
    assert leaks(whole, features[:, :1]) < 1e-7
