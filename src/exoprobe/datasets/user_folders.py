"""A user's features in several files: a folder or a pattern of shards, or of one file per sample."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pa_dataset

from exoprobe.datasets.file_content import check_content
from exoprobe.datasets.table_columns import check_column, is_pandas_index
from exoprobe.datasets.user_file import UserFile, refuse_unreadable
from exoprobe.datasets.user_tables import columns_array, is_vector, read_vectors, vector_length, vectors_array
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import MAX, ROWS, Location

Opener = Callable[[Path, str | None], UserFile]
TABLES = (".parquet", ".arrow")


def open_files(location: Location, id_column: str | None, opener: Callable[[str], Opener | None]) -> UserFile:
    """Open the files of a folder or a pattern as one, in the natural order of their names.

    Files of matrices are shards, one after the other. With an id column, files without ids hold a sample each, which
    is called as the file is: a vector, or a matrix, of which the mean or the maximum over its rows is taken, or whose
    rows are kept, as the location says.

    Args:
        location: a folder or a pattern.
        id_column: what the samples are joined by, None for their order.
        opener: finds what opens a file by the end of its name.

    Raises:
        ExoprobeError: where there is no file of features, or they are of several kinds or dimensions.
    """
    paths = [path for path in location.files() if path.suffix.lower() in TABLES or opener(path.suffix.lower())]
    if not paths:
        raise ExoprobeError(f"{location.path} holds no file of features")
    if location.path.is_dir() and (location.path / "dataset_dict.json").exists():
        folders = sorted(path.name for path in location.path.iterdir() if path.is_dir())
        raise ExoprobeError(f"{location.path} holds several datasets; name one: {location.path / folders[0]}")
    suffixes = sorted({path.suffix.lower() for path in paths})
    if len(suffixes) > 1:
        raise ExoprobeError(
            f"{location.path} holds files that end in {' and '.join(suffixes)}; give those of one kind by a pattern, "
            f"such as {location.path}/*{suffixes[0]}"
        )
    if location.pool and (id_column is None or suffixes[0] in (*TABLES, ".csv", ".tsv")):
        raise ExoprobeError(
            f"{location}: rows are pooled where each file is a sample that the table names: name the column of these "
            "names with id, and save the files as arrays"
        )
    if suffixes[0] in TABLES:
        return _open_tables(location, paths, id_column)
    open_one = opener(suffixes[0])
    assert open_one is not None
    if id_column is None or suffixes[0] == ".csv":
        return _shards(location, [open_one(path, id_column) for path in paths])
    return _one_per_sample(location, paths, open_one)


def _shards(location: Location, shards: Sequence[UserFile]) -> UserFile:
    _check_dimensions(shards)
    rows, dimension = sum(shard.rows for shard in shards), shards[0].dimension

    def load() -> np.ndarray:
        return np.concatenate([shard.load() for shard in shards])

    starts = np.cumsum([0, *(shard.rows for shard in shards)])

    def row(position: int) -> str:
        number = int(np.searchsorted(starts, position, side="right")) - 1
        return f"{shards[number].row(position - int(starts[number]))} of {shards[number].path.name}"

    ids = None if shards[0].ids is None else np.concatenate([shard.required_ids() for shard in shards])
    return UserFile(location.path, rows, dimension, load, ids, shards[0].columns, shards[0].indices, row=row)


def _one_per_sample(location: Location, paths: Sequence[Path], open_one: Opener) -> UserFile:
    samples = [_sample(path, open_one) for path in paths]
    _check_dimensions(samples)
    if empty := [sample.path for sample in samples if not sample.rows]:
        raise ExoprobeError(f"{empty[0]} has no rows; each file of a folder must hold a sample")

    names = np.array([path.stem for path in paths])
    if location.pool == ROWS:
        numbers = [np.arange(sample.rows).astype(str) for sample in samples]
        ids = [np.strings.add(f"{name}/", rows) for name, rows in zip(names, numbers, strict=True)]
        of = np.repeat(names, [sample.rows for sample in samples])
        return replace(_shards(location, samples), ids=np.concatenate(ids), samples=of)

    def load() -> np.ndarray:
        if location.pool == MAX:
            return np.stack([sample.load().max(0) for sample in samples])
        means = [sample.load().mean(0, dtype=np.float64) for sample in samples]
        return np.stack(means).astype(np.float32)

    return UserFile(
        location.path,
        len(samples),
        samples[0].dimension,
        load,
        names,
        row=lambda position: f"file {paths[position].name}",
    )


def _sample(path: Path, open_one: Opener) -> UserFile:
    """Open the file of a sample, of .npy also a single vector."""
    if path.suffix.lower() == ".npy":
        check_content(path)
        with refuse_unreadable(path):
            array = np.load(path, mmap_mode="r") if path.stat().st_size else np.empty(())
        if array.ndim == 1 and array.dtype.kind in "fiub":
            return UserFile(path, 1, len(array), lambda: array[None])
    return open_one(path, None)


def _check_dimensions(files: Sequence[UserFile]) -> None:
    for file in files:
        if file.dimension != files[0].dimension:
            raise ExoprobeError(
                f"{file.path} has {file.dimension} features and {files[0].path} has {files[0].dimension}; all files "
                "of a folder must have equally many"
            )


def _open_tables(location: Location, paths: Sequence[Path], id_column: str | None) -> UserFile:
    """Open Parquet files, also in folders named after values, and the Arrow files of Hugging Face's datasets."""
    with refuse_unreadable(paths[0]):
        read, schema, rows = _parquet(location, paths) if paths[0].suffix == ".parquet" else _arrow(paths)
    if id_column is not None:
        check_column(location.path, "id", id_column, schema.names)
    fields = [field for field in schema if field.name != id_column and not is_pandas_index(field.name)]
    vectors = [field.name for field in fields if is_vector(field.type)]
    if len(vectors) > 1 and location.where not in vectors:
        raise ExoprobeError(f"{location.path} must hold one column of vectors, but has {', '.join(vectors)}")
    if not vectors and (texts := [field for field in fields if not _is_number(field.type)]):
        raise ExoprobeError(
            f"{location.path}: column {texts[0].name} holds {texts[0].type}; features must be numbers, and an id "
            "column is named by id"
        )
    is_parquet = paths[0].suffix.lower() == ".parquet"
    ids = None if id_column is None else read([id_column])[id_column].to_pandas().to_numpy()
    names = [] if vectors else [field.name for field in fields]

    def load() -> np.ndarray:
        with refuse_unreadable(paths[0]):
            if not vectors:
                return columns_array(read(names))
            if is_parquet:
                return read_vectors(paths, vectors[0], rows, dimension)
            return vectors_array(read(vectors[:1]).column(0), location.path)

    if vectors and is_parquet:
        dimension = vector_length(paths[0], vectors[0])
    else:
        dimension = len(names) or len(read(vectors[:1]).column(0)[0])
    return UserFile(location.path, rows, dimension, load, ids, names)


Tables = tuple[Callable[[list[str]], pa.Table], pa.Schema, int]


def _parquet(location: Location, paths: Sequence[Path]) -> Tables:
    root = str(location.path) if location.path.is_dir() else None
    data = pa_dataset.dataset(
        [str(path) for path in paths], format="parquet", partitioning="hive", partition_base_dir=root
    )
    names = [name for name in data.schema.names if not _is_partition(name, paths)]
    schema = pa.schema([data.schema.field(name) for name in names])
    return lambda columns: data.to_table(columns=columns), schema, data.count_rows()


def _is_partition(name: str, paths: Sequence[Path]) -> bool:
    """Return whether a column is told by the names of folders, as in ``site=3/part-0.parquet``."""
    return any(folder.name.startswith(f"{name}=") for folder in paths[0].parents)


def _arrow(paths: Sequence[Path]) -> Tables:
    table = pa.concat_tables([_arrow_file(path) for path in paths])
    return table.select, table.schema, table.num_rows


def _arrow_file(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        try:
            return pa.ipc.open_stream(source).read_all()
        except pa.ArrowInvalid:
            return pa.ipc.open_file(source).read_all()


def _is_number(kind: pa.DataType) -> bool:
    number = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return any(is_type(kind) for is_type in number)
