"""Numbers of any shape: neither a unit, nor a tail, nor a wrong value hides a leak."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.normal_scores import NormalScores
from tests.planted import Planted

SHAPES = {
    "as it is": lambda rng, x: x,
    "log-normal": lambda rng, x: np.exp(2 * x),
    "code in a tenth": lambda rng, x: np.where(rng.random(len(x)) < 0.1, -999, 50 + 10 * x),
    "ten thousandfold": lambda rng, x: (50 + 10 * x) * np.where(rng.permutation(len(x)) < 10, 1000, 1),
    "one 1e9": lambda rng, x: np.where(rng.permutation(len(x)) < 1, 1e9, 50 + 10 * x),
    "zero in most": lambda rng, x: np.where(x > 0.67, np.exp(x), 0),
    "unix time": lambda rng, x: 1_700_000_000 + 10 * x,
}
CORRELATION = 0.9


def shaped(folder, seed=0):
    """A dimension for each number, that encodes it before it got its shape; a number that none encodes."""
    planted = Planted(folder, seed, groups=800, per_group=1)
    rng, factors = np.random.default_rng(seed), {}
    latents = rng.normal(size=(len(SHAPES), planted.rows))
    noise = np.sqrt(1 - CORRELATION**2) * rng.normal(size=latents.shape)
    planted.features = np.vstack([CORRELATION * latents + noise, rng.normal(size=(8, planted.rows))]).T
    for (name, shape), latent in zip(SHAPES.items(), latents, strict=True):
        factors[name] = shape(rng, latent)
    factors["not encoded"] = np.exp(2 * rng.normal(size=planted.rows))
    for name, values in factors.items():
        planted.add(Factor(name, "continuous", values, scale="ranks"))
    return planted


def oracle(planted, index):
    """The skill of least squares on the one dimension that encodes a number, computed apart."""
    values, feature = planted.factors[index].values, planted.features[:, index]
    train, test = planted.split == "train", planted.split == "test"
    learned = NormalScores.fit(values[train])
    slope, intercept = np.polyfit(feature[train], learned.of(values[train]), 1)
    predicted = learned.of(learned.numbers_at(slope * feature[test] + intercept))
    truth, median = learned.of(values[test]), learned.of(np.median(values[train]))
    return 1 - np.abs(predicted - truth).sum() / np.abs(median - truth).sum()


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    planted = shaped(tmp_path_factory.mktemp("numbers"))
    return planted, planted.audit()["verdicts"].set_index("factor")


@pytest.mark.parametrize("name", SHAPES)
def test_a_leak_is_found_with_the_skill_that_ranks_allow(audited, name):
    planted, verdicts = audited
    assert verdicts.loc[name, ["verdict", "how"]].tolist() == ["leaks", "linearly"]
    expected = oracle(planted, list(SHAPES).index(name))
    assert expected > 0.25
    assert verdicts.loc[name, "skill"] == pytest.approx(expected, abs=0.05)


def test_a_normal_number_has_the_skill_of_its_correlation(audited):
    _, verdicts = audited
    expected = 1 - np.sqrt(1 - CORRELATION**2)
    for name in ("as it is", "log-normal", "unix time"):
        assert verdicts.loc[name, "skill"] == pytest.approx(expected, abs=0.06)


def test_a_heavy_tail_alone_is_no_leak(audited):
    _, verdicts = audited
    assert verdicts.loc["not encoded", "verdict"] != "leaks"
    assert abs(verdicts.loc["not encoded", "skill"]) < 0.1
