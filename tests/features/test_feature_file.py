from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exoprobe.errors import ExoprobeError
from exoprobe.features import feature_file
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, read_sample_ids, write_features

INFO = FeatureInfo(4, "float32", 20_000, "ip1", "this dataset", "weights", "code")


@pytest.fixture
def features(rng):
    return np.maximum(rng.normal(size=(20_000, 4)), 0).astype(np.float32)


@pytest.fixture
def path(tmp_path, features, monkeypatch):
    """The file of these features in three row groups."""
    monkeypatch.setattr(feature_file, "GROUP_BYTES", 8_192 * 4 * 4)
    write_features(tmp_path / "f.parquet", np.arange(20_000), np.split(features, [8_192, 16_384]), INFO)
    return tmp_path / "f.parquet"


def test_what_is_written_is_read_back(path, features):
    np.testing.assert_array_equal(read_features(path), features)
    assert read_info(path) == INFO


@pytest.mark.parametrize("rows", [(0, 3), (8_000, 9_000), (16_384, 20_000), (5, 5)])
def test_a_range_of_rows_is_read_across_row_groups(path, features, rows):
    np.testing.assert_array_equal(read_features(path, slice(*rows)), features[slice(*rows)])


def test_float16_is_kept(tmp_path, features):
    half = features.astype(np.float16)
    write_features(tmp_path / "h.parquet", np.arange(20_000), [half], replace(INFO, dtype="float16"))
    np.testing.assert_array_equal(read_features(tmp_path / "h.parquet"), half)


def test_other_tools_see_the_bytes_of_each_vector(path, features):
    table = pq.read_table(path)
    assert not table.schema.field("feature").nullable
    np.testing.assert_array_equal(np.frombuffer(table["feature"][9_999].as_py(), np.float32), features[9_999])


@pytest.mark.parametrize("sizes", [[1, 8_191, 11_808], [20_000], [5_000] * 4, [0, 20_000]])
def test_row_groups_are_of_one_size_whatever_the_batches(path, tmp_path, features, sizes):
    batches = np.split(features, np.cumsum(sizes)[:-1])
    write_features(tmp_path / "g.parquet", np.arange(20_000), batches, INFO)
    assert (tmp_path / "g.parquet").read_bytes() == path.read_bytes()
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(group).num_rows for group in range(3)] == [8_192, 8_192, 3_616]


def test_names_as_ids_are_kept(tmp_path, features):
    names = np.array([f"{number}.jpg" for number in range(20_000)], object)
    write_features(tmp_path / "n.parquet", names, [features], INFO)
    np.testing.assert_array_equal(read_features(tmp_path / "n.parquet"), features)
    assert read_sample_ids(tmp_path / "n.parquet").tolist() == names.tolist()


def test_another_dataset_s_features_are_refused(path):
    read_features(path, dataset_digest="this dataset")
    with pytest.raises(ExoprobeError, match="f.parquet: holds features of another dataset"):
        read_features(path, dataset_digest="another dataset")


@pytest.mark.parametrize("keep", [0, 4, 1000, -1])
def test_a_truncated_file_is_refused_by_name(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ExoprobeError, match="f.parquet: not a whole Parquet file"):
        read_features(path)


@pytest.mark.parametrize("name", ["sample_id", "feature"])
def test_a_flipped_byte_in_the_data_is_refused_by_name(path, name):
    content = bytearray(path.read_bytes())
    group = pq.ParquetFile(path).metadata.row_group(1)
    (column,) = (group.column(place) for place in range(2) if group.column(place).path_in_schema == name)
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 0x01
    path.write_bytes(content)
    with pytest.raises(ExoprobeError, match="f.parquet: damaged in row group 1"):
        read_features(path)


def test_a_file_without_checksums_is_refused(path):
    pq.write_table(pq.read_table(path), path)
    with pytest.raises(ExoprobeError, match="f.parquet: .* not written by this version of exoprobe"):
        read_features(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused_when_writing_and_leaves_no_file(tmp_path, features, bad):
    features[12_345, 2] = bad
    with pytest.raises(ExoprobeError, match="g.parquet: NaN or infinity in the feature of row 12345"):
        write_features(tmp_path / "g.parquet", np.arange(20_000), np.split(features, [8_192]), INFO)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("dtype", "bad"), [("float32", np.nan), ("float16", np.nan), ("float16", -np.inf)])
def test_nan_is_refused_when_reading(tmp_path, features, monkeypatch, dtype, bad):
    features[12_345, 2] = bad
    monkeypatch.setattr(feature_file, "_check_batch", lambda *_: None)
    info = replace(INFO, dtype=dtype)
    write_features(tmp_path / "f.parquet", np.arange(20_000), [features.astype(dtype)], info)
    with pytest.raises(ExoprobeError, match="f.parquet: has NaN or infinity in row 12345"):
        read_features(tmp_path / "f.parquet")


@pytest.mark.parametrize("rows", [19_999, 20_001])
def test_a_footer_with_another_number_of_rows_is_refused(tmp_path, features, rows):
    with pytest.raises(ExoprobeError, match=f"{rows} were announced"):
        write_features(tmp_path / "g.parquet", np.arange(20_000), [features], replace(INFO, rows=rows))


def test_batches_of_another_shape_or_type_are_refused(tmp_path, features):
    for batch in (features[:, :3], features.astype(np.float64)):
        with pytest.raises(ExoprobeError, match=r"where float32 \[n, 4\] belongs"):
            write_features(tmp_path / "g.parquet", np.arange(20_000), [batch], INFO)


def test_a_parquet_file_of_another_kind_is_refused(tmp_path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
    with pytest.raises(ExoprobeError, match=r"x.parquet: not a feature file"):
        read_features(tmp_path / "x.parquet")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ExoprobeError, match="x.parquet: no such file"):
        read_features(tmp_path / "x.parquet")
