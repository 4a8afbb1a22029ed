"""Learning curves: nested, honest, and where they lead."""

import numpy as np
import pytest

from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.evaluation.learning import ESTIMATED, EXTRAPOLATED, learning_tables
from exoprobe.evaluation.learning_law import gains
from exoprobe.probes.learning_curve import learning_curves
from exoprobe.probes.nested_ridge import ALPHAS
from exoprobe.probes.online_code import code_online
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted

SHARES = 2.0 ** np.arange(-5, 1)


def planted(folder, folds=0, dimension=12):
    """A dataset of 120 groups with factors that are encoded, one that is not, and one that is known in part."""
    data = Planted(folder, groups=120, per_group=3, dimension=dimension)
    data.features[:, 0] += 1.5 * data.binary("sex", of_group=True)
    data.binary("nothing")
    number = data.rng.normal(size=data.rows)
    data.features[:, 1] += 2 * number
    data.add(Factor("number", "continuous", np.exp(number), scale=RANKS))
    angle = data.rng.uniform(-90, 90, data.rows)
    data.features[:, 2] += 3 * np.sin(np.radians(angle))
    data.add(Factor("angle", "angle", np.where(data.rng.random(data.rows) < 0.2, np.nan, angle)))
    color = data.rng.integers(0, 3, data.rows)
    data.features[:, 3:6] += 2 * np.eye(3)[color]
    data.add(Factor("color", "categorical", color.astype(float), tuple("rgb")))
    if folds:
        data.split = np.array([f"fold_{group * folds // 120}" for group in data.group])
    return data


def opened(data, name="features"):
    path = data.write(name)
    return open_representation(data.samples, data.factors_file, path)


def tables(data):
    return learning_tables(opened(data), data.samples, data.factors_file)


@pytest.fixture(scope="module")
def of_split(tmp_path_factory):
    return tables(planted(tmp_path_factory.mktemp("split")))


@pytest.fixture(scope="module")
def of_folds(tmp_path_factory):
    return tables(planted(tmp_path_factory.mktemp("folds"), folds=5))


@pytest.mark.parametrize(("fixture", "groups", "rows"), [("of_split", 72, 216), ("of_folds", 96, 288)])
def test_curves_end_with_all_training_groups_and_lead_to_twice_and_ten_times_as_many(fixture, groups, rows, request):
    learning = request.getfixturevalue(fixture)["learning"]
    for name, curve in learning.groupby("factor"):
        measured, further = (curve[curve["kind"] == kind] for kind in (ESTIMATED, EXTRAPOLATED))
        assert measured["groups"].is_monotonic_increasing
        assert measured["groups"].iloc[-1] == groups
        assert further["groups"].tolist() == [2 * groups, 10 * groups]
        if name != "angle":
            assert measured["rows"].iloc[-1] == rows
    assert (learning["probe"] == "ridge").all()


@pytest.mark.parametrize("fixture", ["of_split", "of_folds"])
def test_what_is_encoded_is_found_with_more_groups_and_nothing_else_is_extrapolated(fixture, request):
    learning = request.getfixturevalue(fixture)["learning"].set_index(["factor", "kind"])
    for name in ("sex", "number", "angle", "color"):
        measured, further = learning.loc[name, ESTIMATED], learning.loc[name, EXTRAPOLATED]
        assert measured["skill"].iloc[-1] > measured["skill"].iloc[0]
        assert measured["low"].iloc[-1] > 0.2
        assert (further["skill"] >= measured["skill"].iloc[-1]).all()
        assert ((further["low"] <= further["skill"]) & (further["skill"] <= further["high"])).all()
        assert (further["high"] <= 1).all()
    assert learning.loc["nothing", EXTRAPOLATED][["skill", "low", "high"]].isna().all(axis=None)
    assert learning.loc["nothing", ESTIMATED]["low"].iloc[-1] < 0


