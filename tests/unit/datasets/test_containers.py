"""One matrix in many forms: all give the same numbers, and the same ids."""

import os
import pickle

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
import zarr
from safetensors.torch import save_file
from scipy import sparse

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError

ROWS = 30
IDS = [f"s{index}" for index in range(ROWS)]


@pytest.fixture
def matrix():
    return np.random.default_rng(0).normal(size=(ROWS, 5)).astype(np.float32)


def write_anndata(root, matrix):
    """Write what anndata writes: obsm, a sparse X, and obs with categories; h5py's and zarr's groups are alike."""
    root.attrs["encoding-type"] = "anndata"
    put(root.create_group("obsm"), "X_pca", matrix)
    stored = sparse.csr_matrix(matrix * (matrix > 0))
    group = root.create_group("X")
    group.attrs.update({"encoding-type": "csr_matrix", "shape": list(matrix.shape)})
    for key in ("data", "indices", "indptr"):
        put(group, key, getattr(stored, key))
    obs = root.create_group("obs")
    obs.attrs.update({"encoding-type": "dataframe", "_index": "_index", "column-order": ["donor", "age", "count"]})
    put(obs, "_index", np.array(IDS))
    donor = obs.create_group("donor")
    donor.attrs["encoding-type"] = "categorical"
    put(donor, "codes", np.array([-1, *(index % 3 for index in range(1, ROWS))], np.int8))
    put(donor, "categories", np.array(["d0", "d1", "d2"]))
    put(obs, "age", np.arange(ROWS, dtype=float))
    count = obs.create_group("count")
    count.attrs["encoding-type"] = "nullable-integer"
    put(count, "values", np.arange(ROWS))
    put(count, "mask", np.arange(ROWS) == 2)
    root.create_group("var")


def put(group, key, values):
    if isinstance(group, h5py.Group):
        group.create_dataset(key, data=values.astype("S") if values.dtype.kind == "U" else values)
    else:
        group.create_array(key, data=values)


def write_h5(folder, matrix):
    with h5py.File(folder / "x.h5", "w") as file:
        file["slides/features"] = matrix
        file["names"] = np.array(IDS, dtype="S")
    return f"{folder}/x.h5:slides/features"


def write_h5ad(folder, matrix):
    with h5py.File(folder / "x.h5ad", "w") as file:
        write_anndata(file, matrix)
    return f"{folder}/x.h5ad:obsm/X_pca"


def write_zarr(folder, matrix):
    write_anndata(zarr.open_group(f"{folder}/x.zarr", mode="w"), matrix)
    return f"{folder}/x.zarr"  # the only matrix of obsm


def write_torch(folder, matrix):
    torch.save({"net": {"fc7": torch.from_numpy(matrix)}, "names": IDS, "other": torch.zeros(3, 2)}, folder / "x.pt")
    return f"{folder}/x.pt:net/fc7"


def write_tensor(folder, matrix):
    torch.save(torch.from_numpy(matrix), folder / "x.pth")
    return f"{folder}/x.pth"


def write_safetensors(folder, matrix):
    save_file({"features": torch.from_numpy(matrix), "names": torch.arange(ROWS)}, folder / "x.safetensors")
    return f"{folder}/x.safetensors:features"


def write_npz(folder, matrix):
    np.savez(folder / "x.npz", features=matrix, other=np.zeros((2, 2)), names=IDS)
    return f"{folder}/x.npz:features"


def write_shards(folder, matrix):
    for index in range(15):
        np.save(folder / f"part{index}.npy", matrix[2 * index : 2 * index + 2])
    return f"{folder}/part*.npy"


def write_per_sample(folder, matrix):
    (folder / "slides").mkdir()
    for name, row in zip(IDS, matrix, strict=True):
        with h5py.File(folder / "slides" / f"{name}.h5", "w") as file:
            file["features"] = row + np.array([[-1.0], [1.0]], np.float32)  # two patches, whose mean is the row
    return f"{folder}/slides"


