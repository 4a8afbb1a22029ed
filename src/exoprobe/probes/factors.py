"""Reading every factor of a dataset from one representation, linearly and not, and the control task beside it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from exoprobe.datasets.factors import read_factors
from exoprobe.datasets.samples import dataset_digest
from exoprobe.io.files import atomic_write
from exoprobe.probes.control_task import control_task
from exoprobe.probes.fourier import read_fourier
from exoprobe.probes.linear_readout import read_linearly
from exoprobe.probes.mlp import read_mlps
from exoprobe.probes.neighbors import read_neighbors
from exoprobe.probes.reading import Reading
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import join_targets
from exoprobe.progress import progress

log = logging.getLogger(__name__)

READOUTS = ("linear", "neighbors", "fourier", "mlp")


def probe_factors(
    samples: str | Path,
    factors: str | Path,
    features: str | Path,
    paths: dict[str, str | Path],
    *,
    memory_mb: float | None = None,
    device: str = "cpu",
) -> None:
    """Read every factor with every readout and write what they say of each test sample.

    Args:
        samples: the dataset, with the splits train, validation and test.
        factors: of its samples.
        features: the representation.
        paths: the Parquet files to write: ``predictions``, a row per test sample with ``sample_id`` and a column
            per readout and factor (:func:`column`), as :func:`exoprobe.probes.targets.read_values` gives them;
            ``grid``, what was tried on validation: ``readout``, ``factor``, ``setting``, ``bandwidth``,
            ``skill``, ``chosen``;
            ``control``, see :func:`exoprobe.probes.control_task.control_task`.
        memory_mb: what the linear readouts may hold; larger features are read batch by batch.
        device: ``auto``, ``cpu`` or ``cuda``, of the linear readouts.
    """
    splits = ScaledSplits(samples, features, memory_mb)
    every = read_factors(factors, dataset_digest(samples))
    targets = join_targets([factor.learned_from(splits.rows["train"]) for factor in every])
    readings: dict[str, Sequence[Reading]] = {}
    steps = {
        "linear": lambda: read_linearly(splits.blocks, splits.rows, targets, memory_mb=memory_mb, device=device),
        "neighbors": lambda: [read_neighbors(splits, targets)],
        "fourier": lambda: [read_fourier(splits, targets)],
        "mlp": lambda: [read_mlps(splits, targets)],
    }
    with progress(len(steps) + 1, "step", log, f"reading {len(targets.factors)} factors") as bar:
        for readout in READOUTS:
            bar.set_postfix_str(readout)
            readings[readout] = steps[readout]()
            bar.update()
        control = control_task(splits, targets.factors)
        bar.update()
    tested = pd.DataFrame({"sample_id": splits.sample_ids[splits.rows["test"]]})
    grid = pd.concat([one.grid().assign(readout=name) for name, some in readings.items() for one in some])
    _write(pd.concat([tested, _predictions(readings)], axis=1), paths["predictions"])
    _write(grid, paths["grid"])
    _write(control, paths["control"])


def column(readout: str, factor: str) -> str:
    """Return the name of the column that holds what a readout says of a factor."""
    return f"{readout}: {factor}"


def _predictions(readings: dict[str, Sequence[Reading]]) -> pd.DataFrame:
    columns = {}
    for readout, some in readings.items():
        for one in some:
            for place, factor in enumerate(one.targets.factors):
                columns[column(readout, factor.name)] = one.values[:, place].astype("float32")
    return pd.DataFrame(columns)


def _write(table: pd.DataFrame, path: str | Path) -> None:
    with atomic_write(path) as temporary:
        table.to_parquet(temporary, index=False)