@pytest.mark.parametrize("fixture", ["of_split", "of_folds"])
def test_features_shorten_the_description_of_what_they_encode(fixture, request):
    code = request.getfixturevalue(fixture)["description_length"].set_index("factor")
    assert (code.loc[["sex", "number", "angle", "color"], "saved_bits"] > 0.15).all()
    assert abs(code.loc["nothing", "saved_bits"]) < 0.02
    assert code["compression"].isna().tolist() == [False, False, True, True, False]
    assert code.loc["color", "compression"] == pytest.approx(
        code.loc["color", "baseline_bits"] / code.loc["color", "bits"]
    )


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The curves of one split with more dimensions than training rows, and what they were computed from."""
    data = planted(tmp_path_factory.mktemp("wide"), dimension=300)
    source, test = opened(data), data.split == "test"
    factors = [source.factors[name].learned_from(data.split == "train") for name in ("number", "sex")]
    return data, factors, learning_curves(source, factors, [source.groups] * 2, test)


def test_the_last_point_is_ridge_regression_on_all_training_rows(wide):
    data, (number, _), (curve, _) = wide
    train, test = data.split == "train", data.split == "test"
    features = data.features.astype(np.float32).astype(np.float64)
    features = (features - features[train].mean(0)) / features[train].std(0)
    scores = number.scaled(number.values[train])
    kernel, rank = features[train] @ features[train].T, train.sum() - 1
    expected = []
    for alpha in ALPHAS:
        ridge = alpha * np.trace(kernel) / rank
        weights = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), scores - scores.mean())
        expected.append(number.unscaled(features[test] @ features[train].T @ weights + scores.mean()))
    errors = np.abs(np.array(expected) / curve.predicted[-1, :, 0] - 1).max(1)
    assert errors.min() < 0.01
    assert np.ptp(curve.predicted[-1], axis=1).max() < 1e-9  # every order ends with the same rows
    assert np.ptp(curve.predicted[0], axis=1).min() > 0.01


def test_no_test_row_matters_for_another(wide):
    data, _, curves = wide
    test = np.flatnonzero(data.split == "test")
    half = test[: len(test) // 2]
    kept = data.features[half].copy()
    data.features[half] *= 100
    source = opened(data, "changed")
    factors = [source.factors[name].learned_from(data.split == "train") for name in ("number", "sex")]
    changed = learning_curves(source, factors, [source.groups] * 2, data.split == "test")
    data.features[half] = kept
    for before, after in zip(curves, changed, strict=True):
        np.testing.assert_array_equal(before.predicted[:, len(half) :], after.predicted[:, len(half) :])


def test_a_factor_of_a_unit_that_train_and_test_share_is_not_extrapolated(tmp_path):
    data = Planted(tmp_path, groups=120, per_group=3, dimension=12)
    site = data.rng.permutation(np.arange(120) % 20)[data.group]
    data.add(Factor("site", "categorical", site.astype(float), tuple(map(str, range(20)))))
    scanner = data.rng.permutation(np.arange(20) % 2)[site]
    data.features[:, 0] += 4 * scanner
    data.add(Factor("scanner", "binary", scanner.astype(float), ("old", "new")))
    learning = tables(data)["learning"].set_index(["factor", "kind"])
    assert learning.loc["scanner", ESTIMATED]["groups"].iloc[-1] == 20
    assert learning.loc["scanner", EXTRAPOLATED]["skill"].isna().all()


@pytest.mark.parametrize(("exponent", "offset"), [(0.35, 0.0), (0.5, 0.0), (1.0, 0.1)])
def test_a_curve_that_follows_the_law_is_continued_by_it(exponent, offset, rng):
    def law(share):
        return 0.6 - 0.08 * (share + offset) ** -exponent

    curves = law(SHARES) + 1e-4 * rng.normal(size=(200, 6))
    gain, drawn = gains(SHARES, np.vstack([law(SHARES), curves]), np.full(6, 1e-7), (2, 10))
    expected = law(np.array([2, 10])) - law(1)
    np.testing.assert_allclose(gain, expected, rtol=0.1)
    np.testing.assert_allclose(np.median(drawn, axis=0), expected, rtol=0.1)


def test_a_curve_that_falls_or_is_flat_leads_nowhere():
    for skills in (np.full(6, 0.4), 0.4 - 0.05 * SHARES):
        gain, _ = gains(SHARES, np.stack([skills, skills]), np.full(6, 1e-4), (2, 10))
        np.testing.assert_allclose(gain, 0, atol=1e-3)


def test_a_curve_that_is_still_steep_has_a_wide_range_of_continuations():
    steep, flat = 0.2 + 0.06 * np.log2(32 * SHARES), 0.5 - 0.2 * 0.2 ** np.arange(6)
    widths = [np.ptp(gains(SHARES, np.tile(skills, (300, 1)), np.full(6, 1e-4), (10,))[1]) for skills in (steep, flat)]
    assert widths[0] > 5 * widths[1]


def test_the_code_of_a_balanced_binary_factor_by_hand():
    factor = Factor("f", "binary", np.arange(400.0) % 2, ("no", "yes"))
    outcome, shells = factor.values[:, None], np.repeat([0, 1], [100, 300])
    nothing = np.zeros((2, 400, 1))
    code = code_online(factor, outcome, nothing, shells, (outcome, nothing))
    assert (code.rows, code.bits, code.baseline) == pytest.approx((400, 400, 400))
    perfect = np.stack([outcome - 0.5, outcome - 0.5])
    code = code_online(factor, outcome, perfect, shells, (outcome, perfect))
    assert code.bits == pytest.approx(100, abs=10)  # the first block, and hardly more
    assert code.baseline == pytest.approx(400)
