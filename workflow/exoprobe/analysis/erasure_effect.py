"""What it costs to remove a factor: all readouts again after least-squares concept erasure, and recognition."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.analysis.leakage import Tested
from exoprobe.analysis.recognition_effect import RecognitionEffect
from exoprobe.analysis.scored import Scored
from exoprobe.data.factors import Factor, read_factors
from exoprobe.data.samples import dataset_digest
from exoprobe.features.blocks import Blocks
from exoprobe.features.erasure import ErasedBlocks, Eraser, fit_erasers
from exoprobe.probes.factor_moments import FactorMoments, measure_factor_moments
from exoprobe.probes.factors import READOUTS, column
from exoprobe.probes.least_squares import ridge_coefficients
from exoprobe.probes.linear_readout import read_linearly
from exoprobe.probes.mlp import read_mlps
from exoprobe.probes.neighbors import read_neighbors
from exoprobe.probes.nested_readouts import choose_penalties, predict_factor
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import as_values, join_targets
from exoprobe.progress import progress

log = logging.getLogger(__name__)

MOST_TESTED = 50_000  # rows
LEAST_SQUARES = "least squares"  # the readout of the other factors: fitted from moments alone


def erasure_tables(
    samples: str | Path,
    factors: str | Path,
    features: str | Path,
    predictions: str | Path,
    *,
    label_is_group: bool = False,
    memory_mb: float | None = None,
    device: str = "cpu",
) -> dict[str, pd.DataFrame]:
    """Erase each factor in turn, fit everything again, and compare with what was read before.

    The erasers are fitted on train. The erased factor is read by every readout, tuned anew; every other factor by
    ridge regression, with the penalty that was best before the erasure.

    Args:
        samples: the dataset.
        factors: of its samples.
        features: the representation.
        predictions: what was read before, the file of :func:`exoprobe.probes.factors.probe_factors`.
        label_is_group: whether the labels, that the representation is meant to tell, are the groups.
        memory_mb: what the linear readouts may hold.
        device: ``auto``, ``cpu`` or ``cuda``, of the linear readouts.

    Returns:
        ``erasure``: ``erased``, ``probed``, ``readout``, ``skill_before``, ``skill``, ``change`` with their
        intervals, ``at_baseline`` (of the erased factor: its interval does not lie above 0);
        ``recognition``: see :mod:`exoprobe.analysis.recognition_effect`.
    """
    every = read_factors(factors, dataset_digest(samples))
    splits = ScaledSplits(samples, features, MOST_TESTED)
    tested = Tested(samples, factors, splits.rows["test"])
    train = splits.rows["train"]
    trained = [Factor(factor.name, factor.kind, factor.values[train], factor.categories) for factor in every]
    moments = measure_factor_moments(splits.blocks(train), trained, splits.groups[train])
    erasers = fit_erasers(moments.whole, moments.columns)
    before = pd.read_parquet(predictions).set_index("sample_id").loc[splits.sample_ids[splits.rows["test"]]]
    rows = []
    with progress(len(every), "factor", log, "erasing") as bar:
        mlps = read_mlps(splits, join_targets(every), erasers)
        for place, factor in enumerate(every):
            after = {**_read_again(splits, factor, erasers[place], memory_mb, device), "mlp": mlps.values[:, place]}
            for readout in READOUTS:
                was = tested.score(place, before[[column(readout, factor.name)]].to_numpy())
                now = tested.score(place, after[readout][:, None])
                rows.append(_row(factor, factor, readout, was, now))
            bar.update()
    rows += _others(splits, every, tested, moments, erasers)
    recognition = RecognitionEffect(splits, label_is_group=label_is_group).table(every, erasers)
    return {"erasure": pd.DataFrame(rows), "recognition": recognition}


def _read_again(
    splits: ScaledSplits, factor: Factor, eraser: Eraser, memory_mb: float | None, device: str
) -> dict[str, np.ndarray]:
    """Read the erased factor linearly and by neighbors: values [n] by readout."""
    targets = join_targets([factor])

    def erased(rows: np.ndarray) -> Blocks:
        return ErasedBlocks(splits.blocks(rows), eraser)

    (linear,) = read_linearly(erased, splits.rows, targets, memory_mb=memory_mb, device=device)
    return {"linear": linear.values[:, 0], "neighbors": read_neighbors(splits, targets, eraser).values[:, 0]}


def _others(
    splits: ScaledSplits,
    every: Sequence[Factor],
    tested: Tested,
    moments: FactorMoments,
    erasers: Sequence[Eraser],
) -> Iterator[dict[str, object]]:
    """Yield a row per erased factor and other factor, as read by least squares."""
    penalties = choose_penalties(moments)
    projections = [np.eye(len(moments.whole.mean)), *(_projection(eraser) for eraser in erasers)]
    grams = [projection @ moments.whole.gram @ projection.T for projection in projections]
    features = splits.array(splits.rows["test"])
    for place, factor in enumerate(every):
        cross = moments.whole.cross[:, moments.columns[place]]
        coefficients = np.stack(
            [
                ridge_coefficients(gram, projection @ cross, penalties[place]) @ projection
                for gram, projection in zip(grams, projections, strict=True)
            ]
        )
        read = as_values(factor, predict_factor(factor.kind, coefficients, features, moments, place))
        was, *now = [tested.score(place, one[:, None]) for one in read.T]
        for erased, after in zip(every, now, strict=True):
            if erased is not factor:
                yield _row(erased, factor, LEAST_SQUARES, was, after)


def _projection(eraser: Eraser) -> np.ndarray:
    """Return what erases from centered features, float64 [D, D]."""
    return np.eye(len(eraser.mean)) - eraser.left @ eraser.right.T


def _row(erased: Factor, probed: Factor, readout: str, was: Scored, now: Scored) -> dict[str, object]:
    before, after = was.row(), now.row()
    change, change_low, change_high = now.change(was)
    return {
        "erased": erased.name,
        "probed": probed.name,
        "readout": readout,
        "skill_before": before["skill"],
        "skill": after["skill"],
        "skill_low": after["skill_low"],
        "skill_high": after["skill_high"],
        "change": change,
        "change_low": change_low,
        "change_high": change_high,
        "at_baseline": bool(after["skill_low"] <= 0) if erased is probed else None,
    }
