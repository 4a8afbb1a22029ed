import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.svm import LinearSVC

from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.svm.linear_svm import LinearSVMs

EXACT = 1e-11  # of the objective, where coefficients are compared
PENALTIES = (1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4)


def problem(rng, count, dimension, present=(0.5, 0.1, 0.9)):
    """ReLU-like features, and noisy labels of uneven frequency."""
    features = np.maximum(rng.normal(size=(count, dimension)) + rng.normal(size=dimension), 0)
    turned = features @ rng.normal(size=(dimension, len(present)))
    turned += rng.normal(0, turned.std(0) / 2, turned.shape)
    labels = turned > np.quantile(turned, 1 - np.array(present), axis=0).diagonal()
    return features.astype(np.float32), labels


def objective(coef, intercept, features, labels, penalty):
    """The objective of LinearSVC with balanced classes, in float64; NaN labels do not count."""
    known = ~np.isnan(labels)
    features, present = features[known].astype(float), labels[known] > 0
    cost = np.where(present, 0.5 / present.mean(), 0.5 / (1 - present.mean()))
    slack = np.maximum(0, 1 - np.where(present, 1, -1) * (features @ coef + intercept))
    return (coef @ coef + intercept**2) / 2 + penalty * (cost * slack**2).sum()


def liblinear(features, labels, penalty):
    machine = LinearSVC(C=penalty, dual=False, class_weight="balanced", tol=1e-8, max_iter=20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it stops at its limit, ours must not be worse
        return machine.fit(features.astype(float), labels)


def check(features, labels, penalties=PENALTIES, least_agreement=0.999):
    """Hold every machine against liblinear's."""
    ours = LinearSVMs(penalties, class_weight="balanced").fit(features, labels)
    decisions = ours.predict(features)
    for place, penalty in enumerate(penalties):
        for target in range(labels.shape[1]):
            theirs = liblinear(features, labels[:, target], penalty)
            own = ours.coef_[place, target], ours.intercept_[place, target]
            reached = objective(*own, features, labels[:, target], penalty)
            best = objective(theirs.coef_[0], theirs.intercept_[0], features, labels[:, target], penalty)
            assert reached <= best * (1 + 1e-6)
            if best <= reached * (1 + 1e-5):  # liblinear has converged as well
                agreement = (decisions[place, :, target] == theirs.predict(features)).mean()
                assert agreement >= least_agreement


@pytest.mark.parametrize(("count", "dimension"), [(3000, 20), (400, 20), (100, 150)])
def test_machines_are_liblinear_s(rng, count, dimension):
    check(*problem(rng, count, dimension))


def test_rare_targets_are_liblinear_s(rng):
    check(*problem(rng, 3000, 15, present=(0.01, 0.99)))


def test_doubled_and_constant_columns_do_no_harm(rng):
    features, labels = problem(rng, 1000, 10)
    extra = [features[:, :3], np.zeros((1000, 2)), np.full((1000, 1), 7.1)]
    check(np.hstack([features, *extra]).astype(np.float32), labels)


def test_separable_classes_at_large_penalties_are_solved(rng):
    features = rng.normal(size=(600, 40)).astype(np.float32)
    check(features, features[:, :1] + features[:, 1:2] > 0, (1.0, 1e2, 1e4))


def test_more_rows_than_a_block_are_liblinear_s(rng):
    check(*problem(rng, 9000, 12, present=(0.3,)), (1e-6, 1e-3, 1.0))


def test_decision_values_are_those_of_the_coefficients(rng):
    features, labels = problem(rng, 300, 8)
    machines = LinearSVMs((0.1, 1.0)).fit(features, labels)
    expected = np.einsum("nd,ctd->cnt", features.astype(float), machines.coef_) + machines.intercept_[:, None]
    np.testing.assert_allclose(machines.decision_function(features), expected, rtol=1e-9, atol=1e-9)
    assert machines.predict(features).shape == (2, 300, 3)


def test_without_class_weights_all_rows_count_alike(rng):
    features, labels = problem(rng, 3000, 8, present=(0.2,))
    ours = LinearSVMs(0.01).fit(features, labels)
    theirs = LinearSVC(C=0.01, dual=False, tol=1e-8).fit(features, labels[:, 0])
    np.testing.assert_allclose(ours.coef_[0], theirs.coef_, atol=1e-3 * np.abs(theirs.coef_).max())
    np.testing.assert_allclose(ours.intercept_[0], theirs.intercept_, atol=1e-3)


def test_machines_fitted_together_are_those_fitted_alone(rng):
    features, labels = problem(rng, 5000, 25, present=(0.5, 0.03, 0.9, 0.3))
    together = LinearSVMs(PENALTIES, class_weight="balanced", tolerance=EXACT).fit(features, labels)
    for target in range(4):
        for place, penalty in enumerate(PENALTIES):
            alone = LinearSVMs(penalty, class_weight="balanced", tolerance=EXACT).fit(features, labels[:, target])
            difference = np.abs(alone.coef_[0, 0] - together.coef_[place, target]).max()
            assert difference <= 2e-3 * np.abs(alone.coef_).max()


def test_rows_of_unknown_label_do_not_count(rng):
    features, labels = problem(rng, 5000, 15)
    partly = labels.astype(float)
    partly[:1000, 0], partly[4000:, 1] = np.nan, np.nan
    ours = LinearSVMs((1e-4, 1.0), class_weight="balanced", tolerance=EXACT).fit(features, partly)
    for target, rows in enumerate((slice(1000, None), slice(4000), slice(None))):
        alone = LinearSVMs((1e-4, 1.0), class_weight="balanced", tolerance=EXACT).fit(
            features[rows], labels[rows, target]
        )
        scale = np.abs(alone.coef_).max(axis=2, keepdims=True)
        np.testing.assert_allclose(ours.coef_[:, [target]] / scale, alone.coef_ / scale, atol=2e-3)


def test_swapping_the_labels_swaps_the_sign(rng):
    features, labels = problem(rng, 4000, 10)
    ours = LinearSVMs((1e-5, 1.0), class_weight="balanced", tolerance=EXACT).fit(features, labels)
    swapped = LinearSVMs((1e-5, 1.0), class_weight="balanced", tolerance=EXACT).fit(features, ~labels)
    np.testing.assert_allclose(swapped.coef_, -ours.coef_, atol=1e-3 * np.abs(ours.coef_).max())


@pytest.mark.parametrize("memory_mb", [0, 10_000])
def test_features_that_do_not_fit_into_memory_give_the_same_machines(rng, memory_mb):
    features, labels = problem(rng, 9000, 12)
    machines = LinearSVMs((1e-5, 1e-4, 1e-3, 1e-2), class_weight="balanced", tolerance=EXACT)
    inside = clone(machines).fit(features, labels)
    outside = clone(machines).set_params(memory_mb=memory_mb).fit(ArrayBlocks(features), labels)
    np.testing.assert_allclose(outside.coef_, inside.coef_, atol=1e-4 * np.abs(inside.coef_).max())


@pytest.mark.parametrize("product", [torch.float32, torch.bfloat16])
def test_the_processor_s_number_types_do_not_matter(rng, monkeypatch, product):
    monkeypatch.setattr("exoprobe.probes.svm.linear_svm.choose_precision", lambda *_: product)
    check(*problem(rng, 3000, 20), (1e-4, 1.0))


def test_the_selected_machines_are_a_machine_per_target(rng):
    features, labels = problem(rng, 300, 8)
    machines = LinearSVMs((0.1, 1.0, 10.0)).fit(features, labels)
    chosen = machines.select(np.array([2, 0, 1])).decision_function(features)
    every = machines.decision_function(features)
    np.testing.assert_allclose(chosen[0], np.stack([every[2, :, 0], every[0, :, 1], every[1, :, 2]], axis=1))


@pytest.mark.parametrize(("value", "said"), [(True, "only the value 1"), (np.nan, "no value")])
def test_a_target_with_a_single_class_is_named(rng, value, said):
    features, labels = problem(rng, 100, 5)
    labels = labels.astype(float)
    labels[:, 1] = value
    with pytest.raises(ExoprobeError, match=f"glasses has {said}"):
        LinearSVMs().fit(features, labels, names=["hat", "glasses", "smile"])


@pytest.mark.parametrize("values", [(1, 2), (-1, 0)])
def test_two_values_that_do_not_say_which_is_present_are_refused(rng, values):
    features, labels = problem(rng, 100, 5)
    with pytest.raises(ExoprobeError, match=f"target 0 has the values {values[0]} and {values[1]}; use 0 or −1"):
        LinearSVMs().fit(features, np.where(labels, *values))


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_nan_in_the_features_is_named(rng, bad):
    features, labels = problem(rng, 5000, 5)
    features[4321, 3] = bad
    with pytest.raises(ExoprobeError, match="NaN or infinity in row 4321, column 3"):
        LinearSVMs().fit(features, labels)


def test_other_wrong_arguments_are_named(rng):
    features, labels = problem(rng, 100, 5)
    with pytest.raises(ExoprobeError, match="100 rows of features, but 90 of labels"):
        LinearSVMs().fit(features, labels[:90])
    with pytest.raises(ExoprobeError, match=r"must be a matrix .* shape \[100\]"):
        LinearSVMs().fit(features[:, 0], labels)
    with pytest.raises(ExoprobeError, match="class_weight is 'equal'"):
        LinearSVMs(class_weight="equal").fit(features, labels)
    with pytest.raises(ExoprobeError, match="C is -1"):
        LinearSVMs((1.0, -1.0)).fit(features, labels)


def test_where_nothing_is_to_be_told_it_is_soon_done(rng, caplog):
    """After an erasure both classes have one mean: the best weights are 0, and no progress is to be made."""
    X = rng.normal(size=(400, 10))
    y = np.arange(400) % 4 == 0
    X[y] -= X[y].mean(0)
    X[~y] -= X[~y].mean(0)
    with caplog.at_level("INFO"):
        machines = LinearSVMs((1e-4, 1e-2, 1.0), class_weight="balanced").fit(X, y)
    np.testing.assert_allclose(machines.coef_, 0, atol=1e-5)
    assert "float64" not in caplog.text
