"""Simulated audits of several fields for ``exoprobe demo --field``, a table of what is encoded for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DIMENSION = 32
IDENTITY, NOISE = 1.2, 0.7  # standard deviations


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        values: classes, or the ends of a range of numbers.
        of_group: whether it is constant within a group.
        follows: the column that decides its class for three rows or groups in four.
    """

    values: Sequence[str] | tuple[float, float]
    of_group: bool = False
    follows: str = ""


@dataclass(frozen=True)
class Field:
    """An audit of one field.

    Attributes:
        group: the group's column.
        groups: how many.
        rows: of each.
        columns: by name, one that follows another after it.
        strengths: of each representation, how strongly it encodes which column.
        label: what it should encode; None for the group.
        given: columns that are known anyway.
    """

    group: str
    groups: int
    rows: int
    columns: Mapping[str, Column]
    strengths: Mapping[str, Mapping[str, float]]
    label: str | None = None
    given: Sequence[str] = field(default=())


TWO = ("no", "yes")
FIELDS = {
    "faces": Field(
        "person", 500, 3,
        {
            "sex": Column(("female", "male"), of_group=True), "age": Column((18, 80), of_group=True),
            "beard": Column(TWO, of_group=True, follows="sex"), "glasses": Column(TWO), "smiling": Column(TWO),
            "yaw": Column((-60, 60)),
        },
        {
            "before": {"sex": 1.5, "age": 0.8, "glasses": 1.2, "smiling": 0.9, "yaw": 1.0},
            "after": {"sex": 1.5, "age": 0.8, "glasses": 1.2, "smiling": 0.4, "yaw": 0.3},
        },
        given=("sex", "age"),
    ),
    "pathology": Field(
        "patient", 150, 3,
        {
            "tumor": Column(("LUAD", "LUSC"), of_group=True),
            "site": Column(("MSK", "UCSF", "Mayo"), of_group=True, follows="tumor"),
            "scanner": Column(("aperio", "leica", "3dhistech"), of_group=True, follows="site"),
            "age": Column((40, 85), of_group=True), "focus": Column((0, 1)),
        },
        {
            "imagenet": {"tumor": 0.8, "site": 1.0, "scanner": 1.2, "focus": 0.8},
            "pathology model": {"tumor": 1.6, "site": 0.6, "scanner": 0.5, "focus": 0.3},
        },
        label="tumor",
    ),
    "single-cells": Field(
        "donor", 48, 20,
        {
            "cell_type": Column(("B", "T", "NK", "monocyte")),
            "batch": Column(("1", "2", "3"), of_group=True), "sex": Column(("f", "m"), of_group=True),
            "percent_mito": Column((0, 20)),
        },
        {
            "X_pca": {"cell_type": 2.0, "batch": 1.5, "percent_mito": 0.8},
            "X_scVI": {"cell_type": 1.9, "batch": 0.3, "percent_mito": 0.6},
        },
        label="cell_type",
    ),
    "text": Field(
        "author", 500, 3,
        {
            "topic": Column(("politics", "science", "sports")), "source": Column(("blog", "news"), follows="topic"),
            "sex": Column(("female", "male"), of_group=True), "length": Column((50, 900)),
        },
        {"encoder": {"topic": 1.8, "source": 0.8, "sex": 0.5, "length": 1.0}},
        label="topic",
        given=("length",),
    ),
}  # fmt: skip


def field_data(name: str, seed: int = 0) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Draw the embeddings of one of :data:`FIELDS`, and their table.

    Args:
        name: of the field.
        seed: of everything.

    Returns:
        Features float32 [N, 32] by representation, and a table of N rows.
    """
    of, random = FIELDS[name], np.random.default_rng(seed)
    group = np.repeat(np.arange(of.groups), of.rows)
    codes: dict[str, np.ndarray] = {}
    table = pd.DataFrame({of.group: [f"{of.group} {number:03d}" for number in group]})
    for title, column in of.columns.items():
        rows = np.arange(of.groups) if column.of_group else group
        drawn = _draw(column, codes, rows, of.rows, random)
        codes[title] = drawn[group] if column.of_group else drawn
        table[title] = np.array(column.values)[codes[title]] if _is_class(column) else codes[title].round(1)
    identity = IDENTITY * random.normal(size=(of.groups, DIMENSION))[group]
    encoded = {title: _encoded(column, codes[title]) for title, column in of.columns.items()}
    directions = {title: random.normal(size=(values.shape[1], DIMENSION)) for title, values in encoded.items()}
    features = {}
    for representation, strengths in of.strengths.items():
        vectors = identity + NOISE * random.normal(size=identity.shape)
        for title, strength in strengths.items():
            vectors += strength * encoded[title] @ directions[title] / np.sqrt(DIMENSION) * 2
        features[representation] = vectors.astype(np.float32)
    return features, table


def _is_class(column: Column) -> bool:
    return isinstance(column.values[0], str)


def _draw(
    column: Column, codes: Mapping[str, np.ndarray], rows: np.ndarray, per_group: int, random: np.random.Generator
) -> np.ndarray:
    """Return a class per row as a code, or a number."""
    if not _is_class(column):
        low, high = (float(end) for end in column.values)
        return random.uniform(low, high, len(rows))
    count = len(column.values)
    drawn = random.permutation(np.arange(len(rows)) % count)
    if column.follows:
        leading = codes[column.follows][::per_group] if column.of_group else codes[column.follows]
        drawn = np.where(random.random(len(rows)) < 0.75, leading % count, drawn)
    return drawn


def _encoded(column: Column, codes: np.ndarray) -> np.ndarray:
    """Return a column's values as features of a linear map, [N, K]."""
    if _is_class(column):
        return np.eye(len(column.values))[codes]
    return ((codes - codes.mean()) / codes.std())[:, None]
