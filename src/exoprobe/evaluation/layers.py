"""What every layer of a network recognizes and tells."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from exoprobe.evaluation.trade_off import trade_off

LayerRun = tuple[str, str, int]  # variant, layer and training seed


def layer_table(predictions: Mapping[LayerRun, str | Path], grids: Mapping[LayerRun, str | Path]) -> pd.DataFrame:
    """Score every layer on test.

    Args:
        predictions: files of :func:`exoprobe.probes.invariance.probe_invariance` by variant, layer and seed.
        grids: what was tried on validation, likewise.

    Returns:
        The columns of :func:`exoprobe.evaluation.trade_off.trade_off`, with ``layer`` in place of ``erased``.
    """
    parts = []
    for layer in dict.fromkeys(layer for _, layer, _ in predictions):
        runs = {(variant, seed): (variant, layer, seed) for variant, name, seed in predictions if name == layer}
        table = trade_off(*({key: files[run] for key, run in runs.items()} for files in (predictions, grids)))
        parts.append(table.drop(columns="erased").assign(layer=layer))
    return pd.concat(parts, ignore_index=True)
