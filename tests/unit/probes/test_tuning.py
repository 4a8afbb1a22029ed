from dataclasses import replace

import numpy as np
import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import Probe, find_probe
from exoprobe.probes.methods.linear import CS
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe

GENERAL = ("linear", "knn", "fourier", "mlp")


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr("exoprobe.probes.methods.mlp.STEPS", 20)
    monkeypatch.setattr("exoprobe.probes.methods.fourier.FEATURES", 32)


def targets_of(dataset):
    return join_targets([factor for factor in dataset.factors.values() if factor.name != "noise"])


class Recorder:
    """A probe that predicts its setting, 0, 1 or 2, and remembers the rows that it was fitted on."""

    settings = ({"alpha": 0.0}, {"alpha": 1.0}, {"alpha": 2.0})

    def __init__(self):
        self.fits = []

    def __call__(self, data, targets, erasers=None):
        self.fits.append(data.rows["train"])
        self.chosen = [0, 1, 2]
        return self

    def outputs(self, data, rows):
        return np.ones((1, rows.sum(), 1)) * np.reshape(self.chosen, (-1, 1, 1))

    def select(self, chosen):
        self.chosen = chosen
        return self


@pytest.mark.parametrize("refit", [True, False])
def test_a_probe_is_fitted_on_each_pair_and_with_folds_again_on_all_training_rows(either, refit):
    """One that stops early keeps its first fit. The best setting on validation predicts, whatever is best on test."""
    recorder, data = Recorder(), either.fold()
    target = replace(either.factors["age"], values=np.where(data.fold.test, 0, 1 + 0.01 * np.arange(600)))
    (result,) = run_probe("r", Probe("", "", "", recorder, refit=refit), data, join_targets([target]))
    pairs = [train for train, _ in data.fold.tuning]
    expected = pairs[:1] if not refit else [*pairs, data.fold.train] if either.folds else pairs
    np.testing.assert_array_equal(recorder.fits, expected)
    assert result.chosen == result.skills[:, 0].argmax() == 2
    np.testing.assert_array_equal(result.values, 2)


def test_c_is_the_one_of_least_error_on_validation(dataset, rng):
    """Few training rows and many useless features: a large C overfits, and the chosen one is small."""
    dataset.features = rng.normal(size=(150, 60))
    dataset.labels, dataset.factors = dataset.labels[:150], {}
    weak = dataset.add("weak", "binary", dataset.features[:, 0] + rng.normal(size=150) > 0)
    ((result),) = run_probe("linear", find_probe("linear"), dataset.fold(), join_targets([weak]))
    assert CS[result.chosen[0]] < 0.1
    assert result.skills[result.chosen[0], 0] == result.skills.max() > result.skills[-1, 0]


@pytest.mark.parametrize("name", GENERAL)
def test_values_and_features_of_test_rows_change_nothing_else(either, name):
    """Neither the choice nor another row's prediction."""
    before = list(run_probe(name, find_probe(name), either.fold(-1), targets_of(either)))
    test = np.flatnonzero(either.splits == either.splits[-1])
    for factor in either.factors.values():
        factor.values[test] = factor.values[test][::-1]
    either.features[test[1:]] = 7
    after = run_probe(name, find_probe(name), either.fold(-1), targets_of(either))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.chosen, other.chosen)
        np.testing.assert_array_equal(one.skills, other.skills)
        np.testing.assert_allclose(one.values[0], other.values[0], rtol=1e-5)
        assert (one.values[1:] != other.values[1:]).any()


def test_a_factor_that_is_constant_in_training_is_refused_by_name(either):
    last = either.splits == either.splits[-1]
    data = either.fold(-1)
    for name, values, said in (
        ("rare", last, "only one value"),
        ("late", np.where(last, 1, np.nan), "no known value"),
    ):
        targets = join_targets([either.add(name, "binary", values)])
        with pytest.raises(ExoprobeError, match=f"{name} has {said} in the training rows of {data.fold.name}"):
            list(run_probe("linear", find_probe("linear"), data, targets))
