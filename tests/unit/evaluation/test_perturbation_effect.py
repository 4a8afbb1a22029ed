"""What perturbations do, from planted predictions: errors and readings that are known inside and outside."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.perturbation_effect import perturbation_effect
from exoprobe.plots.perturbation_effect import average_seeds, draw_perturbation_effect
from exoprobe.probes.invariance import READOUTS

DIGITS = 900


@pytest.fixture
def files(tmp_path, rng):
    """A function that writes predictions and grid of a task: scale is read with noise, blur not at all.

    One in ten digits is misread inside, one in two with scale outside, none with blur outside.
    """

    def write(task, factors):
        inside = np.tile([True, True, False], DIGITS)
        outside_factor = np.where(inside, "", rng.choice(factors, len(inside)))
        count = len(inside)
        shares = pd.Series({"": 0.1, "scale": 0.5, "blur": 0.0})[outside_factor].to_numpy()
        table = pd.DataFrame({"label": 3, "group": np.repeat(np.arange(DIGITS), 3)})
        table = table.assign(inside=inside, outside_factor=outside_factor, mav=3)
        table["mav"] += table.groupby("outside_factor").cumcount() % 10 < 10 * shares
        truths = {
            "scale": rng.normal(1, np.where(outside_factor == "scale", 0.6, 0.2)),
            "blur": rng.random(count) + (outside_factor == "blur"),
        }
        for factor in factors:
            table[factor] = truths[factor]
            for readout in READOUTS:
                noise = rng.normal(0, 0.1 if readout == "linear" else 0.05, count)
                table[f"{readout}: {factor}"] = truths[factor] + noise if factor == "scale" else truths[factor].mean()
        table.to_parquet(tmp_path / task)
        grid = pd.DataFrame([(r, f, r == "fourier") for r in READOUTS for f in factors])
        grid.columns = ["readout", "factor", "skill"]
        grid.astype({"skill": float}).assign(chosen=True, erased=False).to_parquet(tmp_path / f"{task}_grid")
        return tmp_path / task, tmp_path / f"{task}_grid"

    return write


@pytest.fixture
def effect(files):
    runs = {
        ("scale", "lenet", 0): files("scale", ["scale"]),
        ("together", "lenet", 0): files("t", ["scale", "blur"]),
    }
    return perturbation_effect(*({run: both[place] for run, both in runs.items()} for place in (0, 1)))


def test_recognition_and_reading_are_told_apart_inside_and_outside(effect):
    assert not effect.duplicated(["task", "factor", "range", "measure"]).any()
    values = effect.set_index(["task", "factor", "range", "measure"])["value"]
    expected = {
        ("scale", "scale", "inside", "mav_error"): 10,
        ("scale", "scale", "outside", "mav_error"): 50,
        ("together", "blur", "outside", "mav_error"): 0,
        ("scale", "scale", "inside", "rmse_constant"): 0.2,
        ("scale", "scale", "outside", "rmse_constant"): 0.6,
        ("scale", "scale", "inside", "rmse_linear"): 0.1,
        ("scale", "scale", "inside", "told_linear"): 0.5,
        ("scale", "scale", "outside", "told_linear"): 1 - 0.1 / 0.6,
        ("together", "scale", "outside", "told_mlp"): 1 - 0.05 / 0.6,
    }
    for key, value in expected.items():
        assert values[key] == pytest.approx(value, rel=0.1), key


def test_nothing_is_told_by_a_readout_that_answers_a_constant_even_where_the_outer_range_is_on_one_side(effect):
    told = effect[(effect["factor"] == "blur") & (effect["measure"] == "told_linear")].set_index("range")["value"]
    assert told.to_dict() == {"inside": pytest.approx(0, abs=1e-3), "outside": pytest.approx(0, abs=1e-3)}


def test_the_best_readout_is_the_one_of_most_skill_on_validation(effect):
    values = effect.pivot_table(index=["task", "factor", "range"], columns="measure", values="value")
    np.testing.assert_array_equal(values["told_best"], values["told_fourier"])
    np.testing.assert_array_equal(values["rmse_best"], values["rmse_fourier"])
    assert (values["told_best"] != values["told_mlp"]).any()


def test_intervals_are_those_of_so_many_digits(effect):
    found = effect.set_index(["task", "factor", "range", "measure"])
    error = found.loc[("scale", "scale", "outside", "mav_error")]
    assert error["high"] - error["low"] == pytest.approx(200 * 1.96 * np.sqrt(0.25 / DIGITS), rel=0.15)
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()


def test_the_figure_shows_the_mean_over_seeds_and_says_all_in_its_table(effect, tmp_path):
    both = pd.concat([effect, effect.assign(seed=1, value=effect["value"] + 1)])
    means = average_seeds(both[both["task"] == "scale"], "mav_error")
    single = effect.set_index(["task", "factor", "range", "measure"])["value"]
    expected = single["scale", "scale", "inside", "mav_error"] + 0.5
    assert means.loc[("scale", "lenet", "inside"), "value"] == pytest.approx(expected)
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    draw_perturbation_effect(both, paths, names={"lenet": "LeNet"}, among=["lenet"], about="planted")
    assert all(path.stat().st_size for path in paths.values())
    pd.testing.assert_frame_equal(pd.read_csv(paths["csv"]), both.reset_index(drop=True), rtol=1e-5)
    text = paths["svg"].read_text()
    assert all(word in text for word in ("LeNet", "one at a time", "all together", "scale", "blur"))
