"""Predictive distributions: calibrated, nested, and right where it can be computed by hand."""

import numpy as np
import pytest
from scipy import stats

from exoprobe.probes.predictive import fit_predictive


def test_a_binary_outcome_that_the_base_knows_the_probability_of_has_its_entropy(rng):
    base = np.where(rng.random(4000) < 0.5, 0.9, 0.2)[:, None]
    outcome = (rng.random((4000, 1)) < base).astype(float)
    fitted = fit_predictive("binary", outcome, base, np.zeros_like(base), used=False)
    expected = stats.bernoulli(base).logpmf(outcome).mean() / np.log(2)
    assert fitted.log_likelihood(outcome, base, 0 * base).mean() == pytest.approx(expected, abs=0.002)
    np.testing.assert_array_equal(fitted.answers(base, 0 * base) >= 0, base[:, 0] > 0.5)


@pytest.mark.parametrize(("kind", "width"), [("binary", 1), ("categorical", 3), ("continuous", 1), ("angle", 2)])
def test_a_contribution_of_noise_adds_nothing_and_one_that_is_not_used_has_no_scale(rng, kind, width):
    if kind == "angle":
        turn = rng.vonmises(0.5, 2, 600)
        outcome = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    elif kind == "categorical":
        outcome = np.eye(3)[rng.choice(3, 600, p=[0.6, 0.3, 0.1])]
    else:
        outcome = (rng.random((600, 1)) < 0.3).astype(float) if kind == "binary" else rng.normal(size=(600, 1))
    base, noise = np.tile(outcome.mean(0), (600, 1)), 0.1 * rng.normal(size=(600, width))
    both, alone = (fit_predictive(kind, outcome, base, noise, used=used) for used in (True, False))
    assert alone.scales[1] == 0
    gained = both.log_likelihood(outcome, base, noise) - alone.log_likelihood(outcome, base, noise)
    assert 0 - 1e-6 <= gained.mean() < 0.01


def test_numbers_have_the_normal_likelihood_of_their_regression(rng):
    base, contribution = rng.normal(size=(2, 500, 1))
    outcome = 2 * base + 0.5 * contribution + 1 + 0.3 * rng.normal(size=(500, 1))
    fitted = fit_predictive("continuous", outcome, base, contribution, used=True)
    coef, residual, *_ = np.linalg.lstsq(np.hstack([base, contribution, np.ones((500, 1))]), outcome[:, 0], rcond=None)
    np.testing.assert_allclose([*fitted.scales, *fitted.offset], coef)
    expected = stats.norm(fitted.answers(base, contribution), np.sqrt(residual / 500)).logpdf(outcome[:, 0])
    np.testing.assert_allclose(fitted.log_likelihood(outcome, base, contribution), expected / np.log(2))


def test_a_contribution_that_goes_the_wrong_way_is_not_used(rng):
    outcome = rng.normal(size=(200, 1))
    assert fit_predictive("continuous", outcome, 0 * outcome, -outcome, used=True).scales[1] == 0
