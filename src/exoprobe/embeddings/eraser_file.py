"""Erasers as files: safetensors, which numpy alone can read (docs/erasers.md).

A file holds the float64 tensors ``mean`` [D], ``left`` [D, r], ``right`` [D, r] and ``alpha`` [], of which the erased
features are x − alpha · left · rightᵀ(x − mean), and in its metadata what was erased and kept.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

METADATA_KEY = "exoprobe.eraser"  # one entry: safetensors writes several in random order, and files would differ
MATRICES = ("mean", "left", "right")


@dataclass(frozen=True)
class EraserNotes:
    """What is known of an eraser beside its numbers.

    Attributes:
        erased: names of the factors.
        kept: names of the factors whose covariance with the features is kept.
        fitted_on: which rows, in words.
    """

    erased: Sequence[str] = ()
    kept: Sequence[str] = ()
    fitted_on: str = ""


def save_eraser(
    path: str | Path,
    eraser: Projection,
    notes: EraserNotes,
    *,
    alpha: float = 1.0,
    folds: Sequence[Projection] = (),
) -> None:
    """Write an eraser.

    Args:
        path: the file, ``.safetensors``.
        eraser: of the features as they are stored.
        notes: what it erases.
        alpha: how much of it is removed, 0 to 1.
        folds: erasers fitted without one fold each, that the eraser's folds were judged by; as ``fold_0.mean`` and so
            on.
    """
    tensors = {"alpha": np.array(alpha, np.float64), **_tensors(eraser)}
    for index, fold in enumerate(folds):
        tensors |= _tensors(fold, f"fold_{index}.")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_bytes(save(tensors, {METADATA_KEY: json.dumps(asdict(notes), ensure_ascii=False)}))


def load_eraser(path: str | Path, fold: int | None = None) -> tuple[Projection, float, EraserNotes]:
    """Read an eraser, its alpha, and what it erases.

    Args:
        path: a file of :func:`save_eraser`.
        fold: which fold's eraser; None for the one to use.

    Raises:
        ExoprobeError: where the file holds no eraser.
    """
    prefix = "" if fold is None else f"fold_{fold}."
    try:
        with safe_open(path, framework="numpy") as file:
            tensors = [file.get_tensor(prefix + name) for name in MATRICES]
            alpha = float(file.get_tensor("alpha"))
            notes = EraserNotes(**json.loads((file.metadata() or {})[METADATA_KEY]))
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise ExoprobeError(f"{path}: holds no eraser ({error}); give a file of erasers/ or of Eraser.save") from error
    return Projection(*tensors), alpha, notes


def eraser_names(erased: Sequence[str]) -> Mapping[str, str]:
    """Return a file name for each factor, or factors together: letters, digits and _, each name once.

    Names that differ in other characters, or in upper and lower case alone, which are one file on some systems, get
    a number.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for title in erased:
        stem = re.sub(r"[^A-Za-z0-9_]", "_", title) or "_"
        name, number = stem, 2
        while name.lower() in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.lower())
        names[title] = f"{name}.safetensors"
    return names


def _tensors(eraser: Projection, prefix: str = "") -> dict[str, np.ndarray]:
    return {f"{prefix}{name}": np.ascontiguousarray(getattr(eraser, name), np.float64) for name in MATRICES}
