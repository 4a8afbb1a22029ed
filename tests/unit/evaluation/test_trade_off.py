"""The trade-off's numbers, from scores written by hand."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.trade_off import advantages, layer_table, on_front, over_seeds, trade_off, trade_off_points
from tests.scores_factory import scores_table

OFF = {"linear": 8.0, "linear_per_label": 5.0, "fourier": 4.0}  # degrees, of each probe


def run_rows(name, seed, eraser, wrong, factor):
    """The scores of a run; ``linear_per_label`` is the best on validation, after erasure ``linear``."""
    shared = {"representation": name, "seed": seed, "eraser": eraser, "layer": "ip1"}
    angle, best = {**shared, "factor": "angle"}, "linear" if eraser else "linear_per_label"
    recognition = {**shared, "factor": "label", "measure": "accuracy", "best": True}
    yield {**recognition, "probe": "head", "value": 0.99}
    yield {**recognition, "probe": "nearest_mean", "value": 1 - wrong, "low": 0.99 - wrong, "high": 1.02 - wrong}
    yield {**recognition, "probe": "nearest_mean", "value": 0.5, "subset": "label=1"}
    for probe, off in OFF.items():
        value = factor * off + bool(eraser)
        yield {**angle, "probe": probe, "measure": "rmse", "value": value, "best": probe == best}
        yield {**angle, "probe": probe, "measure": "baseline_rmse", "value": 28.0}
        yield {**angle, "probe": probe, "measure": "mae", "value": 1.0}


@pytest.fixture(scope="module")
def scores():
    """Two networks of three seeds: one dull, and one sharp, with twice the angle error; erased, 1° worse."""
    rows = [
        row
        for name, wrong, factor in (("dull", 0.2, 1), ("sharp", 0.1, 2))
        for seed in range(3)
        for eraser in ("", "all")
        for row in run_rows(name, seed, eraser, wrong + seed / 100, factor)
    ]
    return scores_table(rows)


@pytest.fixture(scope="module")
def table(scores):
    return trade_off(scores)


def value(table, *where):
    return table.set_index(["representation", "seed", "erased", "measure"]).loc[where, "value"]


def test_errors_are_those_of_the_scores(table):
    assert len(table) == 2 * 3 * 2 * (len(OFF) + 3)
    assert value(table, "dull", 0, False, "mav_error") == pytest.approx(20)
    assert value(table, "sharp", 1, False, "mav_error") == pytest.approx(11)
    for probe, off in OFF.items():
        assert value(table, "dull", 2, False, f"rmse_{probe}") == off
        assert value(table, "sharp", 2, True, f"rmse_{probe}") == 2 * off + 1
    assert value(table, "dull", 0, True, "rmse_constant") == 28
    row = table.iloc[0]
    assert row[["value", "low", "high"]].tolist() == pytest.approx([20, 18, 21])


def test_the_best_probe_is_that_of_validation_not_of_test(table):
    assert value(table, "dull", 0, False, "rmse_best") == 5  # though Fourier features have less error on test
    assert value(table, "dull", 0, True, "rmse_best") == 9


def test_seeds_are_summed_up_by_student_s_t(table):
    summary = over_seeds(table).set_index(["representation", "erased", "measure"])
    row = summary.loc["dull", False, "mav_error"]  # 20, 21 and 22 %
    assert (row["mean"], row["sd"], row["n"]) == (pytest.approx(21), pytest.approx(1), 3)
    assert row["high"] - row["mean"] == pytest.approx(4.302653 / np.sqrt(3))
    one = over_seeds(table[table["seed"] == 0])
    assert one[["sd", "low", "high"]].isna().all(axis=None)
    assert one["mean"].notna().all()


def test_recognition_stands_beside_what_is_decodable(table):
    points = trade_off_points(over_seeds(table), "linear").set_index(["representation", "erased"])
    assert points.loc[("sharp", True), ["error", "rmse", "n"]].tolist() == pytest.approx([11, 17, 3])


def test_the_front_holds_what_nothing_beats():
    error, rmse = np.array([1.0, 2, 3, 2, 1, 4]), np.array([5.0, 9, 8, 9, 4, 20])
    np.testing.assert_array_equal(on_front(error, rmse), [True, True, False, True, False, True])


def test_advantages_are_differences_seed_by_seed():
    values = {("pair", False): [1.0, 2.0, 3.0], ("pair", True): [1.5, 2.5, 3.5], ("other", False): [0.5, 1.4, 2.6]}
    rows = [(*key, seed, "mav_error", value) for key, seeds in values.items() for seed, value in enumerate(seeds)]
    table = pd.DataFrame(rows, columns=["representation", "erased", "seed", "measure", "value"])
    erased, other = advantages(table, "pair").itertuples()
    assert (erased.representation, erased.erased, erased.mean, erased.sd) == ("pair", True, 0.5, 0)
    assert (other.representation, other.reference, other.n) == ("other", "pair", 3)
    assert other.mean == pytest.approx(-0.5)
    reach = 4.302653 * 0.1 / np.sqrt(3)  # Student's t with two degrees of freedom; the differences' deviation is 0.1
    assert (other.low, other.high) == pytest.approx((-0.5 - reach, -0.5 + reach))


def test_layers_are_told_apart(scores):
    both = pd.concat([scores, scores.assign(layer="conv1", value=scores["value"] / 2)])
    found = layer_table(both[both["eraser"] == ""]).set_index(["layer", "representation", "seed", "measure"])["value"]
    assert found.index.is_unique
    assert (found["ip1", "dull", 0, "rmse_linear"], found["conv1", "dull", 0, "rmse_linear"]) == (8, 4)
