from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, write_features

INFO = FeatureInfo(4, "float32", 20_000, "ip1", "this dataset", "weights", "code")


@pytest.fixture
def features(rng):
    return np.maximum(rng.normal(size=(20_000, 4)), 0).astype(np.float32)


@pytest.fixture
def path(tmp_path, features):
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


def test_other_tools_see_a_fixed_shape_tensor_without_nulls(path):
    field = pq.read_schema(path).field("feature")
    assert field.type == pa.fixed_shape_tensor(pa.float32(), [4])
    assert not field.nullable


def test_another_dataset_s_features_are_refused(path):
    read_features(path, dataset_digest="this dataset")
    with pytest.raises(ExoprobeError, match="f.parquet: holds features of another dataset"):
        read_features(path, dataset_digest="another dataset")


@pytest.mark.parametrize("keep", [0, 4, 1000, -1])
def test_a_truncated_file_is_refused_by_name(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ExoprobeError, match="f.parquet: not a whole Parquet file"):
        read_features(path)


def test_a_flipped_byte_in_the_data_is_refused_by_name(path):
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(1).column(1)
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ExoprobeError, match="f.parquet: damaged in row group 1"):
        read_features(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused_when_writing_and_leaves_no_file(tmp_path, features, bad):
    features[12_345, 2] = bad
    with pytest.raises(ExoprobeError, match="g.parquet: NaN or infinity in the feature of row 12345"):
        write_features(tmp_path / "g.parquet", np.arange(20_000), np.split(features, [8_192]), INFO)
    assert not list(tmp_path.iterdir())


def test_nan_is_refused_when_reading(tmp_path, features, path):
    features[12_345, 2] = np.nan
    table = pq.read_table(path)
    column = pa.FixedShapeTensorArray.from_numpy_ndarray(features)
    pq.write_table(table.set_column(1, table.schema.field("feature"), column), path)
    with pytest.raises(ExoprobeError, match="f.parquet: has NaN or infinity in row 12345"):
        read_features(path)


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
