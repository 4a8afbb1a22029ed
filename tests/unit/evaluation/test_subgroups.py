"""Subgroups of most skill: by hand, planted ones found, none by chance."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.subgroup_skill import CellSums
from exoprobe.evaluation.subgroups import as_column, subgroup_table
from exoprobe.probes.skill import skill
from tests.scores_factory import binary, number, write_run


def test_skill_in_a_cell_and_elsewhere_is_that_of_these_rows(rng):
    factor = binary("glasses", rng.integers(0, 2, 200))
    predicted, codes = rng.normal(size=200) + factor.values - 0.5, rng.integers(-1, 2, 200)
    compared = CellSums(factor, predicted, np.arange(200) // 2, codes).compare(1, 0.95)
    here, there = (skill(factor, factor.values[codes == code], predicted[codes == code]) for code in (1, 0))
    assert compared.skill[0] == pytest.approx(here)
    assert compared.elsewhere == pytest.approx(there)
    assert compared.difference[0] == pytest.approx(here - there)
    assert compared.rows == (codes == 1).sum()
    assert compared.difference[1] < here - there < compared.difference[2]


def test_numbers_are_set_against_the_median_of_their_cell():
    factor = number("age", [1, 2, 3, 11, 12, 13])
    compared = CellSums(factor, np.array([1, 2, 3, 12, 12, 12.0]), np.arange(6), np.repeat([0, 1], 3)).compare(1, 0.95)
    assert compared.skill[0] == 0  # as good as the median of these rows, however far from that of all
    assert compared.elsewhere == 1


def test_an_interval_of_no_error_is_not_empty(rng):
    factor = binary("glasses", np.arange(60) % 2)
    predicted = factor.values - 0.5
    compared = CellSums(factor, predicted, np.arange(60) // 2, np.repeat([0, 1], 30)).compare(0, 0.95)
    assert compared.skill[0] == 1
    assert compared.skill[1] < 0.9
    assert compared.difference[1] < 0 < compared.difference[2]


@pytest.mark.parametrize(
    ("factor", "words", "codes"),
    [
        (binary("sex", [0, 1, np.nan]), ("sex = no", "sex = yes"), [0, 1, -1]),
        (number("age", [1, 2, 3, np.nan]), ("age ≤ 1.667", "1.667 < age ≤ 2.333", "age > 2.333"), [0, 1, 2, -1]),
        (
            Factor("hour", "angle", np.array([0.0, 359, np.nan]), period=24.0),
            ("0 ≤ hour < 6", "6 ≤ hour < 12", "12 ≤ hour < 18", "18 ≤ hour < 24"),
            [0, 3, -1],
        ),
    ],
)
def test_values_as_subgroups(factor, words, codes):
    column = as_column(factor)
    assert column.words == words
    assert column.codes.tolist() == codes


def test_a_factor_of_one_class_has_no_subgroups():
    assert as_column(Factor("x", "categorical", np.zeros(3), ("a",))) is None


def tables_of(folder, rng, skilled):
    """Search 200 groups of three rows for where glasses are predicted; ``skilled`` makes site b's scores better."""
    rows, group = 600, np.repeat(np.arange(200), 3)
    glasses, site, sex = rng.integers(0, 2, rows), rng.integers(0, 3, 200)[group], rng.integers(0, 2, rows)
    scores = (0.3 + skilled * (site == 1)) * (2 * glasses - 1) + rng.normal(size=rows)
    factors = [
        binary("glasses", glasses),
        Factor("site", "categorical", site.astype(float), ("a", "b", "c")),
        binary("sex", sex),
    ]
    predicted = {("linear", "glasses"): scores, ("linear", "site"): site, ("linear", "sex"): rng.normal(size=rows)}
    run = write_run(folder, factors, predicted, group=group)
    files = {"net": ProbeFiles([run.predictions], [run.search], [], control=False)}
    return subgroup_table(run.samples, run.factors, files)["subgroups"]


def test_a_planted_subgroup_is_there_with_an_interval_above_0(tmp_path, rng):
    rows = tables_of(tmp_path, rng, 2.0)
    best = rows[rows["factor"] == "glasses"].iloc[0]
    assert best["subgroup"] == "site = b"
    assert best["low"] > 0
    assert best["skill_low"] < best["skill"] < best["skill_high"] <= 1
    assert best["difference"] == pytest.approx(best["skill"] - best["elsewhere"])
    assert not (rows["low"] > 0)[rows["factor"] == "sex"].any()
    conditions = [words for row in rows[rows["factor"] == "glasses"]["subgroup"] for words in row.split(" and ")]
    assert len(conditions) == len(set(conditions))


def test_no_subgroup_is_surely_higher_where_skill_is_the_same(tmp_path, rng):
    assert not (tables_of(tmp_path, rng, 0.0)["low"] > 0).any()


def test_few_groups_have_no_subgroups(tmp_path, rng):
    factors = [binary("glasses", rng.integers(0, 2, 20)), binary("sex", rng.integers(0, 2, 20))]
    predicted = {("linear", factor.name): rng.normal(size=20) for factor in factors}
    run = write_run(tmp_path, factors, predicted, group=np.arange(20) // 4)
    files = {"net": ProbeFiles([run.predictions], [run.search], [], control=False)}
    assert subgroup_table(run.samples, run.factors, files)["subgroups"].empty
