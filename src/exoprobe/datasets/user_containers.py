"""A user's features in containers of several arrays: HDF5, AnnData, Zarr, PyTorch files, safetensors.

``FILE:WHERE`` names one of the arrays. Where nothing is named, the only matrix of numbers is taken.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from exoprobe.datasets.anndata_table import index_name, is_anndata, read_column
from exoprobe.datasets.hierarchies import hdf5_file, zarr_store
from exoprobe.datasets.table_columns import listed
from exoprobe.datasets.user_file import BLOCK_BYTES, UserFile, check_layer, load_type, refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location

NUMBERS = "fiub"  # numpy's kinds
SPARSE = ("csr_matrix", "csc_matrix")
MODALITIES = "mod"  # of a MuData object, an AnnData object each


def open_hdf5(location: Location, id_column: str | None) -> UserFile:
    """Open an array of an HDF5 file, or of the AnnData object that it holds.

    Raises:
        ExoprobeError: where no array is named and not exactly one can be the features, or there are no such ids.
    """
    return _open_hierarchy(location, id_column, lambda: hdf5_file(location))


def open_zarr(location: Location, id_column: str | None) -> UserFile:
    """Open an array of a Zarr store, or of the AnnData object that it holds.

    Raises:
        ExoprobeError: as :func:`open_hdf5`.
    """
    return _open_hierarchy(location, id_column, lambda: zarr_store(location))


def open_safetensors(location: Location, id_column: str | None) -> UserFile:
    """Open a tensor of a safetensors file.

    Raises:
        ExoprobeError: as :func:`open_hdf5`.
    """
    from safetensors import safe_open  # with torch's types, so that bfloat16 is read

    with refuse_unreadable(location.path), safe_open(str(location.path), framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 it is no mapping
    return _open_tensors(location, id_column, tensors)


def open_torch(location: Location, id_column: str | None) -> UserFile:
    """Open a tensor of a PyTorch file, without running what a pickle might hold.

    Raises:
        ExoprobeError: as :func:`open_hdf5`, and where the file holds other objects than tensors, numbers and texts.
    """
    import torch  # takes seconds

    try:
        content = torch.load(location.path, map_location="cpu", weights_only=True)
    except Exception as error:  # of a damaged or hostile file it raises what it likes
        raise ExoprobeError(
            f"{location.path} cannot be opened as tensors alone, and nothing else is opened; save it with "
            "torch.save({'features': tensor}, path)"
        ) from error
    return _open_tensors(location, id_column, dict(_leaves(content)))


def _open_hierarchy(location: Location, id_column: str | None, opened: Callable[[], Any]) -> UserFile:
    with opened() as root:
        ids = None if id_column is None else _ids_in(root, id_column, location)
        axes = 2 if location.layer is None else 3
        name = location.where or _only_matrix(location, _matrices(root, id_column, axes), dict(_arrays(root)))
        shape, dtype = _shape(root, name, location)
    rows, dimension = _as_matrix(location, name, shape, dtype)
    _check_ids(location, id_column, ids, rows)

    def load() -> np.ndarray:
        with opened() as root:
            return _read(root, name, (rows, dimension), dtype, location.layer)

    layers = 0 if location.layer is None else shape[1]
    return UserFile(_named(location, name), rows, dimension, load, ids, layers=layers)


def _named(location: Location, name: str) -> Path:
    """Return what messages call an array: the file, and its place in it."""
    return Path(str(replace(location, where=name)))


def _matrices(
    root: Any,  # noqa: ANN401 h5py's or zarr's group
    id_column: str | None,
    axes: int = 2,
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of what can be the features, by name; of AnnData, its embeddings or else X."""
    if MODALITIES in root:
        modalities = root[MODALITIES]
        return {
            f"{MODALITIES}/{modality}/{name}": shape
            for modality in modalities
            for name, shape in _matrices(modalities[modality], id_column, axes).items()
        }
    if is_anndata(root):
        embeddings = {f"obsm/{key}": _shape_of(root["obsm"][key]) for key in root.get("obsm", {})}
        return embeddings or {"X": _shape_of(root["X"])}
    numbers = {name: tuple(array.shape) for name, array in _arrays(root) if array.dtype.kind in NUMBERS}
    return {name: shape for name, shape in numbers.items() if len(shape) == axes and name != id_column}


