import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.attribute_errors import attribute_errors


def table(present, score, group=None, attribute="glasses", prevalence=0.3):
    count = len(present)
    return pd.DataFrame(
        {
            "attribute": attribute,
            "sample_id": np.arange(count),
            "group": np.arange(count) if group is None else group,
            "round": "test",
            "present": np.array(present, bool),
            "score": np.array(score, float),
            "penalty": 1.0,
            "train_prevalence": prevalence,
        }
    )


@pytest.fixture
def errors(tmp_path):
    """A function that writes predictions and reads their errors, indexed by attribute."""

    def compute(*tables):
        pd.concat(tables).to_parquet(tmp_path / "predictions.parquet")
        found = attribute_errors({"fc7": tmp_path / "predictions.parquet"})
        assert set(found["representation"]) == {"fc7"}
        return found.set_index("attribute")

    return compute


PRESENT, SCORES = [1, 1, 1, 1, 0, 0], [1, 0, -1, 2, 3, -2]  # a score of 0 says present


def test_rates_by_hand(errors):
    row = errors(table(PRESENT, SCORES, group=[0, 0, 1, 1, 2, 2])).loc["glasses"]
    assert row["false_negative"] == pytest.approx(25)
    assert row["false_positive"] == pytest.approx(50)
    assert row["error"] == pytest.approx(37.5)
    assert row["prevalence"] == pytest.approx(100 * 4 / 6)
    assert (row["samples"], row["people"]) == (6, 3)


@pytest.mark.parametrize(("prevalence", "missed"), [(0.3, 100), (0.5, 0), (0.8, 0)])
def test_the_majority_is_that_of_training(errors, prevalence, missed):
    rows = errors(table(PRESENT, SCORES, prevalence=prevalence))
    assert rows.loc["glasses", "majority_false_negative"] == missed


def test_the_mean_is_over_attributes(errors):
    other = table(5 * PRESENT, 5 * [1, 1, 1, 1, -1, -1], attribute="hat", prevalence=0.9)
    rows = errors(table(5 * PRESENT, 5 * SCORES), other)
    assert list(rows.index) == ["glasses", "hat", "mean"]
    assert rows.loc["mean", "error"] == pytest.approx(37.5 / 2)
    assert rows.loc["mean", "false_negative"] == pytest.approx(25 / 2)
    assert rows.loc["mean", "majority_false_negative"] == pytest.approx(50)
    assert rows.loc["hat", ["error", "error_low", "error_high"]].tolist() == [0, 0, 0]
    assert rows.loc["mean", "error_low"] <= rows.loc["mean", "error"] <= rows.loc["mean", "error_high"]


def test_an_interval_is_about_the_error_and_wider_where_images_are_of_fewer_people(errors, rng):
    present = np.repeat(rng.random(60) < 0.4, 10)
    score = np.where(present, 1, -1) * np.repeat(np.where(rng.random(60) < 0.2, -1, 1), 10)
    few = errors(table(present, score, group=np.repeat(np.arange(60), 10))).loc["glasses"]
    many = errors(table(present, score)).loc["glasses"]
    assert few["error"] == many["error"]
    assert few["error_low"] < few["error"] < few["error_high"]
    assert few["error_high"] - few["error_low"] > 2 * (many["error_high"] - many["error_low"])


def test_each_representation_has_its_rows(tmp_path):
    table(PRESENT, SCORES).to_parquet(tmp_path / "a.parquet")
    table(PRESENT, np.negative(SCORES)).to_parquet(tmp_path / "b.parquet")
    rows = attribute_errors({"a": tmp_path / "a.parquet", "b": tmp_path / "b.parquet"})
    assert rows["representation"].tolist() == ["a", "a", "b", "b"]
    assert rows.index.is_unique


def test_the_mean_s_interval_is_of_the_attributes_whose_error_is_known(errors):
    never = table([0] * 30, 5 * SCORES, attribute="hat")  # in no test image: no rate of missing it
    rows = errors(table(5 * PRESENT, 5 * SCORES), never)
    assert np.isnan(rows.loc["hat", "error"])
    assert rows.loc["mean", "error"] == pytest.approx(rows.loc["glasses", "error"])
    assert rows.loc["glasses", "error_low"] <= rows.loc["mean", "error_low"] < rows.loc["mean", "error"]
    assert rows.loc["mean", "error"] < rows.loc["mean", "error_high"] <= rows.loc["glasses", "error_high"]


def test_an_interval_is_as_wide_as_the_few_who_have_the_attribute_make_it(errors, rng):
    """One rate rests on them alone, however many people lack it."""
    score = np.where(rng.random(600) < 0.3, 1, -1)
    rare, common = (
        errors(table(np.arange(600) < 10 * count, score, group=np.arange(600) // 10)).loc["glasses"]
        for count in (4, 30)
    )
    assert np.isnan(rare["error_low"])
    assert np.isfinite(common["error_low"])
