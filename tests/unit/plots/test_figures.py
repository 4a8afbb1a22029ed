import numpy as np
import pandas as pd
import pytest
import torch

from exoprobe.plots.angle_prediction import angle_statistics
from exoprobe.plots.digit_errors import digit_errors
from exoprobe.plots.heat_maps import SAMPLES_PER_CELL, _to_table, build_heat_map, choose_columns
from exoprobe.plots.pair_topology import layer_table
from exoprobe.plots.style import new_figure, save_figure


def test_figure_3_averages_mean_and_sd_per_label_over_labels():
    table = pd.DataFrame({"label": [0, 0, 1, 1], "angle": [15.0] * 4, "predicted_angle": [10.0, 20.0, 30.0, 34.0]})
    data = angle_statistics({("lenet", 4): table})
    assert data["mean"].tolist() == [pytest.approx((15 + 32) / 2)]
    assert data["sd"].tolist() == [pytest.approx((np.sqrt(50) + np.sqrt(8)) / 2)]
    assert (data["model"].item(), data["seed"].item(), data["angle"].item()) == ("lenet", 4, 15)


def test_figure_4_gives_the_error_per_digit_and_over_all_images():
    columns = {"mav": [0, 1, 1, 0], "per_angle_mav": [0, 0, 0, 1], "softmax": [0, 0, 0, 1]}
    columns |= {"label_angle_mav": [0, 0, 0, 0], "per_angle_mav_pooled": [1, 1, 1, 1]}
    table = pd.DataFrame({"label": [0, 0, 0, 1], **columns})
    data = digit_errors({("lenet", 0): table}).set_index(["technique", "label"])["error"]
    assert data["LeNet-MAV", "0"] == pytest.approx(200 / 3)
    assert data["LeNet-MAV", "1"] == 100
    assert data["LeNet-MAV", "average"] == 75
    assert data["LeNet-softmax", "average"] == 0
    assert data["LeNet-MAV, label and angle means", "1"] == 100
    assert data["LeNet-per-angle-MAV, one angle regressor", "average"] == 75


def test_figure_5_lists_the_layers_of_the_network_itself():
    table = layer_table(torch.zeros(1, 1, 28, 28, dtype=torch.uint8), ["pool1", "ip1"]).set_index("layer")
    assert table.loc["pool2", "shape"] == "50×4×4"
    assert table["parameters"].sum() == 431_080
    assert table.index[table["euclidean_loss"]].tolist() == ["pool1", "ip1"]


def test_heat_map_columns_are_sorted_by_digit_then_angle_with_equal_shares(rng):
    factors = pd.DataFrame({"label": rng.integers(0, 3, 600), "angle": rng.choice([-45.0, 0.0, 45.0], 600)})
    chosen = factors.iloc[choose_columns(factors)]
    assert len(chosen) == 9 * SAMPLES_PER_CELL
    assert chosen[["label", "angle"]].apply(tuple, axis=1).is_monotonic_increasing


def test_heat_map_rows_are_elements_and_block_order_uses_all_samples():
    features = np.array([[0, 9, 0], [0, 9, 0], [5, 1, 0], [5, 1, 0]], np.float32)
    labels = np.array([0, 0, 1, 1])
    plain = build_heat_map(features, labels, np.array([0, 2]), block_diagonal=False)
    np.testing.assert_array_equal(plain.values, [[0, 5], [9, 1], [0, 0]])
    blocks = build_heat_map(features, labels, np.array([0, 2]), block_diagonal=True)
    np.testing.assert_array_equal(blocks.order, [1, 0, 2])
    np.testing.assert_array_equal(blocks.values, [[9, 1], [0, 5], [0, 0]])


def test_heat_map_columns_are_named_by_the_whole_angle():
    features = np.arange(12, dtype=np.float32).reshape(4, 3)
    factors = pd.DataFrame({"label": [0, 0, 1, 1], "angle": [-7.5, 7.25, 7.25, 7.4]})
    picture = build_heat_map(features, factors["label"].to_numpy(), np.arange(4), block_diagonal=False)
    table = _to_table("lenet", picture, factors)
    names = ["digit0_angle-7.5_0", "digit0_angle+7.25_0", "digit1_angle+7.25_0", "digit1_angle+7.4_0"]
    assert table.columns[3:].tolist() == names
    np.testing.assert_array_equal(table[names].T, features)


def test_a_figure_is_the_same_file_each_time(tmp_path):
    contents = []
    for run in range(2):
        figure, axes = new_figure()
        axes.plot([1, 2], [3, 4], label="x")
        paths = {kind: tmp_path / f"{run}.{kind}" for kind in ("pdf", "png", "svg", "csv")}
        save_figure(figure, pd.DataFrame({"x": [1]}), paths)
        contents.append([path.read_bytes() for path in paths.values()])
    assert contents[0] == contents[1]
