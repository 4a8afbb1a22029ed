"""Which texts can be categories, and why others cannot: most are numbers or dates, or they are names."""

from collections.abc import Sequence

import pandas as pd

from exoprobe.datasets.dates import DATE
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.table_columns import cut
from exoprobe.datasets.text_numbers import SHAPE, is_padded
from exoprobe.errors import ExoprobeError

FEW = 10  # different whole numbers: classes rather than amounts; so few texts are no names
MARKS = ("|", ";", ",", "/", "+", "&")  # between several names in a field
SHOWN = 4
NUMBER_FIRST = r"\W{0,2}P?\d(?!.*\.[A-Za-z]\w*$)"  # as in 120/80, $1.2M, P3Y4M; 12.jpg names a file
MOSTLY = 0.5  # of a column's texts are numbers, or dates: it was meant to hold these


class NotAFactorError(ExoprobeError):
    """A column that cannot be probed: it is constant, or its values do not describe a factor."""


def check_texts(texts: pd.Series) -> None:
    """Refuse texts of which most are numbers, and names."""
    name, known = texts.name, len(texts)
    texts = texts.astype(str).drop_duplicates()
    different = len(texts)
    fits = texts.map(lambda text: SHAPE.fullmatch(text) is not None).to_numpy(bool)
    strange = texts[~fits]
    if 0 < len(strange) < different * (1 - MOSTLY) and not is_padded(list(texts[fits])):
        row, value = row_name(strange.index), cut(strange.iloc[0])
        raise NotAFactorError(
            f"{name} cannot be probed, it is {value!r} in {row} and a number in most others; correct "
            "it, or leave it empty if unknown"
        )
    if fits.all() and not is_padded(list(texts)):
        first, other = texts.iloc[0], _other_form(texts)
        raise NotAFactorError(
            f"{name} cannot be probed, it holds numbers in several units or forms, such as {cut(first)!r} and "
            f"{cut(other)!r}; write all as numbers of one unit"
        )
    _refuse_strange_date(texts)
    if different > max(FEW, known / 2):
        if joined := joined_names(list(texts)):
            raise NotAFactorError(f"{name} cannot be probed, {joined}")
        hint = ""
        if texts.str.match(NUMBER_FIRST).all():
            hint = f"; if they are amounts, such as {cut(texts.iloc[0])!r}, write one number in each field"
        raise NotAFactorError(f"{name} cannot be probed, its {different:,} texts are names, not categories{hint}")


def joined_names(texts: Sequence[str]) -> str:
    """Say that different texts hold several names each, ``cat|dog`` beside ``cat``; empty where they do not."""
    for mark in MARKS:
        fields = [[name.strip(" []'\"") for name in text.split(mark)] for text in texts]
        names = {name for field in fields for name in field}
        if len({len(field) for field in fields}) > 1 and len(names) < len(texts) and "" not in names:
            shown = ", ".join(sorted(names)[:SHOWN]) + (", …" if len(names) > SHOWN else "")
            return f"its fields hold several names parted by {mark!r}; write a column of yes and no for each of {shown}"
    return ""


def _refuse_strange_date(texts: pd.Series) -> None:
    """Refuse different texts of which most are dates, with the first that is none."""
    dated = texts.map(lambda text: DATE.fullmatch(text) is not None).to_numpy(bool)
    if dated.sum() <= max(FEW, len(texts) * MOSTLY):
        return
    impossible = pd.to_datetime(texts, format="mixed", errors="coerce", utc=True).isna().to_numpy(bool)
    strange = texts[~dated | impossible]
    if len(strange):
        raise NotAFactorError(
            f"{texts.name} cannot be probed, it is {cut(strange.iloc[0])!r} in {row_name(strange.index)} and a "
            "date in most others; correct it, or leave it empty if unknown"
        )


def _other_form(texts: pd.Series) -> str:
    """Return the first text whose unit or separators differ from the first's."""

    def form(text: str) -> str:
        return "".join(sorted({mark for mark in text if not mark.isdigit()}))

    return next((text for text in texts if form(text) != form(texts.iloc[0])), texts.iloc[-1])
