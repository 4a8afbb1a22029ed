"""Tables of AnnData objects, in HDF5 or Zarr, as the format's specification describes them (anndata 0.8 and later)."""

from typing import Any

import numpy as np
import pandas as pd

from exoprobe.errors import ExoprobeError


def is_anndata(root: Any) -> bool:  # noqa: ANN401 h5py's or zarr's group
    """Return whether a file holds an AnnData object."""
    return root.attrs.get("encoding-type") == "anndata" or {"obs", "var"} <= set(root)


def index_name(table: Any) -> str:  # noqa: ANN401 see above
    """Return what the index of a table is called."""
    return str(table.attrs.get("_index", "_index"))


def read_obs(root: Any, path: object) -> pd.DataFrame:  # noqa: ANN401 see above
    """Read the annotation of the observations.

    Args:
        root: the object.
        path: of the file, for the error.

    Returns:
        A row per observation, with ``obs_names`` as the first column.

    Raises:
        ExoprobeError: where there is none, or of an older form.
    """
    if "obs" not in root or not hasattr(root["obs"], "keys"):
        raise ExoprobeError(f"{path} has no table obs that can be read; write it anew with anndata 0.8 or later")
    table = root["obs"]
    names = [str(name) for name in table.attrs.get("column-order", ())]
    index = read_column(table[index_name(table)]).astype(str)
    columns = {name: _categories(table[name]) for name in names}
    return pd.DataFrame({"obs_names": index, **columns})


def _categories(member: Any) -> np.ndarray | pd.Categorical:  # noqa: ANN401 see above
    """Read a column, categories as such and with their order."""
    values = read_column(member)
    if member.attrs.get("encoding-type", "") != "categorical":
        return values
    known = _decoded(np.asarray(member["categories"][:])).astype(object)
    return pd.Categorical(values, categories=known, ordered=bool(member.attrs.get("ordered", False)))


def read_column(member: Any) -> np.ndarray:  # noqa: ANN401 see above
    """Read a column: numbers, text, categories as their text, or values with a mask.

    Returns:
        [N]; None or NaN where unknown.
    """
    kind = member.attrs.get("encoding-type", "")
    if hasattr(member, "shape"):
        return _decoded(np.asarray(member[:]))
    if kind == "categorical":
        categories = _decoded(np.asarray(member["categories"][:])).astype(object)
        codes = np.asarray(member["codes"][:]).astype(np.int64)
        return np.array([None if code < 0 else categories[code] for code in codes.tolist()], dtype=object)
    if "values" in member and "mask" in member:
        values = _decoded(np.asarray(member["values"][:])).astype(object)
        values[np.asarray(member["mask"][:]).astype(bool)] = None
        return values
    raise ExoprobeError(f"{member.name}: a column of type {kind or 'unknown'} cannot be read")


def _decoded(values: np.ndarray) -> np.ndarray:
    """Return bytes and other texts as Python's own."""
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    if values.dtype.kind in "OTU":
        texts = [value.decode("utf-8") if isinstance(value, bytes) else value for value in values.tolist()]
        return np.array(texts, dtype=object)
    return values
