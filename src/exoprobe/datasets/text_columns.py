"""A column of text, read as what it holds: numbers, dates, truth values, or categories."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.dates import read_dates
from exoprobe.datasets.text_numbers import is_padded, read_clock, read_durations, read_numbers, without_limits
from exoprobe.datasets.text_values import UNKNOWN_AMONG_NUMBERS, UNKNOWN_WORDS, clean_text, read_categories

PLAIN = r"^\s*([-+]?([1-9]\d*|0)(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+([eE][-+]?\d+)?|[-+]?inf)\s*$"
TRUTHS = {"true": True, "false": False}
NO_DATE = re.compile(r"0{1,4}[-./]0{1,2}[-./]0{1,4}")
SHOWN = 3
CLOCK_NOTE = "times of day, read as hours; if they go around midnight,"


def read_text_column(name: str, column: pa.ChunkedArray, as_text: bool, stored: bool, notes: Notes) -> pd.Series:
    """Read a column of text as what it holds.

    Args:
        name: of the column.
        column: text [N], null where unknown.
        as_text: leave it as it is: it names something.
        stored: whether the file could have held numbers as numbers (Parquet), so that text is worth a note.
        notes: where to note how it was read, if not as it stands.

    Returns:
        Numbers, truth values, or text [N].
    """
    if as_text:
        return pd.Series(column.to_pandas().to_numpy(dtype=object))
    if pc.all(pc.match_substring_regex(column, PLAIN)).as_py() and len(column) > column.null_count:
        if stored:
            notes.add("text", name, f"{name} holds numbers as text, read as numbers.")
        return _plain_numbers(column)
    encoded = pc.dictionary_encode(column.combine_chunks())
    values, codes = _cleaned(encoded)
    if {value.casefold() for value in values} <= set(TRUTHS) and values and (codes >= 0).all():
        return pd.Series(np.array([TRUTHS[value.casefold()] for value in values])[codes])
    numbers = _numbers(name, values, codes, stored, notes)
    if numbers is None:
        numbers = _times(name, values, codes, notes)
    if numbers is not None:
        return pd.Series(numbers)
    return pd.Series(read_categories(name, values, codes, notes), dtype=object)


def _plain_numbers(column: pa.ChunkedArray) -> pd.Series:
    trimmed = pc.utf8_trim_whitespace(column)
    if not column.null_count:
        try:
            return trimmed.cast(pa.int64()).to_pandas()
        except pa.ArrowInvalid:  # with a point, or too large
            pass
    return pd.Series(pd.to_numeric(trimmed.to_pandas()).to_numpy(np.float64, na_value=np.nan))


def _cleaned(encoded: pa.DictionaryArray) -> tuple[list[str], np.ndarray]:
    """Return the different texts without blanks at their ends, and which one each row has, -1 where unknown."""
    raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    texts = [clean_text(text) for text in encoded.dictionary.to_pylist()]
    values = list(dict.fromkeys(text for text in texts if text))
    index = {value: position for position, value in enumerate(values)}
    new = np.array([*(index.get(text, -1) for text in texts), -1])
    return values, new[raw]


def _numbers(name: str, values: list[str], codes: np.ndarray, stored: bool, notes: Notes) -> np.ndarray | None:
    """Read texts as numbers, float64 [N]; None where they are none, or some are something else."""
    words = [value for value in values if value.casefold() in UNKNOWN_AMONG_NUMBERS]
    others = [value for value in values if value.casefold() not in UNKNOWN_AMONG_NUMBERS]
    if not others or is_padded(others):
        return None
    limits = without_limits(others)
    read = read_numbers([limits.get(value, value) for value in others])
    if read is None or np.isnan(read.values).any():
        return None
    if len(others) <= len([word for word in words if word.casefold() not in UNKNOWN_WORDS]):
        return None
    if read.form:
        example = f"{others[0]!r} is {read.values[0]:.15g}"
        notes.add("text", name, f"{name} holds numbers {read.form}, read as numbers: {example}.")
    elif stored:
        notes.add("text", name, f"{name} holds numbers as text, read as numbers.")
    if limits:
        shown = ", ".join(f"{text!r} as {number}" for text, number in list(limits.items())[:SHOWN])
        notes.add("text", name, f"{name} has limits among its numbers, read as these: {shown}.")
    _note_words(name, words, values, codes, notes)
    by_value = dict(zip(others, read.values, strict=True))
    return _spread(values, codes, by_value)


def _times(name: str, values: list[str], codes: np.ndarray, notes: Notes) -> np.ndarray | None:
    """Read texts as dates, datetime64 [N], or times of day or durations, float64 [N]; None where some are none."""
    words = [value for value in values if value.casefold() in UNKNOWN_AMONG_NUMBERS or NO_DATE.fullmatch(value)]
    others = [value for value in values if value not in words]
    dates = read_dates(name, others, notes)
    numbers = _clocks(name, others, notes) if dates is None else None
    if dates is not None or numbers is not None:
        _note_words(name, words, values, codes, notes)
    if dates is not None:
        by_value = dict(zip(others, dates, strict=True))
        unknown = np.datetime64("NaT", "us")
        return np.array([*(by_value.get(value, unknown) for value in values), unknown], "datetime64[us]")[codes]
    return None if numbers is None else _spread(values, codes, dict(zip(others, numbers, strict=True)))


def _clocks(name: str, texts: list[str], notes: Notes) -> np.ndarray | None:
    """Read texts as times of day in hours, or as durations; None where some are something else."""
    hours = read_clock(texts)
    if hours is not None:
        notes.add("dates", name, f"{name} holds {CLOCK_NOTE} set kinds: {{{name}: hour}}.")
        return hours
    durations = read_durations(texts)
    if durations is not None:
        notes.add("dates", name, f"{name} holds durations, read as numbers: {texts[0]!r} is {durations[0]:.6g}.")
    return durations


def _note_words(name: str, words: list[str], values: list[str], codes: np.ndarray, notes: Notes) -> None:
    for word in words:
        count = int((codes == values.index(word)).sum())
        notes.add("unknown", name, f"{name} is {word!r} in {count:,} rows, read as unknown.")


def _spread(values: list[str], codes: np.ndarray, by_value: dict[str, float]) -> np.ndarray:
    numbers = np.array([*(by_value.get(value, np.nan) for value in values), np.nan])
    return numbers[codes]
