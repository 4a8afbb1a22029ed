import json
from dataclasses import asdict, replace
from importlib.util import find_spec

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exoprobe.errors import ExoprobeError
from exoprobe.features import feature_file, feature_store
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, read_sample_ids, write_features

INFO = FeatureInfo(4, "float32", 20_000, "ip1", "this dataset", "weights", "code")
SMALL = replace(INFO, rows=40)


@pytest.fixture
def features(rng):
    return np.maximum(rng.normal(size=(20_000, 4)), 0).astype(np.float32)


@pytest.fixture
def path(tmp_path, features, monkeypatch):
    """The file of these features in three row groups."""
    monkeypatch.setattr(feature_file, "GROUP_BYTES", 8_192 * (8 + 4 * 4))
    write_features(tmp_path / "f.parquet", np.arange(20_000), np.split(features, [8_192, 16_384]), INFO)
    return tmp_path / "f.parquet"


def test_what_is_written_is_read_back(path, features):
    np.testing.assert_array_equal(read_features(path), features)
    np.testing.assert_array_equal(read_sample_ids(path), np.arange(20_000))
    assert read_info(path) == INFO


@pytest.mark.parametrize("rows", [(0, 3), (8_000, 9_000), (16_384, 20_000), (5, 5)])
def test_a_range_of_rows_is_read_across_row_groups(path, features, rows):
    np.testing.assert_array_equal(read_features(path, slice(*rows)), features[slice(*rows)])


def test_the_file_is_plain_parquet(path):
    schema, metadata = pq.read_schema(path), pq.read_metadata(path)
    assert schema.names == ["sample_id", "feature"]
    vectors = schema.field("feature").type
    assert (vectors.list_size, vectors.value_type) == (4, pa.float32())
    assert not any(field.nullable for field in (*schema, vectors.value_field))
    assert asdict(INFO).items() <= json.loads(metadata.metadata[b"exoprobe"]).items()
    column = metadata.row_group(0).column(1)
    assert (column.compression, column.has_dictionary_page) == ("UNCOMPRESSED", False)


def with_pandas(path):
    return np.stack(pd.read_parquet(path)["feature"])


def with_polars(path):
    column = pl.read_parquet(path)["feature"]
    assert isinstance(column.dtype, pl.Array)
    return column.to_numpy()


def with_duckdb(path):
    return np.stack(duckdb.sql(f"SELECT feature FROM '{path}' ORDER BY sample_id").fetchnumpy()["feature"])


def with_datasets(path):
    if not find_spec("datasets"):
        pytest.skip("Hugging Face's datasets is not installed")
    from datasets import load_dataset

    table = load_dataset("parquet", data_files=str(path), cache_dir=str(path.parent), split="train")
    return np.array(table["feature"])


@pytest.mark.parametrize("read", [with_pandas, with_polars, with_duckdb, with_datasets])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_other_tools_read_vectors(tmp_path, features, read, dtype):
    stored = features[:40].astype(dtype)
    write_features(tmp_path / "f.parquet", np.arange(40), [stored], replace(SMALL, dtype=dtype))
    vectors = read(tmp_path / "f.parquet")
    assert vectors.dtype.kind == "f"
    np.testing.assert_array_equal(vectors, stored)


def test_what_float16_cannot_hold_is_refused(tmp_path, features):
    features[7, 1] = 1e5
    with pytest.raises(ExoprobeError, match=r"h.parquet: NaN or infinity in the feature of row 7, in float16"):
        write_features(tmp_path / "h.parquet", np.arange(20_000), [features], replace(INFO, dtype="float16"))


@pytest.mark.parametrize("sizes", [[1, 8_191, 11_808], [20_000], [5_000] * 4, [0, 20_000]])
def test_row_groups_are_of_one_size_whatever_the_batches(path, tmp_path, features, sizes):
    batches = np.split(features, np.cumsum(sizes)[:-1])
    write_features(tmp_path / "g.parquet", np.arange(20_000), batches, INFO)
    assert (tmp_path / "g.parquet").read_bytes() == path.read_bytes()
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(group).num_rows for group in range(3)] == [8_192, 8_192, 3_616]


@pytest.mark.parametrize("shape", [(9_000, 500), (50_000, 2)])  # Parquet's pages have 1 MiB and 20,000 rows by default
def test_a_column_of_a_row_group_is_one_page(tmp_path, rng, shape):
    stored = rng.normal(size=shape).astype(np.float32)
    info = replace(INFO, rows=shape[0], dimension=shape[1])
    write_features(tmp_path / "w.parquet", np.arange(len(stored)), [stored], info)
    np.testing.assert_array_equal(read_features(tmp_path / "w.parquet", dataset_digest="this dataset"), stored)
    first = pq.read_metadata(tmp_path / "w.parquet").row_group(0)
    header = first.column(0).total_compressed_size - 8 * first.num_rows
    assert 0 < header < feature_store.HEADER_BYTES


def test_another_dataset_s_features_are_refused(path):
    read_features(path, dataset_digest="this dataset")
    with pytest.raises(ExoprobeError, match=r"f.parquet: holds features of another dataset"):
        read_features(path, dataset_digest="another dataset")


