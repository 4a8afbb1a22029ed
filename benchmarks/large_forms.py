"""Reading a large matrix from each form into a feature file, beside .npy: python -m benchmarks.large_forms [FORM …].

1,000,000 × 256 numbers as float32, in a process of its own for each form, which may hold 4 GiB and take 1.5 times as
long as from .npy. Files are made one at a time, on the disk of the temporary folder (about 3 GB), and removed. Seconds
are those of the processor, user and system, of the fastest repeat; the wall's depend on what else the machine does.
"""

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import zarr

from exoprobe.datasets.samples import write_samples
from exoprobe.embeddings.import_features import import_features
from exoprobe.io.files import atomic_write

ROWS, DIMENSION, BLOCK, REPEATS = 1_000_000, 256, 50_000, 3
MOST_RATIO, MOST_MEMORY = 1.5, 4.0  # of .npy's seconds; GiB


def blocks() -> Iterator[np.ndarray]:
    """Yield the matrix, the same for all forms."""
    for start in range(0, ROWS, BLOCK):
        yield np.random.default_rng(start).standard_normal((BLOCK, DIMENSION), dtype=np.float32)


def matrix() -> np.ndarray:
    """Return the matrix."""
    return np.concatenate(list(blocks()))


def vectors(block: np.ndarray) -> pa.Table:
    """Return a table with a column of vectors."""
    return pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(block.ravel()), block.shape[1])})


def write_npy(path: Path) -> None:
    """Write numpy's own file."""
    stored = np.lib.format.open_memmap(path, "w+", np.float32, (ROWS, DIMENSION))
    for number, block in enumerate(blocks()):
        stored[number * BLOCK : (number + 1) * BLOCK] = block
    stored.flush()


def write_hdf5(path: Path, name: str = "features") -> None:
    """Write an array of an HDF5 file."""
    with h5py.File(path, "w") as file:
        stored = file.create_dataset(name, (ROWS, DIMENSION), np.float32)
        for number, block in enumerate(blocks()):
            stored[number * BLOCK : (number + 1) * BLOCK] = block


def write_h5ad(path: Path) -> None:
    """Write an embedding of an AnnData object."""
    write_hdf5(path, "obsm/X_pca")
    with h5py.File(path, "a") as file:
        file.attrs["encoding-type"] = "anndata"
        file.create_group("obs")
        file.create_group("var")


def write_zarr(path: Path) -> None:
    """Write a Zarr store in chunks of rows, packed as Zarr does by itself."""
    stored = zarr.open_group(str(path), mode="w").create_array(
        "features", shape=(ROWS, DIMENSION), chunks=(10_000, DIMENSION), dtype="float32"
    )
    for number, block in enumerate(blocks()):
        stored[number * BLOCK : (number + 1) * BLOCK] = block


def write_parquet(path: Path) -> None:
    """Write one Parquet file with vectors."""
    with pq.ParquetWriter(path, vectors(next(blocks())).schema) as writer:
        for block in blocks():
            writer.write_table(vectors(block))


def write_partitions(path: Path) -> None:
    """Write ten Parquet files in folders named after values."""
    for number, block in enumerate(blocks()):
        folder = path / f"site={number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(vectors(block), folder / f"part{number}.parquet")


def write_arrow(path: Path) -> None:
    """Write a folder as Hugging Face's datasets do: Arrow streams."""
    path.mkdir()
    schema, file = vectors(next(blocks())).schema, str(path / "data-00000-of-00001.arrow")
    with pa.OSFile(file, "w") as opened, pa.ipc.new_stream(opened, schema) as writer:
        for block in blocks():
            writer.write_table(vectors(block), max_chunksize=1_000)


def write_safetensors(path: Path) -> None:
    """Write a tensor."""
    from safetensors.numpy import save_file

    save_file({"features": matrix()}, path)


def write_torch(path: Path) -> None:
    """Write a tensor as PyTorch does."""
    import torch

    torch.save({"features": torch.from_numpy(matrix())}, path)


FORMS: dict[str, Callable[[Path], None]] = {
    "x.npy": write_npy,
    "x.h5": write_hdf5,
    "x.h5ad": write_h5ad,
    "x.zarr": write_zarr,
    "x.parquet": write_parquet,
    "partitions": write_partitions,
    "arrow": write_arrow,
    "x.safetensors": write_safetensors,
    "x.pt": write_torch,
}


def read(path: Path, samples: Path, results: "multiprocessing.SimpleQueue[tuple[float, float, float]]") -> None:
    """Read features into a feature file; put the processor's seconds, the wall's, and the largest memory in GiB."""
    wall, before = time.perf_counter(), time.process_time()
    import_features(path, samples, samples.with_name("f.parquet"), id_column=None, layer="l", code_digest="c")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    results.put((time.process_time() - before, time.perf_counter() - wall, memory))


def measure(form: str, folder: Path) -> tuple[float, float, float]:
    """Make one form, read it several times and remove it; return the least seconds of both kinds, the most memory."""
    processes = multiprocessing.get_context("spawn")
    path, results = folder / form, processes.SimpleQueue()
    import_job = (read, (path, folder / "samples.parquet", results))
    for job, arguments in ((FORMS[form], (path,)), *[import_job] * REPEATS):
        (folder / "f.parquet").unlink(missing_ok=True)
        process = processes.Process(target=job, args=arguments)
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{job.__name__} of {form} failed")
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    seconds, wall, memory = zip(*(results.get() for _ in range(REPEATS)), strict=True)
    return min(seconds), min(wall), max(memory)


def main(forms: list[str]) -> None:
    """Measure, print and write results/bench/large_forms.csv."""
    rows = np.arange(ROWS)
    results = []
    with tempfile.TemporaryDirectory() as name:
        write_samples(Path(name) / "samples.parquet", {"sample_id": rows, "row": rows, "id": rows.astype(str)})
        for form in dict.fromkeys(["x.npy", *forms]):
            results.append((form, *measure(form, Path(name))))
            seconds, wall, memory = results[-1][1:]
            ratio = seconds / results[0][1]
            holds = ratio <= MOST_RATIO and memory <= MOST_MEMORY
            print(
                f"{form:14} {seconds:6.1f} s of the processor ({wall:.0f} s), {ratio:.2f} × .npy (≤ {MOST_RATIO}), "
                f"{memory:.2f} GiB (≤ {MOST_MEMORY:.0f}): {'holds' if holds else 'FAILS'}",
                flush=True,
            )
    table = pd.DataFrame(results, columns=["form", "seconds", "wall_seconds", "memory_gib"])
    table["ratio"] = table["seconds"] / table["seconds"].iloc[0]
    path = Path("results/bench/large_forms.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        table.round(3).to_csv(temporary, index=False)


if __name__ == "__main__":
    main(sys.argv[1:] or list(FORMS))
