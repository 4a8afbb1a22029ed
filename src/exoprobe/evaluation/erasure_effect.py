"""What it costs to remove a factor: all readouts again after least-squares concept erasure, and recognition."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor, read_factors
from exoprobe.datasets.samples import dataset_digest
from exoprobe.embeddings.erasure import ErasedBlocks, Eraser, fit_erasers
from exoprobe.evaluation.bootstrap import Scored
from exoprobe.evaluation.evaluator import Tested
from exoprobe.evaluation.recognition_effect import RecognitionEffect
from exoprobe.features.blocks import Blocks
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.factors import READOUTS, column
from exoprobe.probes.fourier import read_fourier
from exoprobe.probes.least_squares import ridge_coefficients, ridge_of
from exoprobe.probes.linear_readout import read_linearly
from exoprobe.probes.mlp import read_mlps
from exoprobe.probes.neighbors import read_neighbors
from exoprobe.probes.nested_readouts import choose_penalties, read_factor
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import join_targets, mean_value
from exoprobe.progress import progress

log = logging.getLogger(__name__)

MOST_TESTED = 50_000  # rows
TOGETHER = {"neighbors": read_neighbors, "fourier": read_fourier, "mlp": read_mlps}  # for all erasures at once
ROUNDING = 1e-9  # of a skill
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
        intervals, ``at_baseline`` (of the erased factor: not surely better than its mean in training);
        ``recognition``: see :mod:`exoprobe.evaluation.recognition_effect`.
    """
    splits = ScaledSplits(samples, features, memory_mb, MOST_TESTED)
    tested = Tested(samples, factors, splits.rows["test"])
    train = splits.rows["train"]
    every = [factor.learned_from(train) for factor in read_factors(factors, dataset_digest(samples))]
    trained = [factor.at(train) for factor in every]
    moments = FactorMoments(splits.blocks(train), trained, splits.groups[train])
    erasers = fit_erasers(moments.whole, moments.columns)
    before = pd.read_parquet(predictions).set_index("sample_id").loc[splits.sample_ids[splits.rows["test"]]]
    rows = []
    targets = join_targets(every)
    readings = {name: read(splits, targets, erasers) for name, read in TOGETHER.items()}
    with progress(len(every), "factor", log, "erasing") as bar:
        for place, factor in enumerate(every):
            after = {name: reading.values[:, place] for name, reading in readings.items()}
            after["linear"] = _read_linearly(splits, factor, erasers[place], memory_mb, device)
            rows += _own(place, factor, before, after, tested, mean_value(trained[place]))
            bar.update()
    rows += _others(splits, every, tested, moments, erasers)
    recognition = RecognitionEffect(splits, label_is_group=label_is_group).table(every, erasers)
    return {"erasure": pd.DataFrame(rows), "recognition": recognition}


def _own(
    place: int,
    factor: Factor,
    before: pd.DataFrame,
    after: dict[str, np.ndarray],
    tested: Tested,
    mean: float,
) -> Iterator[dict[str, object]]:
    """Yield a row per readout of the erased factor."""
    nothing = tested.score(place, np.full((len(before), 1), mean))
    for readout in READOUTS:
        was = tested.score(place, before[[column(readout, factor.name)]].to_numpy())
        now = tested.score(place, after[readout][:, None])
        _, low, _ = now.change(nothing)
        yield {**_row(factor, factor, readout, was, now), "at_baseline": not low > ROUNDING}


def _read_linearly(
    splits: ScaledSplits, factor: Factor, eraser: Eraser, memory_mb: float | None, device: str
) -> np.ndarray:
    """Read the erased factor linearly, values [n]."""

    def erased(rows: np.ndarray) -> Blocks:
        return ErasedBlocks(splits.blocks(rows), eraser)

    targets = join_targets([factor])
    (linear,) = read_linearly(erased, splits.rows, targets, memory_mb=memory_mb, device=device)
    return linear.values[:, 0]


def _others(
    splits: ScaledSplits,
    every: Sequence[Factor],
    tested: Tested,
    moments: FactorMoments,
    erasers: Sequence[Eraser],
) -> Iterator[dict[str, object]]:
    """Yield a row per erased factor and other factor, as read by least squares."""
    penalties = choose_penalties(moments)
    coefficients = _coefficients(moments, penalties, erasers)
    features = splits.array(splits.rows["test"])
    for place, factor in enumerate(every):
        own = coefficients[:, moments.columns[place]]
        read = read_factor(factor, own, features, moments, place)
        was, *now = [tested.score(place, one[:, None]) for one in read.T]
        for erased, after in zip(every, now, strict=True):
            if erased is not factor:
                yield _row(erased, factor, LEAST_SQUARES, was, after)


def _coefficients(moments: FactorMoments, penalties: np.ndarray, erasers: Sequence[Eraser]) -> np.ndarray:
    """Fit all targets [T] before any erasure and after each; return what reads them from features before it.

    Returns:
        float64 [1 + number of erasers, T, D].
    """
    found = np.empty((1 + len(erasers), *moments.whole.cross.T.shape))
    for place, factors in enumerate(moments.together):
        own, columns = moments.of_together(place)
        targets = np.concatenate([np.r_[moments.columns[factor]] for factor in factors])
        of_target = np.repeat(penalties[factors], [its.stop - its.start for its in columns])
        for coefficients, eraser in zip(found, (None, *erasers), strict=True):
            gram, cross = (own.gram, own.cross) if eraser is None else eraser.erase_moments(own.gram, own.cross)
            for penalty in np.unique(of_target):
                some = of_target == penalty
                ridge = ridge_of(own.gram, penalty)
                coefficients[targets[some]] = ridge_coefficients(gram, cross[:, some], ridge)
    for coefficients, eraser in zip(found[1:], erasers, strict=True):
        coefficients -= (coefficients @ eraser.left) @ eraser.right.T
    return found


def _row(erased: Factor, probed: Factor, readout: str, was: Scored, now: Scored) -> dict[str, object]:
    low, high = now.interval("skill")
    change, change_low, change_high = now.change(was)
    return {
        "erased": erased.name,
        "probed": probed.name,
        "readout": readout,
        "skill_before": was.value("skill"),
        "skill": now.value("skill"),
        "skill_low": low,
        "skill_high": high,
        "change": change,
        "change_low": change_low,
        "change_high": change_high,
    }
