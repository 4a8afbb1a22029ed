import numpy as np
import pytest

from exoprobe.datasets.samples import dataset_digest
from exoprobe.datasets.split_features import read_split_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features


def write_numbered(path, digest):
    info = FeatureInfo(1, "float32", 36, "ip1", digest, "weights", "code")
    write_features(path, np.arange(36), [np.arange(36, dtype=np.float32)[:, None]], info)


def test_the_rows_of_a_split(tiny_dataset, tmp_path):
    write_numbered(tmp_path / "f.parquet", dataset_digest(tiny_dataset))
    rows = read_split_features(tiny_dataset, tmp_path / "f.parquet", "validation")
    np.testing.assert_array_equal(rows[:, 0], np.arange(18, 27))


def test_features_of_another_dataset_are_refused(tiny_dataset, tmp_path):
    write_numbered(tmp_path / "f.parquet", "another")
    with pytest.raises(ExoprobeError, match="f.parquet: holds features of another dataset"):
        read_split_features(tiny_dataset, tmp_path / "f.parquet", "test")
