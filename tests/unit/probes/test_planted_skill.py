import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.probes.planted_skill import correlations_for, ideal_skill

NUMBER = Factor("number", "continuous", np.empty(0))
NORMAL = np.sort(np.random.default_rng(0).normal(size=20_000))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6, 0.9])
def test_of_normal_numbers_the_skill_has_a_closed_form(correlation):
    expected = 1 - np.sqrt(1 - correlation**2)
    assert ideal_skill(NUMBER, NORMAL, correlation) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_of_a_binary_factor_it_is_what_the_best_threshold_reaches(share, rng):
    values = (np.arange(10_000) >= 10_000 * (1 - share)).astype(float)
    factor = Factor("flag", "binary", values, ("no", "yes"))
    latent = rng.normal(size=200_000)
    scores = 0.5 * latent + np.sqrt(0.75) * rng.normal(size=200_000)
    flag = scores > np.quantile(scores, 1 - share)
    reached = max(  # sensitivity + specificity − 1
        (latent[flag] > threshold).mean() - (latent[~flag] > threshold).mean() for threshold in np.linspace(-2, 2, 81)
    )
    assert ideal_skill(factor, values, 0.5) == pytest.approx(reached, abs=0.01)


def test_of_an_angle_errors_are_around_the_circle():
    turned = Factor("yaw", "angle", np.empty(0))
    narrow = np.linspace(170, 190, 2_000)
    around = (narrow + 180) % 360 - 180
    assert ideal_skill(turned, around, 0.5) == pytest.approx(ideal_skill(NUMBER, narrow, 0.5), abs=0.01)


@pytest.mark.parametrize("kind", ["continuous", "binary", "categorical"])
def test_correlations_give_the_skills_back(kind, rng):
    ordered = np.sort(np.exp(rng.normal(size=500)) if kind == "continuous" else rng.integers(0, 5, 500)).astype(float)
    ordered = (ordered > 3).astype(float) if kind == "binary" else ordered
    factor = Factor("f", kind, ordered, tuple("abcde"[: 2 if kind == "binary" else 5]))
    for skill, correlation in zip((0.05, 0.2, 0.4), correlations_for(factor, ordered, [0.05, 0.2, 0.4]), strict=True):
        assert ideal_skill(factor, ordered, correlation) == pytest.approx(skill, abs=0.01)
