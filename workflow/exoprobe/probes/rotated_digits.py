"""The probes of section 4.1 on one representation of the rotated digits.

Fitted on train, the regressors' penalties chosen on validation, applied to test once. The angle regressors are
one per label, as in the paper; ``pooled`` is one for all labels.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.data.samples import SPLITS, read_samples
from exoprobe.features.class_means import class_means
from exoprobe.features.split_features import read_split_features
from exoprobe.files import atomic_write
from exoprobe.probes.linear_regression import LinearRegression, fit_ridge_path, select_on_validation
from exoprobe.probes.mean_activation import cosine_similarities

FACTORS = ["sample_id", "label", "angle", "group"]


@dataclass(frozen=True)
class Part:
    """One split of a representation.

    Attributes:
        features: [N, D].
        factors: ``sample_id``, ``label``, ``angle``, ``group``; N rows.
    """

    features: np.ndarray
    factors: pd.DataFrame

    @property
    def labels(self) -> np.ndarray:
        """The digits, int [N]."""
        return self.factors["label"].to_numpy()

    @property
    def angles(self) -> np.ndarray:
        """The rotations in degrees, float [N]."""
        return self.factors["angle"].to_numpy()


@dataclass(frozen=True)
class DigitProbes:
    """What is fitted on the training features.

    Attributes:
        angles: float64 [A], the rotations, ascending.
        means: float64 [K, D], one mean activation vector per label.
        angle_means: float64 [K, A, D], one per label and angle.
        regressors: angle regressors, one per label.
        pooled: one angle regressor for all labels.
    """

    angles: np.ndarray
    means: np.ndarray
    angle_means: np.ndarray
    regressors: list[LinearRegression]
    pooled: LinearRegression


def probe_rotated_digits(
    samples: str | Path, features: str | Path, path: str | Path, *, head: tuple[np.ndarray, np.ndarray] | None
) -> None:
    """Fit the probes on train, apply them to test and write a row of predictions per test sample.

    Args:
        samples: the dataset.
        features: the representation to probe.
        path: the Parquet file to write: the factors, a column per technique of :func:`predict_labels` and
            ``predicted_angle`` and ``predicted_angle_pooled`` in degrees.
        head: weight [K, D] and bias [K] of the network's own last layer, or None where it has none.
    """
    parts = {split: read_part(samples, features, split) for split in SPLITS}
    probes = fit_digit_probes(parts["train"], parts["validation"])
    test = parts["test"]
    labels = test.labels
    predictions = predict_labels(probes, test.features, labels, test.angles)
    if head is not None:
        weight, bias = head
        predictions["softmax"] = (test.features @ weight.T + bias).argmax(1)
    predictions["predicted_angle"] = per_label_angles(probes, test.features)[np.arange(len(labels)), labels]
    predictions["predicted_angle_pooled"] = probes.pooled.predict(test.features)
    with atomic_write(path) as temporary:
        test.factors.assign(**predictions).to_parquet(temporary, index=False)


def read_part(samples: str | Path, features: str | Path, split: str) -> Part:
    """Read one split's features and factors."""
    factors = pd.DataFrame(read_samples(samples, FACTORS, split))
    return Part(read_split_features(samples, features, split), factors)


def fit_digit_probes(train: Part, validation: Part) -> DigitProbes:
    """Fit mean activation vectors and angle regressors on train, choosing penalties on validation."""
    angles, position = np.unique(train.angles, return_inverse=True)
    classes = int(train.labels.max()) + 1
    cells = train.labels * len(angles) + position
    return DigitProbes(
        angles=angles,
        means=class_means(train.features, train.labels),
        angle_means=class_means(train.features, cells).reshape(classes, len(angles), -1),
        regressors=[_fit_angle(train, validation, label) for label in range(classes)],
        pooled=_fit_angle(train, validation, None),
    )


def _fit_angle(train: Part, validation: Part, label: int | None) -> LinearRegression:
    """Fit an angle regressor for one label, or for all."""
    rows, held_out = (slice(None) if label is None else part.labels == label for part in (train, validation))
    path = fit_ridge_path(train.features[rows], train.angles[rows])
    return select_on_validation(path, validation.features[held_out], validation.angles[held_out])


def predict_labels(
    probes: DigitProbes, features: np.ndarray, labels: np.ndarray, angles: np.ndarray
) -> dict[str, np.ndarray]:
    """Classify by cosine similarity in six ways.

    Args:
        probes: fitted on train.
        features: [N, D].
        labels: int [N], the truth; only ``per_angle_mav_label_matched`` looks at it.
        angles: degrees [N], the truth; only ``per_angle_mav_true_angle`` looks at it.

    Returns:
        Predicted labels, int [N], by technique. ``mav``: nearest label mean. ``label_angle_mav``: nearest of all
        label-and-angle means. ``per_angle_mav``: each label's mean at the angle that this label's regressor
        estimates, so that neither label nor angle need be known. ``per_angle_mav_pooled``: the means at the
        angle that the pooled regressor estimates. ``per_angle_mav_label_matched``: at the angle estimated by
        the true label's regressor. ``per_angle_mav_true_angle``: at the true angle.
    """
    classes, rotations, dimension = probes.angle_means.shape
    rows = np.arange(len(features))
    similarities = cosine_similarities(features, probes.angle_means.reshape(-1, dimension))
    by_angle = similarities.reshape(len(features), classes, rotations)
    estimates = nearest_angle(per_label_angles(probes, features), probes.angles)
    pooled = nearest_angle(probes.pooled.predict(features), probes.angles)
    truth = nearest_angle(angles, probes.angles)
    at_own_estimate = np.take_along_axis(by_angle, estimates[:, :, None], axis=2)[:, :, 0]
    return {
        "mav": cosine_similarities(features, probes.means).argmax(1),
        "label_angle_mav": by_angle.max(2).argmax(1),
        "per_angle_mav": at_own_estimate.argmax(1),
        "per_angle_mav_pooled": by_angle[rows, :, pooled].argmax(1),
        "per_angle_mav_label_matched": by_angle[rows, :, estimates[rows, labels]].argmax(1),
        "per_angle_mav_true_angle": by_angle[rows, :, truth].argmax(1),
    }


def per_label_angles(probes: DigitProbes, features: np.ndarray) -> np.ndarray:
    """Return what each label's regressor says of each feature, degrees [N, K]."""
    return np.stack([regressor.predict(features) for regressor in probes.regressors], axis=1)


def nearest_angle(estimates: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return the index of the nearest of the ``angles`` [A], for estimates of any shape."""
    return np.abs(estimates[..., None] - angles).argmin(-1)
