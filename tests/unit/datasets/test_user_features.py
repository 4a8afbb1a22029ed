"""Whatever form a user's features come in, the same numbers come out, or one sentence that says what is wrong."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exoprobe.datasets.user_features import OPENERS, open_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features

NAMES = ["f0", "f1", "f2"]
IDS = np.array(["b", "a", "7", "é"])
VALUES = np.array([[1, 2, 3], [4.5, -5, 6], [0.25, 1e-3, 1e30], [7, 8, 9]], np.float32)


def table(**more):
    return pd.DataFrame({**more, **dict(zip(NAMES, VALUES.T, strict=True))})


def lists(kind):
    return pa.array(VALUES.tolist(), kind)


def tensors():
    kind = pa.fixed_shape_tensor(pa.float32(), [3])
    return pa.ExtensionArray.from_storage(kind, lists(pa.list_(pa.float32(), 3)))


def save_own(path):
    write_features(path, np.arange(4), [VALUES], FeatureInfo(3, "float32", 4, "x", "d", "w", "c"))


WRITERS = {
    "a.npy": lambda path: np.save(path, VALUES),
    "fortran.npy": lambda path: np.save(path, np.asfortranarray(VALUES)),
    "doubles.npy": lambda path: np.save(path, VALUES.astype(">f8")),
    "a.npz": lambda path: np.savez(path, anything=VALUES),
    "compressed.npz": lambda path: np.savez_compressed(path, x=VALUES.astype(float), names=IDS),
    "fortran.npz": lambda path: np.savez(path, x=np.asfortranarray(VALUES)),
    "a.csv": lambda path: table().to_csv(path, index=False),
    "with_pandas_index.csv": lambda path: table().to_csv(path),
    "numbered.csv": lambda path: pd.DataFrame(VALUES).to_csv(path, index=False),
    "a.parquet": lambda path: table().to_parquet(path),
    "doubles.parquet": lambda path: table().astype(float).to_parquet(path, index=True),
    "lists.parquet": lambda path: pq.write_table(pa.table({"e": lists(pa.list_(pa.float64())), "n": IDS}), path),
    "fixed.parquet": lambda path: pq.write_table(pa.table({"e": lists(pa.list_(pa.float32(), 3))}), path),
    "tensors.parquet": lambda path: pq.write_table(pa.table({"e": tensors()}), path),
    "own.parquet": save_own,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_form_gives_the_same_numbers(tmp_path, name):
    WRITERS[name](tmp_path / name)
    features = open_features(tmp_path / name)
    assert (features.rows, features.dimension, features.ids) == (4, 3, None)
    np.testing.assert_array_equal(np.asarray(features.load(), np.float32), VALUES)


@pytest.mark.parametrize("name", ["a.npz", "a.csv", "a.parquet", "lists.parquet"])
def test_ids_are_read_beside_the_features_and_are_none_of_them(tmp_path, name):
    path = tmp_path / name
    if name == "a.npz":
        np.savez(path, who=IDS, x=VALUES)
    elif name == "lists.parquet":
        pq.write_table(pa.table({"who": IDS, "e": lists(pa.list_(pa.float32()))}), path)
    else:
        frame = table(who=IDS)
        frame.to_csv(path, index=False) if name == "a.csv" else frame.to_parquet(path)
    features = open_features(path, "who")
    assert features.ids.tolist() == IDS.tolist()
    np.testing.assert_array_equal(features.load().astype(np.float32), VALUES)


def test_csv_ids_stay_text(tmp_path):
    (tmp_path / "a.csv").write_text("who,f\n007,1\n7,2\n")
    assert open_features(tmp_path / "a.csv", "who").ids.tolist() == ["007", "7"]


def test_a_npy_file_is_mapped_not_read(tmp_path):
    np.save(tmp_path / "a.npy", VALUES)
    assert isinstance(open_features(tmp_path / "a.npy").load(), np.memmap)


def test_large_archives_are_read_in_blocks_whatever_the_order(tmp_path, monkeypatch, rng):
    monkeypatch.setattr("exoprobe.datasets.user_arrays.BLOCK_BYTES", 100)
    values = rng.normal(size=(57, 5))
    for name, array in {"c.npz": values, "fortran.npz": np.asfortranarray(values)}.items():
        np.savez(tmp_path / name, array)
        np.testing.assert_array_equal(open_features(tmp_path / name).load(), values)


class Payload:
    """What a hostile pickle is: loading it runs a command."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


def text(content):
    return lambda path: path.write_text(content)


