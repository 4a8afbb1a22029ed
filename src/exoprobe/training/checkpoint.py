"""Weights as safetensors and training histories as Parquet."""

from pathlib import Path
from typing import Any

import pandas as pd
import safetensors.torch
from torch import Tensor

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write, write_table
from exoprobe.training.metadata import pack_metadata


def save_weights(path: str | Path, weights: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write a state dict, with what is to be known of it (model, seed, device, precision …)."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    with atomic_write(path) as temporary:
        temporary.write_bytes(safetensors.torch.save(tensors, pack_metadata(metadata)))


def load_weights(path: str | Path) -> dict[str, Tensor]:
    """Read a state dict.

    Raises:
        ExoprobeError: where the file is not whole.
    """
    try:
        return safetensors.torch.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise ExoprobeError(f"{path}: not a whole safetensors file ({error})") from error


def save_history(path: str | Path, history: list[dict[str, Any]]) -> None:
    """Write a training history, see :class:`exoprobe.training.loop.Trained`."""
    write_table(pd.DataFrame(history).astype({"validation": "float64", "best": "boolean"}), path)
