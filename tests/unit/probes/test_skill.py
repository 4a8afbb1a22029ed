import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.probes.skill import SkillLoss, best_constant, measures, row_statistics, skill, summed_statistics

ALL = np.ones(4, bool)


def skills(factor, predicted, constant):
    return [skill(factor, factor.values, one, constant) for one in np.asarray(predicted, float).T]


def test_classes_by_hand():
    factor = Factor("c", "categorical", np.array([0, 0, 2, 2, np.nan]), ("a", "b", "c"))
    predicted = np.array([[0, 2, 0], [0, 2, 1], [2, 2, 0], [2, 2, 2], [9, 9, 9]])
    # Two classes occur, so a constant errs by 1/2; the last: recalls 1/2 and 1/2.
    np.testing.assert_allclose(skills(factor, predicted, 0), [1, 0, 0])


def test_rates_of_a_binary_factor_by_hand():
    factor = Factor("b", "binary", np.array([1, 1, 1, 1, 0, 0.0]), ("no", "yes"))
    sums = row_statistics(factor, factor.values, np.array([0.5, 0, 2, -1, -1, 1])).sum(0)
    found = measures(factor, sums)
    assert (found["false_negative"], found["false_positive"]) == (0.25, 0.5)
    assert found["balanced_accuracy"] == pytest.approx(0.625)
    assert found["skill"] == pytest.approx(0.25)


def test_numbers_by_hand():
    factor = Factor("n", "continuous", np.array([0, 2, 4, np.nan]))
    predicted = np.array([[0, 1.0], [2, 1], [4, 1], [7, 7]])
    # The constant 2 errs by 4/3, the constant 1 by 5/3.
    np.testing.assert_allclose(skills(factor, predicted, 2.0), [1, 1 - 5 / 4])
    assert best_constant(Factor("n", "continuous", np.array([5, 1, 1.5, np.nan])), ALL) == 1.5


def test_r2_is_that_of_scikit_learn(rng):
    metrics = pytest.importorskip("sklearn.metrics")
    factor = Factor("n", "continuous", rng.normal(3, 1, 50))
    predicted = factor.values + rng.normal(0, 0.5, 50)
    found = measures(factor, row_statistics(factor, factor.values, predicted, 3.0).sum(0))
    assert found["r2"] == pytest.approx(metrics.r2_score(factor.values, predicted))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(factor.values, predicted))


def test_angles_go_around_the_circle():
    factor = Factor("a", "angle", np.array([350, 10.0]))
    np.testing.assert_allclose(skills(factor, [[-10, 370], [10, -10.0]], 180.0), [1, 1 - 20 / 170])
    assert best_constant(Factor("a", "angle", np.array([350, 352, 354, 10])), ALL) % 360 in (352, 353, 354)


@pytest.mark.parametrize("kind", ["binary", "continuous", "angle"])
def test_what_does_not_vary_or_is_not_known_has_no_skill(kind):
    one = Factor("f", kind, np.ones(4), ("no", "yes"))
    nowhere = Factor("f", kind, np.full(4, np.nan), ("no", "yes"))
    assert np.isnan(skills(one, np.ones((4, 2)), 1.0)).all()
    assert np.isnan(skills(nowhere, np.ones((4, 2)), best_constant(nowhere, ALL))).all()


@pytest.mark.parametrize("kind", ["binary", "categorical", "continuous", "angle"])
def test_losses_of_exchanged_predictions_add_up_to_their_skill(kind, rng):
    codes = {"binary": 2, "categorical": 3}.get(kind)
    draw = (lambda: rng.integers(0, codes, 40).astype(float)) if codes else (lambda: rng.uniform(-170, 170, 40))
    factor = Factor("f", kind, draw(), tuple("abc"[: codes or 0]))
    truth, predicted = draw(), draw() - (kind == "binary") / 2
    loss, rows = SkillLoss(factor, truth, 7.0), np.stack([rng.permutation(40) for _ in range(5)])
    each = [skill(factor, truth, predicted[row], 7.0) for row in rows]
    prepared = loss.prepare(predicted)
    np.testing.assert_allclose(loss.skills(prepared, rows), each)
    halves = [loss.sums(prepared, rows[:, half], half) for half in np.split(np.arange(40), 2)]
    np.testing.assert_allclose(1 - np.sum(halves, axis=0), each)


def on_ranks(values):
    return Factor("n", "continuous", values, scale="ranks").learned_from(np.ones(len(values), bool))


def test_the_skill_of_numbers_on_ranks_does_not_depend_on_their_unit(rng):
    values = rng.normal(size=200)
    predicted = rng.permutation(values)
    for change in (np.exp, lambda x: 1.7e9 + 10 * x, lambda x: np.where(x > 2, 1e9 * x, x)):
        found = skill(on_ranks(change(values)), change(values), change(predicted), change(np.median(values)))
        assert found == pytest.approx(skill(on_ranks(values), values, predicted, np.median(values)), abs=1e-3)


def test_numbers_on_ranks_by_hand():
    factor = on_ranks(np.array([10.0, 20, 30, 1e9]))
    scores = factor.scaled(factor.values)
    sums = row_statistics(factor, factor.values, np.array([20.0, 20, 30, 30]), 20.0).sum(0)
    found = measures(factor, sums)
    error = scores[1] - scores[0] + scores[3] - scores[2]
    assert found["skill"] == pytest.approx(1 - error / np.abs(scores - scores[1]).sum())
    assert found["mae"] == (10 + 1e9 - 30) / 4  # in the factor's own unit
    assert found["baseline_error"] == (10 + 10 + 1e9 - 20) / 4


def test_permuted_skills_of_numbers_on_ranks_are_those_of_each(rng):
    factor = on_ranks(np.exp(2 * rng.normal(size=40)))
    predicted, rows = rng.permutation(factor.values), np.stack([rng.permutation(40) for _ in range(5)])
    loss = SkillLoss(factor, factor.values, 7.0)
    each = [skill(factor, factor.values, predicted[row], 7.0) for row in rows]
    np.testing.assert_allclose(loss.skills(loss.prepare(predicted), rows), each)


@pytest.mark.parametrize(("kind", "categories"), [("binary", "ab"), ("categorical", "abc"), ("continuous", "")])
def test_statistics_of_many_factors_are_summed_as_each_one_s(rng, kind, categories):
    truths = rng.integers(0, len(categories) or 9, (50, 4)).astype(float)
    predicted = rng.normal(size=(50, 4)) if kind != "categorical" else rng.integers(0, 3, (50, 4))
    factors = [Factor(f"f{index}", kind, values, tuple(categories)) for index, values in enumerate(truths.T)]
    each = [
        row_statistics(factor, values, guess).sum(0)
        for factor, values, guess in zip(factors, truths.T, predicted.T, strict=True)
    ]
    np.testing.assert_array_equal(summed_statistics(factors, truths, predicted), each)
