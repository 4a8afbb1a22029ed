"""How factors are encoded in one representation: all tables of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor, read_factors
from exoprobe.datasets.folds import plan_folds
from exoprobe.datasets.samples import dataset_digest, label_codes, read_samples
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.evaluation.binning import Bins, factor_bins
from exoprobe.evaluation.maps import map_table
from exoprobe.evaluation.neighbor_table import neighbor_table
from exoprobe.evaluation.spectrum import singular_values
from exoprobe.evaluation.structure import effective_rank, scree, variance_explained
from exoprobe.evaluation.subspace import nested_predictions, subspace_skills, sufficient_dimensions
from exoprobe.evaluation.unit_order import shifted_up, unit_order
from exoprobe.features.blocks import Blocks, FileBlocks
from exoprobe.features.drawn_rows import draw_rows, take_rows
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.nested_models import rank_dimensions

MOST_ROWS = 20_000  # of test, held in memory


@dataclass(frozen=True)
class Split:
    """The rows of one split.

    Attributes:
        features: [N, D].
        factors: F of them, of N samples.
        groups: int [N].
        labels: int [N], −1 where it is not known.
    """

    features: Blocks
    factors: Sequence[Factor]
    groups: np.ndarray
    labels: np.ndarray


def geometry_tables(
    samples: str | Path, factors: str | Path, features: str | Path, *, label_is_group: bool
) -> dict[str, pd.DataFrame]:
    """Measure how factors are encoded in a cached representation, see :func:`describe_geometry`, and map it.

    Args:
        samples: the dataset, with one split or with folds; with folds all rows are described.
        factors: of its samples.
        features: the representation.
        label_is_group: whether labels are groups.
    """
    digest, columns = dataset_digest(samples), read_samples(samples, ["group", "split", "label"])
    known_factors, labels = read_factors(factors, digest), label_codes(columns["label"])

    def select(rows: np.ndarray, train: np.ndarray) -> Split:
        return Split(
            FileBlocks(features, rows, dataset_digest=digest),
            [factor.learned_from(train).at(rows) for factor in known_factors],
            columns["group"][rows],
            labels[rows],
        )

    planned = plan_folds(columns["group"], columns["split"])
    folds = [(select(fold.train, fold.train), select(fold.test, fold.train)) for fold in planned]
    all_rows = np.ones(len(columns["group"]), bool)
    everything = select(all_rows, all_rows)
    train, test = folds[0] if len(folds) == 1 else (everything, everything)
    described = describe_geometry(train, test, label_is_group=label_is_group, folds=folds)
    return {**described, "map": map_table(samples, features)}


def describe_geometry(
    train: Split, test: Split, *, label_is_group: bool, folds: Sequence[tuple[Split, Split]] = ()
) -> dict[str, pd.DataFrame]:
    """Measure how factors are encoded in a representation.

    Training rows are passed over once, block by block; of test, whole groups are drawn up to 20,000 rows.

    Args:
        train: what probes and erasers are fitted on.
        test: what is described; the same factors, in the same order.
        label_is_group: whether labels are groups; else neighbors of one group do not count as neighbors.
        folds: what each fold's probes are fitted and scored on, where they are several; ``train`` and ``test`` are
            then all rows.

    Returns:
        Tables by name: ``structure`` (one row: ``dimension``, ``rows``, ``effective_rank``, ``identity_variance``,
        ``label_variance``), ``scree`` (see :func:`~exoprobe.evaluation.structure.scree`), ``geometry`` (a row per
        factor), ``subspace`` (see :func:`~exoprobe.evaluation.subspace.subspace_skills`), ``dimensions`` (a row per
        factor, value and position, see :func:`~exoprobe.evaluation.unit_order.unit_order`) and ``neighbors`` (see
        :func:`~exoprobe.evaluation.neighbor_table.neighbor_table`).
    """
    moments = FactorMoments(train.features, train.factors, train.groups)
    drawn = _draw(test)
    features, factors, groups, labels = drawn.features, drawn.factors, drawn.groups, drawn.labels
    bins = [factor_bins(factor) for factor in factors]
    if len(folds) > 1:
        skills = _skills_of_folds(folds)
    else:
        skills = subspace_skills(factors, [nested_predictions(moments, train.factors, features)])
    identity, label, *explained = _variances(features, [groups, labels, *(binned.codes for binned in bins)])
    columns: dict[str, list[float]] = {
        "variance_explained": explained,
        "erased_dimensions": [
            eraser.rank for eraser in fit_erasers(moments.whole, [[columns] for columns in moments.columns])
        ],
        **_dimension_counts(moments, skills),
    }
    described = pd.DataFrame([{"factor": factor.name, "kind": factor.kind} for factor in factors])
    values = singular_values(features)
    names = [(factor.name, binned.codes) for factor, binned in zip(factors, bins, strict=True)]
    return {
        "structure": _structure(features.shape, effective_rank(values), identity, label),
        "scree": scree(values),
        "geometry": described.assign(**columns),
        "subspace": skills,
        "dimensions": _dimensions(features, factors, bins),
        "neighbors": neighbor_table(features, names, groups, labels, label_is_group=label_is_group),
    }


@dataclass(frozen=True)
class _DrawnSplit:
    """Whole groups of a split, up to 20,000 rows: as :class:`Split`, with features float64 [n, D]."""

    features: np.ndarray
    factors: Sequence[Factor]
    groups: np.ndarray
    labels: np.ndarray


def _draw(split: Split) -> _DrawnSplit:
    rows = draw_rows(split.groups, MOST_ROWS)
    features = take_rows(split.features, rows).astype(np.float64)
    factors = [factor.at(rows) for factor in split.factors]
    return _DrawnSplit(features, factors, split.groups[rows], split.labels[rows])


def _skills_of_folds(folds: Sequence[tuple[Split, Split]]) -> pd.DataFrame:
    """Score nested linear probes with every fold as test once."""
    drawn = [_draw(test) for _, test in folds]
    predictions = [
        nested_predictions(FactorMoments(train.features, train.factors, train.groups), train.factors, test.features)
        for (train, _), test in zip(folds, drawn, strict=True)
    ]
    joined = [
        replace(of_folds[0], values=np.concatenate([factor.values for factor in of_folds]))
        for of_folds in zip(*(test.factors for test in drawn), strict=True)
    ]
    return subspace_skills(joined, predictions)


def _structure(shape: tuple[int, int], rank: float, identity: float, label: float) -> pd.DataFrame:
    estimates = {"effective_rank": rank, "identity_variance": identity, "label_variance": label}
    return pd.DataFrame([{"dimension": shape[1], "rows": shape[0], **estimates}])


def _variances(features: np.ndarray, codes: Sequence[np.ndarray]) -> list[float]:
    centered = features - features.mean(0)
    return [variance_explained(centered, classes) for classes in codes]


def _dimension_counts(moments: FactorMoments, skills: pd.DataFrame) -> dict[str, list[float]]:
    """Return how many dimensions encode each factor, and how well; its best dimension is chosen in training."""
    by_basis = [dict(iter(table.groupby("basis"))) for _, table in skills.groupby("factor", sort=False)]
    return {
        "components_for_90": [sufficient_dimensions(tables["components"]) for tables in by_basis],
        "dimensions_for_90": [sufficient_dimensions(tables["dimensions"]) for tables in by_basis],
        "full_skill": [tables["dimensions"]["skill"].iloc[-1] for tables in by_basis],
        "best_dimension": [int(rank_dimensions(moments, index)[0]) for index in range(len(by_basis))],
        "best_dimension_skill": [tables["dimensions"]["skill"].iloc[0] for tables in by_basis],
    }


def _dimensions(features: np.ndarray, factors: Sequence[Factor], bins: Sequence[Bins]) -> pd.DataFrame:
    shifted, tables = shifted_up(features), []
    for factor, binned in zip(factors, bins, strict=True):
        tables.append(unit_order(shifted, binned).assign(factor=factor.name))
    return pd.concat(tables, ignore_index=True)[["factor", "value", "position", "activation"]]
