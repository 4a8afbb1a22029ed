"""The factors of a user's dataset: what a representation may or should not encode of its samples."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.datasets.normal_scores import NormalScores
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

KINDS = ("binary", "categorical", "continuous", "angle")
CLASSES = ("binary", "categorical")
RAW, RANKS = "raw", "ranks"  # scales of numbers
METADATA_KEY = b"exoprobe.factors"


@dataclass(frozen=True)
class Factor:
    """What is known of one factor.

    Attributes:
        name: as the user calls it.
        kind: one of :data:`KINDS`.
        values: float64 [N]: codes from 0 (binary, categorical), numbers, or degrees; NaN where it is not known.
        categories: what the codes stand for, of binary and categorical factors.
        scale: what probes are fitted to and judged by, of numbers: :data:`RAW`, the numbers, as is right of a physical
            quantity such as an angle in degrees; or :data:`RANKS`, their normal scores, as is right where nothing is
            known of the unit.
        limits: the least and the greatest number that a probe predicts of it, see :meth:`learned_from`.
        reference: the normal scores of its numbers, likewise.
        source: who annotated or estimated it, where results should cite it.
        period: of an angle, what the user calls a full turn (24 of hours); ``values`` are degrees all the same.
    """

    name: str
    kind: str
    values: np.ndarray
    categories: tuple[str, ...] = ()
    limits: tuple[float, float] = (-math.inf, math.inf)
    source: str = ""
    period: float = 360.0
    scale: str = RAW
    reference: NormalScores | None = None

    @property
    def known(self) -> np.ndarray:
        """Where the factor is known, bool [N]."""
        return ~np.isnan(self.values)

    def at(self, rows: np.ndarray) -> "Factor":
        """Return the factor of some samples, bool [N] or their indices."""
        return replace(self, values=self.values[rows])

    def learned_from(self, rows: np.ndarray) -> "Factor":
        """Return the factor with the range and the normal scores of its numbers in some samples, bool [N].

        A unit that is zero on nearly all training samples may be large on one test sample. A single prediction far
        outside the range would then dominate the error of all others.
        """
        seen = self.values[rows & self.known]
        if self.kind != "continuous":
            return self
        reference = NormalScores.fit(seen) if self.scale == RANKS else None
        return replace(self, limits=(seen.min(), seen.max()) if len(seen) else self.limits, reference=reference)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values of any shape on the factor's scale: the normal scores of numbers on ranks, others as they are.

        Raises:
            ValueError: where the normal scores were not learned, see :meth:`learned_from`.
        """
        return values if not self.on_ranks else self._learned().of(values)

    def unscaled(self, outputs: np.ndarray) -> np.ndarray:
        """Return the numbers at outputs of any shape on the factor's scale, within its limits.

        Raises:
            ValueError: as :meth:`scaled`.
        """
        return outputs.clip(*self.limits) if not self.on_ranks else self._learned().numbers_at(outputs)

    @property
    def on_ranks(self) -> bool:
        """Whether its scale is that of its numbers' ranks."""
        return self.kind == "continuous" and self.scale == RANKS

    def _learned(self) -> NormalScores:
        if self.reference is None:
            raise ValueError(f"the normal scores of {self.name} were not learned from training rows")
        return self.reference


def write_factors(path: str | Path, factors: Sequence[Factor], dataset_digest: str) -> None:
    """Write factors as Parquet, a column each, a row per sample in the dataset's order.

    Args:
        path: the file.
        factors: of N samples each.
        dataset_digest: of the dataset whose samples these are.
    """
    stated = {
        "dataset_digest": dataset_digest,
        "factors": [
            {name: getattr(factor, name) for name in ("kind", "categories", "source", "period", "scale")}
            for factor in factors
        ],
    }
    schema = pa.schema(
        [pa.field(factor.name, pa.float64(), nullable=False) for factor in factors],
        metadata={METADATA_KEY: json.dumps(stated).encode()},
    )
    with atomic_write(path) as temporary:
        table = pa.Table.from_arrays([pa.array(factor.values) for factor in factors], schema=schema)
        pq.write_table(table, temporary, write_page_checksum=True)


def read_factors(path: str | Path, dataset_digest: str | None = None) -> list[Factor]:
    """Read the factors of a dataset.

    Args:
        path: a file of :func:`write_factors`.
        dataset_digest: if given, the dataset that the file must belong to.

    Raises:
        ExoprobeError: where the file is damaged or belongs to another dataset.
    """
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        stated = json.loads(table.schema.metadata[METADATA_KEY])
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise ExoprobeError(f"{path}: not a whole factors file ({error}); delete it and run again") from error
    if dataset_digest is not None and stated["dataset_digest"] != dataset_digest:
        raise ExoprobeError(f"{path}: holds the factors of another dataset; delete it and run again")
    return [
        Factor(
            name,
            entry["kind"],
            column.to_numpy(),
            tuple(entry["categories"]),
            source=entry.get("source", ""),
            period=entry.get("period", 360.0),
            scale=entry.get("scale", RAW),
        )
        for name, column, entry in zip(table.column_names, table.columns, stated["factors"], strict=True)
    ]
