"""What kind of factor a column of a table is, and its values."""

import numpy as np
import pandas as pd

from exoprobe.datasets.angles import FULL_TURN, check_turn, infer_turn, name_words, parse_kind
from exoprobe.datasets.category_texts import FEW, NotAFactorError, check_texts, joined_names
from exoprobe.datasets.column_roles import KINDS_ALLOWED
from exoprobe.datasets.column_words import AMOUNT_WORDS, CLASS_WORDS, CODE_WORDS, ID_WORDS, POSTAL_WORDS
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.dates import PERIODS, compact_dates, date_factor
from exoprobe.datasets.factors import CLASSES, KINDS, RANKS, Factor
from exoprobe.datasets.ordered import MOST_CATEGORIES, cyclic_names, likely_order, most_frequent, read_order
from exoprobe.datasets.outliers import (
    code_among_few,
    find_outliers,
    heaped_extreme,
    negative_codes,
    row_examples,
    zeros_note,
)
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.table_columns import cut
from exoprobe.errors import ExoprobeError


def to_factor(column: pd.Series, kind: str | None = None, notes: Notes | None = None) -> Factor:
    """Turn a column into a factor.

    Args:
        column: N values, named; its index gives their rows in the user's table.
        kind: one of :data:`exoprobe.datasets.factors.KINDS`, or an angle with its period, ``angle 24``; None to
            infer it. Of a kind that is given, no value is taken for unknown.
        notes: where to note how it was read, and suspicious values.

    Raises:
        NotAFactorError: where it has one value, names or numbers the rows, or text stands among numbers.
        ExoprobeError: where its values do not fit the kind.
    """
    notes, name = Notes() if notes is None else notes, str(column.name)
    distinct = column.dropna().unique()
    if len(distinct) < 2:
        what = f"{_shown(distinct[0])} in every row" if len(distinct) else "empty"
        raise NotAFactorError(f"{name} cannot be probed, it is {what}")
    dates = column if pd.api.types.is_datetime64_any_dtype(column) else _numbers_as_dates(column, kind)
    if dates is not None:
        return date_factor(dates, kind, notes)
    if kind is not None and kind.startswith("ordered"):
        return _ordered(column, kind.removeprefix("ordered").strip(), "as kinds says", notes)
    if kind is None and isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        return _ordered(column, "", "the file declares the order", notes)
    if kind in PERIODS and not _is_number(column) and (numbers := cyclic_names(column, kind)) is not None:
        column = numbers
    _check_infinity(column)
    given = kind
    if kind is None:
        column = _without_codes(column, notes) if _is_number(column) else column
        kind, period, reason = infer_kind(column, notes)
    else:
        kind, period = _check_kind(column, kind)
        reason = "as kinds says"
    shown = kind if period in (None, FULL_TURN) else f"{kind}, period {period:.6g}"
    notes.read_as(name, shown, reason, "" if given else _change(column, kind))
    if kind in CLASSES:
        codes, categories = pd.factorize(column, sort=True)
        values, kept = most_frequent(name, codes, [_shown(category) for category in categories], notes)
        return Factor(name, kind, values, kept)
    values = column.to_numpy(np.float64, na_value=np.nan)
    if kind == "continuous":
        _note_zeros(column, values, given, notes)
        return Factor(name, kind, values, scale=RANKS)
    return Factor(name, kind, values * (FULL_TURN / (period or FULL_TURN)), period=period or FULL_TURN)


def _numbers_as_dates(column: pd.Series, kind: str | None) -> pd.Series | None:
    return compact_dates(column) if _is_number(column) and kind in (None, "date", "weekday", "month") else None


def _ordered(column: pd.Series, order: str, reason: str, notes: Notes) -> Factor:
    """Return categories with an order as numbers, of whose distances nothing is known: their ranks count."""
    name = str(column.name)
    ranks, categories = read_order(column, order)
    change = f"kinds: {{{name}: categorical}}" if reason != "as kinds says" else ""
    notes.read_as(name, "ordered", f"{' < '.join(categories)}; {reason}", change)
    return Factor(name, "continuous", ranks, scale=RANKS)


def _change(column: pd.Series, kind: str) -> str:
    """Return the setting that reads a column in the likeliest other way; empty where there is none."""
    name = str(column.name)
    if _is_number(column):
        whole = bool((column.dropna() == column.dropna().round()).all())
        other = "continuous" if kind != "continuous" else "categorical" if whole else ""
        return f"kinds: {{{name}: {other}}}" if other else ""
    values = [str(value) for value in column.dropna().unique()]
    for cycle in ("weekday", "month"):
        if len(values) > 2 and cyclic_names(column, cycle) is not None:
            return f"kinds: {{{name}: {cycle}}}"
    order = likely_order(values) if len(values) <= MOST_CATEGORIES else None
    written = " < ".join(order or ())
    return f"kinds: {{{name}: ordered {written}}}" if order and not set(written) & set(",:{}[]") else ""


