"""The commands in the documentation, and the files that they read."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from exoprobe.check_command import EXAMPLES as CHECK_EXAMPLES
from exoprobe.cli import EXAMPLES as AUDIT_EXAMPLES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROWS = 120


def commands(program: str) -> list[str]:
    """Return the commands of a program in the code blocks of all pages and in the help, without comments."""
    found = []
    for text in [*(page.read_text(encoding="utf-8") for page in PAGES), AUDIT_EXAMPLES, CHECK_EXAMPLES]:
        text = text.replace("\\\n", " ")
        found += re.findall(rf"^  +(?:.*run: )?({program}\b.*?)(?:  #.*)?$", text, re.MULTILINE)
    return sorted({re.sub(" +", " ", command).strip() for command in found})


def write_documented(folder: Path) -> None:
    """Write the files that the pages speak of."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(ROWS, 8)).astype(np.float32)
    names = [f"s{row:03}" for row in range(ROWS)]
    group = [f"g{row // 4:02}" for row in range(ROWS)]

    def table(name, who, **columns):
        pd.DataFrame({who: group, **columns}).to_csv(folder / name, index=False)

    def values(*of):
        return rng.choice(of, ROWS)

    for name in ("my", "before", "after", "faces", "arcface", "trained", "random", "texts", "embeddings", "release-2"):
        np.save(folder / f"{name}.npy", vectors)
    for name in ("seed0", "seed1"):
        np.savez(folder / f"{name}.npz", features=vectors, image=names)
    people = {"sex": values("f", "m"), "age": rng.integers(18, 80, ROWS), "class": values("a", "b"), "image": names}
    for name in ("my.csv", "faces.csv", "samples.csv"):
        table(name, "person", **people, site=values("x", "y"))
    sounds = {"sex": values("f", "m"), "channel": values("phone", "studio"), "snr": rng.normal(12, 3, ROWS)}
    table("recordings.csv", "speaker", recording=names, **sounds)
    cases = {"site": values("MSK", "UCSF"), "scanner": values("aperio", "leica"), "tumor": values(0, 1)}
    table("slides.csv", "patient", slide=names, **cases)
    table("texts.csv", "author", source=values("a", "b"), length=rng.integers(1, 999, ROWS), topic=values("x", "y"))
    (folder / "embeddings").mkdir()
    (folder / "slides").mkdir()
    for row, name in enumerate(names):
        np.save(folder / "embeddings" / f"{name}.npy", vectors[[row, row]])
        with h5py.File(folder / "slides" / f"{name}.h5", "w") as file:
            file["features"] = vectors[[row, row]]
    (folder / "my_dataset").mkdir()
    saved = pa.table({"embedding": pa.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1])})
    with pa.ipc.new_stream(f"{folder}/my_dataset/data-00000-of-00001.arrow", saved.schema) as writer:
        writer.write_table(saved)
    (folder / "my_dataset/state.json").write_text("{}")
    with h5py.File(folder / "atlas.h5ad", "w") as file:
        write_atlas(file, vectors, {"donor": group, "cell_type": values("B", "T"), "batch": values("1", "2")})
    for images in ("folder", "photos"):
        (folder / images).mkdir()
        for name in names[:8]:
            Image.fromarray(rng.integers(0, 255, (24, 24), np.uint8)).save(folder / images / f"{name}.png")
    (folder / "net.onnx").write_bytes(b"")


def put(group: h5py.Group, key: str, values: np.ndarray) -> None:
    """Write an array; texts as bytes."""
    group.create_dataset(key, data=values.astype("S") if values.dtype.kind == "U" else values)


def write_atlas(file: h5py.File, vectors: np.ndarray, columns: Mapping[str, Sequence[str]]) -> None:
    """Write two embeddings and a table of classes as anndata does."""
    file.attrs["encoding-type"] = "anndata"
    embeddings, obs = file.create_group("obsm"), file.create_group("obs")
    put(embeddings, "X_pca", vectors)
    put(embeddings, "X_scVI", vectors[:, ::-1])
    obs.attrs.update({"encoding-type": "dataframe", "_index": "_index", "column-order": list(columns)})
    put(obs, "_index", np.arange(ROWS).astype("U"))
    for name, values in columns.items():
        categories, codes = np.unique(values, return_inverse=True)
        column = obs.create_group(name)
        column.attrs["encoding-type"] = "categorical"
        put(column, "codes", codes.astype(np.int8))
        put(column, "categories", categories.astype("U"))
