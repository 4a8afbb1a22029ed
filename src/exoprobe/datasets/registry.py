"""Datasets by name: what the workflow asks of each before any job starts.

A dataset is a module of :mod:`exoprobe.datasets.known` with a ``DATASET``. These modules import little: what builds
the samples is imported when it is asked for.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from exoprobe.datasets import known
from exoprobe.errors import ExoprobeError


def _no_attributes(folder: str | Path | None) -> list[str]:
    return []


@dataclass(frozen=True)
class Dataset:
    """A dataset.

    Its samples file has ``sample_id``, ``group`` and ``split``, see :mod:`exoprobe.datasets.samples`; its factors
    file is of :func:`exoprobe.datasets.factors.write_factors`.

    Attributes:
        name: of its module, and of its folder.
        title: for figures and captions.
        source: who made it, to be cited.
        license: under which it comes; empty for a user's own.
        build: ``module:function`` that writes its samples.
        images: where they are: in the samples file's ``column`` image, in ``files`` that its column file names, or
            ``none``.
        splits: ``official`` (train, validation and test are given), ``folds`` (of the groups), or ``drawn`` by group.
        size: how many samples it has before any is left out or rotated; None where the user decides.
        shards: into how many jobs its images are cut unless the configuration says.
        attributes: returns the binary attributes that are known of its images, given the user's folder or None.
    """

    name: str
    title: str
    source: str
    license: str
    build: str
    images: Literal["column", "files", "none"]
    splits: Literal["official", "folds", "drawn"]
    size: int | None = None
    shards: int = 1
    attributes: Callable[[str | Path | None], list[str]] = _no_attributes

    def samples(self, root: str | Path = "results") -> str:
        """Return the path of its samples file."""
        return f"{root}/data/{self.name}/samples.parquet"

    def factors(self, root: str | Path = "results") -> str:
        """Return the path of its factors file."""
        return f"{root}/data/{self.name}/factors.parquet"


def dataset_names() -> list[str]:
    """Return the names of all datasets."""
    return sorted(module.name for module in pkgutil.iter_modules(known.__path__))


def find_dataset(name: str) -> Dataset:
    """Return a dataset.

    Raises:
        ExoprobeError: where there is none of this name.
    """
    if name not in dataset_names():
        raise ExoprobeError(f"there is no dataset {name!r}; allowed: {', '.join(dataset_names())}")
    return importlib.import_module(f"{known.__name__}.{name}").DATASET
