"""Maps: some test rows of a representation in two dimensions, with the values of every factor to color them.

By principal components and, where umap-learn is installed, by UMAP (McInnes, Healy and Melville 2018).
"""

import importlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor, read_factors
from exoprobe.datasets.folds import plan_folds
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.features.blocks import FileBlocks
from exoprobe.features.drawn_rows import draw_rows, take_rows

MOST_ROWS = 1_000  # whose principal components are the axes
MOST_SHOWN = 400  # of these
PCA, UMAP = "PCA", "UMAP"
NEIGHBORS = 15  # of UMAP, which needs more rows than that
COLUMNS = ["method", "sample", "x", "y"]


def map_table(samples: str | Path, features: str | Path) -> pd.DataFrame:
    """Place test rows by the first two principal components of the features, and by UMAP; groups stay whole.

    Both see the same rows and no factor, so that nothing that was fitted to a factor decides where a row lies. The same
    rows are drawn in every representation of the dataset.

    Args:
        samples: the dataset; with folds, every row is a test row.
        features: the representation.

    Returns:
        A row per method and sample: ``method`` (PCA or UMAP), ``sample``, its number, and ``x``, ``y``, its
        coordinates. None of one-dimensional features.
    """
    rows, shown = _draw(samples)
    taken = take_rows(FileBlocks(features, dataset_digest=dataset_digest(samples)), rows).astype(np.float64)
    if taken.shape[1] < 2:
        return pd.DataFrame(columns=COLUMNS)
    placed = {PCA: principal_components(taken)}
    if find_spec("umap") and len(taken) > NEIGHBORS:
        placed[UMAP] = _umap(taken)
    tables = [
        pd.DataFrame({"method": method, "sample": rows[shown], "x": coordinates[shown, 0], "y": coordinates[shown, 1]})
        for method, coordinates in placed.items()
    ]
    return pd.concat(tables, ignore_index=True)


def mapped_values(samples: str | Path, factors: str | Path) -> dict[str, pd.DataFrame]:
    """Return the values of every factor of the samples on the maps, in the user's words and units.

    Args:
        samples: the dataset.
        factors: of its samples.

    Returns:
        ``mapped``: a row per factor and sample: ``factor``, ``sample`` and ``annotation``, empty where it is not known.
    """
    rows, shown = _draw(samples)
    known = read_factors(factors, dataset_digest(samples))
    tables = [
        pd.DataFrame({"factor": factor.name, "sample": rows[shown], "annotation": annotations(factor, rows[shown])})
        for factor in known
    ]
    return {"mapped": pd.concat(tables, ignore_index=True)}


def principal_components(features: np.ndarray) -> np.ndarray:
    """Return the first two principal components of each row, [N, 2]; their largest coordinates are positive.

    Args:
        features: float64 [N, D], D > 1.
    """
    centered = features - features.mean(0)
    rows, dimension = centered.shape
    if rows > dimension:
        axes = np.linalg.eigh(centered.T @ centered)[1][:, :-3:-1]
        coordinates = centered @ axes
    else:
        values, vectors = np.linalg.eigh(centered @ centered.T)
        coordinates = vectors[:, :-3:-1] * np.sqrt(values[:-3:-1].clip(min=0))
    largest = np.take_along_axis(coordinates, np.abs(coordinates).argmax(0)[None], 0)
    flipped: np.ndarray = np.where(largest < 0, -coordinates, coordinates)
    return flipped


def _umap(features: np.ndarray) -> np.ndarray:
    """Return the coordinates that UMAP gives the rows of features [N, D]: float64 [N, 2]."""
    umap = importlib.import_module("umap")  # takes seconds, and is not installed everywhere
    mapper = umap.UMAP(n_neighbors=NEIGHBORS, random_state=0, n_jobs=1)
    placed: np.ndarray = mapper.fit_transform(features.astype(np.float32)).astype(np.float64)
    return placed


def _draw(samples: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that axes are computed of, and the positions of those that are shown among them."""
    columns = read_samples(samples, ["group", "split"])
    planned = plan_folds(columns["group"], columns["split"])
    test = np.flatnonzero(planned[0].test) if len(planned) == 1 else np.arange(len(columns["group"]))
    rows = test[draw_rows(columns["group"][test], MOST_ROWS)]
    return rows, draw_rows(columns["group"][rows], MOST_SHOWN)


def annotations(factor: Factor, rows: np.ndarray) -> list[str]:
    """Return the values of rows in the user's words and units, empty where they are not known."""
    values = factor.values[rows]
    if factor.kind in CLASSES:
        return ["" if np.isnan(value) else factor.categories[int(value)] for value in values]
    scale = factor.period / 360 if factor.kind == "angle" else 1
    return ["" if np.isnan(value) else f"{value * scale:.4g}" for value in values]
