"""The test of conditional independence: the dense computation, nulls with dependent rows, and where it has nothing."""

import numpy as np
import pytest
from scipy import stats

from exoprobe.evaluation.conditional_independence import DRAWS, GivenResiduals, _signs


def test_it_is_the_sign_test_of_the_groups_products_with_cr2_residuals(rng):
    groups = np.repeat(np.arange(9), [1, 2, 3, 4, 5, 6, 7, 8, 9])
    design, outcome = rng.normal(size=(45, 2)), rng.normal(size=(45, 1))
    contribution = outcome + 3 * rng.normal(size=(45, 1))
    both = np.column_stack([np.ones(45), design])
    hat = both @ np.linalg.pinv(both)
    left, beyond = outcome - hat @ outcome, contribution - hat @ contribution
    plain, enlarged = [], []
    for group in range(9):
        rows = groups == group
        values, vectors = np.linalg.eigh(np.eye(rows.sum()) - hat[np.ix_(rows, rows)])
        plain.append((left[rows] * beyond[rows]).sum())
        enlarged.append((beyond[rows].T @ (vectors / np.sqrt(values)) @ vectors.T @ left[rows]).item())
    drawn = _signs(9, 0) @ np.array(enlarged)
    expected = (1 + (drawn >= np.sum(plain) - 1e-9).sum()) / (DRAWS + 1)
    result = GivenResiduals(design, groups).test(outcome, [contribution])
    assert result.p == pytest.approx(expected, abs=2e-3)
    assert result.groups == 9


def test_p_is_uniform_where_both_depend_on_what_is_given_and_on_groups_of_unequal_size(rng):
    sizes = np.maximum(1, np.round(400 / np.arange(1, 41) ** 1.2)).astype(int)
    groups, values = np.repeat(np.arange(40), sizes), []
    for _ in range(200):
        given = rng.integers(0, 3, len(groups))
        outcome = given + rng.normal(size=40)[groups] + rng.normal(size=len(groups))
        contribution = given + rng.normal(size=40)[groups]
        values.append(GivenResiduals(np.eye(3)[given], groups).test(outcome[:, None], [contribution[:, None]]).p)
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_what_goes_with_the_outcome_beyond_the_given_columns_is_found_and_only_in_one_direction(rng):
    given, beyond = rng.normal(size=(2, 300))
    outcome = (given + beyond + rng.normal(size=300))[:, None]
    residuals = GivenResiduals(given[:, None], np.arange(300) // 3)
    assert residuals.test(outcome, [beyond[:, None]]).p < 0.001
    assert residuals.test(outcome, [-beyond[:, None]]).p > 0.999
    assert residuals.test(outcome, [given[:, None] + rng.normal(size=(300, 1))]).p > 0.01


def test_of_several_contributions_one_is_enough_and_noise_beside_it_costs_little(rng):
    outcome = rng.normal(size=(300, 1))
    noise, weak = [rng.normal(size=(300, 1)) for _ in range(3)], 0.3 * outcome + rng.normal(size=(300, 1))
    residuals = GivenResiduals(rng.normal(size=(300, 1)), np.arange(300) // 3)
    alone, among = residuals.test(outcome, [weak]).p, residuals.test(outcome, [*noise, weak]).p
    assert alone <= among <= 4 * alone + 0.001
    assert residuals.test(outcome, noise).p > 0.05


def test_nothing_is_tested_where_the_given_columns_leave_nothing(rng):
    codes, groups = np.arange(60) % 4, np.arange(60) // 3
    residuals = GivenResiduals(np.eye(4)[codes], groups)
    result = residuals.test((codes > 1).astype(float)[:, None], [rng.normal(size=(60, 1))])
    assert np.isnan(result.p)
    assert result.groups == 0
    assert np.isnan(residuals.test(rng.normal(size=(60, 1)), [codes[:, None].astype(float)]).p)