@pytest.mark.parametrize("keep", [0, 4, 1000, -1])
def test_a_truncated_file_is_refused_by_name(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ExoprobeError, match=r"f.parquet: not a whole Parquet file"):
        read_features(path)


@pytest.mark.parametrize("table", [None, pa.table({"x": [1]})])
def test_a_parquet_file_of_another_writer_is_refused(path, table):
    pq.write_table(pq.read_table(path) if table is None else table, path)
    with pytest.raises(ExoprobeError, match=r"f.parquet: its footer is damaged, or it is not a feature file"):
        read_features(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused_when_writing_and_leaves_no_file(tmp_path, features, bad):
    features[12_345, 2] = bad
    with pytest.raises(ExoprobeError, match=r"g.parquet: NaN or infinity in the feature of row 12345"):
        write_features(tmp_path / "g.parquet", np.arange(20_000), np.split(features, [8_192]), INFO)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("dtype", "bad"), [("float32", np.nan), ("float16", np.nan), ("float16", -np.inf)])
def test_nan_is_refused_when_reading(tmp_path, features, dtype, bad):
    features[12_345, 2] = bad
    info = replace(INFO, dtype=dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_file, "refuse_nan", lambda *_: None)
        write_features(tmp_path / "f.parquet", np.arange(20_000), [features.astype(dtype)], info)
    with pytest.raises(ExoprobeError, match=r"f.parquet: NaN or infinity in the feature of row 12345"):
        read_features(tmp_path / "f.parquet")


@pytest.mark.parametrize("rows", [19_999, 20_001])
def test_a_footer_with_another_number_of_rows_is_refused(tmp_path, features, rows):
    with pytest.raises(ExoprobeError, match=f"{rows} were announced"):
        write_features(tmp_path / "g.parquet", np.arange(20_000), [features], replace(INFO, rows=rows))


def test_batches_of_another_shape_or_type_are_refused(tmp_path, features):
    for batch in (features[:, :3], features.astype(np.float64)):
        with pytest.raises(ExoprobeError, match=r"where float32 \[n, 4\] belongs"):
            write_features(tmp_path / "g.parquet", np.arange(20_000), [batch], INFO)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ExoprobeError, match=r"x.parquet: no such file"):
        read_features(tmp_path / "x.parquet")


@pytest.fixture(scope="module", params=["float32", "float16"])
def small(request, tmp_path_factory):
    """The content of a feature file of two row groups, and another file to write it to, damaged."""
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_file, "GROUP_BYTES", 480)
        stored = np.ones((40, 4), request.param)
        write_features(folder / "f.parquet", np.arange(40), [stored], replace(SMALL, dtype=request.param))
    return (folder / "f.parquet").read_bytes(), folder / "damaged.parquet"


def test_whatever_byte_is_flipped_the_file_is_refused_by_name(small, rng):
    content, path = small
    for position in range(0, len(content), 2):
        damaged = bytearray(content)
        damaged[position] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        with pytest.raises(ExoprobeError, match=r"damaged.parquet: (damaged in|its footer|not a whole)"):
            read_features(path, dataset_digest="this dataset")


def test_wherever_it_is_cut_off_the_file_is_refused_by_name(small):
    content, path = small
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        with pytest.raises(ExoprobeError, match=r"damaged.parquet: (its footer|not a whole)"):
            read_info(path)


@settings(max_examples=40)
@given(data=st.data(), rows=st.integers(1, 40), dimension=st.integers(1, 5), dtype=st.sampled_from([2, 4]))
def test_any_finite_features_in_any_batches_are_read_back_exactly(tmp_path_factory, data, rows, dimension, dtype):
    dtype = f"float{8 * dtype}"
    elements = st.floats(width=int(dtype[5:]), allow_nan=False, allow_infinity=False, allow_subnormal=False)
    features = data.draw(arrays(dtype, (rows, dimension), elements=elements))
    cuts = sorted(data.draw(st.sets(st.integers(1, rows), max_size=4)) - {rows})
    path = tmp_path_factory.mktemp("f") / "f.parquet"
    info = FeatureInfo(dimension, dtype, rows, "ip1", "this dataset", "", "")
    write_features(path, np.arange(rows), np.split(features, cuts), info)
    start = data.draw(st.integers(0, rows))
    stop = data.draw(st.integers(start, rows))
    np.testing.assert_array_equal(read_features(path, slice(start, stop)), features[start:stop])
    assert read_info(path) == info


def test_a_shard_is_read_without_a_dataset_and_refused_with_one(path, features):
    write_features(path, np.arange(8, 20_008), [features], INFO)
    np.testing.assert_array_equal(read_features(path), features)
    with pytest.raises(ExoprobeError, match=r"f.parquet: its rows are in another order, sample 8 stands where 0"):
        read_features(path, slice(0, 10), dataset_digest="this dataset")


def test_rows_in_another_order_are_not_written(tmp_path, features):
    with pytest.raises(ExoprobeError, match="sample 19999 stands where 1 belongs"):
        write_features(tmp_path / "g.parquet", np.r_[0, 19_999:0:-1], [features], INFO)
    assert not list(tmp_path.iterdir())
