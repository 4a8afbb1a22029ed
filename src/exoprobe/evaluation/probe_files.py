"""The files of the probe stage for one representation, one of each kind per training seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.probes.predictions import Predictions


@dataclass(frozen=True)
class ProbeFiles:
    """What was computed of one representation.

    Attributes:
        predictions: files of :func:`exoprobe.probes.run.probe`, one per training seed.
        searches: likewise.
        selectivities: likewise.
        control: whether the representation has learned nothing.
        features: its feature files, likewise; none where p-values are not asked for.
    """

    predictions: Sequence[str | Path]
    searches: Sequence[str | Path]
    selectivities: Sequence[str | Path]
    control: bool
    features: Sequence[str | Path] = ()


def by_representation(
    seeds: Mapping[str, int],
    predictions: Sequence[str | Path],
    searches: Sequence[str | Path],
    selectivities: Sequence[str | Path],
    features: Sequence[str | Path],
    controls: Sequence[str],
) -> dict[str, ProbeFiles]:
    """Sort files, as many of each representation as it has training seeds, by representation.

    Args:
        seeds: how many, by representation.
        predictions: all files, in this order.
        searches: likewise.
        selectivities: likewise.
        features: likewise.
        controls: representations that have learned nothing.
    """
    kinds = {
        "predictions": predictions, "searches": searches, "selectivities": selectivities, "features": features,
    }  # fmt: skip
    remaining = {kind: iter(files) for kind, files in kinds.items()}
    return {
        name: ProbeFiles(
            **{kind: list(islice(files, count)) for kind, files in remaining.items()}, control=name in controls
        )
        for name, count in seeds.items()
    }


def read_predictions(files: ProbeFiles, factors: Sequence[Factor]) -> list[dict[str, np.ndarray]]:
    """Return for each factor the predictions [n, S, R] by probe, of S training seeds in R cross-validations."""
    tables = [Predictions(path) for path in files.predictions]
    return [
        {
            probe: np.stack([table.repeated(("", probe, factor.name)) for table in tables], axis=1)
            for probe in tables[0].probes_of(factor.name)
        }
        for factor in factors
    ]


def read_selectivity(files: ProbeFiles) -> pd.DataFrame:
    """Return the selectivity of each factor, the mean over training seeds."""
    tables = pd.concat([pd.read_parquet(path) for path in files.selectivities])
    return tables.groupby("factor", sort=False, as_index=False).mean()


def best_on_validation(files: ProbeFiles) -> dict[str, str]:
    """Return for each factor the probe of highest skill on validation, the mean over training seeds."""
    searches = pd.concat([pd.read_parquet(path) for path in files.searches])
    skills = searches[searches["chosen"]].groupby(["factor", "probe"], sort=False)["skill"].mean().unstack()
    order = searches["probe"].drop_duplicates().tolist()
    best = skills[order].fillna(-np.inf).idxmax(axis=1)
    return {str(factor): str(probe) for factor, probe in best.items()}


def best_predictions(
    files: ProbeFiles, factors: Sequence[Factor], sample_ids: np.ndarray
) -> Iterator[tuple[Factor, str, np.ndarray]]:
    """Yield each factor with the probe that was best on validation and its predictions [n], of the first training seed.

    Args:
        files: of the representation.
        factors: that were probed.
        sample_ids: [n], of the test rows to return.
    """
    predictions, best = Predictions(files.predictions[0]), best_on_validation(files)
    positions = np.searchsorted(predictions.sample_ids, sample_ids)
    for factor in factors:
        yield factor, best[factor.name], predictions["", best[factor.name], factor.name][positions]
