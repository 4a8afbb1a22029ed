"""What is known of a user's feature file before its values are read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exoprobe.errors import ExoprobeError

BLOCK_BYTES = 1 << 24  # read at once


@dataclass(frozen=True)
class UserFile:
    """A user's feature file, a row per sample.

    Attributes:
        path: the file.
        rows: N.
        dimension: D.
        load: reads the features, [N, D] of any type of number; float32 unless mapped into memory.
        ids: what the file calls its samples, [N] of any type; None where no id was asked for.
        columns: names of the D columns where they have some.
    """

    path: Path
    rows: int
    dimension: int
    load: Callable[[], np.ndarray]
    ids: np.ndarray | None = None
    columns: Sequence[str] = ()

    def column(self, place: int) -> str:
        """Return what to call a column in a message."""
        return self.columns[place] if self.columns else f"{place} (from 0)"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which file it is that another library cannot read."""
    try:
        yield
    except ExoprobeError:
        raise
    except Exception as error:  # of a damaged file the readers raise what they like
        raise ExoprobeError(f"{path} cannot be read as {path.suffix} ({error})") from error
