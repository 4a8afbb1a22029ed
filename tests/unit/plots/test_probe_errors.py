"""The probes' errors, from tables written by hand."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.plots.probe_errors import STYLES, draw_probe_errors, gather_errors


@pytest.fixture
def faces():
    """|yaw| is 3° off linearly, 2° and 1° otherwise; the constant is 5° off."""
    rows = [(probe, "abs_yaw", "total", mae) for probe, mae in (("linear", 3.0), ("fourier", 2.0), ("mlp", 1.0))]
    rows += [("linear", "abs_yaw", "0–15", 9.0), ("linear", "roll", "total", 9.0)]
    table = pd.DataFrame(rows, columns=["probe", "target", "range", "mae"])
    return table.assign(representation="dlib", mae_low=table["mae"], mae_high=table["mae"], constant_mae=5.0)


@pytest.fixture
def digits():
    """Three seeds of one network, one of another."""
    rows = [
        (name, seed, erased, f"rmse_{probe}", 10.0 + rank + seed + 50 * erased)
        for name, seeds in (("lenet", 3), ("mu", 1))
        for seed in range(seeds)
        for rank, probe in enumerate([*STYLES, "constant"])
        for erased in (False, True)
    ]
    table = pd.DataFrame(rows, columns=["representation", "seed", "erased", "measure", "value"])
    return table.assign(low=table["value"] - 0.25, high=table["value"] + 0.25)


def test_errors_are_gathered_with_their_intervals(digits, faces):
    data = gather_errors(digits, faces).set_index(["name", "probe"])
    assert data.loc[("lenet", "fourier"), ["value", "seeds", "constant"]].tolist() == [13, 3, 15]
    assert data.loc[("lenet", "fourier"), "high"] == pytest.approx(13 + 4.302653 / np.sqrt(3))
    assert data.loc[("mu", "mlp"), ["value", "low", "high"]].tolist() == [13, 12.75, 13.25]  # over digits
    assert data.loc["dlib", "value"].to_dict() == {"linear": 3, "fourier": 2, "mlp": 1}
    assert (data.loc["dlib", "constant"] == 5).all()


def test_the_figure_is_written_with_its_data(digits, faces, paths):
    titles = {"networks": {"lenet": "LeNet", "mu": "µ-LeNet"}, "representations": {"dlib": "dlib"}}
    draw_probe_errors(digits, faces, paths, **titles, caption="hand-made")
    assert len(pd.read_csv(paths["csv"])) == 2 * 4 + 3
    assert "linear, one per label" in paths["svg"].read_text()
