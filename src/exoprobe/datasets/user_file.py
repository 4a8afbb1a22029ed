"""What is known of a user's feature file before its values are read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exoprobe.datasets.row_names import row_from_zero
from exoprobe.errors import ExoprobeError

BLOCK_BYTES = 1 << 24  # read at once


@dataclass(frozen=True)
class UserFile:
    """A user's feature file, a row per sample.

    Attributes:
        path: the file.
        rows: N.
        dimension: D.
        load: reads the features, [N, D] of any type of number, precise enough for those in the file.
        ids: what the file calls its samples, [N] of any type; None where no id was asked for.
        columns: names of the D columns where they have some.
        indices: names of columns with row numbers that pandas wrote and that are not used.
        layers: how many layers the array has of which this is one; 0 of a matrix.
        row: returns what messages call a row.
        samples: where several rows are of one sample, what each row's is called in the factor table, text [N].
    """

    path: Path
    rows: int
    dimension: int
    load: Callable[[], np.ndarray]
    ids: np.ndarray | None = None
    columns: Sequence[str] = ()
    indices: Sequence[str] = ()
    layers: int = 0
    row: Callable[[int], str] = row_from_zero
    samples: np.ndarray | None = None

    def column(self, index: int) -> str:
        """Return what to call a column in a message."""
        return self.columns[index] if self.columns else f"{index} (from 0)"

    def required_ids(self) -> np.ndarray:
        """Return the ids of a file that was opened with an id column."""
        if self.ids is None:
            raise ExoprobeError(f"{self.path} was opened without ids")
        return self.ids


@contextmanager
def refuse_unreadable(path: Path) -> Iterator[None]:
    """Name the file in the error where another library cannot read it."""
    try:
        yield
    except ExoprobeError:
        raise
    except Exception as error:  # of a damaged file the readers raise what they like
        reason = " ".join(str(error).split())[:160]
        raise ExoprobeError(f"{path} cannot be read as {path.suffix} ({reason})") from error


def load_type(stored: np.dtype) -> type[np.float32] | type[np.float64]:
    """Return the type that holds all numbers of a stored type, as well as features need it."""
    exact = stored.itemsize < 4 or (stored.kind == "f" and stored.itemsize == 4)
    return np.float32 if exact else np.float64


def check_layer(path: str | Path, layer: int, shape: Sequence[int]) -> None:
    """Refuse a layer of an array that has not so many, or that is none of samples × layers × dimensions.

    Raises:
        ExoprobeError: in one line that names the array.
    """
    sizes = " × ".join(map(str, shape))
    if len(shape) != 3:
        raise ExoprobeError(
            f"{path}@{layer}: a layer is that of a 3-D array, samples × layers × dimensions; it is {sizes}"
        )
    if layer >= shape[1]:
        raise ExoprobeError(f"{path}@{layer}: the array is {sizes} and has the layers 0 to {shape[1] - 1}")
