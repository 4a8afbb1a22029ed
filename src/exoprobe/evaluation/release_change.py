"""Is a factor encoded more than in an earlier audit? What each test group loses is kept, and compared group by group.

Groups that are hard to predict are so in both audits. The paired difference leaves that out (cluster bootstrap over
groups, Davison and Hinkley 1997, 3.8; sign flips of whole groups, Fisher 1935).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.samples import sample_ids
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.intervals import effective_groups, group_sums, group_weights, interval, resampling_units
from exoprobe.evaluation.probe_files import ProbeFiles, best_on_validation, read_predictions
from exoprobe.evaluation.sign_flips import sign_flip_tests
from exoprobe.io.files import digest_of
from exoprobe.probes.skill import errors_and_baselines, row_statistics, shares, summed_skill

DIGITS = 16  # of a digest
COLUMNS = ["representation", "factor", "rows", "unit", "category", "error", "baseline"]


@dataclass(frozen=True)
class GroupErrors:
    """Errors of the best probe of one factor in one representation, by test group.

    Attributes:
        rows: a digest of the test rows, their groups and their values.
        errors: [U, K], of U groups, or random unions of these where they are many, and K classes (1 of numbers).
        baselines: [U, K], what they are shares of: rows of the class, or the error of the best constant.
    """

    rows: str
    errors: np.ndarray
    baselines: np.ndarray


def group_errors(
    samples: str | Path, factors: str | Path, representations: Mapping[str, ProbeFiles]
) -> dict[str, pd.DataFrame]:
    """Sum the errors of each factor's best probe over the test groups, the mean over training seeds.

    Args:
        samples: the dataset.
        factors: of its samples.
        representations: what was computed of each.

    Returns:
        ``group_errors``: a row per representation, factor, group (``unit``, a number) and class (``category``, a
        code; 0 of numbers): ``error``, of ``baseline``. Skill is 1 − Σ error / Σ baseline, of K classes 1 − the sum of
        these shares / (K − 1). ``rows`` is the same where another audit has the same test rows, groups and values.
    """
    evaluator = Evaluator(samples, factors, rare=False)
    test_rows = _TestRows(sample_ids(samples)[evaluator.sample_ids])
    units = [test_rows.units(factor, evaluator.groups_of(index)) for index, factor in enumerate(evaluator.factors)]
    tables = []
    for name, files in representations.items():
        predicted, best = read_predictions(files, evaluator.factors), best_on_validation(files)
        for index, factor in enumerate(evaluator.factors):
            errors = _summed(factor, predicted[index][best[factor.name]], evaluator.constants[index], units[index])
            keys = {"representation": name, "factor": factor.name, "rows": test_rows.digest(factor, units[index])}
            tables.append(_as_table(*errors).assign(**keys))
    table = pd.concat(tables, ignore_index=True)[COLUMNS]
    return {"group_errors": table.astype(dict.fromkeys(COLUMNS[:3], "category"))}


class _TestRows:
    """Test rows in the order of their names [n], so that another order of the table makes no difference."""

    def __init__(self, names: np.ndarray) -> None:
        self.order = np.argsort(names, kind="stable")
        self.names = digest_of("\n".join(names[self.order]).encode()).encode()

    def units(self, factor: Factor, groups: np.ndarray) -> np.ndarray:
        """Return which groups [n] are resampled together, int [n]; -1 where the factor is not known.

        Groups are numbered by their first row: their own numbers depend on what else is in the table.
        """
        units = np.full(len(groups), -1)
        known = self.order[factor.known[self.order]]
        units[known] = resampling_units(pd.factorize(groups[known])[0])
        return units

    def digest(self, factor: Factor, units: np.ndarray) -> str:
        """Return a digest of the rows, their values and their units [n]."""
        values = (np.ascontiguousarray(column[self.order]).data for column in (factor.values, units))
        return digest_of(self.names, *values)[:DIGITS]


def read_group_errors(path: str | Path) -> dict[tuple[str, str], GroupErrors]:
    """Read a file of what :func:`group_errors` returned, see :func:`by_factor`.

    Raises:
        ExoprobeError: where it is no such file.
    """
    try:
        table = pd.read_parquet(path, columns=COLUMNS)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ExoprobeError(f"{path}: not a whole table ({error}); audit again") from error
    return by_factor(table)


def by_factor(table: pd.DataFrame) -> dict[tuple[str, str], GroupErrors]:
    """Return what :func:`group_errors` returned by factor and representation."""
    keys = ["factor", "representation", "rows"]
    return {
        (str(factor), str(representation)): GroupErrors(str(rows), *_as_arrays(entry))
        for (factor, representation, rows), entry in table.groupby(keys, observed=True, sort=False)
    }


def paired_changes(pairs: Sequence[tuple[GroupErrors, GroupErrors]]) -> list[tuple[float, float, float, float]]:
    """Return how much skill has risen on the same test rows.

    Args:
        pairs: later and earlier errors.

    Returns:
        Of each, the rise, the ends of its 95 % interval and its two-sided p-value.
    """
    tests = [shares(old.errors, old.baselines) - shares(new.errors, new.baselines) for new, old in pairs]
    weights = {units: group_weights(np.arange(units)).astype(np.float64) for units in set(map(len, tests))}
    p_values = sign_flip_tests(tests)
    return [
        (*_change(*pair, weights[len(test)]), float(p)) for pair, test, p in zip(pairs, tests, p_values, strict=True)
    ]


def _change(new: GroupErrors, old: GroupErrors, weights: np.ndarray) -> tuple[float, float, float]:
    """Return a rise in skill with its interval, from how often each group is drawn [R, U]."""
    weights = np.vstack([np.ones(weights.shape[1]), weights])  # as they are, then resampled
    later, earlier = (summed_skill(weights @ of.errors, weights @ of.baselines) for of in (new, old))
    change, draws = later[0] - earlier[0], (later - earlier)[1:]
    sizes = [column[column > 0] for column in new.baselines.T if column.any()]
    low, high = interval(draws, min(map(len, sizes)), min(map(effective_groups, sizes)))
    return float(change), float(low), float(high)


def _summed(
    factor: Factor, predicted: np.ndarray, constant: np.ndarray, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the errors of predictions [n, S, R] and their baselines, [U, K], summed over units [n]: means over S·R."""
    known = units >= 0
    truth, constant = factor.values[known], constant[known]
    each = predicted.reshape(len(predicted), -1)
    statistics = np.mean([row_statistics(factor, truth, values[known], constant) for values in each.T], axis=0)
    return errors_and_baselines(factor, group_sums(units[known], statistics))


def _as_table(errors: np.ndarray, baselines: np.ndarray) -> pd.DataFrame:
    unit, category = np.nonzero(baselines > 0 if baselines.shape[1] > 1 else np.ones(baselines.shape))
    sums = {"error": errors[unit, category], "baseline": baselines[unit, category]}
    keys = {"unit": unit.astype(np.int16), "category": category.astype(np.int16)}
    return pd.DataFrame({**keys, **{name: values.astype(np.float32) for name, values in sums.items()}})


def _as_arrays(table: pd.DataFrame) -> Iterator[np.ndarray]:
    for column in ("error", "baseline"):
        array = np.zeros((table["unit"].max() + 1, table["category"].max() + 1))
        array[table["unit"], table["category"]] = table[column]
        yield array
