"""Attribute probes (section 3.1): one balanced linear SVM per attribute, its C chosen on validation."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import Blocks, FileBlocks, ScaledBlocks, Scaling, fit_scaling
from exoprobe.features.feature_file import read_features
from exoprobe.io.files import atomic_write
from exoprobe.probes.rounds import Round, plan_rounds
from exoprobe.probes.svm.linear_svm import LinearSVMs
from exoprobe.progress import progress

log = logging.getLogger(__name__)

PENALTIES = tuple(10.0**power for power in range(-6, 1))


def probe_attributes(
    samples: str | Path,
    features: str | Path,
    path: str | Path,
    grid: str | Path,
    *,
    attributes: list[str],
    memory_mb: float | None = None,
    device: str = "cpu",
) -> None:
    """Fit the probes and write the score of every attribute for every test sample.

    Args:
        samples: the dataset.
        features: the representation to probe.
        path: the Parquet file to write: ``attribute``, ``sample_id``, ``group``, ``round``, ``present`` (the
            truth), ``score`` (present is predicted where it is at least 0), ``penalty`` (the chosen C) and
            ``train_prevalence`` (of the attribute).
        grid: the Parquet file to write what C was chosen by: ``attribute``, ``round``, ``penalty``, ``error`` (on
            validation, the mean of false negative and false positive rate) and ``chosen``.
        attributes: columns of the dataset.
        memory_mb: what the fit may hold; larger features are read batch by batch.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ExoprobeError: where a person is in two splits, or an attribute has only one value in a training part.
    """
    columns = read_samples(samples, ["sample_id", "group", "split", *attributes])
    labels = np.stack([columns[name] > 0 for name in attributes], axis=1)
    select = partial(FileBlocks, features, dataset_digest=dataset_digest(samples))
    rounds = plan_rounds(columns["group"], columns["split"])
    scored, tried = [], []
    with progress(len(rounds), "round", log, f"fitting {len(attributes)} attributes") as bar:
        for round_ in rounds:
            check_labels(labels, round_, attributes)
            scores, chosen, errors = score_round(select, labels, round_, memory_mb=memory_mb, device=device)
            penalties = np.array(PENALTIES)[chosen]
            rows = _scored_rows(columns, labels, round_, scores)
            scored.append(rows.assign(penalty=np.tile(penalties, len(scores))))
            tried.append(_grid_rows(errors, chosen, round_, attributes))
            bar.update()
    _write(pd.concat(scored), attributes, path)
    with atomic_write(grid) as temporary:
        pd.concat(tried).to_parquet(temporary, index=False)


def _grid_rows(errors: np.ndarray, chosen: np.ndarray, round_: Round, attributes: list[str]) -> pd.DataFrame:
    """Return a row per attribute and penalty with its error on validation."""
    return pd.DataFrame(
        {
            "attribute": np.repeat(attributes, len(PENALTIES)),
            "round": round_.name,
            "penalty": np.tile(PENALTIES, len(attributes)),
            "error": errors.T.ravel(),
            "chosen": (np.arange(len(PENALTIES)) == chosen[:, None]).ravel(),
        }
    )


def predict_attributes(samples: str | Path, features: str | Path, path: str | Path, *, attributes: list[str]) -> None:
    """Write a network's own outputs as scores, in the form of :func:`probe_attributes`, without a ``penalty``.

    Args:
        samples: the dataset, with official partitions.
        features: the outputs, one per attribute, in the order of ``attributes``.
        path: the Parquet file to write.
        attributes: columns of the dataset.
    """
    columns = read_samples(samples, ["sample_id", "group", "split", *attributes])
    labels = np.stack([columns[name] > 0 for name in attributes], axis=1)
    (round_,) = plan_rounds(columns["group"], columns["split"])
    scores = read_features(features, dataset_digest=dataset_digest(samples))[round_.test]
    _write(_scored_rows(columns, labels, round_, scores), attributes, path)


def _scored_rows(
    columns: dict[str, np.ndarray], labels: np.ndarray, round_: Round, scores: np.ndarray
) -> pd.DataFrame:
    """Return a row per test sample and attribute, the attributes of one sample together, numbered."""
    count = labels.shape[1]
    return pd.DataFrame(
        {
            "attribute": np.tile(np.arange(count), len(scores)),
            "sample_id": np.repeat(columns["sample_id"][round_.test], count),
            "group": np.repeat(columns["group"][round_.test], count),
            "round": round_.name,
            "present": labels[round_.test].ravel(),
            "score": scores.ravel(),
            "train_prevalence": np.tile(labels[round_.train].mean(0), len(scores)),
        }
    )


def _write(table: pd.DataFrame, attributes: list[str], path: str | Path) -> None:
    names = pd.Categorical.from_codes(table["attribute"], attributes)
    with atomic_write(path) as temporary:
        table.assign(attribute=names).to_parquet(temporary, index=False)


def check_labels(labels: np.ndarray, round_: Round, attributes: list[str]) -> None:
    """Refuse an attribute that is always or never present in a part that a probe is fitted on."""
    for train in (round_.train, *(train for train, _ in round_.tuning)):
        constant = np.flatnonzero(labels[train].all(0) | ~labels[train].any(0))
        if len(constant):
            raise ExoprobeError(
                f"the attribute {attributes[constant[0]]} has only one value in the training part of "
                f"{round_.name}; leave it out of faces.groups"
            )


def score_round(
    features: Callable[[np.ndarray], Blocks],
    labels: np.ndarray,
    round_: Round,
    *,
    memory_mb: float | None = None,
    device: str = "cpu",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose C per attribute, fit and score.

    Args:
        features: the features of some rows, bool [N].
        labels: bool [N, A].
        round_: which rows.
        memory_mb: what the fit may hold, see :class:`~exoprobe.probes.svm.linear_svm.LinearSVMs`.
        device: ``auto``, ``cpu`` or ``cuda``.

    Returns:
        Scores of the test rows [n, A], the place in :data:`PENALTIES` of the chosen C [A], and the errors on
        validation that it was chosen by [len(PENALTIES), A].
    """

    def fit(rows: np.ndarray) -> tuple[Scaling, LinearSVMs]:
        scaling = fit_scaling(features(rows))
        machines = LinearSVMs(PENALTIES, class_weight="balanced", memory_mb=memory_mb, device=device)
        return scaling, machines.fit(ScaledBlocks(features(rows), scaling), labels[rows])

    held_out = []
    for train, validation in round_.tuning:
        scaling, machines = fit(train)
        held_out.append(machines.decision_function(ScaledBlocks(features(validation), scaling)))
    tuned = np.concatenate([labels[validation] for _, validation in round_.tuning])
    errors = balanced_errors(np.concatenate(held_out, axis=1), tuned)
    chosen = errors.argmin(0)
    if len(round_.tuning) > 1:  # with one split, what was tuned on train is the probe
        scaling, machines = fit(round_.train)
    (scores,) = machines.select(chosen).decision_function(ScaledBlocks(features(round_.test), scaling))
    return scores, chosen, errors


def balanced_errors(scores: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return the mean of false negative and false positive rate.

    Args:
        scores: [..., N, A].
        present: bool [N, A].

    Returns:
        [..., A]; where one label does not occur, the other's rate alone.
    """
    predicted = scores >= 0
    with np.errstate(invalid="ignore"):
        false_negatives = (~predicted & present).sum(-2) / present.sum(0)
        false_positives = (predicted & ~present).sum(-2) / (~present).sum(0)
    return np.nanmean([false_negatives, false_positives], axis=0)
