"""What a representation tells of each nuisance, and how well it recognizes: before and after erasing the nuisances.

Everything is fitted on train and tuned on validation; test is read once.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.samples import read_samples
from exoprobe.embeddings.erasure import Eraser, fit_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.class_means import class_means
from exoprobe.features.moments import measure_moments
from exoprobe.io.files import atomic_write
from exoprobe.probes.factors import column
from exoprobe.probes.fourier import read_fourier
from exoprobe.probes.label_readout import read_per_label
from exoprobe.probes.linear_readout import read_linearly
from exoprobe.probes.mean_activation import cosine_similarities
from exoprobe.probes.mlp import read_mlps
from exoprobe.probes.reading import Reading
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import join_targets
from exoprobe.progress import progress

log = logging.getLogger(__name__)

READOUTS = {
    "linear": lambda splits, targets: read_linearly(splits.blocks, splits.rows, targets)[0],
    "linear_per_label": read_per_label,
    "fourier": read_fourier,
    "mlp": read_mlps,
}
MAV = "mav"
ERASED = "_erased"  # ends the names of columns that hold what is told after the erasure
COPIED = ("sample_id", "label", "group", "inside", "outside_factor")  # of the samples, where they have them


def probe_invariance(
    samples: str | Path,
    features: str | Path,
    path: str | Path,
    grid: str | Path,
    *,
    factors: Sequence[str],
    erase: bool = True,
) -> None:
    """Read the factors and the label before and after all factors are erased together (LEACE), and write it.

    Args:
        samples: the dataset, with the splits train, validation and test.
        features: a representation of it.
        path: the Parquet file to write, a row per test sample: ``sample_id``, ``label``, ``group``, ``inside`` and
            ``outside_factor`` where the samples have them, the factors, ``mav`` (the label of the nearest class
            mean by cosine), and by :func:`exoprobe.probes.factors.column` what each of :data:`READOUTS` says of
            each factor (``linear: angle``); after the erasure the same as ``mav_erased`` and
            ``linear_erased: angle``.
        grid: the Parquet file to write what was tried on validation: ``readout``, ``erased``, ``factor``,
            ``setting`` (a penalty, or an MLP's hidden units), ``bandwidth``, ``skill``, ``chosen``; of the readout
            ``mav``, that has no factor and no setting, ``skill`` is the accuracy.
        factors: columns of the samples, of numbers.
        erase: whether to erase them and read once more.

    Raises:
        ExoprobeError: where the samples lack a factor, or the features are not theirs.
    """
    columns = read_samples(samples, _present(samples, factors))
    splits = ScaledSplits(samples, features)
    train, test = splits.rows["train"], splits.rows["test"]
    numbers = [Factor(name, "continuous", columns[name].astype(np.float64)) for name in factors]
    targets = join_targets([number.learned_from(train) for number in numbers])
    erasers: dict[str, Eraser | None] = {"": None}
    if erase:
        erasers[ERASED] = fit_eraser(measure_moments(splits.blocks(train), targets.columns[train]))
    predictions = {name: values[test] for name, values in columns.items()}
    tried = []
    with progress(len(erasers) * len(READOUTS), "step", log, f"reading {', '.join(factors)}") as bar:
        for ending, own in erasers.items():
            predictions[MAV + ending], accuracy = _recognize(splits, own)
            tried.append(pd.DataFrame({"readout": [MAV], "skill": accuracy, "chosen": True, "erased": bool(ending)}))
            seen = splits if own is None else splits.erased(own)
            for name, read in READOUTS.items():
                reading = read(seen, targets)
                predictions |= _columns(name + ending, reading)
                tried.append(reading.grid().assign(readout=name, erased=bool(ending)))
                bar.update()
    with atomic_write(path) as temporary:
        pd.DataFrame(predictions).to_parquet(temporary, index=False)
    with atomic_write(grid) as temporary:
        pd.concat(tried, ignore_index=True).to_parquet(temporary, index=False)


def _present(samples: str | Path, factors: Sequence[str]) -> list[str]:
    """Return which columns to copy, the factors among them."""
    there = pq.read_schema(samples).names
    for name in factors:
        if name not in there:
            raise ExoprobeError(f"{samples}: has no factor {name}; its columns are {', '.join(there)}")
    return [*(name for name in COPIED if name in there), *factors]


def _columns(readout: str, reading: Reading) -> dict[str, np.ndarray]:
    """Return what a readout says of each factor, by the names of its columns."""
    return {
        column(readout, factor.name): reading.values[:, place].astype(np.float32)
        for place, factor in enumerate(reading.targets.factors)
    }


def _recognize(splits: ScaledSplits, eraser: Eraser | None) -> tuple[np.ndarray, float]:
    """Classify by the nearest class mean; return the labels of test, int [n], and the accuracy on validation."""
    train = splits.rows["train"]
    labels, codes = np.unique(splits.labels[train], return_inverse=True)
    means = class_means(splits.stored(train), codes)

    def erased(part: np.ndarray) -> np.ndarray:
        return part if eraser is None else splits.erase_stored(eraser, part)

    def nearest(rows: np.ndarray) -> np.ndarray:
        blocks = (block.numpy() for block in splits.stored(rows).blocks())
        return labels[np.concatenate([cosine_similarities(erased(one), erased(means)).argmax(1) for one in blocks])]

    validation = splits.rows["validation"]
    return nearest(splits.rows["test"]), float((nearest(validation) == splits.labels[validation]).mean())
