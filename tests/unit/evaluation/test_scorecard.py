import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.scorecard import (
    COLUMNS,
    PAPER_ANGLES,
    build_scorecard,
    read_paper_numbers,
    write_scorecard,
)

REQUIRED = [
    "lenet_softmax_accuracy",
    "lenet_mav_accuracy",
    "lenet_per_angle_mav_accuracy",
    "mu_lenet_mav_accuracy",
    "pair_lenet_softmax_accuracy",
    "pair_lenet_mav_accuracy",
    "lenet_angle_rmse",
    "mu_lenet_angle_rmse",
    "pair_lenet_angle_rmse",
]


@pytest.fixture
def predictions(tmp_path):
    def write(name, mav, angles):
        table = pd.DataFrame({"label": [0, 1, 1, 0], "angle": [-30.0, 30.0, -30.0, 30.0], "mav": mav})
        table = table.assign(predicted_angle=angles, predicted_angle_pooled=angles)
        table.to_parquet(tmp_path / name)
        return tmp_path / name

    return {
        ("lenet", 0): write("a", [0, 1, 1, 1], [-30, 30, -30, 34]),
        ("lenet", 1): write("b", [0, 1, 0, 1], [-27, 26, -30, 30]),
        ("mu_lenet", 0): write("c", [0, 1, 1, 0], [0, 0, 0, 0]),
    }


def test_quantities_by_hand_with_mean_and_sd_over_seeds(predictions):
    card = build_scorecard(predictions, dataset="mnist").set_index("quantity")
    assert card.loc["lenet_mav_accuracy", ["unit", "ours", "seeds"]].tolist() == ["percent", 62.5, 2]
    assert card.loc["lenet_mav_accuracy", "sd"] == pytest.approx(np.std([75, 50], ddof=1))
    assert card.loc["lenet_angle_rmse", "ours"] == pytest.approx((2 + 2.5) / 2)  # √(16/4) and √(25/4)
    assert card.loc["mu_lenet_mav_accuracy", "ours"] == 100
    assert np.isnan(card.loc["mu_lenet_mav_accuracy", "sd"])
    assert card.loc["mu_lenet_angle_rmse", "ours"] == card.loc["constant_angle_rmse", "ours"] == 30


def test_the_paper_s_rows_come_first_and_columns_are_fixed(predictions, tmp_path):
    card = build_scorecard(predictions, dataset="mnist")
    assert card["quantity"].iloc[0] == "lenet_mav_accuracy"
    write_scorecard(card, tmp_path / "s.csv", tmp_path / "s.html", about="mnist, solver fast")
    read = pd.read_csv(tmp_path / "s.csv")
    assert list(read.columns) == COLUMNS == ["quantity", "unit", "paper", "ours", "sd", "seeds"]
    page = (tmp_path / "s.html").read_text()
    assert "lenet_mav_accuracy" in page
    assert "<p>mnist, solver fast</p>" in page


@pytest.mark.parametrize(
    ("dataset", "angles", "paper"),
    [("mnist", [-45, -30, -15, 0, 15, 30, 45], 89.9), ("mnist", [-30, 30], None), ("kmnist", PAPER_ANGLES, None)],
)
def test_only_the_paper_s_data_and_angles_are_set_beside_its_numbers(tmp_path, dataset, angles, paper):
    table = pd.DataFrame({"label": 0, "angle": np.array(angles, float), "mav": 0})
    table.assign(predicted_angle=0.0, predicted_angle_pooled=0.0).to_parquet(tmp_path / "p")
    card = build_scorecard({("lenet", 0): tmp_path / "p"}, dataset=dataset)
    values = card.set_index("quantity")["paper"]
    assert values["lenet_mav_accuracy"] == paper if paper else values.isna().all()
    write_scorecard(card, tmp_path / "s.csv", tmp_path / "s.html", about="")
    assert ("<th>paper</th>" in (tmp_path / "s.html").read_text()) == bool(paper)
    assert list(pd.read_csv(tmp_path / "s.csv").columns) == COLUMNS


def test_every_required_row_is_known():
    assert set(REQUIRED) <= set(read_paper_numbers()["quantity"])
