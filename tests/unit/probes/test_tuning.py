from dataclasses import replace

import numpy as np
import pytest

from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import Probe, find_probe
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.methods.linear import CS
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import fit_and_choose, run_probe

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

    def __init__(self, has_variants):
        self.fits, self.has_variants = [], has_variants

    def __call__(self, data, targets, erasers=None):
        self.fits.append(data.rows["train"])
        self.chosen = [0, 1, 2]
        return self

    def outputs(self, data, rows):
        return np.ones((1, rows.sum(), 1)) * np.reshape(self.chosen, (-1, 1, 1))

    def select(self, chosen):
        self.chosen = self.chosen if self.has_variants else chosen
        return self


def recorded(dataset, **options):
    recorder, data = Recorder("variants" in options), dataset.fold()
    target = replace(dataset.factors["age"], values=np.where(data.fold.test, 99, 1 + 0.01 * np.arange(600)))
    results = list(run_probe("r", Probe("", "", "", recorder, **options), data, join_targets([target])))
    return recorder.fits, data, results


def test_with_one_split_a_probe_is_fitted_once_and_the_best_setting_predicts(dataset):
    fits, data, (result,) = recorded(dataset)
    np.testing.assert_array_equal(fits, [data.fold.train])
    assert result.chosen == [2]  # validation is near 4, whatever test is
    assert result.skills[:, 0].argmax() == 2
    np.testing.assert_array_equal(result.values, 2)


def test_with_folds_it_is_fitted_on_each_pair_and_again_on_all_training_rows(dataset):
    dataset.folds = 4
    fits, data, _ = recorded(dataset)
    np.testing.assert_array_equal(fits, [*(train for train, _ in data.fold.tuning), data.fold.train])


def test_a_probe_that_stops_early_keeps_its_first_fit(dataset):
    dataset.folds = 4
    fits, data, _ = recorded(dataset, refit=False)
    np.testing.assert_array_equal(fits, [data.fold.tuning[0][0]])


def test_of_variants_each_is_a_result_and_none_is_chosen(dataset):
    _, _, results = recorded(dataset, variants={"low": "", "middle": "", "high": ""})
    assert [(result.probe, result.values[0, 0], len(result.skills)) for result in results] == [
        ("low", 0, 1),
        ("middle", 1, 1),
        ("high", 2, 1),
    ]


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
    before, data = (either.fold(1 if either.folds else 0) for _ in range(2))
    results = [list(run_probe(name, find_probe(name), before, targets_of(either)))]
    test = np.flatnonzero(data.fold.test)
    for factor in either.factors.values():
        factor.values[test] = factor.values[test][::-1]
    either.features[test[1:]] = 7
    results.append(list(run_probe(name, find_probe(name), either.fold(1 if either.folds else 0), targets_of(either))))
    for one, other in zip(*results, strict=True):
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


@pytest.mark.parametrize("name", ["linear", "knn", "fourier"])
def test_after_erasures_each_factor_is_predicted_from_features_without_it(dataset, name):
    data, targets = dataset.fold(), targets_of(dataset)
    train, probe = data.fold.train, find_probe(name)
    moments = FactorMoments(
        data.final.blocks(train), [one.at(train) for one in targets.factors], dataset.groups[train]
    )
    erasers = fit_erasers(moments.whole, moments.columns)
    results = list(run_probe(name, probe, data, targets, erasers))
    after = {f.name: r.values[:, i] for r in results for i, f in enumerate(r.targets.factors)}
    for factor, eraser in zip(targets.factors, erasers, strict=True):
        (alone,) = run_probe(name, probe, data.erased(eraser), join_targets([factor]))
        np.testing.assert_allclose(alone.values[:, 0], after[factor.name], rtol=1e-3, atol=1e-3)


def test_a_fit_that_another_probe_needs_again_is_kept_but_not_for_other_features(dataset):
    data, targets, probe = dataset.fold(), join_targets([dataset.factors["age"]]), find_probe("linear")
    fitted, search = fit_and_choose(probe, data.tuning, targets)
    assert fit_and_choose(probe, data.tuning, targets) == (fitted, search)
    moments = FactorMoments(
        data.final.blocks(data.fold.train), [targets.factors[0].at(data.fold.train)], np.arange(360)
    )
    (eraser,) = fit_erasers(moments.whole, moments.columns)
    assert fit_and_choose(probe, data.erased(eraser).tuning, targets)[1].skills.max() < 0.1 < search.skills.max()
