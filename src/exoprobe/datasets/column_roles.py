"""The roles of the columns of a factor table, as the user gives them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


def as_group(columns: str | Sequence[str] | None) -> str | list[str] | None:
    """Return the group's column, or columns where they are several.

    Raises:
        ExoprobeError: where they are no names.
    """
    if columns is None or isinstance(columns, str):
        return columns
    if not isinstance(columns, Sequence):
        raise ExoprobeError(f"group is {columns!r}; it must be the name of a column, a list of names, or None")
    return columns[0] if len(columns) == 1 else list(columns)


@dataclass(frozen=True)
class Roles:
    """The columns of a factor table and what they are.

    Attributes:
        id: the column that names the samples; None to join by order.
        group: the groups whose rows stay in one split (person, patient, source); of several columns, no value of any
            is in two splits; None if every row is its own.
        label: the class that the representation is trained to encode.
        split: train, validation or test; None to make one.
        kinds: kinds of factors that are not to be inferred.
        factor_columns: the factors; None for every column that can be one and has no other role.
        where: which rows count, see :mod:`exoprobe.datasets.row_filter`; None for all.
    """

    id: str | None = None
    group: str | Sequence[str] | None = None
    label: str | None = None
    split: str | None = None
    kinds: Mapping[str, str] | None = None
    factor_columns: Sequence[str] | None = None
    where: str | None = None

    @property
    def group_columns(self) -> tuple[str, ...]:
        """The columns of the groups."""
        return () if self.group is None else (self.group,) if isinstance(self.group, str) else tuple(self.group)

    @property
    def group_name(self) -> str | None:
        """What the groups are called; None where every row is its own."""
        return " and ".join(self.group_columns) or None

    @property
    def label_is_group(self) -> bool:
        """Whether the label is one of the groups' columns, or there are neither."""
        return self.label in self.group_columns or self.label is self.group is None

    @property
    def reserved(self) -> frozenset[str]:
        """The columns that have another role than that of a factor."""
        named = (self.id, self.label, self.split, *self.group_columns)
        return frozenset(name for name in named if name is not None)

    def labeled(self) -> "Roles":
        """Return the roles with the first group column as the label where none is given."""
        return self if self.label is not None else replace(self, label=next(iter(self.group_columns), None))

    def check(self, path: str | Path, known: Sequence[str]) -> None:
        """Refuse columns that a table has not, and factors that have another role.

        Args:
            path: the table.
            known: its columns.

        Raises:
            ExoprobeError: in one line that names the key of the configuration and the column.
        """
        groups = self.group_columns
        others = {f"audit.group[{index}]" if len(groups) > 1 else "audit.group": n for index, n in enumerate(groups)}
        others |= {f"audit.{role}": getattr(self, role) for role in ("id", "label", "split")}
        factors = {f"audit.factor_columns[{index}]": name for index, name in enumerate(self.factor_columns or ())}
        factors |= {f"audit.kinds.{name}": name for name in self.kinds or {}}
        for key, name in {**others, **factors}.items():
            if name is not None:
                check_column(path, key, name, known)
        if self.where is not None:
            check_filter(self.where, path, list(known))
        for key, name in factors.items():
            for role, columns in (("group", self.group_columns), ("id", (self.id,)), ("split", (self.split,))):
                if name in columns:
                    raise ExoprobeError(f"{key} is {name!r}, the {role} column; it cannot be a factor too")

    def candidates(self, names: Sequence[str]) -> list[str]:
        """Return which columns may be factors."""
        return (
            list(self.factor_columns)
            if self.factor_columns is not None
            else [name for name in names if name not in self.reserved]
        )

    def named(self, name: str) -> bool:
        """Return whether the user has asked for this factor."""
        return name in (self.factor_columns or ()) or name in (self.kinds or {})

    def kinds_of(self, name: str) -> list[str | None]:
        """Return what a column is to be read as: one factor, or one for each part of its dates."""
        given = (self.kinds or {}).get(name)
        return [None] if given is None else [given] if "<" in given else [kind.strip() for kind in given.split(",")]
