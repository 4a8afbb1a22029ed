"""The label's skill on values of a factor that training has not seen: planted drops, and none without."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.datasets.folds import plan_folds
from exoprobe.evaluation import unseen_values
from exoprobe.evaluation.label_probe import make_label_probe
from exoprobe.evaluation.shift import ESTIMATES, shift_table
from exoprobe.evaluation.shift_verdicts import COLUMNS, judge_shift
from exoprobe.evaluation.unseen_values import compare_unseen, crossed_rows
from exoprobe.probes.matched_rows import matched_rows
from exoprobe.probes.probe_data import open_representation
from exoprobe.report import tables
from tests.planted import Planted

GROUPS, PER_GROUP = 200, 4


def compare(signal, levels, label, groups, folds=0):
    """Compare seen and unseen levels; the signal [n, 2] is in the first of four dimensions."""
    random = np.random.default_rng(1)
    features = random.normal(size=(len(groups), 4))
    features[:, :2] += signal
    names = np.array([f"fold_{index}" for index in range(folds)] or ["train", "validation", "test"])
    bounds = np.linspace(0, GROUPS, folds + 1)[1:-1] if folds else np.array([0.5, 0.7]) * GROUPS
    splits = names[np.searchsorted(bounds, groups, side="right")]
    probe = make_label_probe(features.astype(np.float32), label, groups, plan_folds(groups, splits))
    return probe, compare_unseen(probe, levels, groups)


def drawn(strength):
    """Return signal, levels of three scanners, binary labels and groups; one scanner moves the signal.

    It can be told from the second dimension, so that a probe that has seen it makes up for that.
    """
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(GROUPS), PER_GROUP)
    levels, label = random.integers(0, 3, GROUPS)[groups], random.integers(0, 2, len(groups))
    factor = Factor("label", "binary", label.astype(float), ("no", "yes"))
    moved = strength * (levels == 2)
    return np.stack([3 * label + moved, moved], axis=1), levels, factor, groups


@pytest.mark.parametrize("folds", [0, 5])
def test_a_scanner_that_moves_the_label_s_direction_hurts_where_training_has_not_seen_it(folds):
    _, result = compare(*drawn(4.0), folds)
    assert result.drop[1] > 0.02
    assert result.p < 0.05
    assert result.worst == 2
    assert result.drop[0] == pytest.approx(result.seen[0] - result.unseen[0])
    assert result.rows == GROUPS * PER_GROUP * (1 if folds else 0.3)


@pytest.mark.parametrize("folds", [0, 5])
def test_a_scanner_that_the_features_do_not_encode_does_not(folds):
    _, result = compare(*drawn(0.0), folds)
    assert result.drop[1] < 0 < result.drop[2] < 0.1
    assert result.p > 0.05


def test_a_label_that_is_a_number_is_compared_too():
    _, levels, _, groups = drawn(0.0)
    values = np.random.default_rng(2).normal(size=len(groups))
    number, moved = Factor("label", "continuous", values, scale=RANKS), 4 * (levels == 2)
    _, planted = compare(np.stack([2 * values + moved, moved], axis=1), levels, number, groups)
    assert planted.drop[1] > 0.1
    _, nothing = compare(np.stack([2 * values, 0 * values], axis=1), levels, number, groups)
    assert abs(nothing.drop[0]) < 0.05


def test_the_jackknife_finds_the_spread_between_training_samples(monkeypatch):
    """Twelve audits with the same test rows and other training rows: their drops differ by about as much as it says."""
    spreads, drops, groups = [], [], np.repeat(np.arange(GROUPS), PER_GROUP)
    jackknife = unseen_values._spread_of_training
    monkeypatch.setattr(
        unseen_values, "_spread_of_training", lambda *given: spreads.append(jackknife(*given)) or spreads[-1]
    )
    fixed = np.random.default_rng(0).normal(size=(len(groups), 5))
    splits = np.array(["train", "validation", "test"])[np.searchsorted([50, 70], groups, side="right")]
    levels, folds = groups % 3, plan_folds(groups, splits)
    for seed in range(12):
        drawn = np.where((splits == "test")[:, None], fixed, np.random.default_rng(seed).normal(size=fixed.shape))
        label = Factor("label", "continuous", drawn[:, 4], scale=RANKS)
        features = drawn[:, :4] + label.values[:, None] * [1, 0.5, 0, 0] + 2 * np.outer(levels == 2, [1, 1, 0, 0])
        probe = make_label_probe(features.astype(np.float32), label, groups, folds)
        drops.append(compare_unseen(probe, levels, groups).drop[0])
    assert 0.6 < np.sqrt(np.mean(np.square(spreads))) / np.std(drops, ddof=1) < 2


def test_a_level_with_one_label_is_left_out_and_two_such_levels_leave_nothing():
    signal, levels, label, groups = drawn(0.0)
    probe, _ = compare(signal, levels, label, groups)
    levels = np.where((levels == 2) & (label.values == 0), 0, levels)
    crossed = crossed_rows(probe, levels, groups)
    assert not crossed[levels == 2].any()
    assert crossed[levels != 2].all()
    assert compare_unseen(probe, label.values.astype(int), groups) is None


def test_whole_groups_replace_groups_and_rows_replace_rows_with_the_same_labels():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(90), 4)
    label = random.integers(0, 2, 360)
    of_groups = (np.arange(90) % 3)[groups]
    (chosen,) = matched_rows(of_groups, 0, label, groups, draws=1)
    assert chosen.sum() == 120
    assert set(np.bincount(groups, chosen)) == {0, 4}
    assert 0.15 < (chosen & (of_groups == 0)).sum() / 120 < 0.6  # a third is of the level itself
    assert abs(label[chosen].sum() - label[of_groups == 0].sum()) <= 6
    of_rows = (random.random(360) < 0.2 + 0.6 * label).astype(int)
    draws = matched_rows(of_rows, 1, label, groups, draws=10)
    chosen = draws[0]
    assert label[chosen].mean() == pytest.approx(label[of_rows == 1].mean(), abs=0.05)
    assert chosen.sum() == pytest.approx((of_rows == 1).sum(), abs=12)
    shares = [of_rows[rows & (label == 0)].mean() for rows in draws]
    assert np.mean(shares) == pytest.approx(0.25, abs=0.1)  # 0.2 of all rows with that label, whole units apart


def test_the_table_has_a_row_per_factor_and_none_without_a_label(tmp_path):
    planted = Planted(tmp_path, groups=60, per_group=4, dimension=4)
    planted.columns["label"] = planted.rng.integers(0, 3, planted.rows)
    planted.features[:, 0] += 3 * planted.columns["label"]
    planted.binary("stain")
    planted.add(Factor("copy", "categorical", planted.columns["label"].astype(float), ("a", "b", "c")))
    planted.add(Factor("hour", "angle", planted.rng.uniform(0, 360, planted.rows)))
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    table = shift_table(source, planted.samples, label="tissue")["shift"]
    assert list(table["factor"]) == ["stain", "copy", "hour"]
    by_name = table.set_index("factor")
    assert by_name["factor_skill"]["copy"] == 1
    assert (by_name["label_low"] < by_name["label_skill"]).all()
    assert by_name["label_skill"]["stain"] > 0.6
    assert by_name["rows"]["copy"] == 0
    assert by_name["left_out"]["copy"] == "a, b, c"
    assert by_name["levels"]["hour"] == 5
    assert by_name["nipd"].notna()[["stain", "copy"]].tolist() == [True, False]
    assert list(shift_table(source, planted.samples, label=None)["shift"]) == ESTIMATES
    judged = judge_shift(table.assign(representation="net"), ["net"], 0.1)
    assert judged["verdict"][1] == "not separable"
    assert judged["control"].all()


def row(**changed):
    known = dict.fromkeys(ESTIMATES, 0.0) | {
        "factor": "scanner", "kind": "categorical", "seen_low": 0.5, "drop": 0.08, "drop_low": 0.05, "drop_high": 0.15,
        "p": 0.001, "rows": 400, "groups": 60, "worst": "B", "left_out": "",
    }  # fmt: skip
    return known | {"representation": "net"} | changed


@pytest.mark.parametrize(
    ("changed", "verdict", "words"),
    [
        ({}, "hurts", "has not seen"),
        ({"drop_high": 0.09}, "hurts", "by less than 0.1"),
        ({"p": 0.4, "drop_low": -0.02, "drop_high": 0.07}, "no drop shown", "falls by less than 0.1"),
        ({"p": 0.4, "drop_low": -0.02}, "inconclusive", "may fall by 0.15"),
        ({"p": 0.4}, "inconclusive", "disagree"),
        ({"p": 0.4, "drop_low": -0.02, "seen_low": -0.1}, "inconclusive", "nothing can be lost"),
        ({"groups": 9}, "inconclusive", "only 9 test groups"),
        ({"drop_low": np.nan, "drop_high": np.nan}, "inconclusive", "rarest label"),
        ({"rows": 0, "p": np.nan}, "not separable", "no values of scanner have two labels"),
    ],
)
def test_the_verdict_s_rule(changed, verdict, words):
    judged = judge_shift(pd.DataFrame([row(**changed)]), [], 0.1).iloc[0]
    assert judged["verdict"] == verdict
    assert words in judged["reason"]


def test_p_values_are_corrected_over_factors_and_representations():
    rows = [row(p=0.02), row(p=0.04, factor="stain"), row(p=np.nan, rows=0, factor="site")]
    assert judge_shift(pd.DataFrame(rows), [], 0.1)["p_holm"].tolist()[:2] == [0.04, 0.04]
    assert tables.COLUMNS["shift"].split() == COLUMNS
