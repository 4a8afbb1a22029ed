import numpy as np
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.power import PowerCurve, critical, group_statistics

FLAG = Factor("flag", "binary", np.empty(0), ("no", "yes"))
KINDS = {
    "binary": FLAG, "categorical": Factor("c", "categorical", np.empty(0), tuple("abc")),
    "continuous": Factor("n", "continuous", np.empty(0)), "angle": Factor("a", "angle", np.empty(0)),
}  # fmt: skip


def draw(kind, rng, shape):
    if kind == "angle":
        return rng.uniform(-180, 180, shape)
    return rng.normal(size=shape) if kind == "continuous" else rng.integers(0, 2 + (kind != "binary"), shape) * 1.0


def test_of_a_binary_factor_by_hand():
    truth, predicted = np.array([[1.0], [1], [0], [0]]), np.array([[1.0], [-1], [-1], [-1]])
    # Per row (y − ½)/2 · (f − ¼), times 16: 3, −1, 1, 1; over groups {1, 2}, {3}, {4}: 2, 1, 1.
    assert group_statistics(FLAG, truth, predicted, np.array([5, 5, 7, 9])) == pytest.approx(4 / np.sqrt(6))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_group", [1, 4])
def test_where_nothing_is_predicted_it_is_standard_normal(kind, per_group, rng):
    groups = np.repeat(np.arange(100), per_group)
    truths = draw(kind, rng, (100, 600))[groups]  # of the groups
    predicted = draw(kind, rng, (100, 600))[groups]
    statistics = group_statistics(KINDS[kind], truths, predicted - 0.5 * (kind == "binary"), groups)
    assert abs(statistics.mean()) < 0.15
    assert statistics.std() == pytest.approx(1, abs=0.1)
    assert (statistics > critical(100, 0.05)).mean() == pytest.approx(0.05, abs=0.03)


def test_the_critical_value_is_students():
    assert critical(11, 0.05) == pytest.approx(stats.t.isf(0.05, 10))


def curve(groups, delta, skills=(0.05, 0.1, 0.2, 0.4)):
    """The power that the law gives with this δ for 100 groups."""
    skills = np.array(skills)
    correlations = np.sqrt(1 - (1 - skills) ** 2)
    ideal = np.sqrt(groups / 4) * correlations
    odds = 1 / correlations**2 - 1
    return PowerCurve(skills, correlations, ideal / np.sqrt(1 + odds * delta * 100 / groups), ideal, 1.0, 2.5)


@pytest.mark.parametrize("delta", [0.02, 0.3, 5])
def test_the_law_is_found_from_its_values(delta):
    assert curve(100, delta).delta() == pytest.approx(delta, rel=0.02)


@pytest.mark.parametrize("delta", [0.02, 0.3])
def test_with_as_many_groups_as_are_needed_the_margin_is_detectable(delta):
    needed = 100 * curve(100, delta).growth_needed(0.1)
    assert curve(needed, delta).detectable() == pytest.approx(0.1, abs=0.005)
    assert curve(100, delta).detectable(needed / 100) == pytest.approx(0.1, abs=0.005)


def test_of_what_was_never_found_nothing_is_said():
    skills = np.array([0.1, 0.4])
    nothing = PowerCurve(skills, np.sqrt(1 - (1 - skills) ** 2), np.array([0.0, -0.3]), np.array([3.0, 6]), 1.0, 2.5)
    assert np.isinf([nothing.detectable(), nothing.growth_needed(0.1)]).all()
