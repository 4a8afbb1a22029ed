"""A user's features in numpy's own files, .npy and .npz."""

import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from exoprobe.datasets.user_file import BLOCK_BYTES, UserFile, check_layer, load_type, refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location
from exoprobe.io.unpacking import check_member

NUMBERS = "fiub"  # numpy's kinds
SPARSE = ("format", "shape", "data")  # of a sparse matrix that scipy has saved
LISTED = 5  # arrays named in a message
Header = tuple[tuple[int, ...], bool, np.dtype]  # shape, whether column after column (Fortran), type


def open_npy(location: Location, id_column: str | None) -> UserFile:
    """Map a .npy file into memory.

    Raises:
        ExoprobeError: where it is not a 2-D array of numbers, or ids are asked for.
    """
    path = location.path
    if id_column is not None:
        raise ExoprobeError(
            f"{path}: a .npy file holds no ids; save a .npz with the features and an array {id_column!r}, or give "
            "no id to join by order"
        )
    with path.open("rb") as file:
        shape, _, dtype = _header(file)
    if location.layer is not None:
        check_layer(path, location.layer, shape)
        _check_matrix(path, (shape[0], shape[2]), dtype)
        layer = np.lib.format.open_memmap(path, mode="r")[:, location.layer] if all(shape) else np.empty(shape)[:, 0]
        return UserFile(Path(str(location)), shape[0], shape[2], load=lambda: layer, layers=shape[1])
    _check_matrix(path, shape, dtype)
    mapped = np.lib.format.open_memmap(path, mode="r") if all(shape) else np.empty(shape)  # nothing cannot be mapped
    rows, dimension = shape
    return UserFile(path, rows, dimension, load=lambda: mapped)


def open_npz(location: Location, id_column: str | None) -> UserFile:
    """Find the features, and the ids if they are asked for, in a .npz file.

    Raises:
        ExoprobeError: where not exactly one array can be the features, or there are no such ids.
    """
    path = location.path
    with zipfile.ZipFile(path) as archive:
        headers = {}
        for info in archive.infolist():
            check_member(path, info)
            with archive.open(info) as member:
                headers[info.filename.removesuffix(".npy")] = _header(member)
    if set(SPARSE) <= set(headers):
        return _open_sparse(path, id_column)
    if id_column is not None and id_column not in headers:
        raise ExoprobeError(f"{path} has no array {id_column!r} for the ids; it has {_listed(headers)}")
    if location.where and location.where not in headers:
        raise ExoprobeError(f"{path} has no array {location.where!r}; it has {_listed(headers)}")
    if location.layer is not None:
        return _layer(location, id_column, headers)
    wanted = [location.where] if location.where else [name for name in headers if name != id_column]
    name = _choose(path, {name: headers[name] for name in wanted})
    (rows, dimension), fortran, dtype = headers[name]
    ids = None if id_column is None else _ids(path, id_column, rows)
    shape = (dimension, rows) if fortran else (rows, dimension)

    def load() -> np.ndarray:
        with refuse_unreadable(path):
            stored = _stream(path, name, shape, dtype)
        return stored.T if fortran else stored

    return UserFile(path, rows, dimension, load, ids)


def _open_sparse(path: Path, id_column: str | None) -> UserFile:
    """Open a sparse matrix that scipy has saved; it becomes dense."""
    from scipy import sparse

    if id_column is not None:
        raise ExoprobeError(f"{path}: a sparse matrix of scipy holds no ids; give no id to join by order")
    matrix = sparse.load_npz(path)
    _check_matrix(path, matrix.shape, matrix.dtype)
    rows, dimension = matrix.shape
    return UserFile(path, rows, dimension, load=lambda: matrix.toarray().astype(load_type(matrix.dtype)))


