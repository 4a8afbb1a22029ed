"""Per-angle mean activation vectors (section 4.1): the label by the means at an estimated angle.

The angle is a number with few distinct values, which :mod:`~exoprobe.probes.methods.linear_per_label` estimates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.features.class_means import class_means
from exoprobe.features.cosine import cosine_similarities
from exoprobe.probes.base import FittedProbe, Probe
from exoprobe.probes.methods import linear, linear_per_label
from exoprobe.probes.probe_data import LABEL, ProbeData
from exoprobe.probes.targets import Targets, join_targets, to_values
from exoprobe.probes.tuning import fit_and_choose

ANGLE = "angle"
VARIANTS = {
    "per_angle_mean": "nearest per-angle mean, each label's at the angle that its own regressor estimates",
    "per_angle_mean_pooled": "nearest per-angle mean, at the angle that one regressor for all labels estimates",
    "per_angle_mean_label_matched": "nearest per-angle mean, at the angle that the true label's regressor estimates",
    "per_angle_mean_true_angle": "nearest per-angle mean, at the true angle",
    "label_angle_mean": "nearest of all label-and-angle means",
}


@dataclass(frozen=True)
class PerAngleMeans:
    """Means of every label at every angle, and what estimates the angle.

    Attributes:
        label: the factor, of all N samples.
        angle: likewise.
        angles: float64 [A], its values in training, ascending.
        means: float64 [K, A, D], of the features as they are stored.
        per_label: the angle's regressors, one per label.
        pooled: the angle's regressor for all labels.
        settings: a variant each.
    """

    label: Factor
    angle: Factor
    angles: np.ndarray
    means: np.ndarray
    per_label: linear_per_label.LabelModels
    pooled: FittedProbe
    settings: Sequence[dict[str, float]] = ({},) * len(VARIANTS)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return each label's largest cosine in every variant, [V, n, K]."""
        classes, angles, dimension = self.means.shape
        flat = self.means.reshape(-1, dimension)
        similarities = np.concatenate([cosine_similarities(block, flat) for block in data.stored_blocks(rows)])
        by_angle = similarities.reshape(len(similarities), classes, angles)
        per_label, pooled = self.per_label.outputs_by_label(data, rows), self.pooled.outputs(data, rows)[0]
        estimates = self._nearest(to_values(self.angle, per_label)).T  # [n, K]
        index = np.arange(len(by_angle))
        chosen = {
            "per_angle_mean": estimates,
            "per_angle_mean_pooled": self._nearest(to_values(self.angle, pooled))[:, None],
            "per_angle_mean_label_matched": estimates[index, self.label.values[rows].astype(int)][:, None],
            "per_angle_mean_true_angle": self._nearest(self.angle.values[rows])[:, None],
        }
        at_angle = [np.take_along_axis(by_angle, angle[:, :, None], axis=2)[:, :, 0] for angle in chosen.values()]
        return np.stack([*at_angle, by_angle.max(2)])

    def select(self, chosen: np.ndarray) -> "PerAngleMeans":
        """Return the same: every variant is kept."""
        return self

    def _nearest(self, estimates: np.ndarray) -> np.ndarray:
        """Return the index of the nearest of the angles, for estimates of any shape."""
        distances: np.ndarray = np.abs(estimates[..., None] - self.angles)
        return np.asarray(distances.argmin(-1))


def fit_per_angle_mean(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> PerAngleMeans:
    """Average the training features of each label at each angle, and fit the angle's regressors.

    Raises:
        ExoprobeError: where the dataset has no factor ``angle``, another factor than the label is to be predicted, or
            a label has no training row at an angle.
    """
    if ANGLE not in data.source.factors:
        raise ExoprobeError(f"per_angle_mean needs a factor {ANGLE!r}; there are {', '.join(data.source.factors)}")
    if [factor.name for factor in targets.factors] != [LABEL]:
        names = ", ".join(factor.name for factor in targets.factors)
        raise ExoprobeError(f"per_angle_mean predicts {LABEL!r} alone, not {names}")
    (label,), train = targets.factors, data.rows["train"]
    angle = data.source.factors[ANGLE].learned_from(train)
    per_label, _ = fit_and_choose(linear_per_label.PROBE, [data], join_targets([angle]))
    pooled, _ = fit_and_choose(linear.PROBE, [data], join_targets([angle]))
    assert isinstance(per_label, linear_per_label.LabelModels)
    angles, means = _means_by_angle(data, label, angle)
    return PerAngleMeans(label, angle, angles, means, per_label, pooled)


def _means_by_angle(data: ProbeData, label: Factor, angle: Factor) -> tuple[np.ndarray, np.ndarray]:
    """Return the training angles [A] and every label's mean feature at each, as stored, float64 [K, A, D]."""
    train = data.rows["train"]
    angles, codes = np.unique(angle.values[train], return_inverse=True)
    cells = label.values[train].astype(int) * len(angles) + codes
    counts = np.bincount(cells, minlength=len(label.categories) * len(angles))
    if not counts.all():
        code, index = divmod(int(counts.argmin()), len(angles))
        raise ExoprobeError(f"label {label.categories[code]} has no training row at the angle {angles[index]:g}")
    means = class_means(data.stored(train), cells)
    if data.eraser is not None:
        means = data.erase_stored(data.eraser, means)
    return angles, means.reshape(len(label.categories), len(angles), -1)


PROBE = Probe(
    title="nearest per-angle mean",
    phrase="the nearest per-angle mean",
    description="The label whose mean activation vector at the estimated angle has the largest cosine similarity "
    "(section 4.1).",
    fit=fit_per_angle_mean,
    rank=51,
    refit=False,  # the angle's regressors are tuned on validation
    variants=VARIANTS,
)
