"""What perturbations do to recognition, and how decodable they are, in the ranges trained on and beyond."""

import pandas as pd

from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.evaluation.score import RUN
from exoprobe.evaluation.scores import ENDS
from exoprobe.evaluation.trade_off import BEST, measures_by_probe

TRAIN_RANGE, TEST_RANGE = "train_range", "test_range"
COLUMNS = ["task", "representation", "seed", "factor", "range", "measure", *ENDS]
OUTSIDE = "outside_factor"  # the samples' column that names the perturbation whose value is outside its train range


def explained_by(probe: str) -> str:
    """Return the name of the measure: the fraction of a factor that a probe explains."""
    return f"explained_{probe}"


def perturbation_effect(scores: pd.DataFrame) -> pd.DataFrame:
    """Gather the scores of every run in and outside each factor's range, with 95 % intervals over source digits.

    Args:
        scores: of the score stage, with a subset per value of ``outside_factor``.

    Returns:
        A row per task, representation, seed, ``factor``, ``range`` (``train_range``: all factors are in it;
        ``test_range``: this one is outside) and measure, ``value``, ``low`` and ``high``:
        ``mav_error`` in %; in the factor's unit the root mean squared errors ``rmse_linear`` …, of the
        probe of most skill on validation, ``rmse_best``, and of the mean of all test rows, ``rmse_constant``;
        and of each probe ``explained_linear`` …, 1 − its error / the constant's: 1 where it predicts the value itself,
        0 where it is no better than the constant.
    """
    tables = []
    for factor in filter(set(scores["factor"]).__contains__, PERTURBATIONS):
        tasks = scores.loc[scores["factor"] == factor, "task"].unique()
        for name, subset in ((TRAIN_RANGE, f"{OUTSIDE}="), (TEST_RANGE, f"{OUTSIDE}={factor}")):
            rows = scores[(scores["subset"] == subset) & scores["task"].isin(tasks)]
            measures = pd.concat([measures_by_probe(rows, factor), _explained(rows, factor)])
            tables.append(measures.assign(factor=factor, range=name))
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _explained(table: pd.DataFrame, factor: str) -> pd.DataFrame:
    rows = table[(table["factor"] == factor) & (table["measure"] == "explained")]
    best = rows[rows["best"]].assign(measure=explained_by(BEST))
    return pd.concat([rows.assign(measure=rows["probe"].map(explained_by)), best])[[*RUN, "measure", *ENDS]]
