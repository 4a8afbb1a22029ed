"""The search for each network's setting, and what was best on validation."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

COLUMNS = ["network", "setting", "value", "validation_mav_accuracy", "best", "configured"]


def tuning_table(
    searches: Mapping[str, str | Path], trials: Mapping[str, tuple[str, str, float]], configured: Mapping[str, float]
) -> pd.DataFrame:
    """Gather the validation accuracy of every trial.

    Args:
        searches: of :func:`exoprobe.probes.run.probe`, by trial.
        trials: network, setting and value of each.
        configured: the value that each network has.

    Returns:
        A row per trial: ``validation_mav_accuracy`` in percent, whether it is its network's ``best``, and whether it is
        the ``configured`` one.
    """
    rows = []
    for trial, path in searches.items():
        network, setting, value = trials[trial]
        search = pd.read_parquet(path)
        chosen = search[(search["probe"] == "nearest_mean") & (search["eraser"] == "")]
        accuracy = 100 * float(chosen["accuracy"].iloc[0])
        rows.append((network, setting, value, accuracy, False, value == configured[network]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(best=table.groupby("network")[COLUMNS[3]].transform("max") == table[COLUMNS[3]])
