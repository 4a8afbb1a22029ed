"""What an audit keeps of its errors, and how it is compared with another's."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.release_change import GroupErrors, group_errors, paired_changes, read_group_errors
from exoprobe.io.files import write_table
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.run import probe
from tests.planted import Planted

KINDS = ("binary", "number", "yaw", "place")


def probed(planted, features):
    paths = [features.with_name(f"{features.stem}_{kind}.parquet") for kind in ("predictions", "search", "selectivity")]
    source = open_representation(planted.samples, planted.factors_file, features)
    probe(source, dict(zip(("predictions", "search", "selectivity"), paths, strict=True)), probes={"linear": None})
    return ProbeFiles(*([path] for path in paths), control=False, features=[features])


def kept(planted, representations, folder):
    table = group_errors(planted.samples, planted.factors_file, representations)["group_errors"]
    write_table(table, folder / "group_errors.parquet")
    return read_group_errors(folder / "group_errors.parquet")


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Two representations of one dataset with factors of every kind, of which one is not known everywhere."""
    planted = Planted(tmp_path_factory.mktemp("releases"), groups=60, per_group=5, dimension=8)
    rng, rows = planted.rng, planted.rows
    planted.features[:, 0] += planted.binary("binary")
    number, yaw, place = rng.lognormal(size=rows), rng.uniform(-180, 180, rows), rng.integers(0, 3, rows)
    planted.features[:, 1] += np.log(number)
    planted.add(Factor("number", "continuous", np.where(rng.random(rows) < 0.3, np.nan, number), scale="ranks"))
    planted.features[:, 2:4] += 2 * np.stack([np.sin(np.radians(yaw)), np.cos(np.radians(yaw))], axis=1)
    planted.add(Factor("yaw", "angle", yaw))
    planted.features[np.arange(rows), 4 + place] += 2
    planted.add(Factor("place", "categorical", place.astype(float), ("a", "b", "c")))
    planted.columns["id"] = np.array([f"{row:03}" for row in range(rows)])
    files = {"before": probed(planted, planted.write("before"))}
    planted.features += rng.normal(size=planted.features.shape)
    return planted, files | {"after": probed(planted, planted.write("after"))}


def test_a_change_is_the_difference_between_two_representations_of_one_audit(releases, tmp_path):
    planted, files = releases
    errors = kept(planted, files, tmp_path)
    tables = audit_scores(planted.samples, planted.factors_file, files, margin=0.1)
    differences = tables["differences"].set_index("factor")[["difference", "low", "high", "p"]]
    changes = paired_changes([(errors[factor, "before"], errors[factor, "after"]) for factor in KINDS])
    for factor, change in zip(KINDS, changes, strict=True):
        # How much groups are worth goes by their baselines here, and of numbers and angles by their rows there.
        tolerance = 5e-3 if factor in ("number", "yaw") else 1e-6
        np.testing.assert_allclose(change, differences.loc[factor], atol=tolerance, err_msg=factor)


def test_the_same_rows_in_another_order_are_the_same(releases, tmp_path):
    planted, files = releases
    errors = kept(planted, files, tmp_path)
    order = np.concatenate([np.flatnonzero(planted.split == split)[::-1] for split in ("train", "validation", "test")])
    other = Planted(tmp_path / "other", groups=60, per_group=5, dimension=8)
    other.features, other.group = planted.features[order], (59 - planted.group)[order]
    other.columns = {"id": planted.columns["id"][order]}
    other.factors = [factor.at(order) for factor in planted.factors]
    again = kept(other, {"after": probed(other, other.write("after"))}, tmp_path)
    for factor in KINDS:
        assert again[factor, "after"].rows == errors[factor, "after"].rows
        np.testing.assert_allclose(again[factor, "after"].baselines, errors[factor, "after"].baselines, rtol=1e-5)
    value = planted.factors[0].values
    value[-1] = 1 - value[-1]  # of test
    changed = kept(planted, {"after": probed(planted, planted.write("after"))}, tmp_path)
    value[-1] = 1 - value[-1]
    same = [changed[factor, "after"].rows == errors[factor, "after"].rows for factor in KINDS]
    assert same == [False, True, True, True]


def test_a_difference_between_groups_is_no_change():
    """Skills by hand: of the first, 1 − (30 / 100 + 10 / 100) = 0.6; groups differ, and all of them lose 0.1."""
    misses = np.repeat([[6.0, 0], [0, 2]], 5, axis=0)
    rows = np.full((10, 2), 10.0)
    old = GroupErrors("", misses, rows)
    new = GroupErrors("", misses + np.array([1, 0]), rows)
    same, (value, low, high, p) = paired_changes([(old, old), (new, old)])
    assert same == (0, 0, 0, 1)
    assert [value, low, high] == pytest.approx([-0.1] * 3)
    assert 0 < p < 0.01  # 2 of 1,024 signs


def test_few_groups_have_no_interval():
    few = GroupErrors("", np.ones((4, 2)), np.full((4, 2), 3.0))
    assert np.isnan(paired_changes([(few, few)])[0][1:3]).all()


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "group_errors.parquet").write_bytes(b"PAR1")
    with pytest.raises(ExoprobeError, match="not a whole table"):
        read_group_errors(tmp_path / "group_errors.parquet")
    pd.DataFrame({"factor": ["sex"]}).to_parquet(tmp_path / "group_errors.parquet")
    with pytest.raises(ExoprobeError, match="not a whole table"):
        read_group_errors(tmp_path / "group_errors.parquet")
