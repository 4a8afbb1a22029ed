"""Pose probes (section 3.2): |yaw|, and yaw, pitch and roll where they are known, read linearly and not."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from exoprobe.datasets.poses import ANGLES
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import Blocks, FileBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.io.files import atomic_write
from exoprobe.probes.linear_regression import PENALTIES, RidgePath, fit_ridge_path
from exoprobe.probes.nonlinear_pose import read_nonlinearly
from exoprobe.probes.rounds import Round, plan_rounds


def probe_pose(
    samples: str | Path,
    poses: str | Path,
    features: str | Path,
    path: str | Path,
    grid: str | Path,
    *,
    memory_mb: float | None = None,
) -> None:
    """Fit the readouts and write what they predict for every test sample.

    Args:
        samples: the dataset.
        poses: its angles.
        features: the representation to probe.
        path: the Parquet file to write: ``target`` (``abs_yaw``, ``yaw`` …), ``sample_id``, ``group``,
            ``round``, ``truth``, ``predicted`` (linearly), ``predicted_fourier`` and ``predicted_mlp``, and
            ``constant`` (the training median), in degrees, and ``estimator`` of the truth.
        grid: the Parquet file to write what settings were chosen by: ``target``, ``round``, ``readout``,
            ``penalty`` and ``bandwidth`` where it has them, ``chosen``, and on validation ``rmse`` (degrees) of
            the linear readout, ``skill`` of the others.
        memory_mb: what the nonlinear readouts may hold.

    Raises:
        ExoprobeError: where a person is in two splits, or an angle is known nowhere in a part that is needed.
    """
    columns = pd.DataFrame(read_samples(samples, ["sample_id", "group", "split"]))
    truth = pd.read_parquet(poses)
    if not np.array_equal(truth["sample_id"], columns["sample_id"]):
        raise ExoprobeError(f"{poses} does not hold the samples of {samples}; delete it and run again")
    targets = pd.DataFrame({"abs_yaw": truth["yaw"].abs(), **{name: truth[name] for name in ANGLES}})
    select = partial(FileBlocks, features, dataset_digest=dataset_digest(samples))
    scored, tried = [], []
    for round_ in plan_rounds(columns["group"].to_numpy(), columns["split"].to_numpy()):
        for names, known in known_together(targets):
            check_known(known, round_, names[0])
            values = targets[names].to_numpy()
            predicted, chosen, errors = predict_round(select, values, round_, known)
            others, others_tried = read_nonlinearly(samples, features, targets[names], round_, known, memory_mb)
            tried.append(others_tried.assign(round=round_.name))
            rows = columns.loc[round_.test & known, ["sample_id", "group"]].assign(round=round_.name)
            for place, name in enumerate(names):
                fitted = rows.assign(target=name, truth=values[rows.index, place], predicted=predicted[:, place])
                fitted = fitted.assign(**{f"predicted_{one}": read[:, place] for one, read in others.items()})
                scored.append(fitted.assign(constant=targets.loc[round_.train & known, name].median()))
                tried.append(_grid_rows(errors[:, place], chosen[place]).assign(target=name, round=round_.name))
    if not scored:
        raise ExoprobeError(f"{poses}: no angle is known; give the images' yaw in a file as faces.pose")
    with atomic_write(path) as temporary:
        table = pd.concat(scored).assign(estimator=truth["estimator"].iloc[0])
        table.to_parquet(temporary, index=False)
    with atomic_write(grid) as temporary:
        pd.concat(tried).to_parquet(temporary, index=False)


def _grid_rows(errors: np.ndarray, chosen: int) -> pd.DataFrame:
    """Return a row per penalty with its error on validation, from mean squared errors."""
    tried = {"penalty": PENALTIES, "rmse": np.sqrt(errors), "chosen": np.arange(len(PENALTIES)) == chosen}
    return pd.DataFrame({"readout": "linear", **tried})


def known_together(targets: pd.DataFrame) -> list[tuple[list[str], np.ndarray]]:
    """Return the targets that are known for the same rows, with these, bool [N]; without those known nowhere."""
    together: dict[bytes, list[str]] = {}
    for name in targets:
        together.setdefault(targets[name].notna().to_numpy().tobytes(), []).append(name)
    found = [(names, np.frombuffer(known, bool)) for known, names in together.items()]
    return [(names, known) for names, known in found if known.any()]


def check_known(known: np.ndarray, round_: Round, target: str) -> None:
    """Refuse a target that is known nowhere in a part that a regressor is fitted, tuned or scored on."""
    parts = [("test", round_.test)]
    for train, validation in round_.tuning:
        parts += [("training", train), ("validation", validation)]
    for part, rows in parts:
        if not (known & rows).any():
            raise ExoprobeError(f"no {target} is known in the {part} part of {round_.name}")


def predict_round(
    features: Callable[[np.ndarray], Blocks], targets: np.ndarray, round_: Round, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose each target's ridge penalty by least squared error on validation, fit, and predict the test rows.

    Args:
        features: the features of some rows, bool [N].
        targets: degrees [N, T].
        round_: which rows.
        known: bool [N], where the targets are known; other rows are left out.

    Returns:
        Predictions for the test rows [n, T], the place in :data:`~exoprobe.probes.linear_regression.PENALTIES` of
        the chosen penalties [T], and the mean squared errors that they were chosen by [len(PENALTIES), T].
    """
    squared, count = 0.0, 0
    for train, validation in round_.tuning:
        path = _fit(features, targets, train & known)
        rows = validation & known
        squared = squared + rows.sum() * path.squared_errors(features(rows), targets[rows])
        count += rows.sum()
    chosen = squared.argmin(0)
    if len(round_.tuning) > 1:
        path = _fit(features, targets, round_.train & known)
    regressors = [path.at(place, target) for target, place in enumerate(chosen)]
    test = [block.numpy() for block in features(round_.test & known).blocks(torch.float64)]
    predicted = [np.stack([regressor.predict(block) for regressor in regressors], axis=1) for block in test]
    return np.concatenate(predicted), chosen, squared / count


def _fit(features: Callable[[np.ndarray], Blocks], targets: np.ndarray, rows: np.ndarray) -> RidgePath:
    return fit_ridge_path(measure_moments(features(rows), targets[rows]))
