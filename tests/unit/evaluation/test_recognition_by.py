"""Recognition within the values of a factor: planted differences, accuracies by hand, the DET curve's end points."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.recognition_by import recognition_tables
from tests.planted import Planted


@pytest.fixture
def planted(tmp_path):
    return Planted(tmp_path, groups=160, per_group=8)


def tables(planted, **settings):
    file = planted.write()
    return recognition_tables(planted.samples, planted.factors_file, file, **settings)


def test_a_value_that_blurs_people_has_the_higher_error_rate(planted):
    noisy, other = planted.binary("phone"), planted.binary("other")
    planted.features[noisy > 0] += 1.2 * planted.rng.normal(size=(int((noisy > 0).sum()), 16))
    rows = tables(planted, label_is_group=True)["recognition_by"].set_index(["factor", "subgroup"])
    phone = rows.loc[("phone", "yes")]
    assert phone["measure"] == "equal_error_rate"
    assert phone["groups"] == 40
    assert phone["low"] < phone["value"] < phone["high"]
    assert phone["difference_low"] > 0.02
    assert rows.loc[("phone", "no"), "difference"] == -phone["difference"]
    assert rows.loc[("other", "yes"), "difference_low"] < 0 < rows.loc[("other", "yes"), "difference_high"]
    assert np.ptp(other) == 2


def test_accuracies_are_those_counted_by_hand(planted):
    classes = planted.group % 4
    planted.columns["label"] = classes
    planted.features = np.eye(16)[classes] + 0.05 * planted.rng.normal(size=(planted.rows, 16))
    site = planted.group // 4 % 2
    wrong = (site == 1) & (np.arange(planted.rows) % 8 < 2) & (planted.split == "test")  # a quarter of the rows
    planted.features[wrong] = np.eye(16)[(classes[wrong] + 1) % 4]
    planted.add(Factor("site", "binary", site.astype(float), ("a", "b")))
    rows = tables(planted, label_is_group=False)["recognition_by"].set_index("subgroup")
    assert rows["measure"].unique() == ["label_accuracy"]
    assert rows["value"].to_dict() == pytest.approx({"a": 1, "b": 0.75})
    assert rows.loc["b", "difference"] == pytest.approx(-0.25)
    assert rows.loc["b", "groups"] == 20


def test_values_of_few_groups_are_left_out(planted):
    rare = np.where(planted.group >= 157, 2.0, planted.group % 2)  # of test, in three groups
    planted.add(Factor("site", "categorical", rare, ("a", "b", "rare")))
    assert set(tables(planted, label_is_group=True)["recognition_by"]["subgroup"]) == {"a", "b"}


def test_the_curve_of_errors_falls_and_meets_the_equal_error_rate(planted):
    planted.binary("sex", of_group=True)
    planted.features += 1.5 * planted.rng.normal(size=planted.features.shape)
    det = tables(planted, label_is_group=True)["det"]
    assert (np.diff(det["false_match"]) > 0).all()
    assert (np.diff(det["false_non_match"]) <= 0).all()
    assert (det["low"] <= det["false_non_match"]).all()
    assert det["false_match"].max() == pytest.approx(0.5)


def test_without_labels_there_is_nothing(planted):
    planted.columns["label"] = np.full(planted.rows, -1)
    planted.binary("sex")
    found = tables(planted, label_is_group=False)
    assert [len(found[name]) for name in ("recognition_by", "det")] == [0, 0]
