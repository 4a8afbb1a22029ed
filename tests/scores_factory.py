"""Predictions and scores written by hand, for tests of what is made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.evaluation.score import COLUMNS, RUN, Run, read_scores, score_runs

TRAIN_ROWS = 60
DEFAULTS = {
    **{"task": "task", "representation": "net", "layer": "", "seed": 0, "eraser": "", "probe": "linear"},
    **{"factor": "factor", "subset": "", "best": False, "measure": "skill", "rows": 12, "groups": 6},
}


def binary(name: str, values: Sequence[float]) -> Factor:
    """Return a factor of two values."""
    return Factor(name, "binary", np.array(values, float), ("no", "yes"))


def number(name: str, values: Sequence[float]) -> Factor:
    """Return a factor of numbers."""
    return Factor(name, "continuous", np.array(values, float))


def scores_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return a table of the score stage; ends of intervals that are not given are the value."""
    full = [{**DEFAULTS, "low": row["value"], "high": row["value"], **row} for row in rows]
    return pd.DataFrame(full)[[*RUN, *COLUMNS]]


def write_run(
    folder: Path,
    factors: Sequence[Factor],
    predicted: Mapping[tuple[str, ...], Sequence[float]],
    *,
    key: tuple[str, str, str, int] = ("task", "net", "", 0),
    group: Sequence[int] | None = None,
    columns: Mapping[str, Sequence[object]] | None = None,
    train: Mapping[str, Sequence[float]] | None = None,
    skills: Mapping[tuple[str, ...], float] | None = None,
) -> Run:
    """Write a dataset of n test rows, and predictions of them.

    Args:
        folder: where its files go.
        factors: of the test rows.
        predicted: [n] by probe and factor, or by eraser, probe and factor.
        key: see :class:`Run`.
        group: [n]; None for a group per row.
        columns: more columns of the samples, [n].
        train: values of factors in training, repeated as often as needed; the test rows' where not given.
        skills: on validation, by probe or by eraser and probe; 0.5 where not given.
    """
    count = len(factors[0].values)
    before, samples = TRAIN_ROWS + 1, folder / "samples.parquet"
    split = np.repeat(["train", "validation", "test"], [TRAIN_ROWS, 1, count])
    groups = np.concatenate([10**6 + np.arange(before), np.arange(count) if group is None else group])
    more = {name: np.concatenate([np.resize(values, before), values]) for name, values in (columns or {}).items()}
    write_samples(samples, {"sample_id": np.arange(before + count), "group": groups, "split": split, **more})
    trained = {factor.name: (train or {}).get(factor.name, factor.values) for factor in factors}
    whole = [
        Factor(f.name, f.kind, np.r_[np.resize(trained[f.name], TRAIN_ROWS), np.nan, f.values], f.categories)
        for f in factors
    ]
    write_factors(folder / "factors.parquet", whole, dataset_digest(samples))
    path, search = (folder / f"{'_'.join(map(str, key))}_{kind}.parquet" for kind in ("predictions", "search"))
    keys = [("", *given)[-3:] for given in predicted]
    names = ["eraser", "probe", "factor"]
    frame = pd.DataFrame({"sample_id": np.arange(before, before + count), "fold": 0})
    frames = {given: frame.assign(prediction=values) for given, values in zip(keys, predicted.values(), strict=True)}
    pd.concat(frames, names=names).reset_index(names).to_parquet(path, index=False)
    of = {("", *given)[-2:]: value for given, value in (skills or {}).items()}
    rows = pd.DataFrame(keys, columns=names).assign(fold=0, accuracy=np.nan, chosen=True)
    rows.assign(skill=[of.get(given[:2], 0.5) for given in keys]).to_parquet(search, index=False)
    return Run(key, samples, folder / "factors.parquet", path, search)


def score(folder: Path, *runs: Run, subsets: Sequence[Mapping[str, object]] = ()) -> pd.DataFrame:
    """Score runs, and read the table."""
    score_runs(runs, folder / "scores.parquet", subsets=subsets)
    return read_scores(folder / "scores.parquet")
