import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.sensitivity import LINEAR, NONLINEAR, sensitivity_table
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted


def sensitivity(planted, margin=0.1):
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    return sensitivity_table(source, planted.samples, margin=margin)


def unequal_variances(folder, rows, dimension):
    """A dataset of a row per group, whose directions vary more and less, and a number that they know nothing of."""
    planted = Planted(folder, groups=rows, per_group=1, dimension=dimension)
    scale = np.exp(np.linspace(0, -5, dimension))
    rotation = np.linalg.qr(planted.rng.normal(size=(dimension, dimension)))[0]
    planted.features = (planted.rng.normal(size=(rows, dimension)) * scale) @ rotation
    planted.add(Factor("number", "continuous", planted.rng.normal(size=rows)))
    return planted


def test_with_few_rows_in_many_dimensions_leaks_would_be_missed(tmp_path):
    table = sensitivity(unequal_variances(tmp_path, 150, 128))
    found = table.set_index(["direction", "skill"])["found"]
    assert found["largest", 0.4] > 0.8
    assert found["smallest", 0.4] < 0.2
    assert (table["detectable"] > 0.1).all()
    assert (table["groups_needed"] > 150 / 4).all()  # are in test


def test_with_many_groups_and_few_dimensions_they_would_be_found(tmp_path):
    table = sensitivity(unequal_variances(tmp_path, 1500, 6), margin=0.15)
    assert set(table["direction"]) == {*LINEAR, NONLINEAR}
    assert (table.loc[table["skill"] >= 0.15, "found"] >= 0.8).all()
    assert (table["detectable"] <= 0.15).all()
    assert (table["groups_needed"] <= 1500 / 4).all()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    planted = Planted(tmp_path_factory.mktemp("mixed"), groups=120, per_group=3, dimension=8)
    rng, rows = planted.rng, planted.rows
    planted.binary("glasses")
    planted.binary("sex", of_group=True)
    planted.add(Factor("yaw", "angle", np.where(rng.random(rows) < 0.1, np.nan, rng.uniform(-60, 60, rows))))
    planted.add(Factor("scanner", "categorical", rng.integers(0, 4, rows).astype(float), tuple("abcd")))
    return sensitivity(planted, margin=0.3)


def test_every_kind_of_factor_has_a_row_per_direction_and_skill(mixed):
    assert set(mixed["factor"]) == {"glasses", "sex", "yaw", "scanner"}
    assert set(mixed["skill"]) == {0.15, 0.3, 0.6, 0.9}
    assert not mixed.duplicated(["factor", "direction", "skill"]).any()
    assert (mixed["planted"] == 20).all()


def test_of_a_factor_all_rows_of_a_kind_say_what_is_detectable(mixed):
    kinds = [mixed["factor"], mixed["direction"] == NONLINEAR]
    assert (mixed.groupby(kinds)[["detectable", "groups_needed"]].nunique() <= 1).all(axis=None)
    apart = mixed.groupby("factor")["detectable"].nunique()
    assert (apart > 1).any()


def test_larger_skills_are_found_more_often(mixed):
    by_skill = mixed.groupby(["factor", "skill"])["found"].mean().unstack()
    assert (by_skill[0.6] > by_skill[0.15]).all()
    assert (by_skill[0.6] > 0.5).all()


def test_what_is_constant_within_groups_is_harder_to_find(mixed):
    found = mixed[mixed["direction"] != "nonlinear"].groupby(["factor", "skill"])["found"].mean()
    assert found["sex", 0.3] < found["glasses", 0.3]
