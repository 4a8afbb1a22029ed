"""The probes of section 4.1 on one representation of the rotated digits.

Fitted on train, the regressors' penalties chosen on validation, applied to test once. The angle regressors are
one per label, as in the paper; ``pooled`` is one for all labels.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import SPLITS, read_samples
from exoprobe.features.blocks import Blocks
from exoprobe.features.class_means import class_means
from exoprobe.features.moments import measure_group_moments
from exoprobe.features.split_features import split_blocks
from exoprobe.io.files import atomic_write
from exoprobe.probes.linear_regression import LinearRegression, fit_ridge_path
from exoprobe.probes.mean_activation import cosine_similarities

FACTORS = ["sample_id", "label", "angle", "group"]


@dataclass(frozen=True)
class Part:
    """One split of a representation; its features are read when they are passed over.

    Attributes:
        select: the features of some of its rows, bool [N], or None for all.
        factors: ``sample_id``, ``label``, ``angle``, ``group``; N rows.
    """

    select: Callable[[np.ndarray | None], Blocks]
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
    samples: str | Path,
    features: str | Path,
    path: str | Path,
    grid: str | Path,
    *,
    head: tuple[np.ndarray, np.ndarray] | None,
) -> None:
    """Fit the probes on train, apply them to test and write a row of predictions per test sample.

    Args:
        samples: the dataset.
        features: the representation to probe.
        path: the Parquet file to write: the factors, a column per technique of :func:`predict_labels` and
            ``predicted_angle`` and ``predicted_angle_pooled`` in degrees.
        grid: the Parquet file to write what the regressors' penalties were chosen by: ``label`` (missing for the
            pooled regressor), ``penalty``, ``rmse`` (on validation, degrees) and ``chosen``.
        head: weight [K, D] and bias [K] of the network's own last layer, or None where it has none.
    """
    train, validation, test = (read_part(samples, features, split) for split in SPLITS)
    probes, tried = fit_digit_probes(train, validation)
    predictions = pd.concat(predict_part(probes, test, head), ignore_index=True)
    with atomic_write(path) as temporary:
        pd.concat([test.factors, predictions], axis=1).to_parquet(temporary, index=False)
    with atomic_write(grid) as temporary:
        tried.to_parquet(temporary, index=False)


def read_part(samples: str | Path, features: str | Path, split: str) -> Part:
    """Read one split's factors, and where its features are."""
    factors = pd.DataFrame(read_samples(samples, FACTORS, split))
    return Part(partial(split_blocks, samples, features, split), factors)


def fit_digit_probes(train: Part, validation: Part) -> tuple[DigitProbes, pd.DataFrame]:
    """Fit mean activation vectors and angle regressors on train, choosing penalties on validation.

    Returns:
        The probes, and the penalties that were tried: ``label`` (missing for the pooled regressor), ``penalty``,
        ``rmse`` in degrees and ``chosen``.
    """
    angles, position = np.unique(train.angles, return_inverse=True)
    moments = measure_group_moments(train.select(None), train.angles[:, None], train.labels)
    classes = len(moments)
    cells = class_means(train.select(None), train.labels * len(angles) + position)
    fitted, tried = [], []
    for label, one in [*enumerate(moments), (None, sum(moments[1:], moments[0]))]:
        rows = validation.labels == label if label is not None else np.ones(len(validation.labels), bool)
        path = fit_ridge_path(one)
        errors = path.squared_errors(validation.select(rows), validation.angles[rows, None])[:, 0]
        fitted.append(path.at(int(errors.argmin())))
        chosen = np.arange(len(errors)) == errors.argmin()
        tried.append({"label": label, "penalty": path.penalties, "rmse": np.sqrt(errors), "chosen": chosen})
    probes = DigitProbes(
        angles=angles,
        means=np.stack([one.mean for one in moments]),
        angle_means=cells.reshape(classes, len(angles), -1),
        regressors=fitted[:-1],
        pooled=fitted[-1],
    )
    return probes, pd.concat([pd.DataFrame(one) for one in tried], ignore_index=True).astype({"label": "Int64"})


def predict_part(
    probes: DigitProbes, part: Part, head: tuple[np.ndarray, np.ndarray] | None
) -> Iterator[pd.DataFrame]:
    """Yield what the probes say of a part's rows, block by block."""
    start = 0
    for features in (block.numpy() for block in part.select(None).blocks()):
        rows = slice(start, start + len(features))
        labels, start = part.labels[rows], rows.stop
        predictions = predict_labels(probes, features, labels, part.angles[rows])
        if head is not None:
            weight, bias = head
            predictions["softmax"] = (features @ weight.T + bias).argmax(1)
        predictions["predicted_angle"] = per_label_angles(probes, features)[np.arange(len(labels)), labels]
        predictions["predicted_angle_pooled"] = probes.pooled.predict(features)
        yield pd.DataFrame(predictions)


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
