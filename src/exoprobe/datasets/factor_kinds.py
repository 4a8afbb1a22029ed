"""What kind of factor a column of a table is, and its values."""

import numpy as np
import pandas as pd

from exoprobe.datasets.angles import FULL_TURN, check_turn, infer_turn, name_words, parse_kind
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factors import CLASSES, KINDS, RANKS, Factor
from exoprobe.datasets.outliers import example_rows, find_outliers, negative_codes, zeros_note
from exoprobe.datasets.table_columns import cut
from exoprobe.datasets.text_numbers import SHAPE, is_padded
from exoprobe.errors import ExoprobeError

FEW = 10  # different whole numbers: classes rather than amounts; so few texts are no names
MOST_CATEGORIES = 100
MOSTLY = 0.5  # of a column's texts are numbers: it was meant to hold numbers
CLASS_WORDS = {  # in a name, and its whole numbers stand for categories
    *("cluster", "class", "category", "cat", "type", "code", "label", "batch", "plate", "site", "scanner", "ward"),
    *(
        "station",
        "zone",
        "region",
        "species",
        "breed",
        "camera",
        "cam",
        "topic",
        "district",
        "country",
        "state",
        "zip",
    ),
    *("center", "centre", "hospital", "device", "lot", "fold"),
}
ID_WORDS = {
    *("id", "ids", "uid", "uuid", "number", "num", "no", "nr", "index", "idx", "key", "code", "subject", "person"),
    *("participant", "patient", "speaker", "identity", "user", "name", "case", "animal", "individual"),
}


