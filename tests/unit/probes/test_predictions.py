import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import write_table
from exoprobe.probes.predictions import Predictions, PredictionTable
from exoprobe.probes.results import ProbeResult
from exoprobe.probes.targets import join_targets

IDS = np.arange(10, 16)
TIMES = 1_700_000_000 + np.arange(6.0)  # float32 would round them to 128 s


@pytest.fixture
def table():
    """Two factors of six samples, predicted fold by fold, and one of them once more after an erasure."""
    factors = [Factor(name, "continuous", TIMES) for name in ("time", "age")]
    table = PredictionTable(IDS)
    for fold in range(3):
        test = np.arange(6) // 2 == fold
        values = np.stack([TIMES[test], -TIMES[test]], axis=1)
        for probe, targets, eraser in (("b", factors, ""), ("a", factors, ""), ("b", factors[:1], "all")):
            result = ProbeResult(probe, join_targets(targets), values, [{}], *np.zeros((3, 1, len(targets))))
            table.add(result, test, fold, eraser)
    return table


def test_the_schema_is_the_same_for_every_probe(table):
    frame = table.frame()
    assert frame.columns.tolist() == ["eraser", "probe", "factor", "sample_id", "fold", "prediction"]
    assert frame.dtypes.astype(str).tolist() == ["category"] * 3 + ["int64", "int16", "float64"]
    assert len(frame) == 5 * 6
    for _, rows in frame.groupby(["eraser", "probe", "factor"], observed=True, sort=False):
        assert np.ptp(rows.index) == 5  # they lie together
        assert rows["sample_id"].tolist() == IDS.tolist()
        assert rows["fold"].tolist() == [0, 0, 1, 1, 2, 2]


def test_what_is_written_is_read_and_unix_times_keep_their_seconds(table, tmp_path):
    write_table(table.frame(), tmp_path / "predictions.parquet")
    predictions = Predictions(tmp_path / "predictions.parquet")
    np.testing.assert_array_equal(predictions["", "a", "time"], TIMES)
    np.testing.assert_array_equal(predictions["all", "b", "time"], TIMES)
    np.testing.assert_array_equal(predictions["", "b", "age"], -TIMES)
    np.testing.assert_array_equal(predictions.sample_ids, IDS)
    assert predictions.keys()[::3] == [("", "b", "time"), ("", "a", "age")]
    assert predictions.probes_of("time") == ["b", "a"]
    assert predictions.probes_of("age", "all") == []
    with pytest.raises(ExoprobeError, match="has no predictions of age by the probe b after erasing all"):
        predictions["all", "b", "age"]


def test_search_results_have_a_row_per_factor_and_setting():
    targets = join_targets([Factor(name, "continuous", TIMES) for name in ("time", "age")])
    skills = np.array([[0.1, 0.4], [0.3, 0.2]])
    settings, accuracies = [{"C": 0.1}, {"C": 1.0}], np.full((2, 2), np.nan)
    found = ProbeResult("linear", targets, TIMES, settings, skills, accuracies, skills.argmax(0)).search_results()
    assert found[["probe", "factor", "C", "skill", "chosen"]].to_numpy().tolist() == [
        ["linear", "time", 0.1, 0.1, False],
        ["linear", "time", 1.0, 0.3, True],
        ["linear", "age", 0.1, 0.4, True],
        ["linear", "age", 1.0, 0.2, False],
    ]
    assert found[["alpha", "bandwidth", "neighbors", "hidden_units", "accuracy"]].isna().all(axis=None)


def test_repeats_are_told_apart_and_put_in_order(tmp_path):
    table, factor = PredictionTable(IDS), Factor("time", "continuous", TIMES)
    for repeat, order in enumerate(([0, 1, 2, 3, 4, 5], [4, 1, 0, 5, 2, 3])):
        for fold in range(3):
            test = np.isin(np.arange(6), order[2 * fold : 2 * fold + 2])
            values = TIMES[test][:, None] + repeat
            result = ProbeResult("a", join_targets([factor]), values, [{}], *np.zeros((3, 1, 1)))
            table.add(result, test, 3 * repeat + fold)
    write_table(table.frame(), tmp_path / "predictions.parquet")
    predictions = Predictions(tmp_path / "predictions.parquet")
    np.testing.assert_array_equal(predictions.sample_ids, IDS)
    np.testing.assert_array_equal(predictions["", "a", factor.name], TIMES)
    np.testing.assert_array_equal(predictions.repeated(("", "a", factor.name)), np.stack([TIMES, TIMES + 1], axis=1))
