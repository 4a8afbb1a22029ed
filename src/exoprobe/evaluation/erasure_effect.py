"""What it costs to remove factors: probes again after least-squares concept erasure, and recognition."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.eraser_file import EraserNotes, eraser_names, save_eraser
from exoprobe.embeddings.erasure import Projection
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.erased_fold import MAX_TEST, ErasedFold, erase_fold, fit_factor_erasers
from exoprobe.evaluation.erasure_rows import HALVES, ErasureRows, erasable, erasure_rows, split_rows
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.recognition_effect import MOST_LABELS, RecognitionEffect
from exoprobe.features.blocks import FileBlocks
from exoprobe.probes.probe_data import LABEL, ProbeData, Representation
from exoprobe.progress import progress

log = logging.getLogger(__name__)

ROUNDING = 1e-9  # of a skill
REST = "all but"  # and the label: what the eraser of everything else is called
LEAST_SQUARES = "least squares"  # the probe of the other factors: fitted from moments alone
FITTED_ON = "one half of the groups that are not scored"
COLUMNS = [
    *("erased", "probed", "probe", "skill_before", "skill", "skill_low", "skill_high"),
    *("change", "change_low", "change_high", "at_baseline", "file"),
]


def erasure_tables(
    source: Representation,
    samples: str | Path,
    factors: str | Path,
    probes: Sequence[str],
    *,
    erase: Sequence[Sequence[str]] | None = None,
    label_is_group: bool = False,
    label: str | None = None,
    folder: str | Path | None = None,
) -> dict[str, pd.DataFrame]:
    """Erase factors, one by one or several together, and fit probes before and after.

    Erasers are fitted on one half of the training groups, and probes on the other (see
    :mod:`exoprobe.evaluation.erasure_rows`), so that an erasure is judged on groups that it has not seen. An erased
    factor is predicted by every probe, tuned anew; every other factor by ridge regression, with the alpha that was best
    before the erasure. With folds, each is test once.

    Args:
        source: the representation.
        samples: its dataset.
        factors: of its samples.
        probes: the names of the probes.
        erase: what each eraser erases, by name; None for every factor by itself.
        label_is_group: whether the labels, that the representation is meant to encode, are the groups.
        label: what the label's column is called, where it is not the groups': everything but the label is erased too,
            and judged by all factors that are erased.
        folder: where the erasers go, a file each: ``erasers/{representation}``; made where it is missing. None for
            nowhere.

    Returns:
        ``erasure``: ``erased``, ``probed``, ``probe``, ``skill_before`` (of the same rows, without an erasure),
        ``skill``, ``change`` with their intervals, ``at_baseline`` (of an erased factor: not surely better than its
        mean in training), ``file`` (of the eraser, in the folder of all representations' erasers);
        ``recognition``: see :mod:`exoprobe.evaluation.recognition_effect`.
        Both lack factors of which too few groups hold the values.
    """
    planned = erasure_rows(source, [source.factors[name] for name in source.factor_names])
    known = [source.factors[name] for name in source.factor_names if erasable(source.factors[name], planned)]
    sets = _erased_sets(erase, known)
    kept = _kept_label(source, label) if sets else None
    if kept:
        sets.append(sorted({index for indices in sets for index in indices}))
    folds = _erase_folds(source, planned, known, sets, probes, kept) if sets else []
    erasures = _Erasures(known, sets, folds, f"{REST} {label}" if kept else "")
    data, erasers = _judged(source, planned, erasures, kept)
    files = dict.fromkeys(erasures.titles, "") if folder is None else _save(Path(folder), erasures, data, erasers)
    recognition = RecognitionEffect(data, label_is_group=label_is_group).table(erasures.titles, erasers)
    if not sets:
        return {"erasure": pd.DataFrame(columns=COLUMNS), "recognition": recognition}
    evaluator = Evaluator(samples, factors, np.any([fold.data.rows["test"] for fold in erasures.folds], axis=0))
    table = pd.DataFrame(_rows(erasures, evaluator))
    return {"erasure": table.assign(file=table["erased"].map(files))[COLUMNS], "recognition": recognition}


@dataclass(frozen=True)
class _Erasures:
    """E erasures.

    Attributes:
        factors: F of them, that can be erased.
        sets: which of them each erases, by their indices.
        folds: what was predicted in each.
        rest: what the last one is called, where it erases everything but the label.
    """

    factors: Sequence[Factor]
    sets: Sequence[Sequence[int]]
    folds: Sequence[ErasedFold]
    rest: str = ""

    @property
    def names(self) -> list[list[str]]:
        """The names of the factors that each erases."""
        return [[self.factors[index].name for index in indices] for indices in self.sets]

    @property
    def titles(self) -> list[str]:
        """What tables call each."""
        titles = [" + ".join(names) for names in self.names]
        return [*titles[:-1], self.rest] if self.rest else titles

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Each erasure with each of its factors, by their indices."""
        return [(number, index) for number, indices in enumerate(self.sets) for index in indices]


def _erased_sets(erase: Sequence[Sequence[str]] | None, known: Sequence[Factor]) -> list[list[int]]:
    """Return the factors' indices of each eraser; none where one of them cannot be erased."""
    position = {factor.name: index for index, factor in enumerate(known)}
    named = [[name] for name in position] if erase is None else erase
    return [[position[name] for name in names] for names in named if all(name in position for name in names)]


def _erase_folds(
    source: Representation,
    planned: Sequence[ErasureRows],
    factors: Sequence[Factor],
    sets: Sequence[Sequence[int]],
    probes: Sequence[str],
    kept: Factor | None,
) -> list[ErasedFold]:
    times = "once" if len(sets) == 1 else f"{len(sets)} times"
    with progress(2 * len(planned) * len(probes), "probe", log, f"erasing {times}") as bar:
        return [erase_fold(source, rows, factors, sets, probes, bar, kept) for rows in planned]


def _kept_label(source: Representation, label: str | None) -> Factor | None:
    """Return the label as a factor, where its classes leave anything to erase."""
    if label is None:
        return None
    kept, dimension = source.factors[LABEL], FileBlocks(source.features).shape[1]
    return kept if 2 <= len(kept.categories) <= min(dimension, MOST_LABELS) else None


def _judged(
    source: Representation, planned: Sequence[ErasureRows], erasures: _Erasures, kept: Factor | None
) -> tuple[ProbeData, Sequence[Projection]]:
    """Return the data to measure recognition on, and the erasers to use, fitted on none of its test groups.

    Of several folds, recognition is measured on one half of the groups, and the erasers are fitted on the other.
    """
    if len(planned) == 1:
        if erasures.folds:
            return erasures.folds[0].data, erasures.folds[0].erasers
        (rows,) = planned
        split = {"train": rows.eraser, "validation": rows.validation, "test": rows.test}
        return ProbeData(source, split, MAX_TEST).fitted_on(rows.known), []
    halves = split_rows(source.groups, np.ones(len(source.groups), bool), erasures.factors, HALVES)
    nothing = np.zeros(len(halves), bool)
    data = ProbeData(source, {"train": halves == 0, "validation": nothing, "test": halves == 1}, MAX_TEST)
    learned = [factor.learned_from(halves == 0) for factor in erasures.factors]
    return data, fit_factor_erasers(data, learned, erasures.sets, halves == 0, kept) if erasures.sets else []


def _save(folder: Path, erasures: _Erasures, data: ProbeData, erasers: Sequence[Projection]) -> dict[str, str]:
    """Write the erasers, and those of each fold beside them where there are several; return their files by title."""
    folder.mkdir(parents=True, exist_ok=True)
    files, folds = eraser_names(erasures.titles), erasures.folds
    for number, (title, names) in enumerate(zip(erasures.titles, erasures.names, strict=True)):
        of_folds = [fold.data.stored_eraser(fold.erasers[number]) for fold in folds] if len(folds) > 1 else []
        notes = EraserNotes([title] if title == erasures.rest else names, fitted_on=FITTED_ON)
        save_eraser(folder / files[title], data.stored_eraser(erasers[number]), notes, folds=of_folds)
    return {title: f"{folder.name}/{file}" for title, file in files.items()}


def _rows(erasures: _Erasures, evaluator: Evaluator) -> Iterator[dict[str, object]]:
    """Yield the rows of what is erased, and then of the other factors."""
    for number, index in erasures.pairs:
        yield from _erased_factor(erasures, number, index, evaluator)
    for index in range(len(erasures.factors)):
        yield from _other_factors(erasures, index, evaluator)


def _position(factor: Factor, evaluator: Evaluator) -> int:
    return [known.name for known in evaluator.factors].index(factor.name)


def _erased_factor(erasures: _Erasures, number: int, index: int, evaluator: Evaluator) -> Iterator[dict[str, object]]:
    """Yield a row per probe of an erased factor."""
    folds, factor = erasures.folds, erasures.factors[index]
    position = _position(factor, evaluator)
    means = [np.full(int(fold.data.rows["test"].sum()), fold.means[index]) for fold in folds]
    baseline = evaluator.score(position, np.concatenate(means)[:, None])
    for probe in folds[0].before[index]:
        before = np.concatenate([fold.before[index][probe] for fold in folds])
        after = np.concatenate([fold.after[number][index][probe] for fold in folds])
        was, now = evaluator.score(position, before[:, None]), evaluator.score(position, after[:, None])
        _, low, _ = now.change(baseline)
        yield {**_row(erasures.titles[number], factor, probe, was, now), "at_baseline": not low > ROUNDING}


def _other_factors(erasures: _Erasures, index: int, evaluator: Evaluator) -> Iterator[dict[str, object]]:
    """Yield a row per erasure of other factors, as least squares predict this one."""
    factor = erasures.factors[index]
    predicted = np.concatenate([fold.least_squares[index] for fold in erasures.folds])
    position = _position(factor, evaluator)
    was, *after = [evaluator.score(position, values[:, None]) for values in predicted.T]
    for title, indices, now in zip(erasures.titles, erasures.sets, after, strict=True):
        if index not in indices:
            yield _row(title, factor, LEAST_SQUARES, was, now)


def _row(erased: str, factor: Factor, probe: str, was: BootstrapResult, now: BootstrapResult) -> dict[str, object]:
    low, high = now.interval("skill")
    change, change_low, change_high = now.change(was)
    return {
        "erased": erased,
        "probed": factor.name,
        "probe": probe,
        "skill_before": was.value("skill"),
        "skill": now.value("skill"),
        "skill_low": low,
        "skill_high": high,
        "change": change,
        "change_low": change_low,
        "change_high": change_high,
    }
