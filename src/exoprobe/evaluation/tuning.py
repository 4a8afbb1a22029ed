"""The search for each network's setting, and what was best on validation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS = ["network", "setting", "value", "validation_mav_accuracy", "best", "configured"]


def tuning_table(searches: Mapping[str, str | Path], networks: Mapping[str, Any], key: str = "tried") -> pd.DataFrame:
    """Gather the validation accuracy of every candidate.

    Args:
        searches: of :func:`exoprobe.probes.run.probe`, by candidate (``network@value``).
        networks: the configuration's, with the values that were searched.
        key: of these values in a network's entry.

    Returns:
        A row per candidate: ``validation_mav_accuracy`` in percent, whether it is its network's ``best``, and whether
        it is the ``configured`` one.
    """
    rows = []
    for candidate, path in searches.items():
        network = candidate.partition("@")[0]
        ((setting, values),) = networks[network][key].items()
        (value,) = [value for value in values if candidate == f"{network}@{value}"]
        search = pd.read_parquet(path)
        chosen = search[(search["probe"] == "nearest_mean") & (search["eraser"] == "")]
        accuracy = 100 * float(chosen["accuracy"].iloc[0])
        rows.append((network, setting, value, accuracy, False, value == networks[network].get(setting)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(best=table.groupby("network")[COLUMNS[3]].transform("max") == table[COLUMNS[3]])
