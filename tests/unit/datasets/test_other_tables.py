"""Factors in spreadsheets, tab-separated and packed text, and AnnData objects."""

import gzip

import h5py
import numpy as np
import pandas as pd
import pytest
import zarr

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.table_columns import column_names
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.test_containers import write_anndata


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.tsv", "age\tsite, town\n3.5\ta\n4\tb\n"),
        ("x.csv", '\ufeffage;"site, town"\n3,5;a\n4;b\n'),
        ("x.csv", "age|site, town\r\n3.5|a\r\n4|b\r\n"),
    ],
)
def test_columns_may_be_parted_by_other_marks(tmp_path, name, text):
    for path, content in [(tmp_path / name, text.encode()), (tmp_path / f"{name}.gz", gzip.compress(text.encode()))]:
        path.write_bytes(content)
        table = read_factor_table(path)
        assert list(table) == column_names(path) == ["age", "site, town"]
        assert table["age"].tolist() == [3.5, 4.0]
        assert table["site, town"].tolist() == ["a", "b"]


def test_a_first_sheet_is_read(tmp_path):
    path = tmp_path / "x.xlsx"
    pd.DataFrame({"age": [1.5, None], "who": [7, 8], "sex": ["m", "f"]}).to_excel(path, index=False)
    table = read_factor_table(path, ["who"])
    assert table["who"].tolist() == ["7", "8"]
    assert table["sex"].tolist() == ["m", "f"]
    np.testing.assert_array_equal(table["age"], [1.5, np.nan])


def test_a_sheet_without_names_is_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    pd.DataFrame([["a title", None], ["age", "sex"]]).to_excel(path, index=False, header=False)
    with pytest.raises(ExoprobeError, match="columns of the first sheet have no name; its first row must name"):
        read_factor_table(path)


@pytest.mark.parametrize("suffix", [".h5ad", ".zarr"])
def test_the_observations_of_an_anndata_object_are_factors(tmp_path, suffix):
    path, matrix = tmp_path / f"x{suffix}", np.ones((30, 2), np.float32)
    if suffix == ".zarr":
        write_anndata(zarr.open_group(str(path), mode="w"), matrix)
    else:
        with h5py.File(path, "w") as file:
            write_anndata(file, matrix)
    table = read_factor_table(path)
    assert list(table) == column_names(path) == ["obs_names", "donor", "age", "count"]
    assert table["donor"].isna().tolist() == [True] + [False] * 29
    assert table["donor"].tolist()[1:4] == ["d1", "d2", "d0"]
    assert table["count"].isna().tolist() == [index == 2 for index in range(30)]
    assert table["age"].tolist() == list(range(30))
