"""What the calibration of audits rests on: rates, and leaks of the skill that they are said to have."""

import numpy as np
import pytest

from benchmarks.bars import within
from benchmarks.calibration.beyond import skill_beyond
from benchmarks.calibration.generators import NULLS, Case, zipf_sizes
from benchmarks.calibration.planting import plant
from benchmarks.calibration.rates import rate, wilson


def test_wilsons_interval_by_hand():
    np.testing.assert_allclose(wilson(22, 160), [0.0926, 0.1994], atol=5e-4)
    np.testing.assert_allclose(wilson(0, 40), [0, 1.96**2 / (40 + 1.96**2)], atol=1e-4)
    assert np.isnan(wilson(0, 0)).all()
    assert rate("study", "cell", "what", [True, False, False, True])["measured"] == 0.5


@pytest.mark.parametrize(
    ("bar", "good", "bad"), [("at most 0.05", 0.05, 0.06), ("at least 0.8", 0.8, 0.79), ("0.92 to 0.98", 0.95, 0.99)]
)
def test_a_rate_meets_its_bar_or_misses_it(bar, good, bad):
    assert within(bar, good)
    assert not within(bar, bad)


@pytest.mark.parametrize("skill", [0.2, 0.5])
def test_a_planted_leak_has_its_skill(rng, skill):
    binary, number = rng.random(40_000) < 0.3, np.exp(rng.normal(size=40_000))
    case = Case(np.zeros((40_000, 0)), np.arange(40_000), {"binary": binary, "number": number}, {}, {})
    signed = plant(rng, case, "binary", skill).features[:, 0]
    signed = signed if np.corrcoef(signed, binary)[0, 1] > 0 else -signed
    middle = (signed[binary].mean() + signed[~binary].mean()) / 2
    right = ((signed[binary] > middle).mean() + (signed[~binary] <= middle).mean()) / 2
    assert 2 * right - 1 == pytest.approx(skill, abs=0.02)
    correlation = np.corrcoef(plant(rng, case, "number", skill).features[:, 0], np.log(number))[0, 1]
    assert 1 - np.sqrt(1 - correlation**2) == pytest.approx(skill, abs=0.02)


def test_skill_beyond_a_column_by_hand():
    assert skill_beyond("number", 0.0) == skill_beyond("binary", 0.0) == 0
    assert skill_beyond("number", 0.7) == pytest.approx(np.sqrt(0.75) - np.sqrt(0.26))


@pytest.mark.parametrize("name", NULLS)
def test_every_generator_keeps_what_it_promises(rng, name):
    case = NULLS[name](rng)
    assert len(case.features) == len(case.groups)
    for factor, unit in case.units.items():
        pairs = np.unique(np.stack([unit, np.unique(case.factors[factor], return_inverse=True)[1]]), axis=1)
        assert len(np.unique(pairs[0])) == pairs.shape[1]  # constant within its unit
    assert zipf_sizes(10, 100).sum() == pytest.approx(100, abs=5)
