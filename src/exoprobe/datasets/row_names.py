"""What a message calls a row of a user's file: its number as the tools that show such files count."""

import pandas as pd

FROM_ZERO = "row {} (from 0)"  # of arrays and DataFrames
LINE = "line {}"  # of text files, as an editor counts
OF_SHEET = "row {} of the sheet"  # of spreadsheets, of which the first holds the names


def row_from_zero(position: int) -> str:
    """Return what a row of an array is called."""
    return FROM_ZERO.format(position)


def row_name(index: pd.Index, position: int = 0) -> str:
    """Return what the row at a position is called.

    Args:
        index: of rows of a table, their numbers in the user's file; its name is one of the forms above, None stands
            for the first.
        position: in the index.
    """
    return str(index.name or FROM_ZERO).format(index[position])