WRONG = {
    "vector.npy": (
        lambda path: np.save(path, np.ones(5)),
        "{} holds a 1-D array (5); features must be 2-D, a row per sample",
    ),
    "images.npy": (
        lambda path: np.save(path, np.ones((5, 2, 2))),
        "{} holds a 3-D array (5 × 2 × 2); features must be 2-D, a row per sample",
    ),
    "scalar.npy": (
        lambda path: np.save(path, np.float32(1)),
        "{} holds a 0-D array (a single value); features must be 2-D, a row per sample",
    ),
    "objects.npy": (
        lambda path: np.save(path, np.array([[{}]]), allow_pickle=True),
        "{} holds Python objects, which are not opened; save an array of numbers",
    ),
    "objects.npz": (
        lambda path: np.savez(path, x=np.array([[{}]])),
        "{} holds Python objects, which are not opened; save an array of numbers",
    ),
    "text.npy": (
        lambda path: np.save(path, np.array([["a"]])),
        "{} holds values of type <U1; features must be numbers",
    ),
    "empty.npy": (text(""), "{} is empty"),
    "no_rows.npy": (lambda path: np.save(path, np.ones((0, 3))), "{} has 0 rows of 3 features; it needs some"),
    "cut.npy": (
        lambda path: (np.save(path, np.ones((9, 9))), path.write_bytes(path.read_bytes()[:200])),
        "{} cannot be read as .npy (mmap length is greater than file size)",
    ),
    "several.npz": (
        lambda path: np.savez(path, before=np.ones((4, 2)), after=np.ones((4, 3)), label=np.ones(4)),
        "{0} must hold one 2-D array, the features, but has 2: before (4 × 2), after (4 × 3), label (4); name "
        "one, {0}:before",
    ),
    "none.npz": (
        lambda path: np.savez(path, label=np.ones(4)),
        "{} holds a 1-D array (4); features must be 2-D, a row per sample",
    ),
    "a.mat": (
        text("x"),
        f"{{}}: features must be in {', '.join(OPENERS)}; its name ends in none of them",
    ),
    "absent.npy": (lambda path: None, "{}: no such file"),
    "text.csv": (
        text("f0,f1\n1,2\n3,4\n5,abc\n"),
        "{}: line 4, column f1 is 'abc'; features must be numbers, and an id column is named by id",
    ),
    "no_header.csv": (
        text("1.5,2.5\n3,4\n"),
        "{}: its first line must name the columns; it holds numbers, such as 2.5",
    ),
    "twice.csv": (text("f,f\n1,2\n"), "{}: two columns are called 'f'; rename one"),
    "text.parquet": (
        lambda path: table(name=IDS).to_parquet(path),
        "{}: column name holds large_string; features must be numbers, and an id column is named by id",
    ),
    "ragged.parquet": (
        lambda path: pq.write_table(pa.table({"e": [[1.0, 2.0], [3.0, 4.0], [5.0]]}), path),
        "{}: row 2 (from 0) has 1 features, the first has 2",
    ),
    "gap.parquet": (
        lambda path: pq.write_table(pa.table({"e": [[1.0, 2.0], None]}), path),
        "{}: row 1 (from 0) has 0 features, the first has 2",
    ),
    "two.parquet": (
        lambda path: pq.write_table(pa.table({"e": [[1.0]], "g": [[1.0]]}), path),
        "{} must hold one column of vectors, but has e, g",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_matrix_of_numbers_is_refused_in_one_sentence(tmp_path, name):
    write, message = WRONG[name]
    path = tmp_path / name
    write(path)
    with pytest.raises(ExoprobeError) as error:
        open_features(path).load()
    assert str(error.value) == message.format(path)


WRONG_IDS = {
    "a.npy": (
        lambda path: np.save(path, VALUES),
        "{}: a .npy file holds no ids; save a .npz with the features and an array 'who', or give no id to join by "
        "order",
    ),
    "a.npz": (
        lambda path: np.savez(path, x=VALUES, whom=IDS),
        "{} has no array 'who' for the ids; it has x (4 × 3), whom (4)",
    ),
    "short.npz": (
        lambda path: np.savez(path, x=VALUES, who=IDS[:3]),
        "{}: the ids in who are 3, the features have 4 rows",
    ),
    "a.csv": (
        lambda path: table(whom=IDS).to_csv(path, index=False),
        "id is 'who', but {} has no such column; did you mean whom?",
    ),
    "own.parquet": (save_own, "id is 'who', but {} has no such column; it has sample_id, feature"),
}


@pytest.mark.parametrize("name", WRONG_IDS)
def test_ids_that_are_not_there_are_refused_in_one_sentence(tmp_path, name):
    write, message = WRONG_IDS[name]
    write(tmp_path / name)
    with pytest.raises(ExoprobeError) as error:
        open_features(tmp_path / name, "who")
    assert str(error.value) == message.format(tmp_path / name)


def test_a_pickle_is_not_run(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[Payload(tmp_path / "ran")]]), allow_pickle=True)
    with pytest.raises(ExoprobeError):
        open_features(tmp_path / "a.npy")
    assert not (tmp_path / "ran").exists()
