import numpy as np
import pandas as pd

from exoprobe.datasets.digit_sources import save_digits
from exoprobe.plots.perturbed_digits import choose_digit, draw_perturbed_digits


def test_rows_show_the_first_digit_of_another_class_each():
    labels = np.array([5, 0, 5, 9, 2, 0, 9, 2])
    assert [choose_digit(labels, rank) for rank in range(5)] == [0, 3, 1, 4, 0]


def test_pictures_go_from_end_to_end_and_the_inner_range_is_marked(tmp_path, rng):
    images = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8)
    save_digits(tmp_path / "digits.npz", {"test_images": images, "test_labels": np.arange(4, dtype=np.uint8)})
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    ranges = {
        "scale": {"train_range": [0.8, 1.2], "test_range": [0.4, 1.6]},
        "noise": {"train_range": [0, 30], "test_range": [0, 60]},
    }
    draw_perturbed_digits(tmp_path / "digits.npz", paths, perturbations=ranges, seed=0, caption="planted")
    assert all(path.stat().st_size for path in paths.values())
    table = pd.read_csv(paths["csv"])
    assert table.groupby("perturbation", sort=False)["value"].agg(["min", "max"]).to_numpy().tolist() == [
        [0.4, 1.6],
        [0, 60],
    ]
    inside = table[table["inside"]].groupby("perturbation", sort=False)["value"].agg(["min", "max"])
    assert inside.loc["noise"].tolist() == [0, 30]
    assert inside.loc["scale"].between(0.8, 1.2).all()
    assert table.drop_duplicates("perturbation")["label"].tolist() == [2, 3]
