"""Reading numbers linearly where the label is known: a regressor per label, as the paper does (section 4.1)."""

import numpy as np

from exoprobe.errors import ExoprobeError
from exoprobe.features.moments import measure_group_moments
from exoprobe.probes.linear_readouts import LinearReadouts
from exoprobe.probes.linear_regression import PENALTIES, fit_ridge_path
from exoprobe.probes.reading import Reading, skills_on
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import Targets


def read_per_label(splits: ScaledSplits, targets: Targets) -> Reading:
    """Fit each label's regressors on train, choose each factor's penalty on validation, and read test.

    Args:
        splits: the features; a row is read by its true label's regressor.
        targets: of all N samples, known everywhere.

    Raises:
        ExoprobeError: where a label of validation or test is not in train.
    """
    train, validation, test = (splits.rows[split] for split in ("train", "validation", "test"))
    labels, codes = np.unique(splits.labels[train], return_inverse=True)
    if len(strange := np.setdiff1d(splits.labels[validation | test], labels)):
        raise ExoprobeError(f"label {strange[0]} is in validation or test, but not in train: no regressor reads it")
    moments = measure_group_moments(splits.blocks(train), targets.columns[train], codes)
    paths = map(fit_ridge_path, moments)
    readouts = {
        label: LinearReadouts(path.coef, path.intercept, PENALTIES) for label, path in zip(labels, paths, strict=True)
    }
    skills = skills_on(targets, validation, train, _outputs(readouts, splits, validation))
    chosen = skills.argmax(0)
    best = {label: one.at(chosen[targets.owner]) for label, one in readouts.items()}
    (outputs,) = _outputs(best, splits, test)
    return Reading(targets, targets.read(outputs), PENALTIES, skills, chosen)


def _outputs(readouts: dict[int, LinearReadouts], splits: ScaledSplits, rows: np.ndarray) -> np.ndarray:
    """Return what each row's own regressors say, float32 [L, n, T]."""
    first = next(iter(readouts.values()))
    outputs = np.empty((len(first.penalties), rows.sum(), first.coef.shape[1]), np.float32)
    for label, one in readouts.items():
        own = splits.labels == label
        if not own[rows].any():
            continue
        outputs[:, own[rows]] = one.outputs(splits.blocks(rows & own))
    return outputs
