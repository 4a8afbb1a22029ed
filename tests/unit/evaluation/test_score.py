"""The score stage: a table of measures, computed by hand for a few predictions."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from exoprobe.datasets.factors import write_factors
from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.score import COLUMNS, MEAN, RUN, TEXTS, best_probes
from exoprobe.evaluation.scores import complement, whole
from tests.scores_factory import binary, number, score, scores_table, write_run

PRESENT, OUTPUTS = [1, 1, 1, 1, 0, 0], [1, 0, -1, 2, 3, -2]  # an output of 0 predicts presence


def cells(table, *index):
    return table.set_index([*index, "measure"])["value"]


def test_one_schema_with_run_counts_and_categories(tmp_path):
    factors = [binary("hat", PRESENT), number("age", range(6))]
    predicted = {("linear", "hat"): OUTPUTS, ("all", "mlp", "age"): np.zeros(6)}
    run = write_run(tmp_path, factors, predicted, key=("faces", "net", "fc7", 3), group=[0, 0, 1, 1, 2, 2])
    table = score(tmp_path, run)
    assert list(table.columns) == [*RUN, *COLUMNS]
    assert table[RUN].drop_duplicates().to_numpy().tolist() == [["faces", "net", "fc7", 3]]
    stored = pq.read_schema(tmp_path / "scores.parquet")
    assert all(str(stored.field(name).type).startswith("dictionary") for name in TEXTS)
    assert set(table["rows"]) == {6}
    assert set(table["groups"]) == {3}
    assert not table.duplicated([*RUN, "eraser", "probe", "factor", "subset", "measure"]).any()
    assert set(table.loc[table["eraser"] == "all", "probe"]) == {"mlp"}
    assert table[["low", "high"]].isna().all(axis=None)  # three groups are too few


def test_rates_by_hand(tmp_path):
    table = score(tmp_path, write_run(tmp_path, [binary("hat", PRESENT)], {("linear", "hat"): OUTPUTS}))
    values = cells(table, "factor")["hat"]
    assert values["false_negative"] == pytest.approx(1 / 4)
    assert values["false_positive"] == pytest.approx(1 / 2)
    assert values["balanced_accuracy"] == pytest.approx(1 - 3 / 8)
    assert values["accuracy"] == pytest.approx(4 / 6)
    assert values["prevalence"] == pytest.approx(4 / 6)


@pytest.mark.parametrize(("train", "missed"), [([0, 0, 1], 1), ([0, 1], 0), ([1, 1, 0], 0)])
def test_the_majority_is_that_of_training(tmp_path, train, missed):
    run = write_run(tmp_path, [binary("hat", PRESENT)], {("linear", "hat"): OUTPUTS}, train={"hat": train})
    assert cells(score(tmp_path, run), "factor")["hat", "majority_false_negative"] == missed


def test_errors_of_numbers_beside_constants(tmp_path):
    """The skill's constant is the training median; the baseline of ``explained`` is the mean of the test rows."""
    run = write_run(tmp_path, [number("age", [0, 10, 20])], {("linear", "age"): [0, 10, 10]}, train={"age": [5]})
    values = cells(score(tmp_path, run), "factor")["age"]
    assert values["mae"] == pytest.approx(10 / 3)
    assert values["baseline_error"] == pytest.approx((5 + 5 + 15) / 3)
    assert values["skill"] == pytest.approx(1 - 10 / 25)
    assert values["r2"] == pytest.approx(1 - 100 / 200)
    assert values["rmse"] == pytest.approx(np.sqrt(100 / 3))
    assert values["baseline_rmse"] == pytest.approx(np.sqrt(200 / 3))
    assert values["explained"] == pytest.approx(1 - np.sqrt(0.5))


