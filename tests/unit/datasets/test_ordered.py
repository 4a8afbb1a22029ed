"""Categories with an order, declared categories, and very many of them."""

import h5py
import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factor_kinds import to_factor
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.ordered import likely_order
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, in_table_order, messages, rng, table

GRADES = ["low", "medium", "high"]
CODES = rng().integers(0, 3, ROWS)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["high", "low", "medium"], ["low", "medium", "high"]),
        (["Severe", "mild", "none"], ["none", "mild", "Severe"]),
        (["IV", "I", "III", "II"], ["I", "II", "III", "IV"]),
        (["T10", "T2", "T1"], ["T1", "T2", "T10"]),
        (["50+", "20-29", "30-39"], ["20-29", "30-39", "50+"]),
        (["Grade 3", "Grade 1", "Grade 2"], ["Grade 1", "Grade 2", "Grade 3"]),
        (["red", "green", "blue"], None),
        (["T1", "N1", "M1"], None),
        (["a 1 b 2", "a 1 b 3", "a 2 b 1"], None),
        (["yes", "no"], None),
    ],
)
def test_an_order_is_seen_in_words_and_numbers(values, order):
    assert likely_order(values) == order


@pytest.mark.parametrize("kind", ["ordered low < medium < high", "ordered", "ordered Low<Medium<High"])
def test_an_order_that_is_named_is_that_of_the_numbers(tmp_path, kind):
    data = audit(tmp_path, table(grade=np.array(GRADES)[CODES]), kinds={"grade": kind})
    assert (factor(data, "grade").kind, factor(data, "grade").on_ranks) == ("continuous", True)
    np.testing.assert_array_equal(in_table_order(data, "grade"), CODES)
    (entry,) = [entry for entry in data.notes["columns"] if entry["column"] == "grade"]
    assert entry["reason"] == "low < medium < high; as kinds says"


def test_categories_stay_categories_and_the_line_that_orders_them_is_said(tmp_path):
    data = audit(tmp_path, table(grade=np.array(GRADES)[CODES]))
    (entry,) = [entry for entry in data.notes["columns"] if entry["column"] == "grade"]
    assert (entry["kind"], entry["change"]) == ("categorical", "kinds: {grade: ordered low < medium < high}")
    again = audit(tmp_path, table(grade=np.array(GRADES)[CODES]), kinds={"grade": entry["change"][15:-1]})
    np.testing.assert_array_equal(in_table_order(again, "grade"), CODES)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ordered low < high", "kinds: grade is ordered low < high, which lacks 'medium'; name all of its values"),
        ("ordered", "its values do not show the order; name them from the least, site: ordered A < B < C"),
    ],
)
def test_an_order_that_is_not_whole_or_not_seen_is_refused(tmp_path, kind, message):
    column = "grade" if "<" in kind else "site"
    with pytest.raises(ExoprobeError, match=message):
        audit(tmp_path, table(grade=np.array(GRADES)[CODES]), kinds={column: kind})


def test_an_order_that_the_file_declares_is_taken(tmp_path):
    grade = pd.Categorical(np.array(GRADES)[CODES], GRADES, ordered=True)
    data = audit(tmp_path, table(grade=grade), name="t.parquet")
    np.testing.assert_array_equal(in_table_order(data, "grade"), CODES)
    as_categories = audit(tmp_path, table(grade=grade), name="t.parquet", kinds={"grade": "categorical"})
    assert factor(as_categories, "grade").categories == tuple(GRADES)


CLUSTERS = rng().integers(0, 25, ROWS)


@pytest.mark.parametrize("kind", [str, int])
def test_clusters_that_the_file_declares_as_categories_are_no_amounts(tmp_path, kind):
    data = audit(tmp_path, table(x=pd.Series(CLUSTERS.astype(kind)).astype("category")), name="t.parquet")
    assert factor(data, "x").kind == "categorical"
    np.testing.assert_array_equal(np.array(factor(data, "x").categories, int), range(25))
    np.testing.assert_array_equal(in_table_order(data, "x"), CLUSTERS)


@pytest.mark.parametrize("ordered", [False, True])
def test_categories_of_an_anndata_object_are_categories(tmp_path, ordered):
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        file.attrs["encoding-type"] = "anndata"
        obs, _ = file.create_group("obs"), file.create_group("var")
        obs.attrs.update({"_index": "names", "column-order": ["x"]})
        obs["names"] = [f"c{row}" for row in COUNT]
        column = obs.create_group("x")
        column.attrs.update({"encoding-type": "categorical", "ordered": ordered})
        column["codes"], column["categories"] = CLUSTERS.astype(np.int8), [str(cluster) for cluster in range(25)]
    read = to_factor(read_factor_table(tmp_path / "a.h5ad")["x"])
    assert read.kind == ("continuous" if ordered else "categorical")
    np.testing.assert_array_equal(read.values, CLUSTERS)


@pytest.mark.parametrize("name", ["leiden", "louvain_res1", "kmeans", "ClusterNo"])
def test_cluster_numbers_are_categories_by_their_name(tmp_path, name):
    assert factor(audit(tmp_path, table(**{name: CLUSTERS})), name).kind == "categorical"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (rng().choice(rng().integers(10_000, 99_999, 200), ROWS), "zip"),
        ([f"{code:05d}" for code in rng().choice(rng().integers(100, 99_999, 60), ROWS)], "x"),
        (rng().choice(rng().integers(1_000, 9_999, 30), ROWS), "postal_code"),
        (rng().choice(rng().integers(1_000, 9_999, 150), ROWS), "plz"),
        (rng().choice(rng().integers(1_000, 9_999, 20), ROWS).astype(float), "zipcode"),
    ],
)
def test_zip_codes_are_categories(tmp_path, values, name):
    assert factor(audit(tmp_path, table(**{name: values})), name).kind == "categorical"


@pytest.mark.parametrize("count", [150, 900])
@pytest.mark.parametrize("kinds", [None, {"species": "categorical"}])
def test_of_very_many_categories_the_most_frequent_are_probed(tmp_path, count, kinds):
    drawn = (rng().zipf(1.4, 3_000) - 1) % count
    data = audit(tmp_path, table(3_000, species=[f"sp{species}" for species in drawn]), kinds=kinds)
    species, read = factor(data, "species"), in_table_order(data, "species")
    frequency = pd.Series(drawn).value_counts()
    assert 50 <= len(species.categories) <= 100
    for name in species.categories:
        assert frequency[int(name[2:])] >= frequency.iloc[99]
    known = ~np.isnan(read)
    assert [species.categories[int(code)] for code in read[known]] == [f"sp{number}" for number in drawn[known]]
    (message,) = messages(data, "categories", "species")
    assert f"species has {len(frequency)} categories; the 100 most frequent, in " in message
