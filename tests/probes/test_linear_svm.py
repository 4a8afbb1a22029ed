import numpy as np
import pytest
from exoprobe.probes.linear_svm import balanced_costs, fit_linear_svms, prepare_basis
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

PENALTIES = (1e-6, 1e-4, 1e-2, 1.0)


def problem(rng, count, dimension, present=(0.5, 0.1, 0.9)):
    """ReLU-like features of uneven size, and noisy labels of uneven frequency."""
    features = np.maximum(rng.normal(size=(count, dimension)), 0) * rng.lognormal(0, 2, dimension)
    turned = (features / features.std(0)) @ rng.normal(size=(dimension, len(present)))
    turned += rng.normal(0, turned.std(0) / 2, turned.shape)
    labels = turned > np.quantile(turned, 1 - np.array(present), axis=0).diagonal()
    return features.astype(np.float32), labels


def scores(features, labels, fresh, penalties=PENALTIES):
    basis = prepare_basis(features)
    return (basis.transform(fresh) @ fit_linear_svms(basis, labels, penalties)).numpy()


def liblinear(features, labels, fresh, penalty):
    scaler = StandardScaler().fit(features.astype(float))
    machine = LinearSVC(C=penalty, dual=False, class_weight="balanced", tol=1e-10, max_iter=100_000)
    machine.fit(scaler.transform(features.astype(float)), labels)
    return machine.decision_function(scaler.transform(fresh.astype(float)))


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * max(np.abs(theirs).max(), 1e-2))


@pytest.mark.parametrize(("count", "dimension"), [(400, 20), (100, 150)])
def test_decision_values_are_liblinear_s(rng, count, dimension):
    features, labels = problem(rng, count + 50, dimension)
    train, fresh = np.split(features, [count])
    ours = scores(train, labels[:count], fresh)
    for place, penalty in enumerate(PENALTIES):
        for column in range(labels.shape[1]):
            close(ours[place, :, column], liblinear(train, labels[:count, column], fresh, penalty))


def test_dead_doubled_and_barely_varying_features_do_no_harm(rng):
    features, labels = problem(rng, 250, 10)
    features = np.hstack([features, features[:, :3], np.zeros((250, 2)), np.full((250, 1), 7.1)])
    tiny = 1e-9 * rng.normal(size=(250, 1)) + 1e-8 * labels[:, :1]  # small, but what it says is not
    features = np.hstack([features, tiny])
    train, fresh = np.split(features, [200])
    ours = scores(train, labels[:200], fresh)
    for place, penalty in enumerate(PENALTIES):
        close(ours[place, :, 0], liblinear(train, labels[:200, 0], fresh, penalty))


def test_what_differs_by_rounding_alone_is_not_a_feature(rng):
    features, labels = problem(rng, 200, 8)
    constant = np.full((200, 1), 7.1, np.float32)
    constant[labels[:, 0]] = np.nextafter(np.float32(7.1), np.float32(8))
    close(
        scores(np.hstack([features, constant]), labels, np.hstack([features, constant])),
        scores(features, labels, features),
    )


def test_a_separable_problem_at_a_large_penalty_converges(rng):
    features = rng.normal(size=(200, 30))
    labels = features[:, :1] > 0
    close(scores(features, labels, features)[3, :, 0], liblinear(features, labels[:, 0], features, 1.0))


def test_machines_fitted_together_are_those_fitted_alone(rng):
    features, labels = problem(rng, 300, 25, present=(0.5, 0.03, 0.9, 0.3))
    basis = prepare_basis(features)
    together = fit_linear_svms(basis, labels, PENALTIES).numpy()
    for column in range(4):
        alone = fit_linear_svms(basis, labels[:, [column]], PENALTIES).numpy()[..., 0]
        np.testing.assert_allclose(together[..., column], alone, atol=1e-4 * np.abs(alone).max())


def test_a_warm_start_does_not_change_the_solution(rng):
    features, labels = problem(rng, 300, 25)
    path, alone = scores(features, labels, features), scores(features, labels, features, PENALTIES[-1:])
    close(path[-1], alone[0])


def test_swapping_the_labels_swaps_the_sign(rng):
    features, labels = problem(rng, 300, 25)
    close(scores(features, ~labels, features), -scores(features, labels, features))


def test_both_labels_weigh_the_same():
    labels = np.array([[True, False], [False, False], [False, True], [False, True]])
    np.testing.assert_allclose(balanced_costs(labels), [[2, 1], [2 / 3, 1], [2 / 3, 1], [2 / 3, 1]])


def test_the_units_of_the_features_do_not_matter(rng):
    features, labels = problem(rng, 200, 12)
    rescaled = features.astype(float) * 10.0 ** np.arange(-6, 6) + np.arange(12) * 10.0 ** np.arange(-6, 6)
    close(scores(rescaled, labels, rescaled), scores(features, labels, features))
