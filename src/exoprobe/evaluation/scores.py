"""Choosing and turning rows of a table of scores, for figures and tables."""

import pandas as pd

ENDS = ["value", "low", "high"]


def complement(scores: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Turn shares that are right into shares that are wrong: values and ends of intervals from 1."""
    wrong = {"value": 1 - scores["value"], "low": 1 - scores["high"], "high": 1 - scores["low"]}
    return scores.assign(**{name: scale * column for name, column in wrong.items()})


def whole(scores: pd.DataFrame, measure: str, **columns: object) -> pd.DataFrame:
    """Return the scores of a measure on all test rows, without erasure, where other columns have some values."""
    chosen = (scores["measure"] == measure) & (scores["subset"] == "") & (scores["eraser"] == "")
    for name, value in columns.items():
        chosen &= scores[name] == value
    return scores[chosen]