def infer_kind(column: pd.Series, notes: Notes | None = None) -> tuple[str, float | None, str]:
    """Find out the kind of a column with two values or more.

    Two values make it binary; text, up to :data:`FEW` whole numbers, or more with a name such as cluster,
    categorical; a name like yaw or head_angle and values within a full turn, an angle; all else is continuous.

    Returns:
        The kind, the period of an angle, and the reason.

    Raises:
        NotAFactorError: where it holds too many texts to be categories, or numbers the rows.
    """
    notes, name = Notes() if notes is None else notes, str(column.name)
    known = column.dropna()
    different = known.nunique()
    if different == 2:
        return "binary", None, "two values"
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical", None, f"the file declares {different:,} categories"
    if not _is_number(column):
        check_texts(known)
        if joined := joined_names(known.astype(str).unique().tolist()):
            notes.add("kind", name, f"{name} is read as {different:,} categories, but {joined}.")
        return "categorical", None, f"text with {different:,} values"
    turn = infer_turn(name, known)
    if turn.warning:
        notes.add("kind", name, turn.warning)
    if turn.period is not None:
        return "angle", turn.period, turn.reason
    whole = bool((known == known.round()).all())
    if whole and different <= FEW:
        _note_code(known, notes)
        return "categorical", None, f"{different} different whole numbers"
    if whole and (known.diff().iloc[1:] > 0).all():
        raise NotAFactorError(f"{name} cannot be probed, it numbers the rows")
    if whole and different == len(known) and _is_permutation(known):
        raise NotAFactorError(f"{name} cannot be probed, it numbers the rows in another order")
    words = name_words(name)
    if whole and different == len(known) > MOST_CATEGORIES and words & ID_WORDS:
        raise NotAFactorError(
            f"{name} cannot be probed, it is another number in every row, and its name is that of an id"
        )
    named = words & (CLASS_WORDS | POSTAL_WORDS | CODE_WORDS) if not words & AMOUNT_WORDS else set()
    is_class = whole and bool(named) and different <= MOST_CATEGORIES and different <= len(known) / 3
    is_code = bool(named & CODE_WORDS) or (whole and bool(named & POSTAL_WORDS))
    if is_class or (is_code and different <= len(known) / 2):
        why = f"{different:,} different {'whole ' if whole else ''}numbers, and its name has {min(named)!r}"
        notes.add(
            "kind",
            name,
            f"{name} is read as categories: {why}; if they are amounts, set kinds: {{{name}: continuous}}.",
        )
        return "categorical", None, why
    return "continuous", None, f"numbers; {turn.reason}" if turn.reason else "numbers"


def _note_code(known: pd.Series, notes: Notes) -> None:
    """Note a number among a few that may stand for unknown."""
    different = np.unique(known.to_numpy(np.float64))
    code = code_among_few(different)
    if code is not None:
        rest = different[different != code]
        notes.add(
            "outliers",
            str(known.name),
            f"{known.name} is {code:.0f} in {int((known == code).sum()):,} rows, apart from {rest[0]:.0f} to "
            f"{rest[-1]:.0f}; it is kept as a category: empty the field where it is unknown.",
        )


def is_group(factor: Factor, groups: np.ndarray) -> bool:
    """Return whether a factor names the groups, so that it cannot be predicted for unseen groups.

    It does if each of its values is of one group only. Of numbers, which may be predicted between those seen, only
    whole ones that differ from group to group count, if they number the groups or their name is that of an id.

    Args:
        factor: of N samples.
        groups: their groups, codes [N].
    """
    values, known_groups = factor.values[factor.known], groups[factor.known]
    distinct = len(np.unique(values))
    pairs = pd.DataFrame({"value": values, "group": known_groups}).drop_duplicates()
    if factor.kind in CLASSES:
        return len(pairs) == distinct
    whole = bool(np.all(values == np.round(values)))
    if not (whole and len(pairs) == distinct == len(np.unique(known_groups)) < len(values)):
        return False
    counted = distinct - 1 == np.ptp(values) and _follows(pairs)
    return bool(counted or name_words(factor.name) & ID_WORDS)


