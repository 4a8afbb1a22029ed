"""Linear probes of numbers where the label is known: a regressor per label, as in the paper (section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.features.moments import measure_group_moments
from exoprobe.probes.base import Probe
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.ridge import ALPHAS, fit_ridge_path
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class LabelModels:
    """Linear models by label; a row is predicted by those of its true label.

    Attributes:
        models: by the label's code.
        settings: of each of them.
    """

    models: Mapping[int, LinearModels]
    settings: Sequence[dict[str, float]]

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs of each row's own models, float64 [L, n, T]."""
        targets = next(iter(self.models.values())).coef.shape[1]
        outputs = np.empty((len(self.settings), rows.sum(), targets))
        for label, models in self.models.items():
            members = data.labels == label
            if members[rows].any():
                outputs[:, members[rows]] = models.outputs(data, rows & members)
        return outputs

    def outputs_by_label(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return what the models of every label predict for each row, whatever its own: float64 [K, n, T]."""
        return np.concatenate([models.outputs(data, rows) for models in self.models.values()])

    def select(self, chosen: np.ndarray) -> "LabelModels":
        """Return the models at one setting per target, by its index [T], the same for every label."""
        return LabelModels({label: models.select(chosen) for label, models in self.models.items()}, ({},))


def fit_per_label(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> LabelModels:
    """Fit each label's regressors of numbers that are known everywhere.

    Raises:
        ExoprobeError: where a label of validation or test is not in train, or a value of train is unknown.
    """
    train, others = data.rows["train"], data.rows["validation"] | data.rows["test"]
    labels, codes = np.unique(data.labels[train], return_inverse=True)
    if len(missing := np.setdiff1d(data.labels[others], labels)):
        raise ExoprobeError(f"label {missing[0]} is in validation or test, but not in train: no regressor predicts it")
    for factor in targets.factors:
        if unknown := int((train & ~factor.known).sum()):
            raise ExoprobeError(f"linear_per_label: {factor.name} is unknown in {unknown} training rows; leave it out")
    moments = measure_group_moments(data.blocks(train), targets.columns[train], codes)
    settings = [{"alpha": alpha} for alpha in ALPHAS]
    paths = [fit_ridge_path(label_moments) for label_moments in moments]
    models = [LinearModels(path.coef, path.intercept, settings) for path in paths]
    return LabelModels(dict(zip(labels.tolist(), models, strict=True)), settings)


PROBE = Probe(
    title="linear, one per label",
    phrase="the linear probe per label",
    description="Ridge regression fitted separately for each label (section 4.1); one alpha for all labels, chosen on "
    "validation.",
    fit=fit_per_label,
    rank=1,
)
