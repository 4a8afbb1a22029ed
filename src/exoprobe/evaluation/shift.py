"""Does a factor hurt the label? The label's probe on values that training has not seen, and the factor as a shortcut.

For each factor: the label's skill on unseen and on seen values (:mod:`exoprobe.evaluation.unseen_values`), the loss of
accuracy as label and factor go together in training (:mod:`exoprobe.evaluation.shortcut_sweep`), and how well the
factor alone predicts the label.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.folds import Fold
from exoprobe.datasets.units import read_unit_columns, varying_units
from exoprobe.evaluation.binning import Bins, factor_levels
from exoprobe.evaluation.label_probe import LabelProbe, label_skill, make_label_probe
from exoprobe.evaluation.shortcut_sweep import Sweep, sweep_association
from exoprobe.evaluation.unseen_values import UnseenValues, compare_unseen, crossed_rows
from exoprobe.probes.components import draw_samples, standardized_components
from exoprobe.probes.probe_data import LABEL, Representation
from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.targets import as_values
from exoprobe.progress import progress

log = logging.getLogger(__name__)

LEVELS = 5  # of a factor at most
MAX_COMPONENTS = 1_024  # principal components that are trained on
NOTHING = (np.nan, np.nan, np.nan)
ESTIMATES = [
    *("factor", "kind", "levels", "left_out", "label_skill", "label_low", "label_high", "factor_skill"),
    *("seen", "seen_low", "seen_high"),
    *("unseen", "unseen_low", "unseen_high", "drop", "drop_low", "drop_high", "p", "worst", "worst_drop"),
    *("apd", "apd_low", "apd_high", "nipd", "nipd_low", "nipd_high", "rows", "groups"),
]


def shift_table(source: Representation, samples: str | Path, *, label: str | None) -> dict[str, pd.DataFrame]:
    """Ask of each factor whether it hurts the label.

    Args:
        source: the representation.
        samples: its dataset.
        label: what the label's column is called; None where there is none, or it is the groups'.

    Returns:
        ``shift``: a row per factor, with the columns :data:`ESTIMATES`; no rows without a label. NaN where factor and
        label are not crossed: no value of the factor has two labels.
    """
    if label is None:
        return {"shift": pd.DataFrame(columns=ESTIMATES)}
    factors = [source.factors[name] for name in source.factor_names if name != label]
    units = varying_units(factors, source.groups, read_unit_columns(samples))
    rows = draw_samples(source)
    features = standardized_components(source.features, source.dataset_digest, rows)[:, :MAX_COMPONENTS]
    folds = [_at(fold, rows) for fold in source.folds()]
    known = source.factors.get(label, source.factors[LABEL])
    probe = make_label_probe(features, known.at(rows), source.groups[rows], folds)
    halves = probe if known.kind in CLASSES else make_label_probe(features, _halves(probe), probe.groups, folds)
    table = []
    with progress(len(factors), "factor", log, f"asking whether {len(factors)} factors hurt the label") as bar:
        for factor, unit in zip(factors, units, strict=True):
            codes = (source.groups if unit is None else unit.codes)[rows]
            table.append(_row(probe, halves, factor.at(rows), codes))
            bar.update()
    value, low, high = label_skill(probe)
    of_label = {"label_skill": value, "label_low": low, "label_high": high}
    return {"shift": pd.DataFrame(table, columns=ESTIMATES).assign(**of_label)}


def _at(fold: Fold, rows: np.ndarray) -> Fold:
    tuning = [(train[rows], validation[rows]) for train, validation in fold.tuning]
    return Fold(fold.name, fold.train[rows], fold.test[rows], tuning)


def _halves(probe: LabelProbe) -> Factor:
    """Return a label that is a number or an angle as two classes of about equal size."""
    bins = factor_levels(probe.label, 2)
    values = np.where(bins.codes >= 0, bins.codes, np.nan)
    return Factor(probe.label.name, "binary", values, bins.names)


def _row(probe: LabelProbe, halves: LabelProbe, factor: Factor, units: np.ndarray) -> dict[str, object]:
    bins = factor_levels(factor, LEVELS)
    described = {"factor": factor.name, "kind": factor.kind, "levels": len(bins.names)}
    crossed = crossed_rows(probe, bins.codes, units)
    left_out = [name for code, name in enumerate(bins.names) if not crossed[bins.codes == code].any()]
    unseen = compare_unseen(probe, bins.codes, units)
    return {
        **described,
        "left_out": ", ".join(left_out),
        "factor_skill": _factor_skill(probe, bins.codes),
        **_unseen_columns(unseen, bins),
        **_sweep_columns(sweep_association(halves, bins.codes, units)),
    }


def _unseen_columns(result: UnseenValues | None, bins: Bins) -> dict[str, object]:
    if result is None:
        return {"worst": "", "rows": 0, "groups": 0}
    columns: dict[str, object] = {}
    for name in ("seen", "unseen", "drop"):
        columns |= dict(_with_ends(name, getattr(result, name)))
    worst = {"worst": bins.names[result.worst], "worst_drop": result.worst_drop}
    return {**columns, "p": result.p, **worst, "rows": result.rows, "groups": result.groups}


def _sweep_columns(result: Sweep | None) -> dict[str, object]:
    apd, nipd = (NOTHING, NOTHING) if result is None else (result.apd, result.nipd)
    return dict([*_with_ends("apd", apd), *_with_ends("nipd", nipd)])


def _with_ends(name: str, values: tuple[float, float, float]) -> Iterator[tuple[str, object]]:
    yield from zip((name, f"{name}_low", f"{name}_high"), values, strict=True)


def _factor_skill(probe: LabelProbe, levels: np.ndarray) -> float:
    """Return the skill with which the factor's levels alone predict the label: the likeliest, or median, of each."""
    predicted = np.full(len(levels), np.nan)
    for fold in probe.folds:
        train = fold.train & (probe.classes >= 0)
        shares = np.bincount(probe.classes[train]).clip(min=1)
        for level in np.unique(levels[fold.test & (levels >= 0)]):
            seen = train & (levels == level)
            if not seen.any():
                continue
            if probe.label.kind in CLASSES:
                counts = np.bincount(probe.classes[seen], minlength=len(shares))
                answer = float(as_values(probe.label, (counts / shares).argmax()))
            else:
                answer = best_constant(probe.label, seen)
            predicted[fold.test & (levels == level)] = answer
    rows = probe.test & ~np.isnan(predicted) & probe.label.known
    if not rows.any():
        return np.nan
    label = replace(probe.label, values=probe.label.values[rows])
    return skill(label, label.values, predicted[rows], probe.constants[rows])
