import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.probes.planted_skill import correlations_for
from exoprobe.probes.shared_ridge import SharedRidge
from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.spike_in import Design, correlation_within, in_order_of, normal_scores, share_plants
from exoprobe.probes.targets import join_targets

ROWS = 20_000


def binary(values):
    return Factor("flag", "binary", np.asarray(values, float), ("no", "yes"))


def plant(factor, groups, projection, correlation, count=3):
    design = Design(factor, groups)
    return design.plant(design.latent(normal_scores(projection[design.rows])), correlation, design.noise(count, 0), 0)


@pytest.mark.parametrize("kind", ["binary", "categorical", "continuous"])
@pytest.mark.parametrize("wanted", [0.1, 0.3])
def test_a_planted_factor_has_the_skill_that_was_asked_for(kind, wanted, rng):
    values = {
        "binary": rng.random(ROWS) < 0.2, "categorical": rng.integers(0, 4, ROWS), "continuous": rng.normal(size=ROWS)
    }[kind]  # fmt: skip
    categories = {"binary": ("no", "yes"), "categorical": tuple("abcd")}.get(kind, ())
    factor, groups = Factor("f", kind, values.astype(float), categories), np.arange(ROWS)
    projection = rng.normal(size=ROWS)
    (correlation,) = correlations_for(factor, Design(factor, groups).ordered, np.array([wanted]))
    planted = plant(factor, groups, projection, correlation)
    train = np.arange(ROWS) < ROWS / 2
    ridge = SharedRidge(projection[:, None].astype(np.float32), train, (0.0,))
    predicted = ridge.predict(join_targets([entry.learned_from(train) for entry in planted]), train, ~train)
    reached = [
        skill(entry, entry.values[~train], column, best_constant(entry, train))
        for entry, column in zip(planted, predicted.T, strict=True)
    ]
    assert np.mean(reached) == pytest.approx(wanted, abs=0.02)


def test_planted_per_row_it_has_the_same_values_where_the_factor_is_known(rng):
    values = np.where(rng.random(500) < 0.1, np.nan, np.exp(rng.normal(size=500)))
    for planted in plant(
        Factor("amount", "continuous", values), np.repeat(np.arange(100), 5), rng.normal(size=500), 0.7
    ):
        np.testing.assert_array_equal(planted.known, ~np.isnan(values))
        np.testing.assert_array_equal(np.sort(planted.values), np.sort(values))


def test_planted_per_group_it_is_constant_in_as_many_groups(rng):
    groups = np.repeat(np.arange(60), rng.integers(1, 9, 60))
    of_groups = rng.permutation(np.arange(60) % 4 == 0)
    for planted in plant(binary(of_groups[groups]), groups, rng.normal(size=len(groups)), 0.7):
        means = np.bincount(groups, planted.values) / np.bincount(groups)
        assert np.isin(means, (0, 1)).all()
        assert means.sum() == 15


def test_it_is_as_alike_within_groups_as_the_factor(rng):
    groups = np.repeat(np.arange(800), 5)
    values = rng.normal(size=800)[groups] + rng.normal(size=4_000)  # a correlation of 0.5
    for planted in plant(Factor("n", "continuous", values), groups, rng.normal(size=4_000), 0.5):
        assert correlation_within(normal_scores(planted.values)[:, None], groups) == pytest.approx(0.5, abs=0.06)


def test_it_goes_with_the_direction_and_with_nothing_else(rng):
    projection, other = rng.normal(size=(2, ROWS))
    for planted in plant(Factor("n", "continuous", rng.normal(size=ROWS)), np.arange(ROWS), projection, 0.6):
        assert np.corrcoef(planted.values, projection)[0, 1] == pytest.approx(0.6, abs=0.03)
        assert np.corrcoef(planted.values, other)[0, 1] == pytest.approx(0, abs=0.03)


def test_an_angle_is_cut_where_its_widest_gap_is():
    factor = Factor("yaw", "angle", np.array([170.0, -170, 175, -175, 180]))
    np.testing.assert_array_equal(Design(factor, np.arange(5)).ordered % 360, [170, 175, 180, 185, 190])


def test_correlation_within_groups_by_hand():
    values, groups = np.array([[0.0], [2], [4], [6]]), np.array([0, 0, 1, 1])
    # Mean squares: between 16, within 2; (16 − 2) / 2 = 7 between groups, 7 / (7 + 2).
    assert correlation_within(values, groups) == pytest.approx(7 / 9)
    assert correlation_within(values, np.arange(4)) == 0
    assert correlation_within(values, np.zeros(4, int)) == 0


def test_factors_alike_share_their_plants(rng):
    groups = np.repeat(np.arange(100), 5)
    shares = [0.31, 0.3, 0.05]
    factors = [binary(rng.permutation(np.arange(500) < 500 * share)) for share in shares]
    factors += [binary((np.arange(100) < 30)[groups]), Factor("n", "continuous", rng.normal(size=500))]
    assert share_plants([Design(factor, groups) for factor in factors]) == [[1, 0], [2], [3], [4]]


@pytest.mark.parametrize("decimals", [0, 8])  # with ties, also across the border of two values, and without
@pytest.mark.parametrize("values", [2, 3])
def test_values_in_the_order_of_scores_are_those_of_sorting(rng, decimals, values):
    scores, ordered = rng.normal(size=200).round(decimals), np.sort(rng.integers(0, values, 200)).astype(float)
    expected = np.empty(200)
    expected[np.argsort(scores)] = ordered
    np.testing.assert_array_equal(in_order_of(scores, ordered), expected)
