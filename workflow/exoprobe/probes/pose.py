"""Pose probes (section 3.2): linear regression of |yaw|, and of yaw, pitch and roll where they are known."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.data.poses import ANGLES
from exoprobe.data.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features
from exoprobe.files import atomic_write
from exoprobe.probes.linear_regression import PENALTIES, fit_ridge_path
from exoprobe.probes.rounds import Round, plan_rounds


def probe_pose(samples: str | Path, poses: str | Path, features: str | Path, path: str | Path) -> None:
    """Fit the regressors and write what they predict for every test sample.

    Args:
        samples: the dataset.
        poses: its angles.
        features: the representation to probe.
        path: the Parquet file to write: ``target`` (``abs_yaw``, ``yaw`` …), ``sample_id``, ``group``,
            ``round``, ``truth``, ``predicted`` and ``constant`` (the training median), in degrees, and
            ``estimator`` of the truth.

    Raises:
        ExoprobeError: where a person is in two splits, or an angle is known nowhere in a part that is needed.
    """
    columns = pd.DataFrame(read_samples(samples, ["sample_id", "group", "split"]))
    truth = pd.read_parquet(poses)
    if not np.array_equal(truth["sample_id"], columns["sample_id"]):
        raise ExoprobeError(f"{poses} does not hold the samples of {samples}; delete it and run again")
    targets = {"abs_yaw": truth["yaw"].abs(), **{name: truth[name] for name in ANGLES}}
    representation = read_features(features, dataset_digest=dataset_digest(samples)).astype(np.float64)
    rounds = plan_rounds(columns["group"].to_numpy(), columns["split"].to_numpy())
    parts = []
    for name, target in targets.items():
        known = target.notna().to_numpy()
        for round_ in rounds if known.any() else []:
            check_known(known, round_, name)
            test = round_.test & known
            predicted = predict_round(representation, target.to_numpy(), round_, known)
            part = columns.loc[test, ["sample_id", "group"]].assign(target=name, round=round_.name)
            constant = target[round_.train & known].median()
            parts.append(part.assign(truth=target[test], predicted=predicted, constant=constant))
    if not parts:
        raise ExoprobeError(f"{poses}: no angle is known; give the images' yaw in a file as faces.pose")
    table = pd.concat(parts).assign(estimator=truth["estimator"].iloc[0])
    with atomic_write(path) as temporary:
        table.to_parquet(temporary, index=False)


def check_known(known: np.ndarray, round_: Round, target: str) -> None:
    """Refuse a target that is known nowhere in a part that a regressor is fitted or tuned on."""
    for train, validation in round_.tuning:
        for part, rows in (("training", train), ("validation", validation)):
            if not (known & rows).any():
                raise ExoprobeError(f"no {target} is known in the {part} part of {round_.name}")


def predict_round(features: np.ndarray, target: np.ndarray, round_: Round, known: np.ndarray) -> np.ndarray:
    """Choose the ridge penalty by least squared error on validation, fit, and predict the test rows.

    Args:
        features: float64 [N, D].
        target: degrees [N].
        round_: which rows.
        known: bool [N], where the target is known; other rows are left out.
    """
    squared = np.zeros(len(PENALTIES))
    for train, validation in round_.tuning:
        train, validation = train & known, validation & known
        regressors = fit_ridge_path(features[train], target[train])
        errors = [regressor.predict(features[validation]) - target[validation] for regressor in regressors]
        squared += np.square(errors).sum(1)
    if len(round_.tuning) > 1:
        train = round_.train & known
        regressors = fit_ridge_path(features[train], target[train])
    return regressors[int(squared.argmin())].predict(features[round_.test & known])
