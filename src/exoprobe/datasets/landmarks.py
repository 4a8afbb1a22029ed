"""Where the face is in each image: five landmarks and a box, detected by dlib or taken from CelebA's files.

The landmarks are CelebA's five: the centers of the left and right eye (as seen in the image), the tip of the
nose, the left and right corner of the mouth.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.samples import read_samples
from exoprobe.datasets.shards import shard_rows
from exoprobe.datasets.tables import read_table
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import write_table
from exoprobe.progress import progress

log = logging.getLogger(__name__)

POINTS = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
POINT_COLUMNS = [f"{point}_{axis}" for point in POINTS for axis in "xy"]
BOX_COLUMNS = ["left", "top", "right", "bottom"]
COLUMNS = [*POINT_COLUMNS, *BOX_COLUMNS]
Detector = Callable[[np.ndarray, int], Sequence[Any]]  # image, times to double it → dlib rectangles
CENTRAL_BOX = 0.6  # of the shorter side: the face box if no face was detected
# dlib's 68 points that make up CelebA's five.
FROM_68 = (slice(36, 42), slice(42, 48), slice(30, 31), slice(48, 49), slice(54, 55))


def detect_landmarks(
    samples: str | Path,
    images: str | Path,
    predictor: str | Path,
    path: str | Path,
    *,
    shard: int,
    shards: int,
) -> None:
    """Find the face in each image of one shard of the dataset and write its landmarks and box.

    Where dlib's frontal detector finds none, the landmarks are fitted to a central box and ``detected`` is 0.

    Args:
        samples: the dataset.
        images: folder or archive of its image files.
        predictor: dlib's 68-landmark model (trained on iBUG 300-W; not for commercial use).
        path: the Parquet file to write: ``sample_id``, ``detected`` and :data:`COLUMNS`, in pixels.
        shard: its index, from 0.
        shards: how many shards the dataset is cut into, as the extraction's are.
    """
    import dlib

    detector, fit = dlib.get_frontal_face_detector(), dlib.shape_predictor(str(predictor))
    columns = read_samples(samples, ["sample_id", "file"])
    rows, files = shard_rows(len(columns["file"]), shard, shards), ImageFiles(images)
    faces = []
    with progress(len(rows), "image", log, "detecting faces") as bar:
        for row in rows:
            image = files.load(columns["file"][row])
            detected = largest_face(detector, image)
            box = detected or central_box(image)
            shape = fit(image, dlib.rectangle(*box))
            points = np.array([(point.x, point.y) for point in shape.parts()], float)
            five = np.concatenate([points[indices].mean(0) for indices in FROM_68])
            faces.append((columns["sample_id"][row], int(detected is not None), *five, *box))
            bar.update()
    table = pd.DataFrame(faces, columns=["sample_id", "detected", *COLUMNS])
    log.info("a face was detected in %d of %d images", table["detected"].sum(), len(table))
    write_table(table, path)


def largest_face(detector: Detector, image: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return the largest detected face as left, top, right, bottom; if there is none, search at twice the size."""
    for enlarge in (0, 1):
        if faces := list(detector(image, enlarge)):
            face = max(faces, key=lambda box: box.area())
            return face.left(), face.top(), face.right(), face.bottom()
    return None


def central_box(image: np.ndarray) -> tuple[int, int, int, int]:
    """Return a square about the center of the image."""
    height, width = image.shape[:2]
    half = CENTRAL_BOX * min(height, width) / 2
    left, top, right, bottom = width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half
    return round(left), round(top), round(right), round(bottom)


def gather_landmarks(samples: str | Path, shards: list[str | Path], path: str | Path) -> None:
    """Join the shards into one table, a row per sample of the dataset.

    Raises:
        ExoprobeError: where the shards are not the dataset's samples.
    """
    table = pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)
    if not np.array_equal(table["sample_id"], read_samples(samples, ["sample_id"])["sample_id"]):
        raise ExoprobeError(f"{path}: the shards do not add up to the samples of {samples}")
    write_table(table, path)


def read_celeba_landmarks(samples: str | Path, landmarks: str | Path, path: str | Path) -> None:
    """Write the table from CelebA's own ``list_landmarks_align_celeba.txt`` instead of detecting.

    The box, which the official file gives only for the images before alignment, is put around the landmarks:
    twice as wide as they are, centered on them.

    Raises:
        ExoprobeError: where images of the dataset are not listed, or not followed by ten numbers.
    """
    names = read_samples(samples, ["sample_id", "file"])
    table = read_table(landmarks, skiprows=2, names=["file", *POINT_COLUMNS]).drop_duplicates("file").set_index("file")
    if lacking := sorted(set(names["file"]) - set(table.index)):
        raise ExoprobeError(f"{landmarks} lacks {len(lacking)} images of the dataset, such as {lacking[0]}")
    table = table.loc[names["file"]].apply(pd.to_numeric, errors="coerce")
    if (bad := ~np.isfinite(table).all(axis=1)).any():
        raise ExoprobeError(f"{landmarks}: {table.index[bad][0]} is not followed by ten numbers")
    points = table.to_numpy(float).reshape(-1, 5, 2)
    center = (points.min(1) + points.max(1)) / 2
    half = (points.max(1) - points.min(1)).max(1, keepdims=True)
    values = np.concatenate([points.reshape(-1, 10), center - half, center + half], axis=1)
    table = pd.DataFrame(values, columns=COLUMNS)
    table.insert(0, "sample_id", names["sample_id"])
    table.insert(1, "detected", 1)
    write_table(table, path)


def read_landmarks(path: str | Path) -> pd.DataFrame:
    """Read the table: ``sample_id``, ``detected``, :data:`POINT_COLUMNS` and :data:`BOX_COLUMNS` in pixels."""
    return pd.read_parquet(path)