def _layer(location: Location, id_column: str | None, headers: dict[str, Header]) -> UserFile:
    """Open a layer of an array of the archive, which is unpacked as a whole."""
    assert location.layer is not None
    deep = [name for name, (shape, *_) in headers.items() if len(shape) == 3]
    name = location.where or (deep[0] if len(deep) == 1 else "")
    if not name:
        raise ExoprobeError(f"{location.path} must hold one 3-D array for a layer; it has {_listed(headers)}; name one")
    shape, _, dtype = headers[name]
    check_layer(f"{location.path}:{name}", location.layer, shape)
    _check_matrix(location.path, (shape[0], shape[2]), dtype)
    ids = None if id_column is None else _ids(location.path, id_column, shape[0])

    def load() -> np.ndarray:
        with refuse_unreadable(location.path), np.load(location.path, allow_pickle=False) as arrays:
            return np.ascontiguousarray(arrays[name][:, location.layer])

    return UserFile(Path(str(location)), shape[0], shape[2], load, ids, layers=shape[1])


def _header(file: IO[bytes]) -> Header:
    if np.lib.format.read_magic(file) == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)


def _check_matrix(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if dtype.hasobject:
        raise ExoprobeError(f"{path} holds Python objects, which are not opened; save an array of numbers")
    if dtype.kind == "V" and dtype.itemsize == 2:
        raise ExoprobeError(
            f"{path} holds values of type {dtype.str}, which is how bfloat16 is saved; save it as float32"
        )
    if dtype.kind == "c":
        raise ExoprobeError(f"{path} holds complex numbers, {dtype}; save their real and imaginary parts as columns")
    if dtype.kind not in NUMBERS:
        raise ExoprobeError(f"{path} holds values of type {dtype}; features must be numbers")
    if len(shape) != 2:
        raise ExoprobeError(
            f"{path} holds a {len(shape)}-D array ({_sizes(shape)}); features must be 2-D, a row per sample"
        )


def _choose(path: Path, headers: dict[str, Header]) -> str:
    """Return the name of the only 2-D array; of a file with a single array that is none, say what it is."""
    matrices = [name for name, (shape, *_) in headers.items() if len(shape) == 2]
    if len(headers) > 1 and not matrices and all(len(shape) == 1 for shape, *_ in headers.values()):
        raise ExoprobeError(
            f"{path} must hold one 2-D array, the features, but has {len(headers):,} 1-D arrays: {_listed(headers)}; "
            "stack them into one with numpy.stack"
        )
    if len(headers) > 1 and len(matrices) != 1:
        name = f"; name one, {path}:{matrices[0]}" if matrices else ""
        raise ExoprobeError(
            f"{path} must hold one 2-D array, the features, but has {len(matrices)}: {_listed(headers)}{name}"
        )
    if not headers:
        raise ExoprobeError(f"{path} holds no array for the features")
    (name,) = matrices or headers
    shape, _, dtype = headers[name]
    _check_matrix(path, shape, dtype)
    return name


def _ids(path: Path, name: str, rows: int) -> np.ndarray:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            ids = arrays[name]
    except ValueError as error:
        if "Object arrays" not in str(error):
            raise
        raise ExoprobeError(
            f"{path}: the array {name} holds Python objects, which are not opened; save it with .astype(str)"
        ) from error
    if ids.shape != (rows,):
        raise ExoprobeError(f"{path}: the ids in {name} are {_sizes(ids.shape)}, the features have {rows} rows")
    return ids


def _stream(path: Path, name: str, shape: tuple[int, int], dtype: np.dtype) -> np.ndarray:
    """Read an array of the archive, block by block."""
    stored = np.empty(shape, load_type(dtype))
    step = max(1, BLOCK_BYTES // max(1, shape[1] * dtype.itemsize))
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        _header(member)
        for start in range(0, len(stored), step):
            block = stored[start : start + step]
            content = member.read(block.size * dtype.itemsize)
            with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, and is refused
                block[:] = np.frombuffer(content, dtype).reshape(block.shape)
    return stored


def _listed(headers: dict[str, Header]) -> str:
    shown = [f"{name} ({_sizes(shape)})" for name, (shape, *_) in headers.items()]
    more = f" and {len(shown) - LISTED:,} more" if len(shown) > LISTED else ""
    return ", ".join(shown[:LISTED]) + more


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single value"