def write_hive(folder, matrix):
    for site in range(3):
        rows = slice(10 * site, 10 * site + 10)
        (folder / f"set/site={site}").mkdir(parents=True)
        table = pd.DataFrame({"names": IDS[rows], "features": list(matrix[rows])})
        table.to_parquet(folder / f"set/site={site}/part-0.parquet", index=False)
    return f"{folder}/set"


def write_arrow(folder, matrix):
    (folder / "hf").mkdir()
    table = pa.table({"names": IDS, "features": pa.FixedSizeListArray.from_arrays(matrix.ravel(), 5)})
    for index in range(2):
        part = table.slice(15 * index, 15)
        with pa.ipc.new_stream(f"{folder}/hf/data-{index:05}-of-00002.arrow", table.schema) as writer:
            writer.write_table(part)
    (folder / "hf/state.json").write_text("{}")
    return f"{folder}/hf"


def write_text(name, **options):
    def write(folder, matrix):
        table = pd.DataFrame(matrix.astype(float), columns=list("abcde")).assign(names=IDS)
        table.to_csv(folder / name, index=False, **options)
        return f"{folder}/{name}"

    return write


FORMS = {
    "h5": write_h5,
    "zarr": write_zarr,
    "pt": write_torch,
    "npz": write_npz,
    "per_sample": write_per_sample,
    "hive": write_hive,
    "arrow": write_arrow,
    "tsv": write_text("x.tsv", sep="\t"),
    "csv.gz": write_text("x.csv.gz"),
    "semicolons": write_text("x.csv", sep=";"),
}
WITHOUT_IDS = {"pth": write_tensor, "safetensors": write_safetensors, "shards": write_shards}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_numbers_and_ids(tmp_path, matrix, form):
    location = FORMS[form](tmp_path, matrix)
    file = open_features(location, "obs_names" if form == "zarr" else "names")
    order = np.argsort([IDS.index(name) for name in file.required_ids()])
    assert (file.rows, file.dimension) == (ROWS, 5)
    np.testing.assert_allclose(file.load()[order], matrix, rtol=0, atol=1e-6 if form == "per_sample" else 1e-7)


@pytest.mark.parametrize("form", WITHOUT_IDS)
def test_forms_without_ids_keep_the_order(tmp_path, matrix, form):
    np.testing.assert_array_equal(open_features(WITHOUT_IDS[form](tmp_path, matrix)).load(), matrix)


def test_a_sparse_matrix_becomes_dense(tmp_path, matrix):
    location = write_h5ad(tmp_path, matrix).replace("obsm/X_pca", "X")
    np.testing.assert_array_equal(open_features(location).load(), np.where(matrix > 0, matrix, 0))


def test_bfloat16_is_read(tmp_path):
    values = torch.arange(8).reshape(4, 2).bfloat16()
    save_file({"x": values}, tmp_path / "x.safetensors")
    np.testing.assert_array_equal(open_features(tmp_path / "x.safetensors").load(), np.arange(8).reshape(4, 2))


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("hacked",)


@pytest.mark.parametrize("name", ["x.pt", "x.pth"])
def test_a_pickle_is_not_run(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    torch.save({"features": torch.zeros(3, 2), "more": Hostile()}, name)
    with pytest.raises(ExoprobeError, match=f"^{name} cannot be opened as tensors alone"):
        open_features(name)
    (tmp_path / name).write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(ExoprobeError, match=f"^{name} cannot be opened as tensors alone"):
        open_features(name)
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("write", "change", "message"),
    [
        (write_torch, ":net/fc7", "holds 2 matrices, net/fc7 (30 × 5), other (3 × 2); name one: {}:net/fc7"),
        (write_npz, ":features", "2-D array, the features, but has 2: features (30 × 5), other (2 × 2), names (30)"),
        (write_h5ad, "/X_pca", "obsm is no array; name one within it, such as obsm/X_pca"),
    ],
)
def test_what_is_not_named_is_asked_for(tmp_path, matrix, write, change, message):
    location = write(tmp_path, matrix).removesuffix(change)
    with pytest.raises(ExoprobeError) as error:
        open_features(location)
    assert message.format(location) in str(error.value)


