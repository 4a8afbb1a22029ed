"""The readouts' errors, from planted tables."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.pose_errors import pose_errors_by_readout
from exoprobe.plots.readouts import LOOKS, draw_readouts, gather_errors


@pytest.fixture
def faces(tmp_path):
    """Linearly |yaw| is read 3° off, otherwise 2° and 1°; the constant is 5° off."""
    truth = np.repeat([10.0, 20.0], 6)
    read = {"predicted": truth + 3, "predicted_fourier": truth - 2, "predicted_mlp": truth + 1}
    table = pd.DataFrame({"truth": truth, **read, "constant": 15.0, "group": np.arange(12) // 2})
    pd.concat([table.assign(target="abs_yaw"), table.assign(target="roll", predicted=0.0)]).to_parquet(tmp_path / "p")
    return pose_errors_by_readout({"dlib": tmp_path / "p"})


@pytest.fixture
def digits():
    """Three seeds of one variant, one of another."""
    rows = []
    for variant, seeds in (("lenet", 3), ("mu", 1)):
        for seed in range(seeds):
            for place, readout in enumerate([*LOOKS, "constant"]):
                for erased in (False, True):
                    value = 10.0 + place + seed + 50 * erased
                    rows.append((variant, seed, erased, f"rmse_{readout}", value, value - 0.25, value + 0.25))
    return pd.DataFrame(rows, columns=["variant", "seed", "erased", "measure", "value", "low", "high"])


def test_errors_are_gathered_with_their_intervals(digits, faces):
    data = gather_errors(digits, faces).set_index(["name", "readout"])
    assert data.loc[("lenet", "fourier"), ["value", "seeds", "constant"]].tolist() == [13, 3, 15]
    assert data.loc[("lenet", "fourier"), "high"] == pytest.approx(13 + 4.302653 / np.sqrt(3))
    assert data.loc[("mu", "mlp"), ["value", "low", "high"]].tolist() == [13, 12.75, 13.25]  # over digits
    assert data.loc["dlib", "value"].to_dict() == {"linear": 3, "fourier": 2, "mlp": 1}
    assert (data.loc["dlib", "constant"] == 5).all()


def test_the_figure_is_written_with_its_data(digits, faces, tmp_path):
    paths = {kind: tmp_path / f"readouts.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    titles = {"variants": {"lenet": "LeNet", "mu": "µ-LeNet"}, "representations": {"dlib": "dlib"}}
    draw_readouts(digits, faces, paths, **titles, about="planted")
    assert len(pd.read_csv(paths["csv"])) == 2 * 4 + 3
    assert "linear, one per label" in paths["svg"].read_text()
