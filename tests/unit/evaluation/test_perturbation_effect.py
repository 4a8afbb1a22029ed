"""What perturbations do, from predictions whose errors are known in and outside the range trained on."""

import numpy as np
import pytest

from exoprobe.evaluation.perturbation_effect import perturbation_effect
from tests.scores_factory import number, score, write_run

DIGITS = 300


@pytest.fixture
def effect(tmp_path, rng):
    """Scale is predicted with noise, blur by a constant; blur's outer range is on one side.

    One in ten digits is misread in the range, one in two with scale outside, none with blur outside.
    """
    runs = []
    for task, factors in (("scale", ["scale"]), ("together", ["scale", "blur"])):
        outside = np.where(np.tile([True, True, False], DIGITS), "", rng.choice(factors, 3 * DIGITS))
        wrong = np.zeros(len(outside), int)
        for name, share in (("", 0.1), ("scale", 0.5)):
            rows = np.flatnonzero(outside == name)
            wrong[rows] = np.arange(len(rows)) % 10 < 10 * share
        truths = {"scale": rng.normal(1, np.where(outside == "scale", 0.6, 0.2)), "blur": 2.0 * (outside == "blur")}
        truths["blur"] += rng.random(len(outside))
        predicted = {("nearest_mean", "label"): wrong}
        for probe, noise in (("linear", 0.1), ("fourier", 0.05)):
            for name in factors:
                errors = rng.normal(0, noise, len(outside))
                predicted[probe, name] = truths[name] + errors if name == "scale" else 0 * errors + truths[name].mean()
        columns = {"label": 0 * wrong, "outside_factor": outside}
        (tmp_path / task).mkdir()
        options = {"group": np.arange(3 * DIGITS) // 3, "columns": columns, "skills": {("fourier",): 0.9}}
        key = (task, "lenet", "ip1", 0)
        runs.append(write_run(tmp_path / task, [number(f, truths[f]) for f in factors], predicted, key=key, **options))
    found = perturbation_effect(score(tmp_path, *runs, subsets=[{"column": "outside_factor"}]))
    return found.set_index(["task", "factor", "range", "measure"])


def test_recognition_and_decodability_are_told_apart_in_and_outside_the_range(effect):
    assert effect.index.is_unique
    expected = {
        ("scale", "scale", "train_range", "mav_error"): 10,
        ("scale", "scale", "test_range", "mav_error"): 50,
        ("together", "blur", "test_range", "mav_error"): 0,
        ("scale", "scale", "train_range", "rmse_constant"): 0.2,
        ("scale", "scale", "test_range", "rmse_constant"): 0.6,
        ("scale", "scale", "train_range", "rmse_linear"): 0.1,
        ("scale", "scale", "train_range", "explained_linear"): 0.5,
        ("scale", "scale", "test_range", "explained_linear"): 1 - 0.1 / 0.6,
        ("together", "scale", "test_range", "explained_fourier"): 1 - 0.05 / 0.6,
    }
    for key, value in expected.items():
        assert effect.loc[key, "value"] == pytest.approx(value, rel=0.12), key


def test_a_constant_explains_nothing_even_where_the_outer_range_is_on_one_side(effect):
    for name in ("train_range", "test_range"):
        assert effect.loc[("together", "blur", name, "explained_linear"), "value"] == pytest.approx(0, abs=1e-9)


def test_the_best_probe_is_the_one_of_most_skill_on_validation(effect):
    for measure in ("rmse", "explained"):
        best = effect.xs(f"{measure}_best", level="measure")["value"]
        assert best.to_dict() == effect.xs(f"{measure}_fourier", level="measure")["value"].to_dict()


def test_intervals_are_those_of_so_many_digits(effect):
    error = effect.loc[("scale", "scale", "test_range", "mav_error")]
    assert error["high"] - error["low"] == pytest.approx(200 * 1.96 * np.sqrt(0.25 / DIGITS), rel=0.15)
    assert (effect["low"] <= effect["value"] + 1e-12).all()
    assert (effect["value"] <= effect["high"] + 1e-12).all()
