import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.units import unit_columns, varying_units

SITES, PATIENTS, ROWS = 10, 12, 3
PATIENT = np.repeat(np.arange(SITES * PATIENTS), ROWS)
SITE = PATIENT // PATIENTS


def factor(name, kind, values):
    categories = tuple(map(str, np.unique(values))) if kind in ("binary", "categorical") else ()
    return Factor(name, kind, np.asarray(values, float), categories)


def names(factors, groups=PATIENT, columns=()):
    units = varying_units(factors, groups, columns)
    return {entry.name: unit and unit.name for entry, unit in zip(factors, units, strict=True)}


def of_sites(rng):
    """Factors of ten sites: two values, a number, its alias, and one of the patient and one of the row."""
    return [
        factor("bit", "binary", (np.arange(SITES) % 2)[SITE]),
        factor("number", "continuous", rng.permutation(SITES)[SITE] + 0.5),
        factor("site", "categorical", SITE),
        factor("alias", "categorical", rng.permutation(SITES)[SITE]),
        factor("of patients", "binary", rng.integers(0, 2, SITES * PATIENTS)[PATIENT]),
        factor("of rows", "continuous", rng.normal(size=len(SITE))),
    ]


def test_factors_of_the_site_vary_between_sites_and_the_site_itself_does_not(rng):
    found = names(of_sites(rng))
    assert found.pop("bit") in {"site", "alias"}
    assert found.pop("number") in {"site", "alias"}
    assert set(found.values()) == {None}


def test_a_units_codes_join_the_groups_that_nest_in_it(rng):
    unit = varying_units(of_sites(rng), PATIENT)[0]
    assert unit.count == SITES
    assert len(np.unique(np.stack([unit.codes, SITE]), axis=1).T) == SITES


def test_without_groups_rows_nest_in_patients(rng):
    factors = [
        factor("sex", "binary", rng.integers(0, 2, len(PATIENT) // ROWS)[PATIENT]),
        factor("patient", "categorical", PATIENT),
    ]
    assert names(factors, np.arange(len(PATIENT))) == {"sex": "patient", "patient": None}


def test_the_coarsest_of_nested_units_counts(rng):
    ward = 2 * SITE + (PATIENT // 6) % 2
    factors = [*of_sites(rng)[:1], factor("ward", "categorical", ward), factor("site", "categorical", SITE)]
    assert names(factors) == {"bit": "site", "ward": None, "site": "ward"}


def test_a_few_patients_of_two_sites_and_unknown_sites_change_nothing(rng):
    site = SITE.astype(float)
    site[::100] = (site[::100] + 2) % SITES  # of the same parity
    site[5::90] = np.nan
    bit = (site % 2).copy()
    bit[np.isnan(site)] = 1
    (unit, _) = varying_units([factor("bit", "binary", bit), Factor("site", "categorical", site)], PATIENT)
    assert unit.name == "site"
    assert (unit.codes[np.isnan(site)] >= 0).all()


def test_agreement_by_chance_is_no_unit():
    """One of twenty-four groups has the rare value, alone in its ward: nothing follows."""
    groups, rare = np.arange(24), np.zeros(24)
    rare[0] = 1
    ward = np.concatenate([[0], 1 + np.arange(23) // 3])
    assert names([factor("rare", "binary", rare), factor("ward", "categorical", ward)], groups)["rare"] is None


def test_a_number_cut_into_ranges_is_not_its_unit_but_one_that_numbers_sites_is(rng):
    age = rng.integers(20, 60, SITES * PATIENTS)[PATIENT]
    ages = [factor("age", "continuous", age), factor("old", "binary", age > 40)]
    assert set(names(ages).values()) == {None}
    sites = [factor("code", "continuous", SITE), factor("bit", "binary", (np.arange(SITES) % 2)[SITE])]
    assert names(sites)["bit"] == "code"


@pytest.mark.parametrize("column", [np.array([f"site {site}" for site in SITE]), SITE])
def test_a_column_that_is_not_probed_is_a_unit_too(column, rng):
    bit = of_sites(rng)[0]
    table = pd.DataFrame({"where": column, "noise": rng.normal(size=len(SITE))})
    columns = unit_columns(table, [bit], PATIENT)
    assert list(columns) == ["unit where"]
    np.testing.assert_array_equal(columns["unit where"], SITE)
