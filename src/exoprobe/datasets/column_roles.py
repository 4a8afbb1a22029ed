"""The roles of the columns of a factor table, as the user gives them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exoprobe.datasets.row_filter import check_filter
from exoprobe.datasets.table_columns import check_column
from exoprobe.errors import ExoprobeError

DATE_KINDS = ("date", "hour", "weekday", "month")
KIND = re.compile(  # of a factor; an angle may name its full turn, categories their order, dates several parts
    r"binary|categorical|continuous|angle(?: (?P<period>radians|degrees|(?!0+(?:\.0+)?$)\d+(?:\.\d+)?))?"
    rf"|ordered(?: (?P<order>[^<]+(?:<[^<]+)+))?|(?:{'|'.join(DATE_KINDS)})(?:, ?(?:{'|'.join(DATE_KINDS)}))*"
)
KINDS_ALLOWED = (
    "binary, categorical, continuous, ordered, ordered low < high, angle, angle 24 (its period), and of dates "
    f"{', '.join(DATE_KINDS)}"
)


@dataclass(frozen=True)
class Roles:
    """The columns of a factor table and what they are.

    Attributes:
        id: the column that names the samples; None to join by order.
        group: the groups whose rows stay in one split (person, patient, source); None if every row is its own.
        label: the class that the representation is trained to encode.
        split: train, validation or test; None to make one.
        kinds: kinds of factors that are not to be inferred.
        factor_columns: the factors; None for every column that can be one and has no other role.
        where: which rows count, see :mod:`exoprobe.datasets.row_filter`; None for all.
    """

    id: str | None = None
    group: str | None = None
    label: str | None = None
    split: str | None = None
    kinds: Mapping[str, str] | None = None
    factor_columns: Sequence[str] | None = None
    where: str | None = None

    def check(self, path: str | Path, columns: Sequence[str]) -> None:
        """Refuse columns that a table has not, and factors that have another role.

        Args:
            path: the table.
            columns: its columns.

        Raises:
            ExoprobeError: in one line that names the key of the configuration and the column.
        """
        others = {f"audit.{role}": getattr(self, role) for role in ("group", "id", "label", "split")}
        factors = {f"audit.factor_columns[{index}]": name for index, name in enumerate(self.factor_columns or ())}
        factors |= {f"audit.kinds.{name}": name for name in self.kinds or {}}
        for key, name in {**others, **factors}.items():
            if name is not None:
                check_column(path, key, name, columns)
        if self.where is not None:
            check_filter(self.where, path, list(columns))
        for key, name in factors.items():
            for role in ("group", "id", "split"):
                if name == getattr(self, role):
                    raise ExoprobeError(f"{key} is {name!r}, the {role} column; it cannot be a factor too")

    def candidates(self, names: Sequence[str]) -> list[str]:
        """Return which columns may be factors."""
        others = {self.id, self.group, self.label, self.split}
        return (
            list(self.factor_columns)
            if self.factor_columns is not None
            else [name for name in names if name not in others]
        )

    def named(self, name: str) -> bool:
        """Return whether the user has asked for this factor."""
        return name in (self.factor_columns or ()) or name in (self.kinds or {})

    def kinds_of(self, name: str) -> list[str | None]:
        """Return what a column is to be read as: one factor, or one for each part of its dates."""
        given = (self.kinds or {}).get(name)
        return [None] if given is None else [given] if "<" in given else [kind.strip() for kind in given.split(",")]
