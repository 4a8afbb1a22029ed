import gzip

import numpy as np
import pytest

from exoprobe.datasets.idx import idx_bytes, parse_idx, read_idx
from exoprobe.errors import ExoprobeError


def test_known_bytes_decode_to_the_array():
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(parse_idx(content, "x"), [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_written_array_is_read_back(tmp_path, rng, suffix):
    array = rng.integers(0, 256, (3, 4, 5), dtype=np.uint8)
    path = tmp_path / f"images{suffix}"
    path.write_bytes(gzip.compress(idx_bytes(array)) if suffix else idx_bytes(array))
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an idx file"),
        (b"<html>", "not an idx file"),
        (bytes([0, 0, 8, 3, 0, 0]), "header is cut off"),
        (idx_bytes(np.zeros((4, 4), np.uint8))[:-1], "announces"),
        (idx_bytes(np.zeros((4, 4), np.uint8)) + b"x", "announces"),
    ],
)
def test_what_is_not_a_whole_idx_file_is_refused_by_name(content, reason):
    with pytest.raises(ExoprobeError, match=f"labels.idx: .*{reason}"):
        parse_idx(content, "labels.idx")


def test_a_truncated_gzip_file_is_refused_by_name(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.zeros((9, 9), np.uint8)))[:-9])
    with pytest.raises(ExoprobeError, match="images.gz: cannot be read"):
        read_idx(path)
