"""Columns of text: the same value spelled in several ways, words for an unknown value, yes and no."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from exoprobe.datasets.dataset_notes import Notes

INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
UNKNOWN_WORDS = {"na", "n/a", "nan", "null", "#n/a", "<na>", ".", "#na", "nil"}  # of any column, in any case
UNKNOWN_AMONG_NUMBERS = UNKNOWN_WORDS | {
    *("-", "--", "?", "*", "none", "unknown", "missing", "n.a.", "not available", "nd", "n/d"),
    *("#div/0!", "#value!", "#ref!", "#num!", "#name?"),
}
YES = {"yes", "y", "true", "t", "1", "on", "ja", "j", "oui", "sí", "si", "sì", "sim", "да", "是", "はい"}
NO = {"no", "n", "false", "f", "0", "off", "nein", "non", "não", "nao", "nee", "нет", "否", "いいえ"}
LIKELY_UNKNOWN = {
    *(
        "unknown",
        "missing",
        "not available",
        "not reported",
        "unspecified",
        "n.a.",
        "?",
        "-",
        "--",
        "nd",
        "n.d.",
        "unk",
    ),
    *(
        "not known",
        "not done",
        "not applicable",
        "not recorded",
        "not specified",
        "not stated",
        "undetermined",
        "refused",
    ),
    *("prefer not to say", "declined", "unbekannt", "keine angabe", "k.a.", "inconnu", "desconocido", "sconosciuto"),
    *("n.b.", "неизвестно", "不明", "未知"),
}
SHOWN = 3  # examples in a note
MANY = 100  # different values, from which on they are not compared
COUNTRY_CODE = re.compile("[A-Z]{2}")


def clean_text(text: str) -> str:
    """Return a text in Unicode's composed form, without blanks at its ends and without invisible characters."""
    if text.isascii():
        return text.strip()
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip()


def same_name(text: str) -> str:
    """Return what names have in common that differ in blanks, case or Unicode's forms alone."""
    text = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split()).casefold()
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def merge(values: Sequence[str], counts: np.ndarray, keys: Sequence[str]) -> tuple[np.ndarray, list[str], list[str]]:
    """Put values of one key together, under the spelling that is most frequent.

    Args:
        values: V different texts.
        counts: how often each is there, [V].
        keys: what each has in common with its other spellings.

    Returns:
        Which of the merged values each is [V], the merged values, and examples: ``'f ' is read as 'f'``.
    """
    by_key: dict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        by_key[key].append(index)
    codes = np.empty(len(values), np.int64)
    merged: list[str] = []
    examples: list[str] = []
    for indices in by_key.values():
        best = max(indices, key=lambda index: (counts[index], values[index] == clean_text(values[index])))
        codes[indices] = len(merged)
        merged.append(values[best])
        examples += [f"{values[index]!r} as {values[best]!r}" for index in indices if index != best]
    return codes, merged, examples


def read_categories(name: str, values: list[str], codes: np.ndarray, notes: Notes) -> np.ndarray:
    """Return the categories of a column of text, values [N], None where unknown.

    Args:
        name: of the column.
        values: V different texts, without blanks at their ends.
        codes: which one each row has, -1 where unknown, [N].
        notes: what was put together, or read as unknown.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    unknown = [index for index, value in enumerate(values) if _is_unknown(value, values)]
    for index in unknown:
        _note_unknown(name, values[index], int(counts[index]), notes)
    if "NA" in values and values.index("NA") not in unknown:
        message = f"{name} is 'NA' in {counts[values.index('NA')]:,} rows, read as a code like {_other(values)!r}"
        notes.add("unknown", name, f"{message}, not as unknown; leave the field empty where it is unknown.")
    for value in values if len(values) > 2 else ():
        if value.casefold() in LIKELY_UNKNOWN:
            message = f"{name} is {value!r} in {counts[values.index(value)]:,} rows, kept as a category"
            notes.add("unknown", name, f"{message}; leave the field empty where it is unknown.")
    if alike := _alike(values):
        notes.add("text", name, f"{name}: {alike} stay apart; write them alike if they are one.")
    new, merged, examples = merge(values, counts, [_category_key(value, values) for value in values])
    if examples:
        _note_merged(name, examples, notes)
    known = [value for index, value in enumerate(values) if index not in unknown]
    if len({new[values.index(value)] for value in known}) > 2 and (truths := _truths(merged, known)):
        notes.add("text", name, f"{name}: {_quoted(merged, YES)} are read as 'yes', {_quoted(merged, NO)} as 'no'.")
        merged = [truths.get(value.casefold(), value) for value in merged]
    new[unknown] = -1
    texts = np.array([*merged, None], dtype=object)
    return texts[np.where(codes < 0, -1, new[codes])] if len(values) else np.full(len(codes), None, object)


def _is_unknown(value: str, values: Sequence[str]) -> bool:
    if value.casefold() not in UNKNOWN_WORDS:
        return False
    others = [other for other in values if other.casefold() not in UNKNOWN_WORDS]
    codes = [other for other in others if COUNTRY_CODE.fullmatch(other)]
    return not (value == "NA" and len(codes) >= 2 and len(codes) == len(others))  # NA is Namibia among countries


def _other(values: Sequence[str]) -> str:
    return next(value for value in values if value != "NA")


def _category_key(value: str, values: Sequence[str]) -> str:
    """Return what makes two categories the same; single letters keep their case, unless all are y and n."""
    if len(value) > 1 or all(other.casefold() in YES | NO for other in values):
        return value.casefold()
    return value


def _alike(values: Sequence[str]) -> str:
    """Return values that may be one and stay apart: single letters that differ in case, initials, accents."""
    if len(values) > MANY or all(value.casefold() in YES | NO | UNKNOWN_WORDS for value in values):
        return ""
    words: dict[str, list[str]] = defaultdict(list)
    for value in {value.casefold() for value in values if len(value) > 1 and value.isalpha()}:
        words[value[0]].append(value)
    by_form: dict[str, list[str]] = defaultdict(list)
    for value in values:
        begun = words[value.casefold()] if len(value) == 1 else []  # M is male where no other word begins so
        by_form[_without_accents(begun[0] if len(begun) == 1 else value)].append(value)
    pairs = [
        sorted(forms)[:2] for forms in by_form.values() if len({_category_key(form, values) for form in forms}) > 1
    ]
    more = f", and {len(pairs) - 1:,} more such," if len(pairs) > 1 else ""
    return " and ".join(map(repr, pairs[0])) + more if pairs else ""


def _without_accents(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))


def _truths(merged: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Return what each word for yes or no stands for; nothing where there are other words."""
    words = {value.casefold() for value in known}
    if not (words <= YES | NO and words & YES and words & NO):
        return {}
    return {word: "yes" if word in YES else "no" for word in words | {value.casefold() for value in merged}}


def _quoted(values: Sequence[str], words: set[str]) -> str:
    return ", ".join(repr(value) for value in values if value.casefold() in words)


def _note_unknown(name: str, value: str, count: int, notes: Notes) -> None:
    notes.add("unknown", name, f"{name} is {value!r} in {count:,} rows, read as unknown.")


def _note_merged(name: str, examples: Sequence[str], notes: Notes) -> None:
    more = f" and {len(examples) - SHOWN:,} more" if len(examples) > SHOWN else ""
    notes.add("text", name, f"{name}: values that differ in case alone are one: {', '.join(examples[:SHOWN])}{more}.")
