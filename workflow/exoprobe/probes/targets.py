"""Factors as what linear algebra can be fitted to."""

import numpy as np

from exoprobe.data.factors import Factor


def factor_targets(factor: Factor) -> np.ndarray:
    """Return a factor's values as columns.

    Args:
        factor: of N samples.

    Returns:
        float64 [N, T], rows of NaN where the factor is not known: 0 and 1 (binary, T = 1), a column per category
        (T = their number), the number (T = 1), or sine and cosine (angle, T = 2).
    """
    values = factor.values[:, None]
    if factor.kind == "categorical":
        return np.where(np.isnan(values), np.nan, values == np.arange(len(factor.categories)))
    if factor.kind == "angle":
        return np.hstack([np.sin(np.radians(values)), np.cos(np.radians(values))])
    return values
