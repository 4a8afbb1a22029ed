import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import exoprobe.probes.methods
from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import find_probe
from exoprobe.probes.registry import general_probe_names, probe_names
from exoprobe.probes.run import join_results, probe
from exoprobe.probes.skill import best_constant, skill

CONSTANT = """
import numpy as np
from exoprobe.probes.base import Probe

class Means:
    settings = ({},)

    def __init__(self, means):
        self.means = means

    def outputs(self, data, rows):
        return np.tile(self.means, (1, int(rows.sum()), 1))

    def select(self, chosen):
        return self

def fit(data, targets, erasers=None):
    return Means(np.nanmean(targets.columns[data.rows["train"]], axis=0))

PROBE = Probe("constant", "the constant", "Predicts the training mean.", fit, general=True)
"""


def skills(dataset, table, eraser=""):
    """Return each factor's skill in a table of one probe."""
    found = {}
    for name, rows in table[table["eraser"] == eraser].groupby("factor", observed=True):
        factor = dataset.factors[name]
        constant = best_constant(factor, np.ones(600, bool))
        found[name] = skill(factor, rows["truth"].to_numpy(), rows["prediction"].to_numpy(), constant)
    return found


def test_what_is_encoded_is_predicted_and_noise_is_not(either):
    table, search = either.probe({"linear": None})
    found = skills(either, table)
    assert set(found) == set(either.factors)
    assert min(found[name] for name in ("glasses", "age", "angle")) > 0.75
    assert abs(found["noise"]) < 0.25
    best = search.loc[search.groupby(["factor", "fold"])["skill"].idxmax()]
    assert best["chosen"].all()
    assert search["chosen"].sum() == len(best) == 4 * max(either.folds, 1)


def test_every_test_sample_is_predicted_once_also_where_the_factor_is_unknown(either):
    either.factors["glasses"].values[::5] = np.nan
    either.factors["age"].values[::3] = np.nan
    table, _ = either.probe({"linear": None, "knn": ["label"]})
    tested = np.arange(600) if either.folds else np.flatnonzero(either.splits == "test")
    numbers = [int(split[-1]) for split in either.splits] if either.folds else np.zeros(600, int)
    for _, rows in table.groupby(["probe", "factor"], observed=True):
        assert rows["sample_id"].tolist() == tested.tolist()
        assert rows["fold"].tolist() == np.array(numbers)[tested].tolist()
        assert np.isfinite(rows["prediction"]).all()
    assert skills(either, table[table["probe"] == "linear"])["age"] > 0.7
    labels = table[table["factor"] == "label"]
    assert (labels["prediction"] == labels["truth"]).all()


@pytest.mark.parametrize("scale", ["raw", "ranks"])
def test_predictions_of_unix_times_keep_their_seconds(dataset, scale):
    dataset.features[:, 6] = np.arange(600) % 50
    time = dataset.add("time", "continuous", 1_700_000_000 + dataset.features[:, 6])
    dataset.factors["time"] = replace(time, scale=scale)
    table, _ = dataset.probe({"linear": ["time"]})
    np.testing.assert_allclose(table["prediction"] - table["truth"], 0, atol=0.01)


def test_an_erased_factor_is_predicted_before_but_not_after(dataset):
    probes = {"linear": None, "nearest_mean": ["label"]}
    table, search = dataset.probe(probes, erase=("glasses", "angle"))
    assert list(table["eraser"].unique()) == list(search["eraser"].unique()) == ["", "all"]
    linear = table[table["probe"] == "linear"]
    before, after = (skills(dataset, linear, eraser) for eraser in ("", "all"))
    for name in ("glasses", "angle"):
        assert before[name] > 0.75
        assert abs(after[name]) < 0.15
    assert after["age"] > 0.75
    labels = table[table["factor"] == "label"]
    assert (labels["prediction"] == labels["truth"]).all()
    np.testing.assert_array_equal(table[table["eraser"] == ""]["prediction"], dataset.probe(probes)[0]["prediction"])


def test_selectivity_is_written_if_asked_for(dataset):
    paths = {name: dataset.folder / f"{name}.parquet" for name in ("predictions", "search", "selectivity")}
    probe(dataset.open(), paths, probes={"linear": ["glasses"]})
    table = pd.read_parquet(paths["selectivity"])
    assert table["factor"].tolist() == list(dataset.factors)
    assert table.columns.tolist() == ["factor", "known_skill", "control_skill", "selectivity"]


def test_a_probe_is_one_module(dataset, tmp_path, monkeypatch):
    assert CONSTANT.count("\n") < 40
    (tmp_path / "constant.py").write_text(CONSTANT)
    monkeypatch.setattr("exoprobe.probes.registry.METHODS", tmp_path)
    monkeypatch.setattr(exoprobe.probes.methods, "__path__", [str(tmp_path)])
    try:
        table, search = dataset.probe({"constant": None})
    finally:
        sys.modules.pop("exoprobe.probes.methods.constant", None)
    assert list(table["probe"].unique()) == list(search["probe"].unique()) == ["constant"]
    assert set(table["factor"]) == set(dataset.factors)
    age = table.loc[table["factor"] == "age", "prediction"].unique()
    np.testing.assert_allclose(age, dataset.factors["age"].values[dataset.splits == "train"].mean())


@pytest.mark.parametrize(
    ("probes", "erase", "said"),
    [
        ({"linear": ["hat"]}, (), "there is no factor 'hat' to probe; there are label, glasses, age"),
        ({"nothing": None}, (), "there is no probe 'nothing'; allowed: fourier, head"),
        ({"linear": None}, ("hat",), "there is no factor 'hat'"),
        ({"linear": None}, ("age",), "erase age: it is unknown in 1 training rows"),
    ],
)
def test_what_cannot_be_probed_or_erased_is_named(dataset, probes, erase, said):
    dataset.factors["age"].values[3] = np.nan
    with pytest.raises(ExoprobeError, match=said):
        dataset.probe(probes, erase)
    assert not (dataset.folder / "predictions.parquet").exists()
    dataset.folds = 4
    with pytest.raises(ExoprobeError, match="erase glasses: there are folds|there is no"):
        dataset.probe(probes, ("glasses",))


def test_general_probes_are_known_by_rank_without_importing_any():
    probes = {name: find_probe(name) for name in probe_names()}
    general = [name for name, one in probes.items() if one.general]
    assert general_probe_names() == sorted(general, key=lambda name: probes[name].rank)
    assert all(one.title and one.phrase and one.description.endswith(".") for one in probes.values())


def test_probes_of_two_calls_are_joined_to_those_of_one(either, tmp_path):
    def fit(name, *probes):
        paths = {what: tmp_path / f"{name}_{what}.parquet" for what in ("predictions", "search")}
        if probes:
            probe(either.open(), paths, probes=dict.fromkeys(probes))
        return paths

    whole, joined = fit("whole", "linear", "knn"), fit("joined")
    join_results([fit("first", "linear"), fit("rest", "knn")], joined)
    for what in whole:
        pd.testing.assert_frame_equal(pd.read_parquet(joined[what]), pd.read_parquet(whole[what]))
