"""The trade-off's numbers, from planted predictions."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.trade_off import on_front, over_seeds, trade_off, trade_off_points
from exoprobe.probes.invariance import READOUTS

DIGITS, TURNS = 200, 5
OFF = {"linear": 8.0, "linear_per_label": 5.0, "fourier": 4.0, "mlp": 6.0}  # degrees, of each readout


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two variants of three seeds: one dull, and one sharp, whose angle is read half as well; erased, 1° worse."""
    folder, rng = tmp_path_factory.mktemp("planted"), np.random.default_rng(0)
    group = np.repeat(np.arange(DIGITS), TURNS)
    angle = np.tile(np.linspace(-40, 40, TURNS), DIGITS)
    predictions, grids = {}, {}
    for variant, wrong, factor in (("dull", 0.2, 1), ("sharp", 0.1, 2)):
        for seed in range(3):
            missed = (rng.permutation(DIGITS) < wrong * DIGITS + 2 * seed)[group]
            table = pd.DataFrame({"label": 1, "group": group, "angle": angle, "mav": 1 - missed})
            table["mav_erased"] = table["mav"]
            sign = rng.choice([-1, 1], DIGITS)[group]
            for name, off in OFF.items():
                table[f"{name}: angle"] = angle + factor * off * sign
                table[f"{name}_erased: angle"] = angle + (factor * off + 1) * sign
            skills = [("linear", 0.7), ("linear", 0.6), ("linear_per_label", 0.8), ("fourier", 0.75), ("mlp", 0.79)]
            grid = pd.DataFrame(skills, columns=["readout", "skill"]).assign(factor="angle", chosen=True)
            grid.loc[1, "chosen"] = False
            nothing = pd.DataFrame({"readout": ["mav"], "skill": 0.99, "chosen": True})
            grid = pd.concat([nothing, grid]).assign(erased=False)
            swapped = grid.assign(erased=True, skill=1 - grid["skill"])  # the linear readout has most
            predictions[variant, seed] = folder / f"{variant}{seed}.parquet"
            grids[variant, seed] = folder / f"{variant}{seed}_grid.parquet"
            table.to_parquet(predictions[variant, seed])
            pd.concat([grid, swapped]).to_parquet(grids[variant, seed])
    return predictions, grids


@pytest.fixture(scope="module")
def table(runs):
    return trade_off(*runs)


def value(table, *where):
    return table.set_index(["variant", "seed", "erased", "measure"]).loc[where, "value"]


def test_errors_are_those_that_were_planted(table):
    assert len(table) == 2 * 3 * 2 * (len(READOUTS) + 3)
    assert value(table, "dull", 0, False, "mav_error") == pytest.approx(20)
    assert value(table, "sharp", 1, False, "mav_error") == pytest.approx(11)
    for readout, off in OFF.items():
        assert value(table, "dull", 2, False, f"rmse_{readout}") == pytest.approx(off)
        assert value(table, "sharp", 2, True, f"rmse_{readout}") == pytest.approx(2 * off + 1)
    assert value(table, "dull", 0, True, "rmse_constant") == pytest.approx(np.sqrt(800))


def test_the_best_readout_is_that_of_validation_not_of_test(table):
    assert value(table, "dull", 0, False, "rmse_best") == 5  # though Fourier features read test better
    assert value(table, "dull", 0, True, "rmse_best") == 9


def test_intervals_are_over_digits(table):
    row = table[(table["measure"] == "mav_error") & ~table["erased"]].iloc[0]
    assert row["low"] < row["value"] < row["high"]
    assert row["high"] - row["low"] == pytest.approx(200 * 1.96 * np.sqrt(0.2 * 0.8 / DIGITS), rel=0.15)


def test_seeds_are_summed_up_by_student_s_t(table):
    summary = over_seeds(table).set_index(["variant", "erased", "measure"])
    row = summary.loc["dull", False, "mav_error"]  # 20, 21 and 22 %
    assert (row["mean"], row["sd"], row["n"]) == (pytest.approx(21), pytest.approx(1), 3)
    assert row["high"] - row["mean"] == pytest.approx(4.302653 / np.sqrt(3))
    one = over_seeds(table[table["seed"] == 0])
    assert one[["sd", "low", "high"]].isna().all(axis=None)
    assert one["mean"].notna().all()


def test_recognition_stands_beside_what_is_told(table):
    points = trade_off_points(over_seeds(table), "linear").set_index(["variant", "erased"])
    assert points.loc[("sharp", True), ["error", "rmse"]].tolist() == pytest.approx([11, 17])


def test_the_front_holds_what_nothing_beats():
    error, rmse = np.array([1.0, 2, 3, 2, 1, 4]), np.array([5.0, 9, 8, 9, 4, 20])
    np.testing.assert_array_equal(on_front(error, rmse), [True, True, False, True, False, True])
