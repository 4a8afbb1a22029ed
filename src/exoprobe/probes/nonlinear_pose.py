"""Reading the pose by Fourier features and small networks, in the same rounds as the linear regression."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.probes.fourier import read_fourier
from exoprobe.probes.mlp import read_mlps
from exoprobe.probes.rounds import Round
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import join_targets

NONLINEAR = {"fourier": read_fourier, "mlp": read_mlps}


def read_nonlinearly(
    samples: str | Path,
    features: str | Path,
    angles: pd.DataFrame,
    round_: Round,
    known: np.ndarray,
    memory_mb: float | None = None,
) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Fit and tune on a round's first tuning pair, and read the test rows.

    A network's best weights are found on rows that it was not fitted on, so that, other than the linear regression,
    it cannot be fitted again on all of train: with folds it sees two thirds of the training people.

    Args:
        samples: the dataset.
        features: the representation.
        angles: N rows, a column per target, degrees.
        round_: which rows.
        known: bool [N], where the targets are known; other rows are left out.
        memory_mb: what the process may hold, see :class:`~exoprobe.probes.scaled_splits.ScaledSplits`.

    Returns:
        By readout the predictions of the test rows [n, T], and what was tried on validation: ``readout``,
        ``target``, ``penalty``, ``bandwidth``, ``skill``, ``chosen``.
    """
    train, validation = round_.tuning[0]
    numbers = [Factor(name, "continuous", angles[name].to_numpy(np.float64)) for name in angles]
    targets = join_targets([number.learned_from(train) for number in numbers])
    rows = {"train": train & known, "validation": validation & known, "test": round_.test & known}
    splits = ScaledSplits(samples, features, memory_mb, rows=rows)
    readings = {name: read(splits, targets) for name, read in NONLINEAR.items()}
    tried = [reading.grid().assign(readout=name) for name, reading in readings.items()]
    grid = pd.concat(tried).rename(columns={"factor": "target", "setting": "penalty"})
    grid.loc[grid["readout"] == "mlp", "penalty"] = np.nan  # its setting is its size
    return {name: reading.values for name, reading in readings.items()}, grid
