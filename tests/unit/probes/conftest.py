"""A small dataset on disk: samples, factors and features."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.probe_data import FoldData, Representation, open_fold, open_representation
from exoprobe.probes.run import probe

SHARES = (0.6, 0.15, 0.25)


@dataclass
class Dataset:
    """Features and factors of N samples; all may be changed before they are written.

    Attributes:
        folder: where the files go.
        features: float64 [N, D].
        labels: int [N].
        factors: by name.
        per_group: rows of each group.
        folds: how many, or 0 for train, validation and test.
    """

    folder: Path
    features: np.ndarray
    labels: np.ndarray
    factors: dict[str, Factor] = field(default_factory=dict)
    per_group: int = 2
    folds: int = 0

    @property
    def groups(self) -> np.ndarray:
        return np.arange(len(self.features)) // self.per_group

    @property
    def splits(self) -> np.ndarray:
        position = self.groups / (self.groups[-1] + 1)
        if self.folds:
            return np.array([f"fold_{index}" for index in (position * self.folds).astype(int)])
        return np.array(SPLITS)[np.searchsorted(np.cumsum(SHARES)[:2], position + 1e-9)]

    def add(self, name: str, kind: str, values: np.ndarray) -> Factor:
        count = {"binary": 2, "categorical": int(np.nanmax(values)) + 1}.get(kind, 0)
        self.factors[name] = Factor(name, kind, np.asarray(values, float), tuple("abcdef"[:count]))
        return self.factors[name]

    def open(self, **options: object) -> Representation:
        samples, factors, features = (self.folder / f"{name}.parquet" for name in ("samples", "factors", "features"))
        ids = np.arange(len(self.features))
        write_samples(samples, {"sample_id": ids, "group": self.groups, "split": self.splits, "label": self.labels})
        digest = dataset_digest(samples)
        write_factors(factors, list(self.factors.values()), digest)
        info = FeatureInfo(self.features.shape[1], str(self.features.dtype), len(ids), "layer", digest, "w", "c")
        write_features(features, ids, [self.features], info)
        return open_representation(samples, factors, features, **options)

    def fold(self, index: int = 0, **options: object) -> FoldData:
        source = self.open(**options)
        return open_fold(source, source.folds()[index])

    def probe(self, probes: dict, erase: tuple = (), **options: object) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Run the probe stage, and return the predictions with their ``truth``, and the search results."""
        source = self.open(**options)
        paths = {name: self.folder / f"{name}.parquet" for name in ("predictions", "search")}
        probe(source, paths, probes=probes, erase=erase)
        predictions, search = map(pd.read_parquet, paths.values())
        truth = [
            source.factors[factor].values[sample]
            for factor, sample in zip(predictions["factor"], predictions["sample_id"], strict=True)
        ]
        return predictions.assign(truth=truth), search


@pytest.fixture
def dataset(tmp_path, rng):
    """600 samples of three labels that encode the label, glasses, age and an angle of ±20°, but not noise."""
    labels = np.arange(300).repeat(2) % 3
    data = Dataset(tmp_path, rng.normal(size=(600, 12)), labels)
    data.features[:, :3] = 0.2 * data.features[:, :3] + 5 * np.eye(3)[labels]
    glasses = data.add("glasses", "binary", rng.random(600) < 0.35).values
    age = data.add("age", "continuous", rng.uniform(20, 60, 600)).values
    angle = data.add("angle", "continuous", np.tile([-20, 20], 300)).values
    data.add("noise", "binary", rng.random(600) < 0.5)
    data.features[:, 3] += 4 * glasses
    data.features[:, 4] = 0.1 * data.features[:, 4] + age / 10
    data.features[:, 5] = 0.2 * data.features[:, 5] + angle / 20
    return data


@pytest.fixture(params=[0, 4], ids=["split", "folds"])
def either(dataset, request):
    """The dataset with train, validation and test, or with folds."""
    dataset.folds = request.param
    return dataset
