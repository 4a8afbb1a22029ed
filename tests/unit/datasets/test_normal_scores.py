import numpy as np
import pytest
from scipy.stats import norm

from exoprobe.datasets.normal_scores import NormalScores

NAN = np.nan


def test_scores_by_hand():
    learned = NormalScores.fit(np.array([30.0, 10.0, 20.0]))
    expected = norm.ppf([0.625 / 3.25, 0.5, 2.625 / 3.25])
    np.testing.assert_allclose(learned.of(np.array([10.0, 20.0, 30.0])), expected, atol=1e-15)
    np.testing.assert_allclose(
        learned.of(np.array([[15.0, -9.0], [1e9, NAN]])), [[expected[0] / 2, expected[0]], [expected[2], NAN]]
    )


def test_equal_numbers_share_the_mean_of_their_scores(rng):
    learned = NormalScores.fit(np.array([0.0, 0, 0, 5]))
    quantiles = norm.ppf((np.arange(1, 5) - 0.375) / 4.25)
    np.testing.assert_allclose(learned.of(np.array([0.0, 5.0])), [quantiles[:3].mean(), quantiles[3]])
    assert learned.of(rng.choice([0.0, 0, 0, 5], 4000)).mean() == pytest.approx(0, abs=0.1)


def test_a_score_is_turned_back_to_the_quantile():
    zeros = np.r_[np.zeros(75), np.arange(1.0, 26)]
    learned = NormalScores.fit(zeros)
    np.testing.assert_array_equal(learned.numbers_at(norm.ppf([1e-9, 0.3, 0.7, 1 - 1e-9])), [0, 0, 0, 25])
    np.testing.assert_allclose(learned.numbers_at(learned.of(zeros)), zeros)
    assert np.isnan(learned.numbers_at(np.array(NAN)))


def test_any_increasing_function_of_the_numbers_has_the_same_scores(rng):
    numbers = rng.normal(size=300).round(1)
    scores = NormalScores.fit(numbers).of(numbers)
    np.testing.assert_allclose(NormalScores.fit(np.exp(3 * numbers)).of(np.exp(3 * numbers)), scores)
    np.testing.assert_allclose(-NormalScores.fit(-numbers).of(-numbers), scores, atol=1e-12)
    assert abs(scores.mean()) < 1e-12


def test_normal_numbers_are_their_scores(rng):
    numbers = rng.normal(50, 10, 20_000)
    middle = abs(numbers - 50) < 20
    scores = NormalScores.fit(numbers).of(numbers)
    np.testing.assert_allclose(scores[middle], (numbers[middle] - 50) / 10, atol=0.05)


def test_seconds_of_unix_time_stay_apart():
    times = 1.7e9 + np.arange(10.0)
    learned = NormalScores.fit(times)
    np.testing.assert_array_equal(learned.numbers_at(learned.of(times)), times)


def test_of_no_numbers_nothing_is_known():
    learned = NormalScores.fit(np.empty(0))
    assert np.isnan(learned.of(np.array([1.0, 2.0]))).all()
    assert np.isnan(learned.numbers_at(np.array([[1.0, 2.0]]))).all()
