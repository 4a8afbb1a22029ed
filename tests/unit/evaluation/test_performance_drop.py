"""APD and nIPD, computed by hand."""

import numpy as np
import pytest

from exoprobe.evaluation.performance_drop import average_performance_drop, integrated_degradation

FALLING = np.array([[0.8, 1.0], [0.6, 0.8], [0.4, 0.6]])  # strengths × repeats


def test_apd_is_the_mean_of_each_repeat_s_relative_changes():
    # repeat 1: (0.75 + 0.5) / 2 − 1 = −0.375; repeat 2: (0.8 + 0.6) / 2 − 1 = −0.3
    assert average_performance_drop(FALLING) == pytest.approx(-0.3375)


def test_nipd_is_the_area_under_the_relative_change_above_chance():
    # means 0.9, 0.7, 0.5 above chance 0.5: changes 0, −0.5, −1; area 0.25 · 0.25 + 0.75 · 0.75 = 0.625
    assert integrated_degradation(FALLING, np.array([0, 0.25, 1]), 0.5) == pytest.approx(-0.625)


def test_an_even_fall_to_chance_is_a_half_and_no_fall_is_none():
    even = np.linspace(1, 0.25, 5)[:, None]
    assert integrated_degradation(even, np.linspace(0, 1, 5), 0.25) == pytest.approx(-0.5)
    assert integrated_degradation(np.full((5, 3), 0.7), np.linspace(0, 1, 5), 0.5) == 0
    assert average_performance_drop(np.full((5, 3), 0.7)) == 0


def test_both_are_of_each_table_of_a_stack():
    stack = np.stack([FALLING, np.full((3, 2), 0.9)])
    assert average_performance_drop(stack) == pytest.approx([-0.3375, 0])
    assert integrated_degradation(stack, np.array([0, 0.25, 1]), 0.5) == pytest.approx([-0.625, 0])


def test_a_start_at_chance_has_nothing_to_lose():
    assert np.isnan(integrated_degradation(np.full((2, 1), 0.5), np.array([0, 1]), 0.5))
