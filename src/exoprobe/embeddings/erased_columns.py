"""Factors to erase, as numbers in columns: what a user gives as arrays, lists, dicts or tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.errors import ExoprobeError


@dataclass(frozen=True)
class Columns:
    """Columns of several factors side by side.

    Attributes:
        role: what the user gives them as, for messages.
        values: float64 [N, T].
        slices: which columns are each factor's.
        names: of the factors; none where the user gave none.
    """

    role: str
    values: np.ndarray
    slices: Sequence[slice]
    names: Sequence[str] = ()

    def check_rows(self, rows: int) -> None:
        """Refuse columns of another number of rows, and unknown values.

        Raises:
            ExoprobeError: in one sentence.
        """
        if len(self.values) != rows:
            raise ExoprobeError(f"{self.role} has {len(self.values)} rows, X has {rows}; they must be the same rows")
        unknown = ~np.isfinite(self.values).all(axis=1)
        if unknown.any():
            row = int(unknown.argmax())
            raise ExoprobeError(f"{self.role} has no finite value in row {row} (from 0); leave such rows out of X too")


def class_columns(given: Any, role: str) -> Columns | None:  # noqa: ANN401
    """Return factors as columns: numbers as they are, a column of 0 and 1 per class.

    Args:
        given: an array or column of N rows, an array [N, T] with a factor per column, or several factors as a list, a
            dict or a table; None for none.
        role: what to call it in a message.
    """
    if given is None:
        return None
    names, factors = _factors(given)
    return _side_by_side(role, [_encoded(factor, role) for factor in factors], names)


def number_columns(given: Any, role: str) -> Columns | None:  # noqa: ANN401
    """Return numbers [n] or [n, T] as columns, each a factor; None for none.

    Raises:
        ExoprobeError: where they are no numbers.
    """
    if given is None:
        return None
    values = np.asarray(given)
    if values.dtype.kind not in "fiub" or values.ndim not in (1, 2):
        raise ExoprobeError(f"{role} must be numbers in partial_fit; of classes, give a column of 0 and 1 each")
    columns = values.reshape(len(values), -1).astype(np.float64)
    return _side_by_side(role, list(columns.T[:, :, None]), ())


def _factors(given: Any) -> tuple[Sequence[str], list[Any]]:  # noqa: ANN401
    """Return the names of several factors, where they have some, and the factors."""
    if isinstance(given, pd.DataFrame):
        return [str(name) for name in given], [column for _, column in given.items()]
    if isinstance(given, Mapping):
        return [str(name) for name in given], list(given.values())
    if isinstance(given, pd.Series):
        return [] if given.name is None else [str(given.name)], [given]
    if isinstance(given, list | tuple) and len(given) and np.ndim(given[0]) > 0:
        return [], list(given)
    values = np.asarray(given)
    return [], list(values.T) if values.ndim == 2 else [given]


def _encoded(factor: Any, role: str) -> np.ndarray:  # noqa: ANN401
    """Return one factor as columns, float64 [N, T]."""
    if np.ndim(factor) == 2:
        return np.asarray(factor, np.float64)
    column = factor if isinstance(factor, pd.Series) else pd.Series(np.asarray(factor))
    if pd.api.types.is_float_dtype(column):
        return column.to_numpy(np.float64, na_value=np.nan)[:, None]
    codes, classes = pd.factorize(column, sort=True)
    if (codes < 0).any():
        row = int((codes < 0).argmax())
        raise ExoprobeError(f"{role} has no value in row {row} (from 0); leave such rows out of X too")
    return np.eye(len(classes))[codes]


def _side_by_side(role: str, columns: Sequence[np.ndarray], names: Sequence[str]) -> Columns:
    if len({len(values) for values in columns}) > 1:
        raise ExoprobeError(f"{role} has factors of {', '.join(str(len(values)) for values in columns)} rows")
    stops = list(accumulate(values.shape[1] for values in columns))
    slices = [slice(stop - values.shape[1], stop) for stop, values in zip(stops, columns, strict=True)]
    return Columns(role, np.hstack(columns), slices, names)