def _follows(pairs: pd.DataFrame) -> bool:
    """Return whether whole numbers count the groups in the order of their first rows, or of their codes."""
    counted = (np.diff(pairs["value"]) == 1).all() or (np.diff(pairs.sort_values("group")["value"]) == 1).all()
    return bool(counted) and bool(pairs["value"].min() <= 1)


def _without_codes(column: pd.Series, notes: Notes) -> pd.Series:
    """Set numbers that look like codes for unknown to unknown, with a note; note others far from the rest."""
    name, values = str(column.name), column.to_numpy(np.float64, na_value=np.nan)
    outliers = find_outliers(values)
    far = outliers.codes if outliers is not None else []
    if suspected := [code for code in negative_codes(values) if code not in far]:
        shown = ", ".join(f"{code:.0f} in {int((values == code).sum()):,} rows" for code in suspected)
        notes.add(
            "outliers", name, f"{name} is {shown} and never negative elsewhere; empty the field where it is unknown."
        )
    if outliers is None:
        if not suspected and (heap := heaped_extreme(values)):
            apart = f"{name} is {heap[0]:.10g} in {heap[1]:,} rows, apart from the next number, {heap[2]:.10g}"
            notes.add("outliers", name, f"{apart}; empty the field where it is unknown.")
        return column
    rest = f"all others are from {outliers.low:.6g} to {outliers.high:.6g}"
    if outliers.odd.size:
        where = row_examples(column, outliers.odd)
        scaled = _are_thousandfold(values[outliers.odd], outliers.low, outliers.high)
        unit = " Is its unit another there?" if scaled else ""
        notes.add(
            "outliers",
            name,
            f"{name} has {_counted(len(outliers.odd))} far from the rest, kept: {where}; {rest}; their ranks alone "
            f"count.{unit}",
        )
    if not outliers.codes:
        return column
    shown = ", ".join(f"{code:.10g} in {int((values == code).sum()):,} rows" for code in outliers.codes)
    notes.add(
        "outliers",
        name,
        f"{name} is {shown}, read as unknown: {rest}. To keep it, set kinds: {{{name}: continuous}}.",
    )
    column = column.where(~np.isin(values, outliers.codes))
    if column.nunique() < 2:
        raise NotAFactorError(f"{name} cannot be probed, it has fewer than two values without {shown}")
    return column


def _counted(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _are_thousandfold(odd: np.ndarray, low: float, high: float) -> bool:
    return any(bool(((odd / factor >= low) & (odd / factor <= high)).all()) for factor in (1000, 100, 1e6, 1e-3))


def _note_zeros(column: pd.Series, values: np.ndarray, given: str | None, notes: Notes) -> None:
    outliers = find_outliers(values) if given is None else None
    if outliers is None and (sentence := zeros_note(str(column.name), values)):
        notes.add("shape", str(column.name), sentence)


def _check_infinity(column: pd.Series) -> None:
    if _is_number(column) and (wrong := np.flatnonzero(np.isinf(column.to_numpy(np.float64, na_value=np.nan)))).size:
        row = row_name(column.index, wrong[0])
        raise NotAFactorError(f"{column.name} is infinite in {row}; leave the field empty if unknown")


def _is_permutation(known: pd.Series) -> bool:
    """Return whether different whole numbers are those of a range, each once."""
    return len(known) > MOST_CATEGORIES and known.max() - known.min() == len(known) - 1


def _check_kind(column: pd.Series, kind: str) -> tuple[str, float | None]:
    """Return a kind that the user gives, and its period, if the values fit."""
    kind, period = parse_kind(kind)
    known, name = column.dropna(), f"kinds: {column.name} is {kind}"
    if kind in ("date", "hour") and not _is_number(column):
        raise ExoprobeError(f"{name}, but holds no {kind}s that can be read, such as {cut(_shown(known.iloc[0]))!r}")
    if kind not in KINDS:
        raise ExoprobeError(f"{name}; allowed: {KINDS_ALLOWED}")
    different = known.nunique()
    if kind == "binary" and different != 2:
        raise ExoprobeError(f"{name}, but has {different:,} different values")
    if kind == "categorical" and different > known.size / 2 and different > FEW:
        raise ExoprobeError(f"{name}, but has {different:,} different values in {known.size:,} rows, as names have")
    if kind in CLASSES:
        return kind, None
    if not _is_number(column):
        raise ExoprobeError(f"{name}, but is {cut(_shown(known.iloc[0]))!r} in {row_name(known.index)}")
    return (kind, check_turn(str(column.name), known, period)) if kind == "angle" else (kind, None)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _shown(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
