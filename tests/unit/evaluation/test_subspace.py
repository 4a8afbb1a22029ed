import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.subspace import nested_predictions, subspace_skills, sufficient_dimensions
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes import nested_models
from exoprobe.probes.factor_moments import FactorMoments


def measure(features, factor):
    """Skills of a factor, fitted on the first half of the rows and scored on the second."""
    half = len(features) // 2
    factor = factor.learned_from(np.arange(len(features)) < half)
    train, test = (factor.at(rows) for rows in (slice(half), slice(half, None)))
    moments = FactorMoments(ArrayBlocks(features[:half]), [train], np.arange(half))
    return subspace_skills([test], [nested_predictions(moments, [train], features[half:])])


def of(skills, basis):
    return skills[skills["basis"] == basis].reset_index(drop=True)


@pytest.fixture
def glasses(rng):
    return Factor("glasses", "binary", (rng.random(3000) < 0.3).astype(float), ("no", "yes"))


def test_a_factor_in_one_weak_unit_needs_one_dimension_and_many_components(glasses, rng):
    features = rng.normal(size=(3000, 32)) * np.linspace(3, 2, 32)
    features[:, 20] = 0.1 * (glasses.values + 0.1 * rng.normal(size=3000))
    skills = measure(features, glasses)
    assert sufficient_dimensions(of(skills, "dimensions")) == 1
    assert of(skills, "dimensions")["skill"][0] > 0.95
    assert sufficient_dimensions(of(skills, "components")) == 32


def test_a_factor_spread_over_all_needs_many_dimensions_and_one_component(glasses, rng):
    features = rng.normal(size=(3000, 64)) + 0.7 * glasses.values[:, None]
    skills = measure(features, glasses)
    assert sufficient_dimensions(of(skills, "dimensions")) >= 16
    assert of(skills, "dimensions")["skill"][0] < 0.5
    assert sufficient_dimensions(of(skills, "components")) == 1


def test_both_bases_have_the_same_skill_with_all_dimensions(glasses, rng):
    skills = measure(rng.normal(size=(3000, 20)) + 0.3 * glasses.values[:, None], glasses)
    full = skills[skills["dimensions"] == 20]["skill"]
    assert len(full) == 2
    assert full.iloc[0] == pytest.approx(full.iloc[1], abs=1e-9)


def test_what_is_not_there_is_carried_by_nothing(glasses, rng):
    skills = measure(rng.normal(size=(3000, 16)), glasses)
    assert abs(of(skills, "dimensions")["skill"].iloc[-1]) < 0.05
    assert np.isnan(sufficient_dimensions(of(skills, "dimensions")))


def test_more_dimensions_than_rows_still_read_it(rng):
    values = rng.normal(size=160)
    features = rng.normal(size=(160, 200)) + values[:, None] * (np.arange(200) < 10) * 3
    skills = measure(features, Factor("n", "continuous", values))
    assert of(skills, "components")["skill"].iloc[-1] > 0.6


def test_the_fewest_that_reach_nine_tenths_by_hand():
    table = pd.DataFrame({"dimensions": [1, 2, 4, 5], "skill": [0.2, 0.46, 0.4, 0.5]})
    assert sufficient_dimensions(table) == 2
    assert sufficient_dimensions(table.assign(skill=[0.1, 0.2, 0.3, 0.04])) is np.nan
    assert np.isnan(sufficient_dimensions(table.assign(skill=np.nan)))


def test_blocks_of_rows_make_no_difference(glasses, rng, monkeypatch):
    features = rng.normal(size=(3000, 8)) + glasses.values[:, None]
    whole = measure(features, glasses)
    monkeypatch.setattr(nested_models, "PRODUCTS", 700)
    pd.testing.assert_frame_equal(measure(features, glasses), whole)


def test_the_unit_of_a_number_on_ranks_does_not_matter(rng):
    values = rng.normal(size=2000)
    features = rng.normal(size=(2000, 8)) + 2 * values[:, None]
    skills = [
        measure(features, Factor("n", "continuous", unit, scale="ranks"))["skill"]
        for unit in (values, np.exp(3 * values))
    ]
    np.testing.assert_allclose(*skills, atol=0.01)
    assert skills[0].iloc[-1] > 0.8
