"""What kind of factor a column of a table is, and its values."""

import re

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.errors import ExoprobeError

FEW = 10  # different whole numbers: classes rather than amounts; so few texts are no names
MOST_CATEGORIES = 100
MOSTLY = 0.9  # of a column's texts are numbers: it was meant to hold numbers
DECIMAL_COMMA = r"[-+]?\d+,\d+"
FULL_TURN = 360
RADIANS = 2 * np.pi  # an angle that never leaves ±2π is not in degrees
ANGLE_WORDS = "angle|yaw|pitch|roll|azimuth|rotation|heading|orientation|deg|degrees"
ANGLE = re.compile(rf"(^|[^a-z])({ANGLE_WORDS})s?($|[^a-z])")


class NotAFactorError(ExoprobeError):
    """A column that cannot be probed: it tells nothing, or something else than a factor does."""


def to_factor(column: pd.Series, kind: str | None = None) -> Factor:
    """Turn a column into a factor.

    Args:
        column: N values, named; its index gives their rows in the user's table.
        kind: one of :data:`exoprobe.datasets.factors.KINDS`, None to infer it.

    Raises:
        NotAFactorError: where it has one value, is a name or number of the row, or holds dates.
        ExoprobeError: where its values do not fit the kind, or text stands among numbers.
    """
    distinct = column.dropna().unique()
    if len(distinct) < 2:
        what = f"{_shown(distinct[0])} in every row" if len(distinct) else "empty"
        raise NotAFactorError(f"{column.name} cannot be probed, it is {what}")
    if pd.api.types.is_datetime64_any_dtype(column):
        raise NotAFactorError(f"{column.name} cannot be probed, it holds dates")
    _check_finite(column)
    if kind is None:
        kind = infer_kind(column)
    else:
        _check_kind(column, kind)
    if kind not in CLASSES:
        return Factor(str(column.name), kind, column.to_numpy(np.float64, na_value=np.nan))
    codes, categories = pd.factorize(column, sort=True)
    values = np.where(codes < 0, np.nan, codes.astype(np.float64))
    return Factor(str(column.name), kind, values, tuple(map(_shown, categories)))


def infer_kind(column: pd.Series) -> str:
    """Tell the kind of a column with two values or more.

    Two values make it binary; text, or up to :data:`FEW` whole numbers, categorical; a name like yaw or head_angle
    and values within a full turn, an angle; all else is continuous.

    Raises:
        NotAFactorError: where it holds too many texts to be categories, or numbers the rows.
        ExoprobeError: where nearly all of its texts are numbers.
    """
    known = column.dropna()
    different = known.nunique()
    if different == 2:
        return "binary"
    if not _is_number(column):
        _check_no_numbers(known)
        if different > min(MOST_CATEGORIES, max(FEW, len(known) / 2)):
            raise NotAFactorError(
                f"{column.name} cannot be probed, its {different:,} texts are names, not categories"
            )
        return "categorical"
    if ANGLE.search(_words(str(column.name))) and RADIANS < known.abs().max() <= FULL_TURN:
        return "angle"
    whole = bool((known == known.round()).all())
    if whole and different <= FEW:
        return "categorical"
    if whole and (known.diff().iloc[1:] > 0).all():
        raise NotAFactorError(f"{column.name} cannot be probed, it numbers the rows")
    return "continuous"


def is_group(factor: Factor, groups: np.ndarray) -> bool:
    """Tell whether a factor names the groups, so that nothing can be learned of it from other groups.

    It does if each of its values is of one group only; of numbers, which may be read between those seen, only whole
    ones that differ from group to group count.

    Args:
        factor: of N samples.
        groups: their groups, codes [N].
    """
    values, known_groups = factor.values[factor.known], groups[factor.known]
    distinct = len(np.unique(values))
    pairs = len(pd.DataFrame({"value": values, "group": known_groups}).drop_duplicates())
    if factor.kind in CLASSES:
        return pairs == distinct
    whole = bool(np.all(values == np.round(values)))
    return whole and pairs == distinct == len(np.unique(known_groups)) < len(values)


def _check_finite(column: pd.Series) -> None:
    if _is_number(column) and (wrong := np.flatnonzero(np.isinf(column.to_numpy(np.float64, na_value=np.nan)))).size:
        row = column.index[wrong[0]]
        raise ExoprobeError(f"{column.name} is infinite in row {row} (from 0); leave the field empty if unknown")


def _check_no_numbers(texts: pd.Series) -> None:
    if texts.astype(str).str.fullmatch(DECIMAL_COMMA).mean() >= MOSTLY:
        raise ExoprobeError(f"{texts.name} has decimal commas, {_shown(texts.iloc[0])!r}; write them as points")
    strange = texts[pd.to_numeric(texts, errors="coerce").isna()]
    if 0 < len(strange) <= (1 - MOSTLY) * len(texts):
        raise ExoprobeError(
            f"{texts.name} is {_shown(strange.iloc[0])!r} in row {strange.index[0]} (from 0) and a number in most "
            f"others; mend it, or leave it empty if unknown"
        )


def _check_kind(column: pd.Series, kind: str) -> None:
    known, name = column.dropna(), f"kinds: {column.name} is {kind}"
    different = known.nunique()
    if kind == "binary" and different != 2:
        raise ExoprobeError(f"{name}, but has {different:,} different values")
    if kind == "categorical" and different > MOST_CATEGORIES:
        raise ExoprobeError(f"{name}, but has {different:,} different values; at most {MOST_CATEGORIES} are possible")
    if kind in CLASSES:
        return
    if not _is_number(column):
        raise ExoprobeError(f"{name}, but is {_shown(known.iloc[0])!r} in row {known.index[0]} (from 0)")
    if kind == "angle" and (beyond := known[known.abs() > FULL_TURN]).size:
        raise ExoprobeError(
            f"{name}, but is {_shown(beyond.iloc[0])} in row {beyond.index[0]} (from 0); angles are degrees from "
            f"-{FULL_TURN} to {FULL_TURN}"
        )


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _words(name: str) -> str:
    """Take HeadYaw apart: head yaw."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _shown(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
