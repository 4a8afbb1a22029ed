"""The probe stage: every probe on one representation, over one split or over folds."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.folds import Fold
from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.moments import measure_moments
from exoprobe.io.files import write_table
from exoprobe.probes.base import find_probe
from exoprobe.probes.predictions import NAMES, PredictionTable
from exoprobe.probes.probe_data import FoldData, ProbeData, Representation, open_fold
from exoprobe.probes.selectivity import measure_selectivity
from exoprobe.probes.targets import Targets, join_targets
from exoprobe.probes.tuning import run_probe
from exoprobe.progress import progress

log = logging.getLogger(__name__)

ALL = "all"  # the eraser of all factors together


def probe(
    source: Representation,
    paths: Mapping[str, str | Path],
    *,
    probes: Mapping[str, Sequence[str] | None],
    erase: Sequence[str] = (),
) -> None:
    """Fit every probe on train, tune it on validation, predict test, and write the predictions.

    Args:
        source: the representation.
        paths: the Parquet files to write: ``predictions`` (see :mod:`exoprobe.probes.predictions`), ``search`` (a row
            per eraser, probe, factor, fold and setting: the hyperparameters, ``skill`` and ``accuracy`` on validation,
            ``chosen``) and, if asked for, ``selectivity`` (see :mod:`exoprobe.probes.selectivity`).
        probes: by name of the probe, the factors that it predicts (``label`` is the label); None for all factors.
        erase: factors that are erased together (LEACE); everything is then predicted once more after that.

    Raises:
        ExoprobeError: where a probe or a factor is not known, or cannot be learned from the rows of a fold, or factors
            are to be erased that are unknown in some of train, or with folds.
    """
    chosen = {name: (find_probe(name), choose_factors(source, factors)) for name, factors in probes.items()}
    repeated = {name: entry for name, entry in chosen.items() if entry[0].repeated}
    folds, repeats = source.folds(), source.repeated_folds() if repeated else []
    table, searches = PredictionTable(source.sample_ids), []
    steps = len(folds) * len(chosen) * (2 if erase else 1) + len(repeats) * len(repeated)
    with progress(steps, "step", log, f"fitting {', '.join(chosen)}") as bar:
        for index, fold in enumerate([*folds, *repeats]):
            data, is_repeat = open_fold(source, fold), index >= len(folds)
            for eraser, seen in _erasures(data, source, () if is_repeat else erase).items():
                for name, (method, factors) in (repeated if is_repeat else chosen).items():
                    bar.set_postfix_str(name)
                    for result in run_probe(name, method, seen, _targets(source, factors, data)):
                        table.add(result, fold.test, index, eraser)
                        searches.append(result.search_results().assign(fold=index, eraser=eraser))
                    bar.update()
            if index == len(folds) - 1 and "selectivity" in paths:
                write_table(_selectivity(source, folds, data), paths["selectivity"])
    write_table(table.frame(), paths["predictions"])
    write_table(pd.concat(searches, ignore_index=True), paths["search"])


def join_results(calls: Sequence[Mapping[str, str | Path]], paths: Mapping[str, str | Path]) -> None:
    """Write the predictions and searches of several calls of :func:`probe`, for other probes each, as of one call.

    Args:
        calls: the files of each, ``predictions`` and ``search``.
        paths: the files to write.
    """
    predictions, searches = (
        pd.concat([pd.read_parquet(files[what]) for files in calls], ignore_index=True)
        for what in ("predictions", "search")
    )
    write_table(predictions.astype(dict.fromkeys(NAMES, "category")), paths["predictions"])
    write_table(searches.sort_values("fold", kind="stable", ignore_index=True), paths["search"])


def choose_factors(source: Representation, names: Sequence[str] | None) -> list[str]:
    """Return the names of the factors to predict, but those known nowhere; None for all but the label.

    Raises:
        ExoprobeError: where there is no such factor.
    """
    if names is None:
        return list(source.factor_names)
    for name in names:
        if name not in source.factors:
            raise ExoprobeError(f"there is no factor {name!r} to probe; there are {', '.join(source.factors)}")
    return [name for name in names if source.factors[name].known.any()]


def _targets(source: Representation, factors: Sequence[str], data: FoldData) -> Targets:
    return join_targets([source.factors[name].learned_from(data.fold.train) for name in factors])


def _selectivity(source: Representation, folds: Sequence[Fold], data: FoldData) -> pd.DataFrame:
    """Measure selectivity on the training rows; of folds on all rows, since each group is trained on."""
    if len(folds) == 1:
        trained = data.final
    else:
        everything = np.ones(len(source.groups), bool)
        trained = ProbeData(source, {"train": everything, "validation": ~everything, "test": ~everything})
    factors = [source.factors[name] for name in choose_factors(source, None)]
    return measure_selectivity(trained, [factor.learned_from(trained.rows["train"]) for factor in factors])


def _erasures(data: FoldData, source: Representation, erase: Sequence[str]) -> dict[str, FoldData]:
    """Return the data as they are and, if factors are to be erased, after that."""
    if not erase:
        return {"": data}
    if len(data.tuning) > 1:
        raise ExoprobeError(f"erase {', '.join(erase)}: there are folds; train, validation and test are needed")
    train, targets = data.final.rows["train"], _targets(source, choose_factors(source, erase), data)
    for factor in targets.factors:
        if unknown := int((train & ~factor.known).sum()):
            raise ExoprobeError(f"erase {factor.name}: it is unknown in {unknown} training rows; leave it out")
    eraser = fit_eraser(measure_moments(data.final.blocks(train), targets.columns[train]))
    return {"": data, ALL: data.erased(eraser)}
