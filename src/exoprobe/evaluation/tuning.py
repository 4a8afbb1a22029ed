"""What was tried for each variant's setting, and what was best on validation."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from exoprobe.probes.invariance import MAV

COLUMNS = ["variant", "setting", "value", "validation_mav_accuracy", "best", "configured"]


def tuning_table(
    grids: Mapping[str, str | Path], trials: Mapping[str, tuple[str, str, float]], configured: Mapping[str, float]
) -> pd.DataFrame:
    """Gather the validation accuracy of every trial.

    Args:
        grids: of :func:`exoprobe.probes.invariance.probe_invariance`, by trial.
        trials: network, setting and value of each.
        configured: the value that each network has.

    Returns:
        A row per trial: ``validation_mav_accuracy`` in percent, whether it is its variant's ``best``, and whether
        it is the ``configured`` one.
    """
    rows = []
    for trial, path in grids.items():
        variant, setting, value = trials[trial]
        grid = pd.read_parquet(path)
        accuracy = 100 * float(grid[(grid["readout"] == MAV) & ~grid["erased"]]["skill"].iloc[0])
        rows.append((variant, setting, value, accuracy, False, value == configured[variant]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(best=table.groupby("variant")[COLUMNS[3]].transform("max") == table[COLUMNS[3]])
