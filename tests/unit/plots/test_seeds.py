"""Several training seeds: predictions by the probes themselves, drawn to the last file."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.plots import style
from exoprobe.plots.angle_prediction import draw_angle_prediction
from exoprobe.plots.digit_errors import TECHNIQUES, draw_digit_errors
from exoprobe.plots.scree import draw_scree
from exoprobe.probes.rotated_digits import probe_rotated_digits

MODELS = ["lenet", "mu_lenet", "pair_lenet"]


@pytest.fixture
def runs(tmp_path, plant):
    """Features and predictions of three networks by (model, seed), two seeds."""
    features, predictions = {}, {}
    for rank, model in enumerate(MODELS):
        for seed in (0, 1):
            key = model, seed
            features[key] = plant(f"f-{model}-{seed}", 10 * rank + seed, label_noise=2.5)
            predictions[key] = tmp_path / f"p-{model}-{seed}"
            head = (np.eye(3, 4), np.zeros(3))
            files = tmp_path / "samples.parquet", features[key], predictions[key], tmp_path / "grid.parquet"
            probe_rotated_digits(*files, head=head)
    return features, predictions


@pytest.fixture
def draw(tmp_path, monkeypatch):
    """A function that draws a figure and returns its data and, still open, the figure."""
    figures = []
    monkeypatch.setattr(style.plt, "close", figures.append)
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}

    def draw(draw_figure, *arguments):
        draw_figure(*arguments, paths, about="planted")
        return pd.read_csv(paths["csv"]), figures[-1]

    return draw


def first_seed(files):
    return {key: path for key, path in files.items() if key[1] == 0}


def lines(figure):
    return sum(len(axes.lines) for axes in figure.axes)


def error_bars(figure):
    """The lengths of all error bars that are drawn."""
    segments = [segment for axes in figure.axes for bars in axes.collections for segment in bars.get_segments()]
    return np.array([segment[1, 1] - segment[0, 1] for segment in segments if len(segment)])


def test_figure_3_marks_each_seed(runs, draw):
    _, predictions = runs
    data, figure = draw(draw_angle_prediction, predictions)
    assert data.groupby(["model", "angle"])["mean"].nunique().eq(2).all()
    _, alone = draw(draw_angle_prediction, first_seed(predictions))
    assert lines(figure) - lines(alone) == len(MODELS)


def test_figure_3_sets_markers_less_far_apart_than_the_angles(runs, draw):
    _, predictions = runs
    for path in predictions.values():
        table = pd.read_parquet(path)
        table.assign(angle=table["angle"] / 16).to_parquet(path)  # 2.5 degrees apart
    _, figure = draw(draw_angle_prediction, first_seed(predictions))
    places = [bars.lines[0].get_xdata() for bars in figure.axes[0].containers]
    assert np.ptp(places, axis=0).max() < 2.5 / 2


def test_figure_4_draws_the_sd_over_seeds_and_nothing_for_a_single_one(runs, draw):
    _, predictions = runs
    data, figure = draw(draw_digit_errors, predictions)
    tables = [pd.read_parquet(predictions["mu_lenet", seed]) for seed in (0, 1)]
    wanted = np.array([100 * (table["mav"] != table["label"]).mean() for table in tables])
    rows = data[(data["technique"] == "µ-LeNet-MAV") & (data["label"] == "average")]
    np.testing.assert_allclose(rows["error"], wanted)
    bars = error_bars(figure)
    assert len(bars) == 6 * (3 + 1)  # six techniques on three digits and on average
    assert bars == pytest.approx(2 * drawn_sd(data), abs=1e-3)
    _, alone = draw(draw_digit_errors, first_seed(predictions))
    assert not len(error_bars(alone))


def drawn_sd(data):
    """The SD over seeds of what Figure 4 draws, in the order of its panels."""
    sd = data.groupby(["technique", "label"], sort=False)["error"].std()
    names = [name for *_, name, _ in TECHNIQUES]
    return np.concatenate([[sd[name, label] for name in names for label in "012"], [sd[n, "average"] for n in names]])


def test_figure_6_has_a_line_for_each_seed(tmp_path, runs, draw):
    features, _ = runs
    data, figure = draw(draw_scree, tmp_path / "samples.parquet", features)
    assert len(data) == len(MODELS) * 2 * 4
    _, alone = draw(draw_scree, tmp_path / "samples.parquet", first_seed(features))
    assert lines(figure) - lines(alone) == len(MODELS)


def test_every_figure_says_what_data_and_solver_it_is(runs, draw):
    _, figure = draw(draw_digit_errors, runs[1])
    assert figure.get_supxlabel() == "planted"
