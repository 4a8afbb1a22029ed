import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.scorecard import (
    COLUMNS,
    INTERVAL_COLUMNS,
    PAPER_ANGLES,
    build_scorecard,
    constant_angle_rmse,
    digit_quantities,
    face_quantities,
    judge_scorecard,
    read_paper_numbers,
)
from tests.scores_factory import scores_table

REQUIRED = [
    *("lenet_softmax_accuracy", "lenet_mav_accuracy", "lenet_per_angle_mav_accuracy", "mu_lenet_mav_accuracy"),
    *("pair_lenet_softmax_accuracy", "pair_lenet_mav_accuracy"),
    *("lenet_angle_rmse", "mu_lenet_angle_rmse", "pair_lenet_angle_rmse"),
]


@pytest.fixture
def scores():
    right = {"factor": "label", "measure": "accuracy", "probe": "nearest_mean", "representation": "lenet"}
    angle = {"factor": "angle", "measure": "rmse", "probe": "linear_per_label", "representation": "lenet"}
    rows = [
        {**angle, "value": 2.0},
        {**angle, "probe": "mlp", "value": 1.0},  # not one of the paper's quantities
        {**right, "value": 0.75, "low": 0.5, "high": 0.8, "groups": 200},
        {**right, "value": 0.1, "subset": "label=3"},
        {**right, "value": 0.1, "eraser": "all"},
        {**right, "value": 0.5, "seed": 1},
        {**angle, "value": 2.5, "seed": 1},
        {**angle, "value": 30.0, "measure": "baseline_rmse"},
        {**right, "value": 1.0, "representation": "mu_lenet"},
    ]
    return scores_table(rows)


def test_digits_quantities_are_in_percent_and_degrees_with_their_intervals(scores):
    table = digit_quantities(scores)
    assert list(table.columns) == INTERVAL_COLUMNS
    names = ["lenet_mav_accuracy", "lenet_angle_rmse"]
    assert table["quantity"].tolist() == [*names, *names, "mu_lenet_mav_accuracy"]
    assert table.iloc[0].tolist() == ["lenet_mav_accuracy", "percent", 0, 75, 50, 80, 200]
    assert table.iloc[1]["unit"] == "degrees"


def test_the_card_has_mean_and_sd_over_seeds_the_paper_s_rows_first(scores):
    card = build_scorecard(digit_quantities(scores), constant_angle_rmse(scores), dataset="mnist", angles=PAPER_ANGLES)
    assert list(card.columns) == COLUMNS
    assert card["quantity"].iloc[0] == "lenet_mav_accuracy"
    card = card.set_index("quantity")
    assert card.loc["lenet_mav_accuracy", ["unit", "ours", "seeds"]].tolist() == ["percent", 62.5, 2]
    assert card.loc["lenet_mav_accuracy", "sd"] == pytest.approx(np.std([75, 50], ddof=1))
    assert card.loc["lenet_angle_rmse", "ours"] == 2.25
    assert np.isnan(card.loc["mu_lenet_mav_accuracy", "sd"])
    assert card.loc["constant_angle_rmse", "ours"] == 30


@pytest.mark.parametrize(
    ("dataset", "angles", "paper"),
    [("mnist", [-45, -30, -15, 0, 15, 30, 45], 89.9), ("mnist", [-30, 30], None), ("kmnist", PAPER_ANGLES, None)],
)
def test_only_the_paper_s_data_and_angles_are_set_beside_its_numbers(scores, dataset, angles, paper):
    values = build_scorecard(digit_quantities(scores), 30.0, dataset=dataset, angles=angles).set_index("quantity")[
        "paper"
    ]
    assert values["lenet_mav_accuracy"] == paper if paper else values.isna().all()


def test_faces_quantities_name_their_dataset():
    errors = pd.DataFrame({"representation": ["a", "a", "b"], "attribute": ["hat", "(mean)", "(mean)"]})
    poses = {
        "representation": ["a", "b", "a"],
        "target": "abs_yaw",
        "range": "total",
        "probe": ["linear"] * 2 + ["mlp"],
    }
    poses = pd.DataFrame({**poses, "mae": [7.0, 8.0, 1.0], "constant_mae": 15.0})
    card = face_quantities("orl", errors.assign(error=[1.0, 20.0, 30.0]), poses).set_index("quantity")["ours"]
    assert card.to_dict() == {
        "orl_a_attribute_error": 20,
        "orl_b_attribute_error": 30,
        "orl_a_abs_yaw_mae": 7,
        "orl_b_abs_yaw_mae": 8,
        "orl_constant_abs_yaw_mae": 15,
    }


def test_every_required_row_is_known():
    assert set(REQUIRED) <= set(read_paper_numbers()["quantity"])


def test_differences_are_judged_by_their_size_and_direction():
    rows = [
        ("lenet_mav_accuracy", 89.9, 90.8, np.nan, "reproduced"),
        ("lenet_mav_accuracy", 89.9, 94.7, 0.5, "better"),
        ("lenet_mav_accuracy", 89.9, 94.7, 2.5, "reproduced"),
        ("lenet_angle_rmse", 15.0, 9.6, 0.3, "better"),
        ("lenet_angle_rmse", 15.0, 16.1, np.nan, "not reproduced"),
        ("constant_angle_rmse", np.nan, 30.0, np.nan, ""),
    ]
    card = pd.DataFrame(rows, columns=["quantity", "paper", "ours", "sd", "wanted"]).assign(unit="", seeds=1)
    found = judge_scorecard(card)
    assert found["verdict"].tolist() == card["wanted"].tolist()
    assert found["difference"].tolist()[:5] == pytest.approx([0.9, 4.8, 4.8, -5.4, 1.1])