@pytest.mark.parametrize("write", [write_h5, write_torch, write_npz])
def test_a_place_that_is_not_there_is_named_with_those_that_are(tmp_path, matrix, write):
    location = write(tmp_path, matrix) + "s"
    with pytest.raises(ExoprobeError, match=r"has no .*'; it has "):
        open_features(location)


def test_files_of_two_kinds_are_refused(tmp_path, matrix):
    write_shards(tmp_path, matrix)
    write_tensor(tmp_path, matrix)
    with pytest.raises(ExoprobeError, match=r"holds files that end in \.npy and \.pth; give those of one kind"):
        open_features(tmp_path)


def test_shards_of_another_dimension_are_named(tmp_path, matrix):
    write_shards(tmp_path, matrix)
    np.save(tmp_path / "part15.npy", matrix[:, :2])
    with pytest.raises(ExoprobeError, match=r"part15\.npy has 2 features and .*part0\.npy has 5"):
        open_features(f"{tmp_path}/part*.npy")


def test_a_set_of_several_parts_asks_for_one(tmp_path, matrix):
    (tmp_path / "sets").mkdir()
    write_arrow(tmp_path / "sets", matrix)
    (tmp_path / "sets/dataset_dict.json").write_text("{}")
    with pytest.raises(ExoprobeError, match="holds several datasets; name one: .*sets/hf"):
        open_features(tmp_path / "sets")


def write_h5mu(folder, matrix):
    """Write what mudata writes: a modality with some of the cells, in another order, and the table of all cells."""
    with h5py.File(folder / "x.h5mu", "w") as file:
        write_anndata(file.create_group("mod/rna"), matrix)
        obs = file.create_group("obs")
        obs.attrs.update({"encoding-type": "dataframe", "_index": "_index", "column-order": ["site"]})
        put(obs, "_index", np.array([*IDS[::-1], "more"]))
        put(obs, "site", np.arange(ROWS + 1))
        file.create_group("var")
    return folder / "x.h5mu"


def test_a_modality_of_mudata_has_the_ids_of_its_own_table(tmp_path, matrix):
    path = write_h5mu(tmp_path, matrix)
    for location in (f"{path}:mod/rna/obsm/X_pca", str(path)):
        np.testing.assert_array_equal(open_features(location).load(), matrix)
    opened = open_features(f"{path}:mod/rna/obsm/X_pca", "obs_names")
    assert opened.ids.tolist() == list(IDS)
    assert read_factor_table(path)["site"].tolist() == list(range(ROWS + 1))


def test_files_that_anndata_itself_writes_are_read(tmp_path, matrix):
    anndata = pytest.importorskip("anndata")  # on Python 3.11 it needs pandas 2, which the lock file does not have
    obs = pd.DataFrame({"donor": pd.Categorical([f"d{row % 3}" for row in range(ROWS)])}, index=IDS)
    written = anndata.AnnData(X=sparse.csr_matrix(matrix), obs=obs, obsm={"X_pca": matrix})
    written.write_h5ad(tmp_path / "x.h5ad", compression="gzip")
    written.write_zarr(tmp_path / "x.zarr")
    for name in ("x.h5ad", "x.zarr"):
        for place in ("obsm/X_pca", "X"):
            file = open_features(f"{tmp_path / name}:{place}", "obs_names")
            np.testing.assert_array_equal(np.asarray(file.load(), np.float32), matrix)
            assert list(file.ids) == IDS
        assert read_factor_table(tmp_path / name)["donor"].tolist() == obs["donor"].tolist()


def test_a_folder_that_hugging_face_s_datasets_saves_is_read(tmp_path, matrix):
    datasets = pytest.importorskip("datasets")
    written = datasets.Dataset.from_dict({"id": IDS, "embedding": matrix.tolist()})
    written.save_to_disk(str(tmp_path / "x"), num_shards=3)
    file = open_features(tmp_path / "x", "id")
    np.testing.assert_array_equal(np.asarray(file.load(), np.float32), matrix)
    assert list(file.ids) == IDS