class NotAFactorError(ExoprobeError):
    """A column that cannot be probed: it is constant, or its values do not describe a factor."""


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
    if pd.api.types.is_datetime64_any_dtype(column):
        raise NotAFactorError(f"{name} cannot be probed, it holds dates; give days since a day")
    _check_infinity(column)
    given = kind
    if kind is None:
        column = _without_codes(column, notes) if _is_number(column) else column
        kind, period, reason = infer_kind(column, notes)
    else:
        kind, period = _check_kind(column, kind)
        reason = "as kinds says"
    notes.read_as(name, kind if period in (None, FULL_TURN) else f"{kind}, period {period:.6g}", reason)
    if kind in CLASSES:
        codes, categories = pd.factorize(column, sort=True)
        values = np.where(codes < 0, np.nan, codes.astype(np.float64))
        return Factor(name, kind, values, tuple(map(_shown, categories)))
    values = column.to_numpy(np.float64, na_value=np.nan)
    if kind == "continuous":
        _note_zeros(column, values, given, notes)
        return Factor(name, kind, values, scale=RANKS)
    return Factor(name, kind, values * (FULL_TURN / (period or FULL_TURN)), period=period or FULL_TURN)


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
    if not _is_number(column):
        _check_texts(known)
        return "categorical", None, f"text with {different:,} values"
    turn = infer_turn(name, known)
    if turn.warning:
        notes.add("kind", name, turn.warning)
    if turn.period is not None:
        return "angle", turn.period, turn.reason
    whole = bool((known == known.round()).all())
    if whole and different <= FEW:
        return "categorical", None, f"{different} different whole numbers"
    if whole and (known.diff().iloc[1:] > 0).all():
        raise NotAFactorError(f"{name} cannot be probed, it numbers the rows")
    if whole and different == len(known) and _is_permutation(known):
        raise NotAFactorError(f"{name} cannot be probed, it numbers the rows in another order")
    words = name_words(name)
    if whole and different <= MOST_CATEGORIES and different <= len(known) / 3 and words & CLASS_WORDS:
        why = f"{different} different whole numbers, and its name has {min(words & CLASS_WORDS)!r}"
        notes.add(
            "kind",
            name,
            f"{name} is read as categories: {why}; if they are amounts, set kinds: {{{name}: continuous}}.",
        )
        return "categorical", None, why
    return "continuous", None, f"numbers; {turn.reason}" if turn.reason else "numbers"


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
        return column
    rest = f"all others are from {outliers.low:.6g} to {outliers.high:.6g}"
    if outliers.odd.size:
        where = example_rows(column, outliers.odd)
        scaled = _are_thousandfold(values[outliers.odd], outliers.low, outliers.high)
        unit = " Is its unit another there?" if scaled else ""
        notes.add(
            "outliers",
            name,
            f"{name} has {len(outliers.odd):,} values far from the rest, kept: {where}; {rest}; their ranks alone "
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


def _are_thousandfold(odd: np.ndarray, low: float, high: float) -> bool:
    return any(bool(((odd / factor >= low) & (odd / factor <= high)).all()) for factor in (1000, 100, 1e6, 1e-3))


def _note_zeros(column: pd.Series, values: np.ndarray, given: str | None, notes: Notes) -> None:
    outliers = find_outliers(values) if given is None else None
    if outliers is None and (sentence := zeros_note(str(column.name), values)):
        notes.add("shape", str(column.name), sentence)


def _check_infinity(column: pd.Series) -> None:
    if _is_number(column) and (wrong := np.flatnonzero(np.isinf(column.to_numpy(np.float64, na_value=np.nan)))).size:
        row = column.index[wrong[0]]
        raise ExoprobeError(f"{column.name} is infinite in row {row} (from 0); leave the field empty if unknown")


def _check_texts(texts: pd.Series) -> None:
    """Refuse texts of which most are numbers, and names."""
    name, known = texts.name, len(texts)
    texts = texts.astype(str).drop_duplicates()
    different = len(texts)
    fits = texts.map(lambda text: SHAPE.fullmatch(text) is not None).to_numpy(bool)
    strange = texts[~fits]
    if 0 < len(strange) < different * (1 - MOSTLY) and not is_padded(list(texts[fits])):
        row, value = strange.index[0], cut(_shown(strange.iloc[0]))
        raise NotAFactorError(
            f"{name} cannot be probed, it is {value!r} in row {row} (from 0) and a number in most others; correct "
            "it, or leave it empty if unknown"
        )
    if fits.all() and not is_padded(list(texts)):
        first, other = texts.iloc[0], _other_form(texts)
        raise NotAFactorError(
            f"{name} cannot be probed, it holds numbers in several units or forms, such as {cut(first)!r} and "
            f"{cut(other)!r}; write all as numbers of one unit"
        )
    few = max(FEW, known / 2)
    if different > few:
        raise NotAFactorError(f"{name} cannot be probed, its {different:,} texts are names, not categories")
    if different > MOST_CATEGORIES:
        raise NotAFactorError(
            f"{name} cannot be probed, it has {different:,} categories; at most {MOST_CATEGORIES} are possible"
        )


def _other_form(texts: pd.Series) -> str:
    """Return the first text whose unit or separators differ from the first's."""

    def form(text: str) -> str:
        return "".join(sorted({mark for mark in text if not mark.isdigit()}))

    return next((text for text in texts if form(text) != form(texts.iloc[0])), texts.iloc[-1])


def _is_permutation(known: pd.Series) -> bool:
    """Return whether different whole numbers are those of a range, each once."""
    return len(known) > MOST_CATEGORIES and known.max() - known.min() == len(known) - 1


def _check_kind(column: pd.Series, kind: str) -> tuple[str, float | None]:
    """Return a kind that the user gives, and its period, if the values fit."""
    kind, period = parse_kind(kind)
    known, name = column.dropna(), f"kinds: {column.name} is {kind}"
    if kind not in KINDS:
        raise ExoprobeError(f"{name}; allowed: {', '.join(KINDS)}, and an angle's full turn: angle 24, angle radians")
    different = known.nunique()
    if kind == "binary" and different != 2:
        raise ExoprobeError(f"{name}, but has {different:,} different values")
    if kind == "categorical" and different > MOST_CATEGORIES:
        raise ExoprobeError(f"{name}, but has {different:,} different values; at most {MOST_CATEGORIES} are possible")
    if kind in CLASSES:
        return kind, None
    if not _is_number(column):
        raise ExoprobeError(f"{name}, but is {cut(_shown(known.iloc[0]))!r} in row {known.index[0]} (from 0)")
    return (kind, check_turn(str(column.name), known, period)) if kind == "angle" else (kind, None)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _shown(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
