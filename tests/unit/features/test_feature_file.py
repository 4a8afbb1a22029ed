from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exoprobe.errors import ExoprobeError
from exoprobe.features import feature_file
from exoprobe.features.feature_file import (
    FeatureInfo,
    read_features,
    read_info,
    read_sample_ids,
    round_features,
    write_features,
)
from tests.unit.features.guarded import write_guarded

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


def test_features_are_rounded_once(path, tmp_path, features):
    round_features(path, tmp_path / "h.parquet")
    np.testing.assert_array_equal(read_features(tmp_path / "h.parquet"), features.astype(np.float16))
    assert read_info(tmp_path / "h.parquet") == replace(INFO, dtype="float16")
    with pytest.raises(ExoprobeError, match="h.parquet: stored as float16 already"):
        round_features(tmp_path / "h.parquet", tmp_path / "again.parquet")


def test_what_float16_cannot_hold_is_refused(tmp_path, features):
    features[7, 1] = 1e5
    with pytest.raises(ExoprobeError, match="h.parquet: NaN or infinity in the feature of row 7, in float16"):
        write_features(tmp_path / "h.parquet", np.arange(20_000), [features], replace(INFO, dtype="float16"))


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


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_large_row_groups_are_one_page_each(tmp_path, rng, dtype):
    wide = rng.normal(size=(9_000, 1_000)).astype(dtype)  # groups of 4 MiB; Parquet's pages have 1 MiB by default
    info = FeatureInfo(1_000, dtype, 9_000, "ip1", "this dataset", "weights", "code")
    write_features(tmp_path / "w.parquet", np.arange(9_000), [wide], info)
    np.testing.assert_array_equal(read_features(tmp_path / "w.parquet", dataset_digest="this dataset"), wide)
    np.testing.assert_array_equal(read_sample_ids(tmp_path / "w.parquet"), np.arange(9_000))
    stored = pq.read_table(tmp_path / "w.parquet")["feature"].to_pylist()
    np.testing.assert_array_equal(np.frombuffer(b"".join(stored), dtype).reshape(wide.shape), wide)


def test_many_narrow_rows_are_one_page_too(tmp_path, rng):
    narrow = rng.normal(size=(50_000, 2)).astype(np.float32)  # Parquet's pages have 20,000 rows by default
    info = FeatureInfo(2, "float32", 50_000, "ip1", "this dataset", "weights", "code")
    write_features(tmp_path / "n.parquet", np.arange(50_000), [narrow], info)
    np.testing.assert_array_equal(read_features(tmp_path / "n.parquet", dataset_digest="this dataset"), narrow)


def test_more_rows_than_pyarrow_puts_into_a_row_group_are_read_back(tmp_path, rng):
    narrow = rng.normal(size=(1_100_000, 1)).astype(np.float16)
    info = FeatureInfo(1, "float16", len(narrow), "ip1", "this dataset", "weights", "code")
    write_features(tmp_path / "n.parquet", np.arange(len(narrow)), [narrow], info)
    np.testing.assert_array_equal(read_features(tmp_path / "n.parquet"), narrow)


def test_several_pages_in_a_row_group_are_refused(path):
    write_guarded(path, pq.read_table(path), 8_192, max_rows_per_page=4_096)
    with pytest.raises(ExoprobeError, match=r"f\.parquet: its row groups have several pages"):
        read_features(path)


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
    with pytest.raises(ExoprobeError, match="f.parquet: its footer is damaged, or it is not a feature file"):
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
    with pytest.raises(ExoprobeError, match=r"x.parquet: .* not a feature file"):
        read_features(tmp_path / "x.parquet")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ExoprobeError, match="x.parquet: no such file"):
        read_features(tmp_path / "x.parquet")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The content of a feature file of two row groups, and another file to write it to, damaged."""
    folder = tmp_path_factory.mktemp("small")
    info = replace(INFO, rows=8_200, dimension=1)
    write_features(folder / "f.parquet", np.arange(8_200), np.split(np.ones((8_200, 1), np.float32), [8_192]), info)
    return (folder / "f.parquet").read_bytes(), folder / "damaged.parquet"


@settings(max_examples=300)
@given(place=st.integers(0), bits=st.integers(1, 255), late=st.booleans())
def test_whatever_byte_is_flipped_the_file_is_refused_by_name(small, place, bits, late):
    content, path = bytearray(small[0]), small[1]
    within = 2_500 if late else len(content)  # the footer, or anywhere
    content[-1 - place % within] ^= bits
    path.write_bytes(content)
    with pytest.raises(ExoprobeError, match=r"damaged.parquet: (damaged in|its footer|not a whole)"):
        read_features(path, dataset_digest="this dataset")


@settings(max_examples=100)
@given(cut=st.integers(1))
def test_wherever_it_is_cut_off_the_file_is_refused_by_name(small, cut):
    content, path = small
    path.write_bytes(content[: -1 - cut % len(content)])
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


def test_rows_in_another_order_are_refused(path, rng):
    table = pq.read_table(path)
    write_guarded(path, table.take(rng.permutation(20_000)), 8_192)
    with pytest.raises(ExoprobeError, match="f.parquet: its rows are in another order, sample "):
        read_features(path, dataset_digest="this dataset")
    with pytest.raises(ExoprobeError, match="its rows are in another order"):
        read_features(path, slice(9_000, 9_100), dataset_digest="this dataset")


def test_rows_that_begin_elsewhere_are_refused(path):
    table = pq.read_table(path)
    moved = pa.concat_tables([table.slice(8_192), table.slice(0, 8_192)])
    write_guarded(path, moved, 8_192)
    with pytest.raises(ExoprobeError, match="sample 8192 stands where 0 belongs"):
        read_features(path, slice(0, 10), dataset_digest="this dataset")


def test_rows_in_another_order_are_not_written(tmp_path, features):
    with pytest.raises(ExoprobeError, match="sample 19999 stands where 1 belongs"):
        write_features(tmp_path / "g.parquet", np.r_[0, 19_999:0:-1], [features], INFO)
    assert not list(tmp_path.iterdir())
