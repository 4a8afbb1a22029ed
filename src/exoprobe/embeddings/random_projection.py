"""Random projections of images: a control representation without learning."""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.datasets.table_columns import check_column
from exoprobe.datasets.user_file import refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, write_features
from exoprobe.features.feature_store import METADATA_KEY

log = logging.getLogger(__name__)

SIDE = 32  # pixels: the gray pictures made of image files
BLOCK = 1_024  # images
Loader = Callable[[np.ndarray], np.ndarray]  # rows of the factor table [n] → pixels [n, …]


def project_images(
    images: str | Path | Mapping[str, str],
    table: str | Path,
    samples: str | Path,
    features: str | Path,
    path: str | Path,
    *,
    seed: int,
    code_digest: str,
    dtype: str = "float32",
) -> None:
    """Project the pixels of every sample's image with a Gaussian matrix, as wide as another representation.

    Args:
        images: a .npy file [N, …], or a samples file with images or a feature file of pixels, in the order of the
            factor table's N rows; or
            ``folder`` and ``column``, the factor table's column that names the files in it, of which gray 32 × 32
            pictures are made.
        table: the factor table.
        samples: the audit's samples.
        features: the representation's feature file.
        path: the feature file to write.
        seed: of the matrix.
        code_digest: of this code, for the footer.
        dtype: to store, ``float32`` or ``float16``.

    Raises:
        ExoprobeError: where images are missing, unreadable or not as many as the factor table's rows.
    """
    columns = read_samples(samples, ["sample_id", "row"])
    load = open_images(images, table)
    info = FeatureInfo(
        dimension=read_info(features).dimension,
        dtype=dtype,
        rows=len(columns["row"]),
        layer="random_projection",
        dataset_digest=dataset_digest(samples),
        weights_digest="",
        code_digest=code_digest,
    )
    write_features(path, columns["sample_id"], _project(load, columns["row"], info.dimension, seed), info)


def _project(load: Loader, rows: np.ndarray, dimension: int, seed: int) -> Iterator[np.ndarray]:
    """Yield projections, float32 [n, D]; the weights' variance is 1 over the number of pixels."""
    weights = None
    for start in range(0, len(rows), BLOCK):
        pixels = load(rows[start : start + BLOCK])
        scale = 255 if pixels.dtype == np.uint8 else 1
        pixels = pixels.reshape(len(pixels), -1).astype(np.float32) / scale
        if weights is None:
            log.info("%d pixels → %d features", pixels.shape[1], dimension)
            rng = np.random.default_rng(seed)
            weights = rng.standard_normal((pixels.shape[1], dimension), np.float32) / np.sqrt(
                pixels.shape[1], dtype=np.float32
            )
        yield pixels @ weights


def _gray(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))


def open_images(
    images: str | Path | Mapping[str, str], table: str | Path, shrink: Callable[[np.ndarray], np.ndarray] = _gray
) -> Loader:
    """Return what loads the images of rows of the factor table; see :func:`project_images`.

    Args:
        images: as there.
        table: the factor table.
        shrink: makes pixels of one size of image files (uint8 RGB).

    Raises:
        ExoprobeError: where there are none, or not as many as the table's rows.
    """
    if isinstance(images, Mapping):
        return _from_folder(images["folder"], images["column"], table, shrink)
    path = Path(images)
    if path.suffix not in (".npy", ".parquet"):
        raise ExoprobeError(f"{path}: images must be a .npy file, a samples.parquet or a folder")
    with refuse_unreadable(path):
        stored = np.load(path, mmap_mode="r", allow_pickle=False) if path.suffix == ".npy" else _load_parquet(path)
    if stored.dtype.kind not in "fu" or stored.ndim < 2:
        raise ExoprobeError(
            f"{path} holds {stored.dtype} of {stored.ndim} dimensions; images are uint8 or float [N, …]"
        )
    if len(stored) != (rows := len(read_factor_table(table))):
        raise ExoprobeError(f"{path} has {len(stored)} images and {table} has {rows} rows; they must be in its order")
    return lambda chosen: stored[chosen]


def _load_parquet(path: Path) -> np.ndarray:
    if METADATA_KEY in (pq.read_metadata(path).metadata or {}):
        return read_features(path)
    if "image" not in pq.read_schema(path).names:
        raise ExoprobeError(f"{path} has no column image")
    return read_samples(path, ["image"])["image"]


def _from_folder(
    folder: str | Path, column: str, table: str | Path, shrink: Callable[[np.ndarray], np.ndarray]
) -> Loader:
    rows = read_factor_table(table, {column})
    check_column(table, "audit.images.column", column, [str(name) for name in rows])
    if (missing := np.flatnonzero(rows[column].isna())).size:
        raise ExoprobeError(f"{table}: {row_name(rows.index, missing[0])} names no {column}")
    files, names = ImageFiles(folder), rows[column].to_numpy()
    return lambda chosen: np.stack([shrink(files.load(str(name))) for name in names[chosen]])
