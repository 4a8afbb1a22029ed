"""A number is fitted as its score or as it is, whatever predicts validation better."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from exoprobe.probes.base import find_probe
from exoprobe.probes.number_models import NumberModels
from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe


def on_ranks(dataset, name, values):
    dataset.factors[name] = replace(dataset.add(name, "continuous", values), scale="ranks")


def predict(dataset, *names):
    """Predict numbers linearly; return the result, the learned factors, and the training and test features."""
    data = dataset.fold()
    factors = [dataset.factors[name].learned_from(data.fold.train) for name in names]
    (result,) = run_probe("linear", find_probe("linear"), data, join_targets(factors))
    arrays = [data.final.array(rows).astype(float) for rows in (data.fold.train, data.fold.test)]
    return result, factors, *arrays, data.fold


@pytest.mark.parametrize(
    ("shape", "scores"),
    [
        (lambda rng, x: x + 12 * rng.integers(0, 2, len(x)), 0.0),  # two clusters
        (lambda rng, x: 1.7e9 + rng.exponential(size=len(x)), 0.0),
        (lambda rng, x: np.exp(2 * x), 1.0),
    ],
)
def test_whatever_the_features_are_linear_in_is_predicted(dataset, rng, shape, scores):
    x = rng.normal(size=600)
    values = shape(rng, x)
    linear = np.log(values) if scores else values
    dataset.features[:, 7] = (linear - linear.mean()) / linear.std() + 0.01 * rng.normal(size=600)
    on_ranks(dataset, "number", values)
    result, (factor,), *_, fold = predict(dataset, "number")
    assert result.settings[result.chosen[0]]["normal_scores"] == scores
    test = fold.test & factor.known
    constant = best_constant(factor, fold.train)
    assert skill(factor, factor.values[test], result.values[:, 0], constant) > 0.9


def test_both_are_ridge_regression_beside_angles(dataset, rng):
    on_ranks(dataset, "income", np.exp(dataset.features[:, 6] + 0.5 * rng.normal(size=600)))
    on_ranks(dataset, "size", 20 + dataset.features[:, 7] + 0.5 * rng.normal(size=600))
    dataset.add("yaw", "angle", rng.uniform(-90, 90, 600))
    data = dataset.fold()
    factors = [dataset.factors[name].learned_from(data.fold.train) for name in ("income", "yaw", "size")]
    train, test = (data.final.array(rows).astype(float) for rows in (data.fold.train, data.fold.test))
    models = find_probe("linear").fit(data.final, join_targets(factors))
    assert isinstance(models, NumberModels)
    outputs = models.outputs(data.final, data.fold.test)
    half = len(models.settings) // 2
    for setting in (3, half + 3):
        ridge = Ridge(alpha=models.settings[setting]["alpha"] * train.var(0).sum() * len(train) / 12)
        for column, factor in ((0, factors[0]), (3, factors[2])):
            scores_of_it, middle = factor.scaled(factor.values), np.median(factor.values[data.fold.train])
            spread = np.subtract(*np.quantile(factor.values[data.fold.train], (0.75, 0.25)))
            plain = (factor.values - middle).clip(-10 * spread, 10 * spread)
            wanted = ridge.fit(train, (scores_of_it if setting < half else plain)[data.fold.train]).predict(test)
            expected = wanted if setting < half else factor.scaled(wanted + middle)
            np.testing.assert_allclose(outputs[setting, :, column], expected, atol=1e-4)
    np.testing.assert_array_equal(outputs[:half, :, 1:3], outputs[half:, :, 1:3])


def test_each_fold_learns_its_own_scores(dataset, rng):
    dataset.folds = 4
    on_ranks(dataset, "income", np.exp(3 * dataset.features[:, 6]))
    table, search = dataset.probe({"linear": ["income"]})
    assert np.corrcoef(np.log(table["prediction"]), np.log(table["truth"]))[0, 1] > 0.9
    assert search.groupby("fold")["chosen"].sum().tolist() == [1] * 4
