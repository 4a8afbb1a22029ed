"""How strongly columns go together: hand-computed cases, and SciPy's."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats.contingency import association

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.evaluation.association import (
    associate,
    association_table,
    canonical_correlation,
    correlation_ratio,
    cramers_v,
    uncertainty_coefficient,
)

RNG = np.random.default_rng(0)


def test_cramers_v_is_scipys_but_for_the_correction_of_its_bias():
    one, other = RNG.integers(0, 3, 400), RNG.integers(0, 4, 400)
    other = np.where(RNG.random(400) < 0.5, one, other)
    table = pd.crosstab(one, other).to_numpy()
    plain = association(table, method="cramer")
    phi = plain**2 * 2 - 2 * 3 / 399  # the least of both sides is 3 classes
    expected = np.sqrt(phi / (3 - 4 / 399 - 1))
    assert cramers_v(one, other) == pytest.approx(expected, abs=1e-12)


def test_cramers_v_of_a_table_by_hand():
    # cells 30, 10, 10, 30: φ² = 0.25; (0.25 − 1/79) / (1 − 1/79)
    one, other = np.repeat([0, 0, 1, 1], [30, 10, 10, 30]), np.repeat([0, 1, 0, 1], [30, 10, 10, 30])
    assert cramers_v(one, other) == pytest.approx(np.sqrt((0.25 - 1 / 79) / (1 - 1 / 79)))


def test_cramers_v_of_independent_classes_is_about_0_even_of_many():
    assert cramers_v(RNG.integers(0, 40, 400), RNG.integers(0, 30, 400)) < 0.1


def test_cramers_v_is_1_of_the_same_and_undefined_of_a_constant():
    codes = np.arange(60) % 5
    assert cramers_v(codes, codes) == pytest.approx(1)
    assert np.isnan(cramers_v(codes, np.zeros(60)))
    assert np.isnan(cramers_v(codes, np.arange(60)))  # every row is a class of its own


def test_theils_u_goes_one_way():
    fine = np.arange(80) % 4
    coarse = fine // 2
    assert uncertainty_coefficient(coarse, fine) == pytest.approx(1)
    assert uncertainty_coefficient(fine, coarse) == pytest.approx(0.5)  # one of two bits
    assert np.isnan(uncertainty_coefficient(np.zeros(80), fine))


def test_the_correlation_ratio_corrects_what_scipys_f_test_gives():
    classes, values = RNG.integers(0, 3, 90), RNG.normal(size=90)
    values += classes
    f = stats.f_oneway(*(values[classes == code] for code in range(3))).statistic
    share = f * 2 / (f * 2 + 87)
    assert correlation_ratio(classes, values[:, None]) == pytest.approx(np.sqrt(1 - (1 - share) * 89 / 87))


def test_the_correlation_ratio_by_hand_and_where_it_is_undefined():
    # means 1 and 3 about 2; within 4 · 0.25: η² = 4/5, ε² = 1 − 0.2 · 3/2
    assert correlation_ratio(np.array([0, 0, 1, 1]), np.array([[0.5], [1.5], [2.5], [3.5]])) == pytest.approx(0.7**0.5)
    assert np.isnan(correlation_ratio(np.zeros(4), np.arange(4.0)[:, None]))
    assert np.isnan(correlation_ratio(np.arange(4), np.arange(4.0)[:, None]))


def factor(kind, values):
    return Factor("name", kind, np.asarray(values, float), ("a", "b", "c"))


def test_numbers_have_the_size_of_spearmans_correlation():
    one = RNG.normal(size=50)
    other = -np.exp(one + RNG.normal(size=50))
    measure, value = associate(factor("continuous", one), factor("continuous", other))
    assert measure == "Spearman"
    assert value == pytest.approx(abs(stats.spearmanr(one, other).statistic))


def test_a_number_and_an_angle_have_mardias_correlation():
    angle = RNG.uniform(-180, 180, 80)
    number = np.cos(np.radians(angle - 40)) + RNG.normal(size=80)
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    xc, xs, cs = (np.corrcoef(*pair)[0, 1] for pair in ((number, cosine), (number, sine), (cosine, sine)))
    squared = (xc**2 + xs**2 - 2 * xc * xs * cs) / (1 - cs**2)
    measure, value = associate(factor("angle", angle), factor("continuous", number))
    assert measure == "circular-linear correlation"
    assert value == pytest.approx(np.sqrt(squared))


def test_angles_that_turn_together_have_1_and_unrelated_ones_about_0():
    angle = RNG.uniform(-180, 180, 500)
    measure, value = associate(factor("angle", angle), factor("angle", 100 - angle))
    assert measure == "circular correlation"
    assert value == pytest.approx(1)
    assert associate(factor("angle", angle), factor("angle", RNG.uniform(-180, 180, 500)))[1] < 0.15


def test_an_angle_and_classes_have_a_correlation_ratio():
    classes = np.arange(90) % 3
    measure, value = associate(factor("angle", 120.0 * classes - 120), factor("categorical", classes))
    assert (measure, value) == ("correlation ratio", pytest.approx(1))


def test_a_constant_column_has_no_correlation():
    assert np.isnan(canonical_correlation(np.full((9, 1), 1e6), np.arange(9.0)[:, None]))


@pytest.fixture
def table(tmp_path):
    group = np.repeat(np.arange(30), 4)
    label = group % 3
    columns = {"sample_id": np.arange(120), "group": group, "split": np.full(120, "train"), "label": label}
    write_samples(tmp_path / "samples.parquet", columns)
    number = label + 0.1 * np.arange(120) % 1
    number[:20] = np.nan
    factors = [Factor("same", "categorical", label.astype(float), ("0", "1", "2")), Factor("n", "continuous", number)]
    write_factors(tmp_path / "factors.parquet", factors, dataset_digest(tmp_path / "samples.parquet"))
    paths = tmp_path / "samples.parquet", tmp_path / "factors.parquet"
    return lambda **roles: association_table(*paths, **roles)["association"]


def test_the_table_has_every_pair_with_label_and_group(table):
    rows = table(label="class", group="person")
    main = rows[rows["measure"] != "Theil's U"]
    assert set(zip(main["factor"], main["other"], strict=True)) == {
        ("same", "n"), ("same", "class"), ("same", "person"), ("n", "class"), ("n", "person"), ("class", "person"),
    }  # fmt: skip
    values = rows.set_index(["factor", "other", "measure"])
    assert values["value"]["same", "class", "Cramér's V"] == pytest.approx(1)
    assert values["value"]["class", "person", "Theil's U"] == pytest.approx(1)
    assert values["rows"]["same", "n", "correlation ratio"] == 100
    assert rows["value"].dropna().between(0, 1).all()


def test_a_label_that_is_the_group_or_a_factor_is_there_once(table):
    assert not (table(label="person", group="person")[["factor", "other"]] == "class").any(axis=None)
    rows = table(label="same", group=None)
    assert list(rows["other"].unique()) == ["n"]
