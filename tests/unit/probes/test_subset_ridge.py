"""Ridge regressions on subsets of rows: the same as fitted anew, and the first-order change without a block."""

import numpy as np
import pytest

from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.probes.subset_ridge import SubsetRidge

ROWS, BLOCKS = 600, 12


def ridge_of_kind(kind):
    """Return ridge regressions of an outcome that two of six dimensions encode, and the outcome's known rows."""
    random = np.random.default_rng(0)
    features = random.normal(size=(ROWS, 6)).astype(np.float32)
    signal = features[:, 0] + 0.5 * features[:, 1] + random.normal(size=ROWS)
    values = {"binary": signal > 0.5, "categorical": np.digitize(signal, [-1, 0.5]), "continuous": signal}[kind]
    names = () if kind == "continuous" else tuple("abc"[: 2 + (kind == "categorical")])
    outcome = Factor("label", kind, np.where(np.arange(ROWS) % 50 == 0, np.nan, values), names, scale=RANKS)
    return SubsetRidge(features, outcome.learned_from(np.ones(ROWS, bool))), outcome.known


@pytest.mark.parametrize("kind", ["binary", "categorical", "continuous"])
def test_leaving_out_a_block_is_close_to_fitting_without_it(kind):
    ridge, known = ridge_of_kind(kind)
    blocks, fitted = np.arange(ROWS) % BLOCKS, np.arange(ROWS) < 500
    whole, *without = ridge.predict_without(ridge.moments(fitted & known), fitted, blocks, ~fitted)
    assert whole == pytest.approx(ridge.predict(ridge.moments(fitted & known), ~fitted), rel=1e-4, abs=1e-5)
    exact = [ridge.predict(ridge.moments(fitted & known & (blocks != block)), ~fitted) for block in range(BLOCKS)]
    if kind == "categorical":
        assert np.mean(np.array(without) == np.array(exact)) > 0.98
    else:
        changes, wanted = np.array(without) - whole, np.array(exact) - whole
        assert np.sqrt(np.mean((changes - wanted) ** 2)) < 0.2 * np.sqrt(np.mean(wanted**2))


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_moments_without_few_or_many_rows_are_those_of_the_rest(share):
    ridge, known = ridge_of_kind("binary")
    rows = known & (np.arange(ROWS) < 500)
    left_out = np.random.default_rng(1).random(ROWS) < share
    found, wanted = ridge.moments_without(rows, left_out), ridge.moments(rows & ~left_out)
    assert found.count == wanted.count
    for name in ("mean", "target_mean", "gram", "cross"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=1e-3)
