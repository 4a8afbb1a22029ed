"""Yaw, pitch and roll of each face: from a user's annotation file, else estimated from five landmarks.

The annotations play the role that hyperface's angles play in section 3.2.
"""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.landmarks import POINT_COLUMNS, read_landmarks
from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import write_table

log = logging.getLogger(__name__)

ANGLES = ("yaw", "pitch", "roll")
FROM_LANDMARKS = "five landmarks"


def write_poses(
    samples: str | Path, landmarks: str | Path, path: str | Path, *, annotations: str | Path | None = None
) -> None:
    """Write the angles of every sample.

    Args:
        samples: the dataset.
        landmarks: its landmarks.
        path: the Parquet file to write: ``sample_id``, ``yaw``, ``pitch``, ``roll`` in degrees, NaN where not
            known (no face was detected), and ``estimator``, their source.
        annotations: a CSV or Parquet file, see :func:`read_annotations`, or None.

    Raises:
        ExoprobeError: where the landmarks or the annotations are of other images.
    """
    names = read_samples(samples, ["sample_id", "file"])
    if annotations is None:
        table = read_landmarks(landmarks)
        if not np.array_equal(table["sample_id"], names["sample_id"]):
            raise ExoprobeError(f"{landmarks} does not hold the samples of {samples}; delete it and run again")
        points = table[POINT_COLUMNS].to_numpy().reshape(-1, 5, 2)
        poses = pd.DataFrame(pose_from_landmarks(points))
        poses = poses.where(table["detected"] == 1).assign(estimator=FROM_LANDMARKS)
    else:
        table = read_annotations(annotations)
        if not table.index.isin(names["file"]).any():
            raise ExoprobeError(f"{annotations} lists none of the dataset's images, such as {names['file'][0]}")
        poses = table.reindex(names["file"]).reset_index(drop=True).assign(estimator=Path(annotations).name)
    poses.insert(0, "sample_id", names["sample_id"])
    log.info("yaw of %d of %d images (%s)", poses["yaw"].notna().sum(), len(poses), poses["estimator"].iloc[0])
    write_table(poses, path)


def read_annotations(path: str | Path) -> pd.DataFrame:
    """Read angles per image file.

    Args:
        path: CSV or Parquet with ``image`` (file name), ``yaw`` and, where known, ``pitch`` and ``roll`` in
            degrees; rows whose ``detected``, if there is such a column, is 0 count as not known.

    Returns:
        ``yaw, pitch, roll``, indexed by image.

    Raises:
        ExoprobeError: where columns are missing, an image is listed twice or an angle is not a number.
    """
    path = Path(path)
    if not path.is_file():
        raise ExoprobeError(f"faces.pose: {path}: no such file")
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:  # Arrow's and pandas's own are ValueErrors
        raise ExoprobeError(f"faces.pose: {path} cannot be read as a table ({error})") from error
    if lacking := {"image", "yaw"} - set(table):
        raise ExoprobeError(
            f"{path} lacks the column {' and '.join(sorted(lacking))}; it has {', '.join(map(str, table))}"
        )
    if table["image"].duplicated().any():
        raise ExoprobeError(f"{path}: {table.loc[table['image'].duplicated(), 'image'].iloc[0]} is listed twice")
    if "detected" in table:
        table = table[table["detected"] != 0]
    angles = table.set_index("image").reindex(columns=list(ANGLES))
    try:
        angles = angles.astype(float)
    except ValueError as error:
        raise ExoprobeError(f"{path}: an angle is not a number ({error})") from error
    if np.isinf(angles).any(axis=None):
        raise ExoprobeError(f"{path}: an angle is not a number (infinity)")
    return angles


def pose_from_landmarks(points: np.ndarray) -> dict[str, np.ndarray]:
    """Estimate yaw and roll from five landmarks; pitch is not seen in them.

    Yaw is the arc tangent of the nose's offset from the line between the eyes' and the mouth's middle over half
    their distance; positive where the nose points to the right of the image.

    Args:
        points: [N, 5, 2], in the order of :data:`exoprobe.datasets.landmarks.POINTS`.

    Returns:
        ``yaw``, ``pitch`` (NaN) and ``roll``, degrees [N]; roll is positive clockwise in the image.
    """
    eyes, mouth, nose = points[:, :2].mean(1), points[:, 3:].mean(1), points[:, 2]
    down = mouth - eyes
    length = np.linalg.norm(down, axis=1)
    offset = ((nose - eyes)[:, 0] * down[:, 1] - (nose - eyes)[:, 1] * down[:, 0]) / length
    across = points[:, 1] - points[:, 0]
    yaw = np.degrees(np.arctan(offset / (0.5 * length)))
    return {
        "yaw": yaw,
        "pitch": np.full(len(points), np.nan),
        "roll": np.degrees(np.arctan2(across[:, 1], across[:, 0])),
    }
