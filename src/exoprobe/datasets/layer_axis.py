"""Arrays of samples × layers × dimensions: every layer is a representation of its own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import CONTAINERS, Location, parse_location

LEAST = 2  # layers; an axis of one is none


def count_layers(features: Any) -> int:  # noqa: ANN401 a path, array or tensor
    """Return how many layers features have; 0 where they are a matrix, or what is there cannot be opened.

    Args:
        features: a path or location, or an array or tensor.
    """
    if not isinstance(features, str | Path | Location):
        shape: tuple[int, ...] = getattr(features, "shape", ())
        return int(shape[1]) if len(shape) == 3 and shape[1] >= LEAST else 0
    location = parse_location(features)
    is_there = location.path.is_file() or (location.path.is_dir() and location.suffix == ".zarr")
    if location.layer is not None or not is_there or location.suffix not in (".npy", *CONTAINERS):
        return 0
    layers = _layers_of_npy(location.path) if location.suffix == ".npy" else _layers_in(location)
    return layers if layers >= LEAST else 0


def layer_of(features: Any, layer: int) -> Any:  # noqa: ANN401 as it was given
    """Return a layer of features: of a path its name, ``net.npy@3``; of an array or tensor [N, L, D] the matrix."""
    if isinstance(features, Location):
        return replace(features, layer=layer)
    if isinstance(features, str | Path):
        return str(replace(parse_location(features), layer=layer))
    return features[:, layer]


def common_layers(title: str, runs: Sequence[Any]) -> int:
    """Return how many layers the features of a representation have, the same in all its training seeds; 0 of matrices.

    Raises:
        ExoprobeError: where they have not equally many.
    """
    counts = [count_layers(features) for features in runs]
    if len(set(counts)) > 1:
        raise ExoprobeError(
            f"features {title}: its training seeds have {' and '.join(map(str, sorted(set(counts))))} layers; all must "
            "have equally many"
        )
    return counts[0] if counts else 0


def layer_names(name: str, title: str, layer: int) -> tuple[str, str]:
    """Return the name and the title of a layer's representation."""
    return f"{name}_layer{layer}", f"{title}:{layer}"


def _layers_of_npy(path: Path) -> int:
    try:
        with path.open("rb") as file:
            read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
                np.lib.format.read_magic(file), np.lib.format.read_array_header_2_0
            )
            shape = read(file)[0]
    except (OSError, ValueError):  # refused, by name, where the files are checked
        return 0
    return shape[1] if len(shape) == 3 else 0


def _layers_in(location: Location) -> int:
    from exoprobe.datasets.user_features import open_features  # with pandas, which a .npy file does not need

    try:
        open_features(str(location))
    except ExoprobeError:
        try:
            return open_features(str(replace(location, layer=0))).layers
        except ExoprobeError:
            pass
    return 0
