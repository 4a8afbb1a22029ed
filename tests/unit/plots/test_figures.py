"""Figures of digits: what they draw, and the table beside them."""

import numpy as np
import pandas as pd
import pytest
import torch

from exoprobe.evaluation.trade_off import over_seeds
from exoprobe.plots.angle_prediction import angle_statistics, draw_angle_prediction
from exoprobe.plots.digit_errors import TECHNIQUES, digit_errors, draw_digit_errors
from exoprobe.plots.heat_maps import SAMPLES_PER_CELL, _to_table, build_heat_map, choose_columns
from exoprobe.plots.layers import PROBES, draw_layers
from exoprobe.plots.pair_topology import layer_table
from exoprobe.plots.perturbation_effect import average_seeds, draw_perturbation_effect
from exoprobe.plots.representation_styles import NETWORK_NAMES
from exoprobe.plots.scree import draw_scree
from exoprobe.plots.style import new_figure, save_figure
from exoprobe.plots.trade_off import PANELS, draw_trade_off
from tests.scores_factory import number, scores_table, write_run


def lines(figure):
    return sum(len(axes.lines) for axes in figure.axes)


def error_bars(figure):
    """The lengths of all error bars that are drawn."""
    segments = [segment for axes in figure.axes for bars in axes.collections for segment in bars.get_segments()]
    return np.array([segment[1, 1] - segment[0, 1] for segment in segments if len(segment)])


def first_seed(files):
    return {key: path for key, path in files.items() if key[1] == 0}


def test_figure_3_averages_mean_and_sd_per_label_over_labels():
    table = pd.DataFrame({"label": [0, 0, 1, 1], "angle": [15.0] * 4, "predicted": [10.0, 20.0, 30.0, 34.0]})
    data = angle_statistics({("lenet", 4): table})
    assert data["mean"].tolist() == [pytest.approx((15 + 32) / 2)]
    assert data["sd"].tolist() == [pytest.approx((np.sqrt(50) + np.sqrt(8)) / 2)]
    assert (data["model"].item(), data["seed"].item(), data["angle"].item()) == ("lenet", 4, 15)