def _arrays(group: Any, prefix: str = "", above: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield the arrays of a group by name, but empty ones and links that lead nowhere or back up."""
    for key in group:
        member = group.get(key)
        if member is None or member in above:
            continue
        if not hasattr(member, "shape"):
            yield from _arrays(member, f"{prefix}{key}/", (*above, group))
        elif member.shape is not None:
            yield f"{prefix}{key}", member


def _shape_of(member: Any) -> tuple[int, ...]:  # noqa: ANN401 see above
    return tuple(member.shape) if hasattr(member, "shape") else tuple(member.attrs.get("shape", ()))


def _shape(root: Any, name: str, location: Location) -> tuple[tuple[int, ...], np.dtype]:  # noqa: ANN401 see above
    if name not in root:
        known = list(_matrices(root, None))
        raise ExoprobeError(f"{location.path} has no {name!r}; it has {listed(known) or 'no matrix of numbers'}")
    member = root[name]
    if hasattr(member, "shape"):
        return tuple(member.shape), member.dtype
    if member.attrs.get("encoding-type") in SPARSE:
        return _shape_of(member), member["data"].dtype
    inside = [f"{name}/{key}" for key in member]
    raise ExoprobeError(f"{location.path}: {name} is no array; name one within it, such as {listed(inside)}")


def _read(
    root: Any,  # noqa: ANN401 see above
    name: str,
    shape: tuple[int, int],
    dtype: np.dtype,
    layer: int | None,
) -> np.ndarray:
    """Read an array block by block; a sparse one becomes dense."""
    member, rows, dimension = root[name], *shape
    if not hasattr(member, "shape"):
        return _read_sparse(member, np.zeros(shape, load_type(dtype)))
    if (mapped := _mapped(member, shape)) is not None:
        return mapped
    features = np.empty(shape, load_type(dtype))
    step = max(1, BLOCK_BYTES // max(1, dimension * dtype.itemsize))
    chunk = (member.chunks or (1,))[0]
    step = max(1, step // chunk) * chunk  # or a chunk would be unpacked twice
    for start in range(0, rows, step):
        rows_read = slice(start, min(start + step, rows))
        features[rows_read] = (member[rows_read] if layer is None else member[rows_read, layer]).reshape(-1, dimension)
    return features


def _mapped(member: Any, shape: tuple[int, int]) -> np.ndarray | None:  # noqa: ANN401 see above
    """Map an array of HDF5 into memory, as a .npy file; None where it lies in pieces, or is packed."""
    if not hasattr(member, "id") or member.chunks or member.external or member.shape != shape:
        return None
    offset = None if member.file.userblock_size else member.id.get_offset()
    return None if offset is None else np.memmap(member.file.filename, member.dtype, "r", offset, shape)


def _read_sparse(member: Any, features: np.ndarray) -> np.ndarray:  # noqa: ANN401 see above
    data, indices, pointers = (np.asarray(member[key][:]) for key in ("data", "indices", "indptr"))
    outer = np.repeat(np.arange(len(pointers) - 1), np.diff(pointers))
    by_row = member.attrs["encoding-type"] == "csr_matrix"
    features[(outer, indices) if by_row else (indices, outer)] = data
    return features


def _ids_in(root: Any, id_column: str, location: Location) -> np.ndarray:  # noqa: ANN401 see above
    if MODALITIES in root and location.where.startswith(f"{MODALITIES}/"):  # its rows are those of its own table
        root = root["/".join(location.where.split("/")[:2])]
    if is_anndata(root):
        obs = root["obs"]
        if id_column in (index_name(obs), "obs_names"):
            return read_column(obs[index_name(obs)]).astype(str)
        if id_column in obs:
            return read_column(obs[id_column])
        raise ExoprobeError(
            f"{location.path}: obs has no column {id_column!r} for the ids; obs_names is its index, "
            f"and it has {listed(list(obs.attrs.get('column-order', ())))}"
        )
    if id_column not in root or not hasattr(root[id_column], "shape"):
        raise ExoprobeError(f"{location.path} has no array {id_column!r} for the ids; it has {listed(list(root))}")
    return read_column(root[id_column])


def _open_tensors(location: Location, id_column: str | None, entries: Mapping[str, Any]) -> UserFile:
    tensors = {name: value for name, value in entries.items() if hasattr(value, "shape")}
    ids = None
    if id_column is not None:
        if id_column not in entries:
            raise ExoprobeError(
                f"{location.path} has no entry {id_column!r} for the ids; it has {listed(list(entries))}"
            )
        ids = _names(location, id_column, entries[id_column])
    axes = 2 if location.layer is None else 3
    shapes = {
        name: tuple(tensor.shape) for name, tensor in tensors.items() if name != id_column and tensor.ndim == axes
    }
    name = location.where or _only_matrix(location, shapes, tensors)
    if name not in tensors:
        raise ExoprobeError(f"{location.path} has no tensor {name!r}; it has {listed(list(tensors))}")
    array = _numpy(tensors[name].detach())
    rows, dimension = _as_matrix(location, name, array.shape, array.dtype)
    _check_ids(location, id_column, ids, rows)
    layers = 0 if location.layer is None else array.shape[1]
    matrix = (array if location.layer is None else array[:, location.layer]).reshape(rows, dimension)
    return UserFile(_named(location, name), rows, dimension, lambda: matrix, ids, layers=layers)


def _names(location: Location, id_column: str, entry: Any) -> np.ndarray:  # noqa: ANN401 what a file holds
    try:
        return np.array(entry.tolist() if hasattr(entry, "tolist") else entry)
    except ValueError as error:  # lists of several lengths
        raise ExoprobeError(f"{location.path}: the ids in {id_column} are not a name per row") from error


def _numpy(tensor: Any) -> np.ndarray:  # noqa: ANN401 a tensor
    if str(tensor.layout) != "torch.strided":  # sparse
        tensor = tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    is_short = tensor.is_floating_point() and tensor.element_size() < 4  # bfloat16 and 8 bits, which numpy has not
    return np.asarray((tensor.float() if is_short else tensor).numpy())


def _leaves(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 what a file holds
    """Yield the tensors and lists of nested dicts, by their path; a tensor alone is called ``tensor``."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _leaves(value, f"{prefix}{key}/")
    elif hasattr(content, "shape") or isinstance(content, list | tuple):
        yield prefix.rstrip("/") or "tensor", content


def _only_matrix(location: Location, shapes: Mapping[str, tuple[int, ...]], others: Mapping[str, Any]) -> str:
    if len(shapes) == 1:
        return next(iter(shapes))
    if not shapes and len(others) == 1:
        return next(iter(others))  # refused for its shape
    if not shapes:
        has = f", but {_shapes({name: tuple(array.shape) for name, array in others.items()})}" if others else ""
        raise ExoprobeError(
            f"{location.path} holds no matrix of numbers, a row per sample{has}; stack vectors into one array"
        )
    raise ExoprobeError(
        f"{location.path} holds {len(shapes)} matrices, {_shapes(shapes)}; name one: "
        f"{location.path}:{next(iter(shapes))}"
    )


def _shapes(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return listed([f"{name} ({' × '.join(map(str, shape)) or 'a single value'})" for name, shape in shapes.items()])


def _as_matrix(location: Location, name: str, shape: Sequence[int], dtype: np.dtype) -> tuple[int, int]:
    """Return the sizes of a matrix, or of an array with further axes of size one.

    Raises:
        ExoprobeError: where it is something else.
    """
    if dtype.kind not in NUMBERS:
        raise ExoprobeError(f"{location.path}: {name} holds values of type {dtype}; features must be numbers")
    if location.layer is not None:
        check_layer(f"{location.path}:{name}", location.layer, shape)
        return int(shape[0]), int(shape[2])
    sizes = [size for axis, size in enumerate(shape) if axis == 0 or size != 1]
    if len(sizes) == 1 and len(shape) > 1:
        sizes.append(1)
    if len(sizes) != 2:
        raise ExoprobeError(
            f"{location.path}: {name} is a {len(shape)}-D array ({' × '.join(map(str, shape))}); features must be 2-D, "
            "a row per sample"
        )
    return int(sizes[0]), int(sizes[1])


def _check_ids(location: Location, id_column: str | None, ids: np.ndarray | None, rows: int) -> None:
    if ids is not None and ids.shape != (rows,):
        raise ExoprobeError(
            f"{location.path}: the ids in {id_column} are {' × '.join(map(str, ids.shape))}, the features have "
            f"{rows} rows"
        )
