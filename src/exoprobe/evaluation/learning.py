"""How much more would be found with more groups: learning curves, what they lead to, and description lengths."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.folds import Fold
from exoprobe.datasets.units import read_unit_columns, varying_units
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.learning_law import gains
from exoprobe.features.drawn_rows import draw_rows
from exoprobe.probes.learning_curve import LearningCurve, learning_curves
from exoprobe.probes.probe_data import Representation

PROBE = "ridge"
ESTIMATED, EXTRAPOLATED = "measured", "extrapolated"
MULTIPLES = (2, 10)  # of the training groups
MAX_TEST = 20_000  # rows to score
LEAST_SIZES, LEAST_GROUPS = 4, 16  # with fewer, a curve leads nowhere
MISFIT = 0.005  # of skill, by which a curve is off any law near its end
CURVE_COLUMNS = ["factor", "probe", "kind", "groups", "rows", "skill", "low", "high"]
CODE_COLUMNS = ["factor", "probe", "groups", "rows", "bits", "baseline_bits", "saved_bits", "compression"]


def learning_tables(source: Representation, samples: str | Path, factors: str | Path) -> dict[str, pd.DataFrame]:
    """Measure skill against the number of training groups, and say what more of them would give.

    Args:
        source: the representation of these samples.
        samples: the dataset.
        factors: of its samples.

    Returns:
        ``learning``: a row per factor and number of training ``groups`` (or of the units that the factor varies
        between), ``measured`` ones up to all, and ``extrapolated`` ones at :data:`MULTIPLES` of them, empty where the
        curve does not say: ``skill`` of ridge regression on test with its 95 % interval.
        ``description_length``: a row per factor: ``bits`` of the online code of its values in the training ``rows``,
        ``baseline_bits`` without the features, ``saved_bits`` per row, and of classes ``compression``, the ratio.
    """
    folds = source.folds()
    test = _test_rows(source.groups, folds)
    evaluator = Evaluator(samples, factors, test, rare=False)
    audited = [source.factors[name] for name in source.factor_names]
    indices = [index for index, factor in enumerate(audited) if _is_known(factor, folds)]
    units = varying_units(audited, source.groups, read_unit_columns(samples))
    codes = [source.groups if unit is None else unit.codes for unit in units]
    curves = learning_curves(source, [audited[index] for index in indices], [codes[index] for index in indices], test)
    rows: list[dict[str, object]] = []
    described: list[dict[str, object]] = []
    for index, curve in zip(indices, curves, strict=True):
        name = {"factor": curve.factor, "probe": PROBE}
        results = [evaluator.score(index, predicted) for predicted in curve.predicted]
        seen = evaluator.units_seen[index] > 0
        rows += [{**name, **row} for row in _rows(curve, results, leads=not seen)]
        described.append({**name, **_description(curve, audited[index])})
    return {
        "learning": pd.DataFrame(rows, columns=CURVE_COLUMNS),
        "description_length": pd.DataFrame(described, columns=CODE_COLUMNS),
    }


def _test_rows(groups: np.ndarray, folds: Sequence[Fold]) -> np.ndarray:
    """Draw test rows of whole groups, as many as are scored: bool [N]."""
    rows = np.flatnonzero(np.any([fold.test for fold in folds], axis=0))
    drawn = np.zeros(len(groups), bool)
    drawn[rows[draw_rows(groups[rows], MAX_TEST)]] = True
    return drawn


def _is_known(factor: Factor, folds: Sequence[Fold]) -> bool:
    """Return whether a factor is known in all that is fitted on, chosen on and scored."""
    row_sets = [
        rows for fold in folds for rows in (fold.train, fold.test, *(mask for pair in fold.tuning for mask in pair))
    ]
    return all((factor.known & rows).any() for rows in row_sets)


def _rows(curve: LearningCurve, results: Sequence[BootstrapResult], *, leads: bool) -> Iterator[dict[str, object]]:
    """Yield the rows of a factor's curve; where it leads nowhere, the extrapolated ones are empty."""
    skills = np.array([result.value("skill") for result in results])
    spreads = np.array([result.estimates["skill"].var(ddof=1) for result in results])  # between orders
    random = np.random.default_rng(0)
    draws = np.stack([result.samples["skill"] for result in results], axis=1)
    draws += random.normal(size=draws.shape) * np.sqrt(spreads / curve.predicted.shape[2])
    ends = [_ends(draws[:, size], result) for size, result in enumerate(results)]
    for groups, rows, skill, (low, high) in zip(curve.groups, curve.rows, skills, ends, strict=True):
        yield _row(ESTIMATED, groups, rows, skill, low, high)
    enough = len(skills) >= LEAST_SIZES and curve.groups[-1] >= LEAST_GROUPS
    nothing = np.full((len(MULTIPLES), 3), np.nan)
    beyond = (
        _extrapolated(curve, results[-1], skills, draws, spreads) if leads and enough and ends[-1][0] > 0 else nothing
    )
    for multiple, estimate in zip(MULTIPLES, beyond, strict=True):
        yield _row(EXTRAPOLATED, multiple * curve.groups[-1], multiple * curve.rows[-1], *estimate)


def _row(kind: str, groups: float, rows: float, skill: float, low: float, high: float) -> dict[str, object]:
    return {"kind": kind, "groups": round(groups), "rows": round(rows), "skill": skill, "low": low, "high": high}


def _ends(draws: np.ndarray, result: BootstrapResult, gain: float = 0.0) -> tuple[float, float]:
    """Return the ends of the interval of draws of a skill, at least the limits of few errors and a gain on these."""
    low, high = interval(draws, result.min_class_groups)
    least, most = np.add(result.limits.get("skill", (np.nan, np.nan)), gain)
    return float(np.fmin(low, least) + 0 * low), float(np.fmax(high, most) + 0 * high)  # NaN stays NaN


def _extrapolated(
    curve: LearningCurve, result: BootstrapResult, skills: np.ndarray, draws: np.ndarray, spreads: np.ndarray
) -> np.ndarray:
    """Return the skill at multiples of all groups with the ends of its interval, [K, 3].

    All training groups are one sample of groups, whose own spread is taken to be that of fewer groups, divided by how
    many times more they are. The interval holds it, that of as many groups as the curve is extrapolated to, the test
    groups' and the law's.
    """
    shares, orders = curve.groups / curve.groups[-1], curve.predicted.shape[2]
    spread = spreads[-2] * shares[-2]
    variances = np.append(spreads[:-1] / orders, spread) + MISFIT**2 / shares
    random = np.random.default_rng(1)
    draws = np.hstack([draws[:, :-1], draws[:, -1:] + np.sqrt(spread) * random.normal(size=(len(draws), 1))])
    gain, drawn = gains(shares, np.vstack([skills, draws]), variances, MULTIPLES)
    noise = random.normal(size=drawn.shape) * np.sqrt(spread / np.array(MULTIPLES))
    rows = []
    for more, reached in zip(gain, (draws[:, -1:] + drawn + noise).T, strict=True):
        estimate, (low, high) = min(skills[-1] + more, 1.0), _ends(reached, result, more)
        rows.append((estimate, min(low, estimate), min(max(high, estimate), 1.0)))
    return np.array(rows)


def _description(curve: LearningCurve, factor: Factor) -> dict[str, object]:
    code = curve.code
    return {
        "groups": round(curve.groups[-1]),
        "rows": round(code.rows),
        "bits": code.bits,
        "baseline_bits": code.baseline,
        "saved_bits": (code.baseline - code.bits) / code.rows,
        "compression": code.baseline / code.bits if factor.kind in CLASSES and code.bits > 0 else np.nan,
    }
