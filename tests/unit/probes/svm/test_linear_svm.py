import warnings

import numpy as np
import pytest
import torch
from sklearn.svm import LinearSVC

from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.svm.linear_svm import LinearSVMs

EXACT = {"class_weight": "balanced", "tolerance": 1e-11}  # of the objective, where coefficients are compared
CS = (1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4)


def problem(rng, count, dimension, present=(0.5, 0.1, 0.9)):
    """ReLU-like features, and noisy labels of uneven frequency."""
    features = np.maximum(rng.normal(size=(count, dimension)) + rng.normal(size=dimension), 0)
    scores = features @ rng.normal(size=(dimension, len(present)))
    scores += rng.normal(0, scores.std(0) / 2, scores.shape)
    return features.astype(np.float32), scores > np.quantile(scores, 1 - np.array(present), axis=0).diagonal()


def objective(coef, intercept, features, present, C):
    """The objective of LinearSVC with balanced classes, in float64."""
    cost = np.where(present, 0.5 / present.mean(), 0.5 / (1 - present.mean()))
    slack = np.maximum(0, 1 - np.where(present, 1, -1) * (features.astype(float) @ coef + intercept))
    return (coef @ coef + intercept**2) / 2 + C * (cost * slack**2).sum()


def check(features, labels, Cs=CS):
    """Hold every SVM against liblinear's."""
    ours = LinearSVMs(Cs, class_weight="balanced").fit(features, labels)
    decisions = ours.predict(features)
    for index, target in np.ndindex(len(Cs), labels.shape[1]):
        C, present = Cs[index], labels[:, target]
        theirs = LinearSVC(C=C, dual=False, class_weight="balanced", tol=1e-8, max_iter=20_000)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where it stops at its limit, ours must not be worse
            theirs.fit(features.astype(float), present)
        reached = objective(ours.coef_[index, target], ours.intercept_[index, target], features, present, C)
        best = objective(theirs.coef_[0], theirs.intercept_[0], features, present, C)
        assert reached <= best * (1 + 1e-6)
        if best <= reached * (1 + 1e-5):  # liblinear has converged as well
            assert (decisions[index, :, target] == theirs.predict(features)).mean() >= 0.999


@pytest.mark.parametrize(
    ("count", "dimension", "present", "Cs"),
    [
        (3000, 20, (0.5, 0.1, 0.9), CS),
        (400, 20, (0.5, 0.1, 0.9), CS),
        (100, 150, (0.5, 0.1, 0.9), CS),
        (3000, 15, (0.01, 0.99), CS),  # rare classes
        (9000, 12, (0.3,), (1e-6, 1e-3, 1.0)),  # more rows than a block
    ],
)
def test_svms_are_those_of_liblinear(rng, count, dimension, present, Cs):
    check(*problem(rng, count, dimension, present), Cs)


def test_doubled_and_constant_columns_do_no_harm(rng):
    features, labels = problem(rng, 1000, 10)
    extra = [features[:, :3], np.zeros((1000, 2)), np.full((1000, 1), 7.1)]
    check(np.hstack([features, *extra]).astype(np.float32), labels)


def test_separable_classes_at_large_c_are_solved(rng):
    features = rng.normal(size=(600, 40)).astype(np.float32)
    check(features, features[:, :1] + features[:, 1:2] > 0, (1.0, 1e2, 1e4))


@pytest.mark.parametrize("product", [torch.float32, torch.bfloat16])
def test_the_processor_s_number_types_do_not_matter(rng, monkeypatch, product):
    monkeypatch.setattr("exoprobe.probes.svm.linear_svm.choose_precision", lambda *_: product)
    check(*problem(rng, 3000, 20), (1e-4, 1.0))


def test_decision_values_are_those_of_the_coefficients_and_of_the_selected_c(rng):
    features, labels = problem(rng, 300, 8)
    svms = LinearSVMs((0.1, 1.0, 10.0)).fit(features, labels)
    values = svms.decision_function(features)
    expected = np.einsum("nd,ctd->cnt", features.astype(float), svms.coef_) + svms.intercept_[:, None]
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)
    chosen = svms.select(np.array([2, 0, 1])).decision_function(features)[0]
    np.testing.assert_allclose(chosen, np.stack([values[2, :, 0], values[0, :, 1], values[1, :, 2]], axis=1))


