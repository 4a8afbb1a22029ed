"""Maps of test rows: coordinates by hand, the same rows everywhere, values in the user's words."""

import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.evaluation.maps import MOST_SHOWN, map_table, mapped_values, principal_components
from exoprobe.features.feature_file import FeatureInfo, write_features

TEST = 900  # rows, three per group


@pytest.fixture
def samples(tmp_path):
    path = tmp_path / "samples.parquet"
    groups = np.repeat(np.arange(400), 3)
    columns = {"sample_id": np.arange(1200), "group": groups, "label": groups % 2}
    write_samples(path, columns | {"split": np.repeat(SPLITS, [150, 1050 - TEST, TEST])})
    return path


def stored(path, samples, features):
    info = FeatureInfo(features.shape[1], "float64", 1200, "ip1", dataset_digest(samples), "w", "c")
    write_features(path, np.arange(1200), [features], info)
    return path


@pytest.mark.parametrize("rows", [6, 3])
def test_components_by_hand(rows):
    places = np.zeros((rows, 5))
    places[:, 1] = np.arange(rows) * 3.0
    places[0, 4], places[rows - 1, 4] = 1, 1
    found = principal_components(places)
    centered = places - places.mean(0)
    assert np.abs(found[:, 0]) == pytest.approx(np.abs(centered[:, 1]))
    assert np.abs(found[:, 1]) == pytest.approx(np.abs(centered[:, 4]))
    assert found[np.abs(found).argmax(0), [0, 1]].min() > 0


def test_whole_groups_of_test_are_shown_and_the_same_ones_in_every_representation(samples, tmp_path, rng):
    one = map_table(samples, stored(tmp_path / "a.parquet", samples, rng.normal(size=(1200, 4))))
    other = map_table(samples, stored(tmp_path / "b.parquet", samples, rng.normal(size=(1200, 30))))
    assert one["sample"].tolist() == other["sample"].tolist()
    assert MOST_SHOWN - 3 < len(one) <= MOST_SHOWN
    assert (np.unique(one["sample"] // 3, return_counts=True)[1] == 3).all()
    assert one["sample"].min() >= 1200 - TEST
    assert np.isfinite(one[["x", "y"]].to_numpy()).all()


def test_umap_is_drawn_where_it_is_installed(samples, tmp_path, rng, monkeypatch):
    file = stored(tmp_path / "a.parquet", samples, rng.normal(size=(1200, 4)))
    alone = map_table(samples, file)

    class Halves:
        def __init__(self, **settings):
            assert settings == {"n_neighbors": 15, "random_state": 0, "n_jobs": 1}

        def fit_transform(self, features):
            return features[:, :2] / 2

    module = types.ModuleType("umap")
    module.__spec__, module.UMAP = ModuleSpec("umap", None), Halves
    monkeypatch.setitem(sys.modules, "umap", module)
    both = map_table(samples, file)
    assert both["method"].value_counts().to_dict() == {"PCA": len(alone), "UMAP": len(alone)}
    assert both[: len(alone)].equals(alone[alone["method"] == "PCA"])
    assert both["sample"][len(alone) :].tolist() == alone["sample"].tolist()


def test_one_dimension_has_no_map(samples, tmp_path, rng):
    assert map_table(samples, stored(tmp_path / "a.parquet", samples, rng.normal(size=(1200, 1)))).empty


def test_values_are_in_the_user_s_words_and_units(samples, tmp_path):
    sex = np.arange(1200.0) % 2
    sex[-1] = np.nan
    factors = [
        Factor("sex", "binary", sex, ("f", "m")),
        Factor("hour", "angle", np.full(1200, 90.0), period=24),
        Factor("age", "continuous", np.full(1200, 41.25)),
    ]
    write_factors(tmp_path / "factors.parquet", factors, dataset_digest(samples))
    mapped = mapped_values(samples, tmp_path / "factors.parquet")["mapped"]
    words = {name: rows.set_index("sample")["annotation"] for name, rows in mapped.groupby("factor")}
    assert {words["sex"][sample] for sample in words["sex"].index if sample % 2} <= {"m", ""}
    assert set(words["hour"]) == {"6"}
    assert set(words["age"]) == {"41.25"}
