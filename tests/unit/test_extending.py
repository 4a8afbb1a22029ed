"""A probe or a dataset is added as one module, and nothing else has to know of it."""

import shutil
import sys

import numpy as np
import pandas as pd
import pytest

import exoprobe
import exoprobe.datasets.known
import exoprobe.probes.methods
from exoprobe.datasets.registry import find_dataset
from exoprobe.datasets.samples import dataset_digest
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.predictions import Predictions
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.registry import METHODS
from exoprobe.probes.run import probe

CORRELATIONS = '''
import numpy as np
from exoprobe.probes.base import Probe

class Correlations:
    """Targets from their correlations with single features."""

    settings = ({},)

    def __init__(self, features, columns):
        self.mean = np.nanmean(columns, axis=0)
        self.weights = features.T @ np.nan_to_num(columns - self.mean) / len(features)

    def outputs(self, data, rows):
        return (data.array(rows) @ self.weights + self.mean)[None]

    def select(self, chosen):
        return self

def fit(data, targets, erasers=None):
    train = data.rows["train"]
    return Correlations(data.array(train), targets.columns[train])

PROBE = Probe("correlations", "the correlations", "Sums correlations with single features.", fit, general=True)
'''

SHAPES = '''
"""Rectangles of some width and height."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="shapes", title="Shapes", source="this test", license="CC0-1.0", build="exoprobe.datasets.known.shapes:build",
    images="none", splits="drawn", size=400,
)

def build(samples, factors):
    import numpy as np
    from exoprobe.datasets.factors import Factor, write_factors
    from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples

    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(100), 4)
    width, tall = random.normal(size=400), random.integers(0, 2, 400)
    split = np.array(SPLITS)[np.searchsorted([60, 75], groups, side="right")]
    columns = {"sample_id": np.arange(400), "group": groups, "label": groups, "split": split}
    write_samples(samples, {**columns, "width": width, "tall": tall})
    known = [Factor("width", "continuous", width), Factor("tall", "binary", tall.astype(float), ("no", "yes"))]
    write_factors(factors, known, dataset_digest(samples))
'''


@pytest.fixture
def correlations(tmp_path, monkeypatch):
    """The probe's module beside two others."""
    folder = tmp_path / "methods"
    folder.mkdir()
    for name in ("linear", "knn"):
        shutil.copy(METHODS / f"{name}.py", folder)
    (folder / "correlations.py").write_text(CORRELATIONS)
    monkeypatch.setattr("exoprobe.probes.registry.METHODS", folder)
    monkeypatch.setattr(exoprobe.probes.methods, "__path__", [str(folder)])
    yield
    sys.modules.pop("exoprobe.probes.methods.correlations", None)


@pytest.fixture
def shapes(tmp_path, monkeypatch):
    """The dataset, and its files."""
    (tmp_path / "shapes.py").write_text(SHAPES)
    known = exoprobe.datasets.known
    monkeypatch.setattr(known, "__path__", [*known.__path__, str(tmp_path)])
    dataset = find_dataset("shapes")
    samples, factors = dataset.samples(tmp_path), dataset.factors(tmp_path)
    sys.modules["exoprobe.datasets.known.shapes"].build(samples, factors)
    yield samples, factors
    del sys.modules["exoprobe.datasets.known.shapes"]


def test_a_probe_of_one_module_is_in_every_table_and_on_the_page(correlations, rng):
    assert CORRELATIONS.count("\n") < 40
    groups = np.repeat(np.arange(60), 4)
    features = rng.normal(size=(240, 5)) + rng.normal(size=(60, 5))[groups]
    hat = rng.integers(0, 2, 240)
    features[:, 0] += 4 * hat
    result = exoprobe.audit(features, {"group": groups, "hat": hat}, group="group", permutations=19, threads=1)
    for name in ("scores", "erasure"):
        assert "correlations" in set(result.tables[name]["probe"]), name
    assert "correlations" in result.page


def test_a_dataset_of_one_module_is_probed_scored_and_on_a_page(shapes, tmp_path, rng):
    assert SHAPES.count("\n") < 60
    samples, factors = shapes
    columns = pd.read_parquet(samples)
    features = np.column_stack([columns["width"] + rng.normal(0, 0.2, 400), rng.normal(size=(400, 3))])
    file = tmp_path / "features.parquet"
    info = FeatureInfo(4, "float32", 400, "layer", dataset_digest(samples), "w", "c")
    write_features(file, np.arange(400), [features.astype(np.float32)], info)

    paths = {name: tmp_path / f"{name}.parquet" for name in ("predictions", "search")}
    probe(open_representation(samples, factors, file), paths, probes={"linear": None})
    assert set(Predictions(paths["predictions"]).keys()) == {("", "linear", "tall"), ("", "linear", "width")}

    result = exoprobe.audit(
        file,
        samples,
        group="group",
        split="split",
        columns=["width", "tall"],
        permutations=199,
        threads=1,
        erase="none",
    )
    verdicts = result.verdicts.set_index("factor")["verdict"]
    assert verdicts["width"] == "leaks"
    assert verdicts["tall"] != "leaks"
    assert result.scores.set_index(["factor", "probe"])["skill"]["width", "linear"] > 0.6
    assert "width" in result.page
