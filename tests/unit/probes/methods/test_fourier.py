from dataclasses import replace

import numpy as np
import pytest
import torch

from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.features.moments import measure_moments
from exoprobe.probes.base import find_probe
from exoprobe.probes.methods.fourier import BANDWIDTHS, draw_fourier_features
from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.targets import factor_targets, join_targets
from exoprobe.probes.tuning import run_probe


@pytest.fixture
def nonlinear(dataset, rng):
    """1,200 rows that encode factors which no linear probe predicts, and do not encode ``absent``."""
    x = dataset.features = rng.normal(size=(1200, 8))
    dataset.labels, dataset.factors = np.zeros(1200, int), {}
    corner = (x[:, 0] > 0) + 2 * (x[:, 1] > 0)
    dataset.add("product", "binary", x[:, 0] * x[:, 1] > 0)
    dataset.add("opposite", "categorical", np.array([0.0, 1, 1, 2])[corner])
    dataset.add("size", "continuous", 100 + 20 * np.abs(x[:, 2]))
    dataset.add("turned", "angle", 2 * np.degrees(np.arctan2(x[:, 3], x[:, 4])))
    dataset.add("absent", "continuous", rng.normal(size=1200))
    return dataset


def predict(dataset, *factors, probe="fourier"):
    """Return each factor's predictions of the test rows, by name."""
    results = run_probe(probe, find_probe(probe), dataset.fold(), join_targets(factors))
    return {f.name: r.values[:, i] for r in results for i, f in enumerate(r.targets.factors)}


def skills(dataset, probe):
    test, train = (dataset.splits == name for name in ("test", "train"))
    predicted = predict(dataset, *dataset.factors.values(), probe=probe)
    return {
        name: skill(factor, factor.values[test], predicted[name], best_constant(factor, train))
        for name, factor in dataset.factors.items()
    }


def test_it_predicts_what_no_linear_probe_does(nonlinear):
    fourier, linear = skills(nonlinear, "fourier"), skills(nonlinear, "linear")
    assert min(fourier[name] for name in ("product", "opposite", "size", "turned")) > 0.3
    assert max(linear[name] for name in ("product", "size", "turned")) < 0.15
    assert abs(fourier["absent"]) < 0.1


def test_cosines_multiply_to_a_gaussian_kernel(rng):
    """Their mean product is the kernel of the distance over the bandwidth (Rahimi and Recht 2007, claim 1)."""
    features = rng.normal(size=(50, 5)).astype(np.float32)
    distances = torch.pdist(torch.from_numpy(features))
    drawn = draw_fourier_features(features, count=50_000)
    projected = torch.from_numpy(features) @ drawn.directions
    for index, bandwidth in enumerate(BANDWIDTHS):
        cosines = drawn.cosines(projected, index)
        products = 2 * (cosines @ cosines.T)[tuple(torch.triu_indices(50, 50, 1))] / 50_000
        expected = torch.exp(-(distances**2) / (2 * (bandwidth * distances.median()) ** 2))
        torch.testing.assert_close(products, expected, atol=0.03, rtol=0)


def test_unknown_values_neither_count_nor_affect_others(nonlinear):
    product, size = nonlinear.factors["product"], nonlinear.factors["size"]
    holes = replace(product, values=np.where(np.arange(1200) % 3, product.values, np.nan))
    predicted = predict(nonlinear, holes, size)
    test = nonlinear.splits == "test"
    assert ((predicted["product"] >= 0) == product.values[test]).mean() > 0.7
    np.testing.assert_allclose(predict(nonlinear, size)["size"], predicted["size"], rtol=1e-5)


def test_rare_classes_count_as_much_as_others(nonlinear):
    """One row in ten has the value; least squares alone would hardly ever predict it."""
    size = nonlinear.factors["size"].values
    values = size >= np.sort(size)[-120]
    binary = nonlinear.add("rare", "binary", values)
    three = nonlinear.add("rare of three", "categorical", np.where(values, 2, nonlinear.groups % 2))
    predicted = predict(nonlinear, binary, three)
    rare = values[nonlinear.splits == "test"]
    assert (predicted["rare"][rare] >= 0).mean() > 0.6
    assert (predicted["rare"][~rare] < 0).mean() > 0.6
    assert (predicted["rare of three"][rare] == 2).mean() > 0.5


def test_it_predicts_after_erasers_what_it_does_from_erased_features(nonlinear):
    """Two factors share an eraser, a third has one of higher rank; the projections are computed once for all."""
    product, size, opposite = (nonlinear.factors[name] for name in ("product", "size", "opposite"))
    data = nonlinear.fold()
    train = data.final.rows["train"]
    erasers = [
        fit_eraser(measure_moments(data.final.blocks(train), factor_targets(factor)[train]))
        for factor in (size, opposite)
    ]
    probe = find_probe("fourier")
    (joint,) = run_probe(
        "fourier", probe, data, join_targets([product, opposite, size]), [erasers[i] for i in (0, 1, 0)]
    )
    for index, (factor, eraser) in enumerate(zip((product, opposite, size), (0, 1, 0), strict=True)):
        (alone,) = run_probe("fourier", probe, data.erased(erasers[eraser]), join_targets([factor]))
        np.testing.assert_allclose(joint.values[:, index], alone.values[:, 0], atol=1e-3)


def test_nothing_is_predicted_from_the_rounding_of_what_is_erased_whole(nonlinear):
    nonlinear.features = nonlinear.features[:, :1]
    binary = nonlinear.add("only", "binary", nonlinear.features[:, 0] > 0)
    data = nonlinear.fold()
    train = data.final.rows["train"]
    eraser = fit_eraser(measure_moments(data.final.blocks(train), factor_targets(binary)[train]))
    (result,) = run_probe("fourier", find_probe("fourier"), data, join_targets([binary]), [eraser])
    assert np.ptp(result.values) < 1e-6


def test_cosines_of_one_dimension_are_fitted_at_every_alpha(nonlinear):
    """They hardly differ: an error of float32 in their products is larger than the smallest ridge."""
    nonlinear.features = nonlinear.features[:, [2]]
    assert skills(nonlinear, "fourier")["size"] > 0.8
