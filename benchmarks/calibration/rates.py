"""Rates of simulations, with Wilson's intervals."""

import numpy as np
from scipy.special import ndtri

SQUARE = ndtri(0.975) ** 2


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate (Wilson 1927); NaN of no trial."""
    if not trials:
        return np.nan, np.nan
    rate, whole = successes / trials, 1 + SQUARE / trials
    half = np.sqrt(SQUARE * (rate * (1 - rate) / trials + SQUARE / (4 * trials**2)))
    center = rate + SQUARE / (2 * trials)
    return max((center - half) / whole, 0.0), min((center + half) / whole, 1.0)


def rate(study: str, cell: str, what: str, happened: object, bar: str = "") -> dict[str, object]:
    """Return a row of the table of rates.

    Args:
        study: its name.
        cell: the generator, or what else was varied.
        what: was counted.
        happened: bools [n], whether it did in each trial.
        bar: that the rate has to meet, such as ``at most 0.05``; empty for none.
    """
    trials = np.asarray(happened, bool)
    low, high = wilson(int(trials.sum()), len(trials))
    share = trials.mean() if len(trials) else np.nan
    return {"study": study, "cell": cell, "rate": what, "n": len(trials), "measured": share,
            "low": low, "high": high, "bar": bar}  # fmt: skip
