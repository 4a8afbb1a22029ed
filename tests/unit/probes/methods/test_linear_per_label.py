import numpy as np
import pytest
from sklearn.linear_model import Ridge

from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import find_probe
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe

PROBE = find_probe("linear_per_label")


@pytest.fixture
def flipped(dataset):
    """The angle is encoded upside down for the last label: what is linear for each is not for all of them."""
    dataset.features[dataset.labels == 2, 5] *= -1
    dataset.labels += 6
    return dataset


def predict(dataset, *names):
    data = dataset.fold()
    (result,) = run_probe("linear_per_label", PROBE, data, join_targets([dataset.factors[name] for name in names]))
    return data, result


def test_each_label_has_its_own_ridge_regression_and_all_share_alpha(flipped):
    data, result = predict(flipped, "angle", "age")
    for index, name in enumerate(("angle", "age")):
        values, alpha = flipped.factors[name].values, result.settings[result.chosen[index]]["alpha"]
        for label in (6, 7, 8):
            train, test = (rows & (flipped.labels == label) for rows in (data.fold.train, data.fold.test))
            features = data.final.array(train).astype(float)
            ridge = Ridge(alpha=alpha * features.var(0).sum() * len(features) / 12).fit(features, values[train])
            predicted = result.values[flipped.labels[data.fold.test] == label, index]
            np.testing.assert_allclose(predicted, ridge.predict(data.final.array(test)), rtol=1e-4, atol=1e-3)


def test_it_predicts_what_one_regressor_for_all_labels_cannot(flipped):
    table, _ = flipped.probe({"linear": ["angle"], "linear_per_label": ["angle"]})
    errors = (table["prediction"] - table["truth"]).abs().groupby(table["probe"], observed=True).mean()
    assert errors["linear_per_label"] < 5 < 15 < errors["linear"]


def test_a_label_may_be_missing_from_validation_but_not_from_train(dataset):
    dataset.labels[(dataset.splits == "validation") & (dataset.labels == 2)] = 0
    assert np.isfinite(predict(dataset, "angle")[1].values).all()
    dataset.labels[(dataset.splits == "test") & (dataset.labels == 2)] = 9
    with pytest.raises(ExoprobeError, match="label 9 is in validation or test, but not in train"):
        predict(dataset, "angle")


def test_an_unknown_value_in_training_is_named(dataset):
    dataset.factors["age"].values[:2] = np.nan
    with pytest.raises(ExoprobeError, match="age is unknown in 2 training rows"):
        predict(dataset, "angle", "age")
