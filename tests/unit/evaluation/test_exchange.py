"""What is exchanged under the null hypothesis, and that p-values are valid for it whatever goes on within groups."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.exchange import GROUPS, REVERSED, RUNS, Exchange, choose_exchange
from exoprobe.evaluation.permutation import PermutationInput, permutation_tests
from exoprobe.probes.skill import SkillLoss

NO_RUNS = np.zeros(0, np.int32)


def factor(kind="binary"):
    return Factor("f", kind, np.zeros(0), ("no", "yes") if kind == "binary" else ())


def draws(groups, scheme, count=50, runs=NO_RUNS):
    return np.concatenate(list(Exchange(groups, scheme, runs).draws(count)))


def test_groups_take_the_first_rows_of_larger_groups_and_repeat_those_of_smaller():
    groups = np.array([0, 0, 0, 1, 1, 2])
    expected = {(0, 0): [0, 1, 2], (0, 1): [3, 4, 3], (1, 0): [0, 1], (1, 2): [5, 5], (2, 0): [0], (2, 1): [3]}
    seen = set()
    for rows in draws(groups, GROUPS):
        donors = [int(groups[rows[groups == group][0]]) for group in range(3)]
        assert sorted(donors) == [0, 1, 2]
        for pair in enumerate(donors):
            if pair in expected:
                np.testing.assert_array_equal(rows[groups == pair[0]], expected[pair])
                seen.add(pair)
    assert seen == set(expected)


def test_no_group_takes_predictions_of_one_with_less_than_half_its_rows():
    groups = np.repeat(np.arange(4), [9, 5, 4, 1])
    permutations = Exchange(groups, GROUPS, NO_RUNS).layout.permutations(np.random.default_rng(0), 600)
    different, counts = np.unique(permutations, axis=0, return_counts=True)
    np.testing.assert_array_equal(different, [[0, 1, 2, 3], [0, 2, 1, 3], [1, 0, 2, 3], [1, 2, 0, 3]])
    assert counts.min() > 110  # all as likely


def test_groups_of_one_size_exchange_all_their_rows_in_order_or_in_reverse():
    groups = np.repeat([3, 1, 2, 0], 5)
    for scheme, steps in ((GROUPS, {1}), (REVERSED, {1, -1})):
        rows = draws(groups, scheme)
        assert (np.sort(rows, axis=1) == np.arange(20)).all()
        assert set(np.diff(rows.reshape(-1, 5), axis=1).ravel()) == steps


def test_runs_stay_whole():
    groups, runs = np.repeat([0, 1], 6), np.repeat(np.arange(6, dtype=np.int32), 2)
    rows = draws(groups, RUNS, runs=runs).reshape(-1, 2)
    assert (rows[:, 1] == rows[:, 0] + 1).all()
    assert len(np.unique(draws(groups, RUNS, runs=runs), axis=0)) > 20


def test_rows_of_their_own_are_permuted_freely(rng):
    exchange = choose_exchange(factor(), np.tile([0.0, 1.0], 20), np.arange(40))
    rows = np.concatenate(list(exchange.draws(300)))
    assert exchange.scheme == GROUPS
    assert (np.sort(rows, axis=1) == np.arange(40)).all()
    np.testing.assert_allclose([(row == place).mean() for place, row in enumerate(rows.T)], 1 / 40, atol=0.05)


@pytest.mark.parametrize(
    ("kind", "values", "scheme"),
    [
        ("binary", lambda rng: np.repeat(rng.integers(0, 2, 60), 8), GROUPS),
        ("binary", lambda rng: rng.integers(0, 2, 480), GROUPS),
        ("continuous", lambda rng: rng.normal(size=480), GROUPS),
        ("angle", lambda rng: np.tile(np.arange(-70.0, 71, 20), 60), REVERSED),
        ("continuous", lambda rng: np.sort(rng.normal(size=(60, 8)), axis=1).ravel(), REVERSED),
        ("binary", lambda rng: np.tile([0, 0, 0, 0, 1, 1, 1, 1], 60), REVERSED),
        ("binary", lambda rng: np.tile([0, 0, 1, 1, 1, 1, 0, 0], 60), RUNS),
    ],
    ids=["of the group", "of the row", "number", "angles", "sorted", "two sessions", "symmetric"],
)
def test_the_scheme_is_the_first_under_which_values_do_not_predict_each_other(kind, values, scheme, rng):
    truth = values(rng).astype(float)
    assert choose_exchange(factor(kind), truth, np.repeat(np.arange(60), 8)).scheme == scheme


@pytest.mark.parametrize("scheme", [GROUPS, REVERSED])
@pytest.mark.parametrize("kind", ["binary", "continuous", "angle"])
def test_skills_by_the_table_of_groups_are_those_of_the_rows(kind, scheme, rng):
    groups = rng.permutation(np.repeat(np.arange(12), rng.integers(1, 9, 12)))
    truth = rng.integers(0, 2, len(groups)).astype(float) if kind == "binary" else rng.normal(0, 90, len(groups))
    loss = SkillLoss(factor(kind), truth, 3.0)
    predicted = loss.prepare(rng.normal(0, 90, len(groups)))
    exchange = Exchange(groups, scheme, NO_RUNS)
    (by_table,) = exchange.skills([[(loss, predicted)]], 60)
    by_rows = np.concatenate([loss.skills(predicted, rows) for rows in exchange.draws(60)])
    np.testing.assert_allclose(by_table[:, 0], by_rows, rtol=1e-9, atol=1e-12)


def false_alarms(draw, datasets=150):
    """Return how often p ≤ 0.05, for independent predictions and values that ``draw`` returns with their groups."""
    found = []
    for seed in range(datasets):
        groups, truth, predicted = draw(np.random.default_rng(seed))
        kind = "binary" if set(np.unique(truth)) == {0, 1} else "continuous"
        constant = np.full(len(truth), np.median(truth))
        entry = PermutationInput(factor(kind), truth.astype(float), (predicted[:, None],), constant)
        ((p, _),) = permutation_tests([entry], groups, 99)
        found.append(p)
    return (np.array(found) <= 0.05).mean()


def sizes(rng):
    """Zipf groups with a value that goes with their size."""
    sizes = rng.permutation(np.maximum(1, np.round(400 / np.arange(1, 61) ** 1.2)).astype(int))
    groups, big = np.repeat(np.arange(60), sizes), (sizes > 8) ^ (rng.random(60) < 0.15)
    return groups, big[groups], rng.normal(size=60)[groups] + 0.3 * rng.normal(size=len(groups))


def rare(rng):
    """Few large groups, the first row of each has the rare value; many small ones."""
    groups = np.concatenate([np.repeat(np.arange(6), 100), 6 + np.repeat(np.arange(24), 2)])
    truth = (np.arange(len(groups)) < 600) & (np.arange(len(groups)) % 100 == 0)
    return groups, truth, rng.normal(size=30)[groups] + rng.normal(size=len(groups))


def sessions(rng):
    """Two sessions of each person with both values, in random order or in the same one."""
    person, session = np.repeat(np.arange(30), 20), np.repeat(np.arange(60), 10)
    first = rng.integers(0, 2, 30) if rng.random() < 0.5 else np.zeros(30, int)
    return person, (first[person] + session) % 2, rng.normal(size=60)[session] + 0.3 * rng.normal(size=600)


def walks(rng):
    """Random walks within groups, of values or of time."""
    groups = np.repeat(np.arange(30), 20)
    value, predicted = rng.normal(size=(2, 30, 20)).cumsum(2).reshape(2, -1) + 5 * rng.normal(size=(2, 30))[:, groups]
    return groups, value if rng.random() < 0.5 else np.tile(np.arange(-9.5, 10), 30), predicted


@pytest.mark.parametrize("draw", [sizes, rare, sessions, walks])
def test_p_values_are_valid_whatever_goes_on_within_groups(draw):
    assert false_alarms(draw) <= 0.1  # of 150 at 5 %, more would have a chance of 0.5 %
