import numpy as np
import pytest
import torch

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.fourier import BANDWIDTHS, FourierBlocks, draw_waves, read_fourier
from exoprobe.probes.linear_readout import read_linearly
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.targets import join_targets
from tests.planted import Planted


@pytest.fixture
def folded(tmp_path):
    """Features of 1,200 rows, and factors that no linear readout finds in them, and one that is not there."""
    planted = Planted(tmp_path, groups=200, per_group=6, dimension=8)
    x = planted.features = planted.rng.normal(size=planted.features.shape)
    corner = (x[:, 0] > 0) + 2 * (x[:, 1] > 0)
    planted.add(Factor("product", "binary", (x[:, 0] * x[:, 1] > 0).astype(float), ("no", "yes")))
    planted.add(Factor("opposite", "categorical", np.array([0.0, 1, 1, 2])[corner], ("a", "b", "c")))
    planted.add(Factor("size", "continuous", 100 + 20 * np.abs(x[:, 2])))
    planted.add(Factor("turned", "angle", 2 * np.degrees(np.arctan2(x[:, 3], x[:, 4]))))
    planted.add(Factor("absent", "continuous", planted.rng.normal(size=planted.rows)))
    return ScaledSplits(planted.samples, planted.write()), planted.factors


def skills(splits, readings):
    test, train = splits.rows["test"], splits.rows["train"]
    return {
        factor.name: skill(factor, factor.values[test], one.values[:, place], best_constant(factor, train))
        for one in readings
        for place, factor in enumerate(one.targets.factors)
    }


def test_what_is_folded_is_read_though_no_linear_readout_finds_it(folded):
    splits, factors = folded
    targets = join_targets(factors)
    found = skills(splits, [read_fourier(splits, targets)])
    linear = skills(splits, read_linearly(splits.blocks, splits.rows, targets))
    assert min(found[name] for name in ("product", "opposite", "size", "turned")) > 0.3
    assert max(linear[name] for name in ("product", "size", "turned")) < 0.15
    assert abs(found["absent"]) < 0.1


def test_cosines_multiply_to_a_gaussian_kernel(rng):
    """Their mean product is the kernel of the distance over the bandwidth (Rahimi and Recht 2007, claim 1)."""
    features = rng.normal(size=(50, 5)).astype(np.float32)
    distances = torch.pdist(torch.from_numpy(features))
    for bandwidth, waves in zip(BANDWIDTHS, draw_waves(features, count=50_000), strict=True):
        (cosines,) = FourierBlocks(ArrayBlocks(features), waves).blocks()
        products = 2 * (cosines @ cosines.T)[tuple(torch.triu_indices(50, 50, 1))] / 50_000
        expected = torch.exp(-(distances**2) / (2 * (bandwidth * distances.median()) ** 2))
        torch.testing.assert_close(products, expected, atol=0.03, rtol=0)


def test_reading_after_an_erasure_is_reading_erased_features(folded):
    splits, factors = folded[0], folded[1][:3:2]
    train = splits.rows["train"]
    moments = FactorMoments(splits.blocks(train), [one.at(train) for one in factors], splits.groups[train])
    erasers = fit_erasers(moments.whole, moments.columns)
    reading = read_fourier(splits, join_targets(factors), erasers)
    for place, eraser in enumerate(erasers):
        alone = read_fourier(splits.erased(eraser), join_targets([factors[place]]))
        np.testing.assert_allclose(alone.values[:, 0], reading.values[:, place], rtol=1e-4, atol=1e-4)


def test_unknown_values_neither_count_nor_spoil_others(folded):
    splits, (product, *_, size, _, _) = folded
    some = Factor(product.name, "binary", product.values.copy(), product.categories)
    some.values[::3] = np.nan
    nowhere = Factor("nowhere", "continuous", np.full(len(size.values), np.nan))
    reading = read_fourier(splits, join_targets([some, nowhere, size]))
    assert np.isfinite(reading.values).all()
    test = splits.rows["test"]
    assert ((reading.values[:, 0] >= 0) == product.values[test]).mean() > 0.7
    (alone,) = read_fourier(splits, join_targets([size])).values.T
    np.testing.assert_allclose(reading.values[:, 2], alone, rtol=1e-5)


def test_rare_classes_count_as_much_as_others(folded):
    """One row in ten has the value; by least squares alone nearly all would be said to be without."""
    splits, factors = folded
    far = np.argsort(-factors[2].values)[: len(factors[2].values) // 10]
    values = np.zeros(len(factors[2].values))
    values[far] = 1
    binary = Factor("rare", "binary", values, ("no", "yes"))
    three = Factor("rare of three", "categorical", np.where(values, 2.0, splits.groups % 2), ("a", "b", "c"))
    reading = read_fourier(splits, join_targets([binary, three]))
    rare = values[splits.rows["test"]] == 1
    assert (reading.values[rare, 0] >= 0).mean() > 0.6
    assert (reading.values[~rare, 0] < 0).mean() > 0.6
    assert (reading.values[rare, 1] == 2).mean() > 0.5


def test_the_grid_names_bandwidths_and_penalties(folded):
    splits, factors = folded
    grid = read_fourier(splits, join_targets(factors[:2])).grid()
    assert not grid.duplicated(["factor", "setting", "bandwidth"]).any()
    assert (grid.groupby("factor")["chosen"].sum() == 1).all()
    assert grid.loc[grid.groupby("factor")["skill"].idxmax(), "chosen"].all()
