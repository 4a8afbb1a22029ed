"""What was read from a representation: the files of its probes, by readout and training seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.probes.factors import READOUTS, column


@dataclass(frozen=True)
class Probed:
    """What was computed of one representation.

    Attributes:
        predictions: the files of :func:`exoprobe.probes.factors.probe_factors`, one per training seed.
        grids: what was tried on validation, likewise.
        controls: its control tasks' files, likewise.
        control: whether the representation has learned nothing.
    """

    predictions: Sequence[str | Path]
    grids: Sequence[str | Path]
    controls: Sequence[str | Path]
    control: bool


def by_representation(
    seeds: Mapping[str, int],
    predictions: Sequence[str | Path],
    grids: Sequence[str | Path],
    controls: Sequence[str | Path],
    learned_nothing: Sequence[str],
) -> dict[str, Probed]:
    """Sort files, of each representation so many as it has training seeds, by representation.

    Args:
        seeds: how many, by representation.
        predictions: all files, in this order.
        grids: likewise.
        controls: likewise.
        learned_nothing: representations that are controls.
    """
    kinds = [iter(files) for files in (predictions, grids, controls)]
    return {
        name: Probed(*(list(islice(files, count)) for files in kinds), name in learned_nothing)
        for name, count in seeds.items()
    }


def read_predictions(probed: Probed, factors: Sequence[Factor]) -> list[dict[str, np.ndarray]]:
    """Return for each factor the predictions [n, S] by readout."""
    tables = [pd.read_parquet(path) for path in probed.predictions]
    return [
        {
            readout: np.stack([table[column(readout, factor.name)].to_numpy() for table in tables], axis=1)
            for readout in READOUTS
        }
        for factor in factors
    ]


def read_controls(probed: Probed) -> pd.DataFrame:
    """Return the control task's skills of each factor, the mean over training seeds; see control_task."""
    every = pd.concat([pd.read_parquet(path) for path in probed.controls])
    return every.groupby("factor", sort=False, as_index=False).mean()


def best_on_validation(probed: Probed) -> dict[str, str]:
    """Return for each factor the readout of highest skill on validation, the mean over training seeds."""
    grids = pd.concat([pd.read_parquet(path) for path in probed.grids])
    skills = grids[grids["chosen"]].groupby(["factor", "readout"], sort=False)["skill"].mean().unstack()
    return skills[list(READOUTS)].fillna(-np.inf).idxmax(axis=1).to_dict()
