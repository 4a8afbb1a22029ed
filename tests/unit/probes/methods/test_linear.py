import numpy as np
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from exoprobe.probes.base import find_probe
from exoprobe.probes.methods.linear import CS
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe


def predict(dataset, *names):
    data, targets = dataset.fold(), join_targets([dataset.factors[name] for name in names])
    results = list(run_probe("linear", find_probe("linear"), data, targets))
    columns = {f.name: (r, r.values[:, i], r.chosen[i]) for r in results for i, f in enumerate(r.targets.factors)}
    train = data.final.array(data.fold.train).astype(float), data.final.array(data.fold.test).astype(float)
    return columns, *train, data.fold.train


def test_a_binary_factor_is_predicted_as_by_liblinear(dataset):
    dataset.factors["noise"].values[:50] = np.nan  # unknown rows are left out
    columns, train, test, rows = predict(dataset, "glasses", "noise", "age")
    for name in ("glasses", "noise"):
        result, values, chosen = columns[name]
        assert [setting["C"] for setting in result.settings] == list(CS)
        known = dataset.factors[name].known[rows]
        svm = LinearSVC(C=CS[chosen], dual=False, class_weight="balanced", tol=1e-8, max_iter=20_000)
        svm.fit(train[known], dataset.factors[name].values[rows][known])
        np.testing.assert_allclose(values, svm.decision_function(test), atol=5e-3)


def test_a_number_is_predicted_as_by_ridge_regression(dataset):
    dataset.factors["age"].values[:50] = np.nan
    columns, train, test, rows = predict(dataset, "age", "angle")
    for name in ("age", "angle"):
        result, values, chosen = columns[name]
        known = dataset.factors[name].known[rows]
        alpha = result.settings[chosen]["alpha"] * train[known].var(0).sum() * known.sum() / 12
        ridge = Ridge(alpha=alpha).fit(train[known], dataset.factors[name].values[rows][known])
        np.testing.assert_allclose(values, ridge.predict(test), rtol=1e-4)
