"""How variance spreads over a representation, and how much of it is a factor's, a label's or a group's."""

import numpy as np
import pandas as pd
import scipy.sparse

MOST_COMPONENTS = 100
SPARE_ROWS = 20  # beyond one per class; with fewer, the variance within classes is not known


def effective_rank(singular_values: np.ndarray) -> float:
    """Return exp of the entropy of the singular values' shares (Roy and Vetterli 2007): D if all are equal.

    Args:
        singular_values: [D], of the centered features; NaN if all are 0.
    """
    total = singular_values.sum()
    if total == 0:
        return np.nan
    shares = singular_values[singular_values > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def scree(singular_values: np.ndarray) -> pd.DataFrame:
    """Return a row per component, the first hundred: ``component`` (from 1), ``singular_value``,
    ``variance_share`` and ``cumulative_share`` of the total variance.

    Args:
        singular_values: [D], of the centered features, descending.
    """
    variances = np.square(singular_values)
    shares = variances / variances.sum() if variances.any() else np.full(len(variances), np.nan)
    table = {
        "component": np.arange(1, len(shares) + 1),
        "singular_value": singular_values,
        "variance_share": shares,
        "cumulative_share": np.cumsum(shares),
    }
    return pd.DataFrame(table).head(MOST_COMPONENTS)


def variance_explained(features: np.ndarray, codes: np.ndarray) -> float:
    """Measure the share of the features' total variance that lies between classes.

    It is corrected for chance, ε² = 1 − (1 − η²)(n − 1)/(n − K) (Kelley 1935), so that classes given to rows at
    random have about 0; classes given to groups of rows have more.

    Args:
        features: [N, D], about a common origin near their mean.
        codes: int [N], the class of each row; −1 where it is not known.

    Returns:
        At most 1; may fall below 0. NaN with fewer than two classes, or hardly more rows than classes.
    """
    known = codes >= 0
    _, index = np.unique(codes[known], return_inverse=True)
    rows, classes = len(index), len(np.unique(index))
    if classes < 2 or rows - classes < SPARE_ROWS:
        return np.nan
    features = features if known.all() else features[known]
    members = scipy.sparse.csr_array((np.ones(rows), (index, np.arange(rows))))
    sums = members @ features
    center = np.square(sums.sum(0)).sum() / rows
    total = np.einsum("nd,nd->", features, features, dtype=np.float64) - center
    between = (np.square(sums).sum(1) / members.sum(1)).sum() - center
    if total <= 0:
        return np.nan
    return float(1 - (1 - between / total) * (rows - 1) / (rows - classes))