@pytest.mark.parametrize("step", [40.0, 2.5])
def test_figure_3_marks_each_seed_and_sets_markers_less_far_apart_than_the_angles(tmp_path, paths, figures, rng, step):
    angle = np.tile([-step / 2, step / 2], 60)
    runs = {}
    for name in NETWORK_NAMES:
        for seed in (0, 1):
            predicted = {("linear_per_label", "angle"): angle + rng.normal(size=120)}
            columns, key = {"label": np.arange(120) // 2 % 3, "angle": angle}, ("rotated", name, "ip1", seed)
            runs[name, seed] = write_run(tmp_path, [number("angle", angle)], predicted, columns=columns, key=key)
    samples, files = runs["lenet", 0].samples, {key: run.predictions for key, run in runs.items()}
    for chosen in (files, first_seed(files)):
        draw_angle_prediction(samples, chosen, paths, caption="")
        data = pd.read_csv(paths["csv"])
        assert data.groupby(["model", "angle"])["mean"].nunique().eq(len(chosen) // 3).all()
    both, alone = figures
    assert lines(both) - lines(alone) == len(NETWORK_NAMES)
    positions = [bars.lines[0].get_xdata() for bars in alone.axes[0].containers]
    assert np.ptp(positions, axis=0).max() < step / 2


@pytest.fixture
def digit_scores(rng):
    """Scores of every technique of Figure 4, of three digits and two seeds."""
    shared = {"factor": "label", "measure": "accuracy"}
    probes = {(network, probe) for network, probe, *_ in TECHNIQUES}
    subsets = ["", "label=0", "label=1", "label=2"]
    runs = [(*key, seed, subset) for key in sorted(probes) for seed in (0, 1) for subset in subsets]
    columns = ["representation", "probe", "seed", "subset"]
    return scores_table([{**shared, **dict(zip(columns, run, strict=True)), "value": rng.random()} for run in runs])


def test_figure_4_gives_the_error_per_digit_and_over_all_images(digit_scores):
    data = digit_errors(digit_scores)
    assert data[data["technique"] == "LeNet-MAV"]["label"].tolist() == ["0", "1", "2", "average"] * 2
    right = digit_scores.set_index(["representation", "probe", "seed", "subset"])["value"]
    found = data.set_index(["technique", "seed", "label"])["error"]
    assert found["LeNet-softmax", 1, "2"] == pytest.approx(100 - 100 * right["lenet", "head", 1, "label=2"])
    assert found["µ-LeNet-MAV", 0, "average"] == pytest.approx(100 - 100 * right["mu_lenet", "nearest_mean", 0, ""])


def test_figure_4_draws_the_sd_over_seeds_and_nothing_for_a_single_one(digit_scores, paths, figures):
    draw_digit_errors(digit_scores, paths, caption="hand-made")
    data = pd.read_csv(paths["csv"])
    draw_digit_errors(digit_scores[digit_scores["seed"] == 0], paths, caption="")
    both, alone = figures
    sd = data.groupby(["technique", "label"], sort=False)["error"].std()
    names = [name for *_, name, _ in TECHNIQUES]
    drawn = [sd[name, label] for name in names for label in "012"] + [sd[name, "average"] for name in names]
    assert error_bars(both) == pytest.approx(2 * np.array(drawn), abs=1e-3)
    assert not len(error_bars(alone))
    assert both.get_supxlabel() == "hand-made"


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


def test_heat_map_rows_are_dimensions_and_block_order_uses_all_samples():
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


def test_figure_6_has_a_line_for_each_seed(tmp_path, plant, paths, figures):
    keys = [(name, seed) for name in NETWORK_NAMES for seed in (0, 1)]
    features = {
        (name, seed): plant(f"f-{name}-{seed}", rank, label_noise=2.5) for rank, (name, seed) in enumerate(keys)
    }
    draw_scree(tmp_path / "samples.parquet", features, paths, caption="")
    assert len(pd.read_csv(paths["csv"])) == len(keys) * 4
    draw_scree(tmp_path / "samples.parquet", first_seed(features), paths, caption="")
    both, alone = figures
    assert lines(both) - lines(alone) == len(NETWORK_NAMES)


def hand_made(measures, names, **columns):
    """Return a table of measures of some representations, of two seeds."""
    rows = [
        (name, seed, measure, 5.0 + rank + seed)
        for name in names
        for seed in (0, 1)
        for rank, measure in enumerate(measures)
    ]
    table = pd.DataFrame(rows, columns=["representation", "seed", "measure", "value"])
    return table.assign(low=table["value"] - 1, high=table["value"] + 1, **columns)


def test_the_trade_off_is_drawn_with_hollow_markers_after_erasure(paths, figures):
    measures, titles = (
        ["mav_error", *(f"rmse_{probe}" for probe in [*PANELS, "constant"])],
        {"a": "A net", "b": "B net"},
    )
    table = pd.concat([hand_made(measures, titles, erased=erased) for erased in (False, True)])
    draw_trade_off(table, over_seeds(table), paths, titles=titles, alike=["a"], caption="hand-made")
    assert len(pd.read_csv(paths["csv"])) == len(table)
    assert [axes.get_title() for axes in figures[0].axes] == list(PANELS.values())
    faces = [bars.lines[0].get_markerfacecolor() for bars in figures[0].axes[0].containers]
    assert faces.count("white") == len(titles)
    assert all(text in paths["svg"].read_text() for text in ("A net", "not decodable", "hollow: after LEACE"))


def test_layers_are_drawn_from_the_input_on(paths, figures):
    layers, measures = {"a": ["conv1", "ip1"], "b": ["conv1"]}, ["mav_error", *PROBES, "rmse_constant"]
    table = pd.concat([hand_made(measures, ["a", "b"], layer="conv1"), hand_made(measures, ["a"], layer="ip1")])
    draw_layers(table, paths, layers=layers, titles={"a": "A net", "b": "B net"}, caption="hand-made")
    above, *_ = figures[0].axes
    assert above.get_title() == "A net"
    assert above.lines[0].get_ydata().tolist() == [5.5, 5.5]  # the mean over seeds
    assert len(pd.read_csv(paths["csv"])) == len(table)


def test_perturbations_are_drawn_as_means_over_seeds(paths):
    measures, ranges = ["mav_error", "explained_best"], ("train_range", "test_range")
    shapes = [("scale", "scale"), ("together", "scale"), ("together", "blur")]
    parts = [{"task": task, "factor": factor, "range": name} for task, factor in shapes for name in ranges]
    effect = pd.concat([hand_made(measures, ["lenet"], **part) for part in parts], ignore_index=True)
    means = average_seeds(effect[effect["task"] == "scale"], "mav_error")
    assert means.loc[("scale", "lenet", "train_range"), "value"] == 5.5
    draw_perturbation_effect(effect, paths, names={"lenet": "LeNet"}, among=["lenet"], caption="hand-made")
    pd.testing.assert_frame_equal(pd.read_csv(paths["csv"]), effect, rtol=1e-5, check_dtype=False)
    text = paths["svg"].read_text()
    assert all(word in text for word in ("LeNet", "one at a time", "all together", "scale", "blur"))


def test_a_figure_is_the_same_file_each_time(tmp_path):
    contents = []
    for run in range(2):
        figure, axes = new_figure()
        axes.plot([1, 2], [3, 4], label="x")
        paths = {kind: tmp_path / f"{run}.{kind}" for kind in ("pdf", "png", "svg", "csv")}
        save_figure(figure, pd.DataFrame({"x": [1]}), paths)
        contents.append([path.read_bytes() for path in paths.values()])
    assert contents[0] == contents[1]
