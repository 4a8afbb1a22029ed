"""Encoded beyond what is known, or only through it: planted cases, from features to verdicts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.beyond import beyond_table
from exoprobe.evaluation.beyond_verdicts import COLUMNS, judge_beyond
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.run import probe
from tests.planted import Planted


def binary(name: str, values: np.ndarray) -> Factor:
    return Factor(name, "binary", values.astype(float), ("no", "yes"))


def only_through(folder: Path, seed: int, direct: float = 0.0, groups: int = 120) -> Planted:
    """Features encode A; B is frequent where A is; they encode B itself along another dimension, if at all."""
    planted = Planted(folder, seed, groups=groups, per_group=5, dimension=8)
    random, rows = planted.rng, planted.rows
    a = (random.random(groups) < 0.5)[planted.group]
    b = random.random(rows) < np.where(a, 0.55, 0.05)
    planted.features[:, 0] += 3 * a
    planted.features[:, 1] += direct * b
    planted.factors = [binary("A", a), binary("B", b)]
    return planted


def through_label(folder: Path, seed: int, association: float, groups: int = 120) -> Planted:
    """Features encode a label of two values; the batch goes with it (Cramér's V), and they know no more of it."""
    planted = Planted(folder, seed, groups=groups, per_group=5, dimension=8)
    random, rows = planted.rng, planted.rows
    label = planted.columns["label"] = random.integers(0, 2, rows)
    planted.factors = [binary("batch", random.random(rows) < 0.5 + association * (label - 0.5))]
    planted.features[:, 0] += 3 * label
    return planted


def measure(planted: Planted, given=None, label=None, probes=("linear",)) -> pd.DataFrame:
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    files = {kind: planted.folder / f"{kind}.parquet" for kind in ("predictions", "search")}
    probe(source, files, probes=dict.fromkeys(probes))
    dataset = planted.samples, planted.factors_file, *files.values()
    rows = beyond_table(source, *dataset, given=given, label=label)["beyond"]
    return rows.assign(representation="features")


def judged(rows: pd.DataFrame, decodable: bool = True) -> pd.DataFrame:
    verdict = {"p_holm": 0.01, "skill_low": 0.1, "verdict": "leaks"}
    verdict = verdict if decodable else {"p_holm": 0.9, "skill_low": -0.1, "verdict": "no evidence"}
    verdicts = pd.DataFrame([{"factor": name, "representation": "features", **verdict} for name in set(rows["factor"])])
    return judge_beyond(rows, verdicts, [], 0.1)


def test_what_is_encoded_through_another_factor_alone_is_not_encoded_beyond_it(tmp_path):
    rows = judged(measure(only_through(tmp_path, 0))).set_index("factor")
    assert list(rows["given"]) == ["B", "A"]
    assert list(rows["verdict"]) == ["encoded beyond B", "only through A"]
    assert rows["given_skill"]["B"] == pytest.approx(0.5, abs=0.15)
    assert rows["beyond_high"]["B"] < 0.1
    assert rows["reason"]["B"] == "decodable, but the features add a skill of less than 0.1 to A"


def test_what_is_encoded_directly_too_is_encoded_beyond_it(tmp_path):
    rows = judged(measure(only_through(tmp_path, 1, direct=2.0, groups=240))).set_index("factor")
    assert rows["verdict"]["B"] == "encoded beyond A"
    assert rows["beyond"]["B"] > 0.02
    assert rows["bits_low"]["B"] > 0.1
    assert rows["skill"]["B"] - rows["given_skill"]["B"] == pytest.approx(rows["beyond"]["B"])


def test_what_goes_with_the_label_alone_is_set_against_it_by_itself(tmp_path):
    (row,) = judged(measure(through_label(tmp_path, 1, 0.8), label="class")).to_dict("records")
    assert (row["given"], row["source"], row["verdict"]) == ("class", "label", "only through class")
    assert row["given_skill"] == pytest.approx(0.8, abs=0.1)


def test_the_p_value_is_uniform_where_only_the_label_is_encoded(tmp_path):
    values = [measure(through_label(tmp_path / f"{seed}", seed, 0.6, 60), label="class")["p"][0] for seed in range(30)]
    assert stats.kstest(values, "uniform").pvalue > 0.01
    assert np.mean(np.array(values) <= 0.05) <= 0.15


def test_what_only_a_nonlinear_probe_finds_is_not_said_to_come_through_the_other_alone(tmp_path):
    planted = only_through(tmp_path, 3, groups=200)
    signs = 2 * planted.rng.integers(0, 2, planted.rows) - 1
    b = planted.factors[1].values
    planted.features[:, 1] = 2 * signs + 0.5 * planted.rng.normal(size=planted.rows)
    planted.features[:, 2] = 2 * signs * (2 * b - 1) + 0.5 * planted.rng.normal(size=planted.rows)
    rows = judged(measure(planted, probes=("linear", "mlp"))).set_index("factor")
    assert rows["p_holm"]["B"] <= 0.05
    assert rows["verdict"]["B"] in ("inconclusive", "encoded beyond A")


def test_perfect_confounding_is_refused_by_name(tmp_path):
    planted = only_through(tmp_path, 0)
    (a, _), site = planted.factors, planted.group % 7
    planted.factors = [a, Factor("site", "categorical", (site + 7 * a.values).astype(float), tuple("abcdefghijklmn"))]
    rows = judged(measure(planted)).set_index("factor")
    assert rows["verdict"]["A"] == "not separable from site"
    assert rows["reason"]["A"] == "it is determined by site: less than 1 % of its variance is left"
    assert np.isnan(rows["p"]["A"])


def test_a_factor_of_the_site_is_not_judged_where_train_and_test_share_sites(tmp_path):
    planted = only_through(tmp_path, 0)
    site = planted.group % 8
    odd = binary("odd", site % 4 > 1)
    planted.factors = [planted.factors[0], odd, Factor("site", "categorical", site.astype(float), tuple("abcdefgh"))]
    planted.columns["unit site"] = site
    rows = judged(measure(planted, given=["A"])).set_index("factor")
    assert rows["verdict"]["odd"] == "inconclusive"
    assert "8 values of site, and all of them are in train and in test" in rows["reason"]["odd"]
    assert np.isnan(rows["p"]["odd"])


def test_what_is_not_decodable_has_no_evidence(tmp_path):
    rows = measure(through_label(tmp_path, 1, 0.8), label="class")
    assert list(judged(rows, decodable=False)["verdict"]) == ["no evidence"]


def test_several_given_columns_are_taken_together(tmp_path):
    planted = only_through(tmp_path, 2, groups=200)
    angle = planted.rng.uniform(-180, 180, planted.rows)
    age = planted.rng.normal(size=planted.rows) + planted.factors[0].values
    age[:40] = np.nan
    planted.columns["label"] = planted.group % 3
    late = age + np.cos(np.radians(angle)) > 0.5
    planted.features[:, 2:4] += np.stack([np.nan_to_num(age), 2 * np.cos(np.radians(angle))], axis=1)
    planted.factors += [Factor("age", "continuous", age), Factor("angle", "angle", angle), binary("late", late)]
    rows = judged(measure(planted, given=["A", "age", "angle", "class"], label="class")).set_index("factor")
    assert rows["given"]["late"] == "A, age, angle, class"
    assert rows["given"]["age"] == "A, angle, class"
    assert set(rows["source"]) == {"given"}
    assert rows["given_skill"]["late"] > 0.6
    assert rows["verdict"]["B"] == "only through A, age, angle, class"


def test_columns_that_do_not_help_are_no_noise_in_what_the_features_add(tmp_path):
    planted = Planted(tmp_path, 0, groups=120, per_group=5, dimension=8)
    day, channel = (planted.rng.integers(0, count, planted.rows).astype(float) for count in (7, 3))
    planted.features[:, :3] += 6 * np.eye(3)[channel.astype(int)]
    planted.factors = [
        Factor("channel", "categorical", channel, ("a", "b", "c")),
        Factor("day", "categorical", day, tuple("abcdefg")),
    ]
    rows = measure(planted, given=["day"]).set_index("factor")
    assert abs(rows["given_skill"]["channel"]) < 1e-9
    assert rows["beyond"]["channel"] == pytest.approx(rows["skill"]["channel"])
    assert 0.9 < rows["beyond"]["channel"] <= rows["beyond_high"]["channel"] < 1 + 1e-9


def test_an_unknown_given_column_is_named(tmp_path):
    with pytest.raises(ExoprobeError, match=r"audit.given\[1\] is 'C', which is no factor .*; allowed: A, B"):
        measure(only_through(tmp_path, 0), given=["A", "C"])


def test_a_factor_alone_without_a_label_has_nothing_to_be_set_against(tmp_path):
    planted = only_through(tmp_path, 0)
    planted.factors = planted.factors[:1]
    assert judged(measure(planted)).empty


def test_a_small_p_value_reassures_nobody_though_the_correction_takes_it_away():
    row = {
        "factor": "a", "representation": "net", "given": "b", "unit": "", "unit_values": 0, "units_seen": 0,
        "unexplained": 0.5, "varying_groups": 90,
        "groups": 90, "beyond": 0.0, "beyond_low": 0.0, "beyond_high": 0.0, "bits": 0.0,
    }  # fmt: skip
    rows = [row | {"factor": name, "p": p} for name, p in zip("abcd", (0.004, 0.02, 0.5, 0.9), strict=True)]
    filler = dict.fromkeys(COLUMNS, np.nan) | {"source": "strongest", "rows": 90}
    table = pd.DataFrame([filler | entry for entry in rows * 10])
    verdicts = pd.DataFrame([{**entry, "verdict": "leaks", "p_holm": 0.01, "skill_low": 0.2} for entry in rows])
    judged = judge_beyond(table, verdicts, [], 0.1)
    assert list(judged["verdict"][:4]) == ["inconclusive", "only through b", "only through b", "only through b"]
    assert judged["reason"][0].startswith("the p-value alone, 0.004, speaks for more than b")
