import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exoprobe.datasets.samples import dataset_digest, read_samples, write_samples
from exoprobe.errors import ExoprobeError


def columns(groups, splits):
    n = len(groups)
    return {
        "sample_id": np.arange(n),
        "group": np.array(groups),
        "split": np.array(splits),
        "image": np.arange(n * 4, dtype=np.uint8).reshape(n, 2, 2),
    }


def test_what_is_written_is_read_back_by_split(tmp_path):
    data = columns([0, 0, 1, 2], ["train", "train", "validation", "test"])
    write_samples(tmp_path / "s.parquet", data)
    everything = read_samples(tmp_path / "s.parquet", list(data))
    for name, column in data.items():
        np.testing.assert_array_equal(everything[name], column)
    np.testing.assert_array_equal(
        read_samples(tmp_path / "s.parquet", ["image"], "validation")["image"], data["image"][2:3]
    )


def test_a_split_is_read_whole_where_row_groups_hold_part_of_it_or_none(tmp_path, rng):
    data = columns(range(40_000), ["train"] * 20_000 + ["validation"] * 19_000 + ["test"] * 1_000)
    data["image"] = rng.integers(0, 256, (40_000, 2, 3), dtype=np.uint8)
    write_samples(tmp_path / "s.parquet", data)
    for split in ("train", "validation", "test"):
        part = read_samples(tmp_path / "s.parquet", ["image", "group"], split)
        np.testing.assert_array_equal(part["image"], data["image"][data["split"] == split])
        np.testing.assert_array_equal(part["group"], data["group"][data["split"] == split])


def test_a_planted_overlap_between_splits_is_refused_by_group(tmp_path):
    with pytest.raises(ExoprobeError, match="group 7 is in two splits, test and train"):
        write_samples(tmp_path / "s.parquet", columns([3, 7, 5, 7], ["train", "train", "validation", "test"]))
    assert not list(tmp_path.iterdir())


def test_rows_not_sorted_by_split_are_refused(tmp_path):
    with pytest.raises(ExoprobeError, match="sorted by split"):
        write_samples(tmp_path / "s.parquet", columns([0, 1, 2], ["train", "test", "train"]))


def test_the_digest_changes_with_the_content_and_only_with_it(tmp_path):
    data = columns([0, 1], ["train", "test"])
    digests = []
    for change in (0, 0, 1):
        data["image"][1, 1, 1] += change
        write_samples(tmp_path / "s.parquet", data)
        digests.append(dataset_digest(tmp_path / "s.parquet"))
    assert digests[0] == digests[1] != digests[2]


def test_another_parquet_file_is_not_taken_for_a_dataset(tmp_path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "s.parquet")
    with pytest.raises(ExoprobeError, match="not a samples file"):
        dataset_digest(tmp_path / "s.parquet")


@pytest.mark.parametrize("keep", [0, 100, -1])
def test_a_truncated_file_is_refused_by_name(tmp_path, keep):
    path = tmp_path / "s.parquet"
    write_samples(path, columns([0, 1, 2], ["train", "validation", "test"]))
    path.write_bytes(path.read_bytes()[:keep])
    for read in (lambda: read_samples(path, ["group"]), lambda: dataset_digest(path)):
        with pytest.raises(ExoprobeError, match="s.parquet: not a whole samples file"):
            read()
