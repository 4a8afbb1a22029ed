import numpy as np
import pytest

from exoprobe.datasets.perturbed_digits import build_perturbed_digits
from exoprobe.datasets.rotated_digits import build_rotated_digits
from exoprobe.datasets.samples import read_samples
from exoprobe.datasets.subsample import draw_samples
from exoprobe.errors import ExoprobeError


@pytest.fixture
def rotated(digits_file, tmp_path):
    path = tmp_path / "samples.parquet"
    build_rotated_digits(digits_file, path, angles=[-5, 0, 5], counts={"train": 6, "validation": 2, "test": 4})
    return path


def test_evenly_spaced_digits_of_each_split_are_kept_with_all_their_rows(rotated, tmp_path):
    draw_samples(rotated, tmp_path / "drawn", counts={"train": 4, "validation": 1, "test": 2})
    columns = ["sample_id", "label", "angle", "group", "split", "image"]
    drawn, whole = read_samples(tmp_path / "drawn", columns), read_samples(rotated, columns)
    rows = np.concatenate([np.arange(start, start + 3) for start in (0, 3, 9, 12, 18, 24, 30)])
    assert drawn["group"].tolist() == np.repeat([0, 1, 3, 4, 8, 10, 12], 3).tolist()
    assert drawn["sample_id"].tolist() == list(range(21))
    for name in columns[1:]:
        np.testing.assert_array_equal(drawn[name], whole[name][rows])


def test_a_split_with_fewer_groups_is_kept_whole(rotated, tmp_path):
    draw_samples(rotated, tmp_path / "drawn", counts={"train": 2, "validation": 50, "test": 50})
    drawn, whole = (read_samples(path, ["split", "group"]) for path in (tmp_path / "drawn", rotated))
    for split in ("validation", "test"):
        assert drawn["group"][drawn["split"] == split].tolist() == whole["group"][whole["split"] == split].tolist()
    assert len(set(drawn["group"][drawn["split"] == "train"])) == 2


def test_perturbed_digits_keep_their_columns(digits_file, tmp_path):
    ranges = {"noise": {"train_range": [0, 20], "test_range": [0, 60]}}
    counts = {"train": 6, "validation": 2, "test": 2}
    build_perturbed_digits(digits_file, tmp_path / "s", perturbations=ranges, counts=counts, seed=0)
    draw_samples(tmp_path / "s", tmp_path / "all", counts=counts)
    assert (tmp_path / "all").read_bytes() == (tmp_path / "s").read_bytes()


def test_an_empty_split_is_refused_by_name(rotated, tmp_path):
    with pytest.raises(ExoprobeError, match="test would hold no samples: 0 of 12 are asked for"):
        draw_samples(rotated, tmp_path / "drawn", counts={"train": 1, "validation": 1, "test": 0})
