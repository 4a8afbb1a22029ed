"""Planted leaks are found, and where nothing was planted nothing is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.audit_scores import audit_scores
from tests.planted import Planted


def verdicts(tables):
    return tables["verdicts"].set_index("factor")


def test_leaks_of_every_kind_are_found_and_nothing_else(tmp_path):
    planted = Planted(tmp_path, seed=1)  # at 5 %, "nothing" would be a false alarm in one seed of twenty
    rng, features = planted.rng, planted.features
    features[:, 0] += 1.5 * planted.binary("linear")
    first, second = planted.binary("first"), planted.binary("second")
    features[:, 2] += 2 * first
    features[:, 3] += 2 * second
    planted.add(Factor("product", "binary", (first * second > 0).astype(float), ("no", "yes")))
    planted.binary("nothing")
    age = rng.normal(40, 10, planted.rows)
    features[:, 4] += (age - 40) / 5
    planted.add(Factor("age", "continuous", age, scale="ranks"))
    yaw = rng.uniform(-180, 180, planted.rows)
    features[:, 5:7] += 2 * np.stack([np.sin(np.radians(yaw)), np.cos(np.radians(yaw))], axis=1)
    planted.add(Factor("yaw", "angle", yaw))
    place = rng.integers(0, 3, planted.rows)
    features[np.arange(planted.rows), 7 + place] += 2
    planted.add(Factor("place", "categorical", place.astype(float), ("a", "b", "c")))
    found = verdicts(planted.audit())
    assert (found["verdict"].drop("nothing") == "leaks").all()
    assert found.loc["nothing", "verdict"] != "leaks"
    assert (found["how"].drop(["nothing", "product"]) == "linearly").all()
    assert found.loc["product", "how"] == "only nonlinearly"
    assert found.loc["product", "probe"] == "mlp"
    assert (found["skill_low"] < found["skill"]).all()
    assert (found["p"] <= found["p_holm"]).all()


def test_where_nothing_leaks_p_values_are_uniform_and_verdicts_do_not_say_so(tmp_path):
    """Values of rows and of groups alike, in features that tell groups apart."""
    p_values, leaks = [], 0
    for seed in range(8):
        planted = Planted(tmp_path / str(seed), seed)
        for place in range(8):
            planted.binary(f"f{place}", of_group=place % 2 == 0)
        found = verdicts(planted.audit(permutations=399))
        p_values += list(found["p"])
        leaks += (found["verdict"] == "leaks").any()
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    assert leaks <= 3  # of 8 at 5 %, more would have a chance of 0.04 %


@pytest.mark.parametrize("known", [1.0, 0.3])
def test_selectivity_separates_a_leak_of_identity_from_one_of_the_factor(tmp_path, known):
    """What holds for a group is memorized where it was seen; selectivity is what is predicted beyond that."""
    planted = Planted(tmp_path, seed=1, dimension=40, groups=200 if known < 1 else 120)
    names = [f"of the group {place}" for place in range(8)]
    annotated = np.random.default_rng(0).random(planted.group[-1] + 1)[planted.group] < known
    for name in names:
        planted.binary(name, of_group=True)
        factor = planted.factors.pop()
        planted.add(replace(factor, values=np.where(annotated, factor.values, np.nan)))
    planted.features[:, 0] += 3 * planted.binary("of the row")
    found = verdicts(planted.audit())
    assert found.loc[names, "known_skill"].mean() > 0.3
    assert abs(found.loc[names, "selectivity"].mean()) < 0.1
    assert found.loc["of the row", "selectivity"] > 0.25


def test_representations_are_compared_on_the_same_groups(tmp_path):
    planted = Planted(tmp_path)
    planted.features[:, 0] += planted.binary("linear")
    before = planted.write("before")
    planted.features[:, 0] = planted.rng.normal(size=planted.rows)
    after = planted.write("after")
    probed = {path.stem: planted.probe(path) for path in (before, after)}
    tables = audit_scores(planted.samples, planted.factors_file, probed, margin=0.1)
    (difference,) = tables["differences"].query("probe == 'linear'").to_dict("records")
    assert (difference["representation"], difference["other"]) == ("before", "after")
    assert difference["low"] > 0.2
    skills = tables["scores"].query("probe == 'linear'").set_index("representation")["skill"]
    assert difference["difference"] == pytest.approx(skills["before"] - skills["after"])


def test_unknown_values_are_left_out_of_their_factor_alone(tmp_path):
    planted = Planted(tmp_path)
    planted.features[:, 0] += 2 * planted.binary("known")
    holes = np.where(planted.rng.random(planted.rows) < 0.4, np.nan, planted.factors[0].values)
    planted.add(Factor("partly", "binary", holes, ("no", "yes")))
    found = verdicts(planted.audit())
    assert found.loc["partly", "verdict"] == "leaks"
    tested = planted.split == "test"
    assert found.loc["known", "test_rows"] == tested.sum()
    assert found.loc["partly", "test_rows"] == (tested & ~np.isnan(holes)).sum()


@pytest.mark.parametrize("shared", [True, False], ids=["sites in train and test", "split by site"])
def test_a_factor_of_the_site_is_judged_by_sites_or_not_at_all(tmp_path, shared):
    """Features know the site of each group; what was drawn per site is then recognized, not encoded."""
    planted = Planted(tmp_path, groups=120, per_group=3)
    last = planted.group[-1] + 1
    sites = 10 if shared else 40
    site = (planted.rng.permutation(last) % sites if shared else np.arange(last) * sites // last)[planted.group]
    planted.features += 2 * planted.rng.normal(size=(sites, planted.features.shape[1]))[site]
    planted.add(Factor("drawn", "binary", (np.arange(sites) % 2)[site].astype(float), ("no", "yes")))
    if shared:
        planted.add(Factor("site", "categorical", site.astype(float), tuple(map(str, range(sites)))))
    else:
        planted.columns["unit site"] = site  # as a factor it could not be predicted
    found = verdicts(planted.audit(permutations=99)).loc["drawn"]
    assert found["unit"] == "site"
    if shared:
        assert found["verdict"] == "inconclusive"
        assert found["reason"] == (
            "drawn varies only between the 10 values of site, and all of them are in train and in test; split by site "
            "(group: site) to judge it"
        )
        assert np.isnan(found["p"])
    else:
        assert found["test_groups"] == len(np.unique(site[planted.split == "test"]))
        assert found["p"] > 0.01
