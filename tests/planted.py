"""Made-up embeddings with factors written in at known strength, and the audit of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.run import probe

SHARES = (0.6, 0.15, 0.25)


class Planted:
    """A dataset of groups with several rows each, and features that encode them.

    Args:
        folder: where its files go.
        seed: of everything.
        groups: how many.
        per_group: rows of each.
        dimension: of the features.
    """

    def __init__(self, folder: Path, seed: int = 0, groups: int = 120, per_group: int = 6, dimension: int = 16):
        self.folder, self.rng = folder, np.random.default_rng(seed)
        folder.mkdir(parents=True, exist_ok=True)
        self.group = np.repeat(np.arange(groups), per_group)
        self.rows = len(self.group)
        ends = np.round(np.cumsum(SHARES) * groups).astype(int)
        self.split = np.array(SPLITS)[np.searchsorted(ends, self.group, side="right")]
        identity = self.rng.normal(size=(groups, dimension))[self.group]
        self.features = identity + 0.5 * self.rng.normal(size=(self.rows, dimension))
        self.factors: list[Factor] = []
        self.columns: dict[str, np.ndarray] = {}  # more of the samples file

    def binary(self, name: str, of_group: bool = False) -> np.ndarray:
        """Add a factor of two values, and return it as −1 and 1, [N]."""
        drawn = self.rng.permutation(np.arange(self.group[-1] + 1) % 2)[self.group]
        signs = 2 * (drawn if of_group else self.rng.integers(0, 2, self.rows)) - 1
        self.factors.append(Factor(name, "binary", (signs > 0).astype(float), ("no", "yes")))
        return signs

    def add(self, factor: Factor) -> None:
        """Add a factor."""
        self.factors.append(factor)

    def write(self, name: str = "features") -> Path:
        """Write the dataset with its features, and return the feature file."""
        columns = {
            "sample_id": np.arange(self.rows),
            "group": self.group,
            "split": self.split,
            "label": self.group,
            **self.columns,
        }
        write_samples(self.samples, columns)
        digest = dataset_digest(self.samples)
        write_factors(self.folder / "factors.parquet", self.factors, digest)
        info = FeatureInfo(self.features.shape[1], "float32", self.rows, "planted", digest, "w", "c")
        path = self.folder / f"{name}.parquet"
        write_features(path, np.arange(self.rows), [self.features.astype(np.float32)], info)
        return path

    @property
    def samples(self) -> Path:
        """The samples file."""
        return self.folder / "samples.parquet"

    @property
    def factors_file(self) -> Path:
        """The factors file."""
        return self.folder / "factors.parquet"

    def probe(self, features: Path) -> ProbeFiles:
        """Fit every general probe on a feature file, for all factors."""
        kinds = ("predictions", "search", "selectivity")
        paths = {kind: features.with_name(f"{features.stem}_{kind}.parquet") for kind in kinds}
        source = open_representation(self.samples, self.factors_file, features)
        probe(source, paths, probes=dict.fromkeys(general_probe_names()))
        return ProbeFiles(*([path] for path in paths.values()), control=False, features=[features])

    def audit(self, names: Sequence[str] = ("features",), **settings: object) -> dict[str, pd.DataFrame]:
        """Write, probe and judge."""
        probed = {name: self.probe(self.write(name)) for name in names}
        return audit_scores(self.samples, self.factors_file, probed, margin=0.1, **settings)