def test_without_class_weights_all_rows_count_alike(rng):
    features, labels = problem(rng, 3000, 8, present=(0.2,))
    ours = LinearSVMs(0.01).fit(features, labels)
    theirs = LinearSVC(C=0.01, dual=False, tol=1e-8).fit(features, labels[:, 0])
    np.testing.assert_allclose(ours.coef_[0], theirs.coef_, atol=1e-3 * np.abs(theirs.coef_).max())
    np.testing.assert_allclose(ours.intercept_[0], theirs.intercept_, atol=1e-3)


def test_svms_fitted_together_are_those_fitted_alone_on_the_known_rows(rng):
    features, labels = problem(rng, 5000, 20, present=(0.5, 0.03, 0.9))
    partly = labels.astype(float)
    partly[:1000, 0], partly[4000:, 1] = np.nan, np.nan
    together = LinearSVMs(CS, **EXACT).fit(features, partly)
    for target, rows in enumerate((slice(1000, None), slice(4000), slice(None))):
        for index, C in enumerate(CS):
            alone = LinearSVMs(C, **EXACT).fit(features[rows], labels[rows, target])
            difference = np.abs(alone.coef_[0, 0] - together.coef_[index, target]).max()
            assert difference <= 2e-3 * np.abs(alone.coef_).max()


def test_swapping_the_labels_swaps_the_sign(rng):
    features, labels = problem(rng, 4000, 10)
    ours, swapped = (LinearSVMs((1e-5, 1.0), **EXACT).fit(features, present) for present in (labels, ~labels))
    np.testing.assert_allclose(swapped.coef_, -ours.coef_, atol=1e-3 * np.abs(ours.coef_).max())


@pytest.mark.parametrize("memory_mb", [0, 10_000])
def test_features_that_do_not_fit_into_memory_give_the_same_svms(rng, memory_mb):
    features, labels = problem(rng, 9000, 12)
    Cs = (1e-5, 1e-4, 1e-3, 1e-2)
    inside = LinearSVMs(Cs, **EXACT).fit(features, labels)
    outside = LinearSVMs(Cs, **EXACT, memory_mb=memory_mb).fit(ArrayBlocks(features), labels)
    np.testing.assert_allclose(outside.coef_, inside.coef_, atol=1e-4 * np.abs(inside.coef_).max())


def test_where_nothing_is_encoded_it_is_soon_done(rng, caplog):
    """After an erasure both classes have one mean: the best weights are 0, and no progress is to be made."""
    features, present = rng.normal(size=(400, 10)), np.arange(400) % 4 == 0
    for rows in (present, ~present):
        features[rows] -= features[rows].mean(0)
    with caplog.at_level("INFO"):
        svms = LinearSVMs((1e-4, 1e-2, 1.0), class_weight="balanced").fit(features, present)
    np.testing.assert_allclose(svms.coef_, 0, atol=1e-5)
    assert "float64" not in caplog.text


def test_wrong_arguments_are_named(rng):
    features, labels = problem(rng, 5000, 5)
    names = ["hat", "glasses", "smile"]
    for column, said in (
        (True, "glasses has only the value 1"),
        (np.nan, "glasses has no value"),
        (labels[:, 1] + 1, "glasses has the values 1 and 2; use 0 or −1"),
        (labels[:, 1] - 1.0, "glasses has the values -1 and 0; use 0 or −1"),
    ):
        wrong = labels.astype(float)
        wrong[:, 1] = column
        with pytest.raises(ExoprobeError, match=said):
            LinearSVMs().fit(features, wrong, names=names)
    for svms, arguments, said in (
        (LinearSVMs(), (features, labels[:90]), "5000 rows of features, but 90 of labels"),
        (LinearSVMs(), (features[:, 0], labels), r"must be a matrix .* shape \[5000\]"),
        (LinearSVMs(class_weight="equal"), (features, labels), "class_weight is 'equal'"),
        (LinearSVMs((1.0, -1.0)), (features, labels), "C is -1"),
    ):
        with pytest.raises(ExoprobeError, match=said):
            svms.fit(*arguments)
    for bad in (np.nan, -np.inf):
        features[4321, 3] = bad
        with pytest.raises(ExoprobeError, match="NaN or infinity in row 4321, column 3"):
            LinearSVMs().fit(features, labels)