def test_explained_of_the_mean_is_0_and_its_interval_is_paired(tmp_path, rng):
    truth = np.repeat(rng.normal(0, 10, 50), 4)
    predicted = {("linear", "age"): np.full(200, truth.mean()), ("mlp", "age"): 0.9 * truth}
    run = write_run(tmp_path, [number("age", truth)], predicted, group=np.arange(200) // 4)
    found = whole(score(tmp_path, run), "explained").set_index("probe")
    assert found.loc["linear", ["value", "low", "high"]].tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    mlp = found.loc["mlp"]  # its error and the constant's are large in the same draws
    assert mlp["low"] < mlp["value"] < mlp["high"]
    assert mlp["value"] == pytest.approx(0.9, abs=0.01)
    assert mlp["high"] - mlp["low"] < 0.02


def test_an_interval_respects_groups(tmp_path, rng):
    present = np.repeat(rng.random(60) < 0.4, 10)
    outputs = np.where(present, 1, -1) * np.repeat(np.where(rng.random(60) < 0.2, -1, 1), 10)
    rows = []
    for name, group in (("few", np.arange(600) // 10), ("many", None)):
        (tmp_path / name).mkdir()
        run = write_run(tmp_path / name, [binary("hat", present)], {("linear", "hat"): outputs}, group=group)
        rows.append(whole(score(tmp_path, run), "balanced_accuracy", factor="hat").iloc[0])
    few, many = rows
    assert few["low"] < few["value"] == many["value"] < few["high"]
    assert few["high"] - few["low"] > 2 * (many["high"] - many["low"])


def test_an_interval_is_as_wide_as_the_few_who_have_the_attribute_make_it(tmp_path, rng):
    """One rate rests on them alone, however many lack it."""
    outputs, group = np.where(rng.random(600) < 0.3, 1, -1), np.arange(600) // 10
    factors = [binary(name, np.arange(600) < 10 * count) for name, count in (("rare", 4), ("common", 30))]
    run = write_run(tmp_path, factors, {("linear", factor.name): outputs for factor in factors}, group=group)
    table = whole(score(tmp_path, run), "balanced_accuracy").set_index("factor")
    assert np.isnan(table.loc["rare", "low"])
    assert np.isfinite(table.loc["common", "low"])


def test_means_are_over_binary_factors_with_the_interval_of_the_mean(tmp_path, rng):
    """Errors that cancel between two factors leave the mean certain."""
    present = np.arange(200) % 2
    wrong = rng.random(200) < 0.5
    outputs = {"hat": wrong, "smile": ~wrong, "bald": present > 2}
    factors = [binary("hat", present), binary("smile", present), number("age", present)]
    predicted = {("linear", name): np.where(outputs[name], -1, 1) * (2 * present - 1) for name in ("hat", "smile")}
    run = write_run(tmp_path, factors, {**predicted, ("linear", "age"): present, ("mlp", "hat"): present - 0.5})
    table = score(tmp_path, run)
    means = table[table["factor"] == MEAN]
    assert set(means["measure"]) == {"balanced_accuracy", "false_negative", "false_positive"}
    linear = whole(table, "balanced_accuracy", probe="linear").set_index("factor")
    assert linear.loc[MEAN, "value"] == pytest.approx(linear.loc[["hat", "smile"], "value"].mean())
    assert linear.loc[MEAN, ["low", "high"]].tolist() == pytest.approx([0.5, 0.5])
    assert linear.loc["hat", "high"] - linear.loc["hat", "low"] > 0.1
    assert whole(table, "balanced_accuracy", probe="mlp", factor=MEAN)["value"].tolist() == [1]


def test_the_mean_of_a_rate_is_over_the_factors_that_have_it(tmp_path, rng):
    factors = [binary("hat", 5 * PRESENT), binary("never", [0] * 30)]  # none is there to miss
    run = write_run(tmp_path, factors, {("linear", factor.name): 5 * OUTPUTS for factor in factors})
    table = whole(score(tmp_path, run), "false_negative").set_index("factor")[["value", "low", "high"]]
    assert table.loc["never"].isna().all()
    assert table.loc[MEAN, "value"] == pytest.approx(0.25)
    assert table.loc[MEAN, ["low", "high"]].notna().all()


def test_subsets_by_bins_of_size(tmp_path):
    truth, predicted = [0, -10, 15, 29.9, -44, 45, -90, np.nan], [3, -11, 15, 20, -40, 40, -60, 7]
    factors, outputs = [number("yaw", truth), number("age", range(8))], {("linear", "yaw"): predicted}
    run = write_run(tmp_path, factors, {**outputs, ("linear", "age"): np.zeros(8)}, train={"yaw": [10]})
    by_yaw = {"column": "yaw", "edges": [0, 15, 30, 45, 100], "factors": ["yaw"]}
    table = score(tmp_path, run, subsets=[by_yaw])
    assert set(table.loc[table["factor"] == "age", "subset"]) == {""}
    mae = table[(table["measure"] == "mae") & (table["factor"] == "yaw")].set_index("subset")
    names = ["", "yaw=0–15", "yaw=15–30", "yaw=30–45", "yaw=45–100"]
    assert mae.index.tolist() == names  # none is 100 or more
    expected = [(3 + 1 + 0 + 9.9 + 4 + 5 + 30) / 7, (3 + 1) / 2, (0 + 9.9) / 2, 4, (5 + 30) / 2]
    np.testing.assert_allclose(mae["value"], expected)
    assert mae["rows"].tolist() == [7, 2, 2, 1, 2]
    constant = table[(table["measure"] == "baseline_error") & (table["factor"] == "yaw")]["value"]
    np.testing.assert_allclose(constant[1:], [(10 + 20) / 2, (5 + 19.9) / 2, 54, (35 + 100) / 2])


def test_subsets_by_label_and_by_a_column(tmp_path):
    columns = {"label": [0, 0, 0, 4], "outside": ["", "blur", "", "blur"]}
    predicted = {("nearest_mean", "label"): [0, 1, 0, 0], ("linear", "age"): [0, 0, 2, 9]}
    run = write_run(tmp_path, [number("age", [0, 1, 2, 3])], predicted, columns=columns)
    subsets = [{"column": "label", "factors": ["label"]}, {"column": "outside"}]
    table = cells(score(tmp_path, run, subsets=subsets), "factor", "subset")
    right = table.xs("accuracy", level="measure")["label"]
    expected = {"": 0.5, "label=0": 2 / 3, "label=4": 0, "outside=": 1, "outside=blur": 0}
    assert right.to_dict() == pytest.approx(expected)
    assert table.xs("mae", level="measure")["age"].to_dict() == {"": 7 / 4, "outside=": 0, "outside=blur": 7 / 2}
    baseline = table["age"].xs("baseline_rmse", level="measure")  # of the mean of all test rows
    assert baseline["outside="] == pytest.approx(np.sqrt((1.5**2 + 0.5**2) / 2))


def test_a_column_that_is_not_there_is_named(tmp_path):
    run = write_run(tmp_path, [number("age", [0, 1])], {("linear", "age"): [0, 1]})
    with pytest.raises(ExoprobeError, match="no column 'size'.*group.*age"):
        score(tmp_path, run, subsets=[{"column": "size"}])


def test_predictions_of_other_samples_are_refused(tmp_path):
    run = write_run(tmp_path, [number("age", [0, 1])], {("linear", "age"): [0, 1]})
    table = pd.read_parquet(run.predictions)
    table.assign(sample_id=table["sample_id"] + 1).to_parquet(run.predictions)
    with pytest.raises(ExoprobeError, match="predictions.parquet does not hold the test samples"):
        score(tmp_path, run)


def test_the_best_probe_is_that_of_validation_over_folds_apart_for_each_eraser(tmp_path):
    rows = [("", "linear", 0, 0.9), ("", "linear", 1, 0.1), ("", "mlp", 0, 0.6), ("", "mlp", 1, 0.6)]
    rows += [("all", "linear", 0, 0.2), ("all", "mlp", 0, -np.inf)]
    search = pd.DataFrame(rows, columns=["eraser", "probe", "fold", "skill"]).assign(factor="age", chosen=True)
    rejected = search.assign(skill=1.0, chosen=False)  # settings that were not chosen do not count
    assert best_probes(pd.concat([search, rejected])) == {("", "age"): "mlp", ("all", "age"): "linear"}
    predicted = {("linear", "age"): [0, 1, 2], ("mlp", "age"): [1, 1, 1], ("all", "linear", "age"): [2, 2, 2]}
    run = write_run(tmp_path, [number("age", [0, 1, 2])], predicted)
    search.to_parquet(run.search)
    table = score(tmp_path, run)
    flagged = table[table["best"]][["eraser", "probe"]].drop_duplicates()
    assert flagged.to_numpy().tolist() == [["", "mlp"], ["all", "linear"]]  # though the other is right on test


def test_with_folds_constants_come_from_the_fold_s_own_training_rows(tmp_path):
    split, values = np.repeat(["fold_0", "fold_1", "fold_2"], 2), [0, 0, 10, 10, 40, np.nan]
    samples = tmp_path / "samples.parquet"
    write_samples(samples, {"sample_id": np.arange(6), "group": np.arange(6), "split": split})
    factors = [number("age", values), binary("hat", [1, 1, 1, 0, 0, 0])]
    write_factors(tmp_path / "f.parquet", factors, dataset_digest(samples))
    evaluator = Evaluator(samples, tmp_path / "f.parquet")
    assert evaluator.constants[0].tolist() == [10, 10, 0, 0, 5, 5]
    assert evaluator.train_shares[1] == pytest.approx(np.mean([1 / 4, 2 / 4, 3 / 4]))
    result = evaluator.score(0, np.array([[0, 0, 10, 10, 40, 1.0]]).T)
    assert result.value("skill") == 1
    assert result.value("baseline_error") == pytest.approx((10 + 10 + 10 + 10 + 35) / 5)
    some = Evaluator(samples, tmp_path / "f.parquet", np.array([0, 1, 0, 0, 1, 0], bool))
    assert some.constants[0].tolist() == [10, 5]


def test_shares_that_are_right_become_shares_that_are_wrong():
    table = complement(scores_table([{"value": 0.9, "low": 0.8, "high": 0.95}]), scale=100)
    assert table[["value", "low", "high"]].to_numpy() == pytest.approx(np.array([[10, 5, 20]]))
