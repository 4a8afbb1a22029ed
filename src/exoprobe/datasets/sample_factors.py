"""The factors of a dataset whose samples hold them as columns: digits' angles, faces' attributes and poses."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from exoprobe.datasets.factors import Factor, read_factors, write_factors
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError

ABS_YAW = "abs_yaw"


def write_sample_factors(
    samples: str | Path,
    path: str | Path,
    *,
    numbers: Sequence[str] = (),
    attributes: Sequence[str] = (),
    poses: str | Path | None = None,
) -> None:
    """Write the factors of a dataset.

    Args:
        samples: the dataset.
        path: the factors file to write.
        numbers: columns of numbers.
        attributes: columns of two values, 0 and 1.
        poses: a file of :func:`exoprobe.datasets.poses.write_poses`, whose angles and |yaw| are factors, or None.

    Raises:
        ExoprobeError: where the samples lack a column, or the poses are of other samples.
    """
    present = pq.read_schema(samples).names
    for name in (*numbers, *attributes):
        if name not in present:
            raise ExoprobeError(f"{samples}: has no column {name}; its columns are {', '.join(present)}")
    columns = read_samples(samples, ["sample_id", *attributes, *numbers])
    factors = [Factor(name, "binary", (columns[name] > 0).astype(np.float64), ("0", "1")) for name in attributes]
    factors += [Factor(name, "continuous", columns[name].astype(np.float64)) for name in numbers]
    if poses is not None:
        factors += _pose_factors(poses, columns["sample_id"], samples)
    write_factors(path, factors, dataset_digest(samples))


def _pose_factors(poses: str | Path, sample_ids: np.ndarray, samples: str | Path) -> list[Factor]:
    table = pd.read_parquet(poses)
    if not np.array_equal(table["sample_id"], sample_ids):
        raise ExoprobeError(f"{poses} does not hold the samples of {samples}; delete it and run again")
    angles = {ABS_YAW: table["yaw"].abs(), **table.drop(columns=["sample_id", "estimator"])}
    if not any(values.notna().any() for values in angles.values()):
        raise ExoprobeError(f"{poses}: no angle is known; give the images' yaw in a file as faces.pose")
    source = str(table["estimator"].iloc[0])
    return [Factor(name, "continuous", column.to_numpy(np.float64), source=source) for name, column in angles.items()]


def pose_source(factors: str | Path) -> str:
    """Return who estimated or annotated the poses among a dataset's factors."""
    return next((factor.source for factor in read_factors(factors) if factor.name == ABS_YAW), "nobody")
