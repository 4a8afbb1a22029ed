"""Whatever bytes a file holds, its reader takes them or refuses the file by name, in one line."""

import gzip
import io
import zipfile

import numpy as np
import onnx
import pandas as pd
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.io import savemat

from exoprobe.config.config_file import check_config_file
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.idx import idx_bytes, parse_idx, read_idx
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.known.celeba import celeba_attributes
from exoprobe.datasets.landmarks import POINT_COLUMNS, read_celeba_landmarks
from exoprobe.datasets.poses import read_annotations
from exoprobe.datasets.samples import dataset_digest, read_samples, write_samples
from exoprobe.datasets.tables import read_table
from exoprobe.datasets.user_features import open_features
from exoprobe.embeddings.adapters.onnx import build as onnx_file
from exoprobe.embeddings.adapters.torchscript import build as torchscript_file
from exoprobe.embeddings.adapters.vgg_face import read_matconvnet
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, read_sample_ids, write_features
from exoprobe.training.checkpoint import load_weights
from exoprobe.training.head import load_head

NETWORK = {"size": 8, "align": "image", "mean": 0, "scale": 1, "tensors": {"x": "y"}}


def samples_content(folder):
    ids = np.arange(4)
    splits = np.array(["train", "train", "validation", "test"])
    images = np.zeros((4, 3, 3), np.uint8)
    write_samples(
        folder / "valid",
        {"sample_id": ids, "file": ids.astype(str), "group": ids, "split": splits, "image": images},
    )


def features_content(folder):
    info = FeatureInfo(2, "float32", 4, "x", "d", "w", "c")
    write_features(folder / "valid", np.arange(4), [np.ones((4, 2), np.float32)], info)


def zip_content(folder):
    with zipfile.ZipFile(folder / "valid", "w") as archive:
        archive.writestr("a.png", b"no image")


def onnx_content(folder):
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])],
        "g",
        [onnx.helper.make_tensor_value_info("x", 1, [1])],
        [onnx.helper.make_tensor_value_info("y", 1, [1])],
    )
    onnx.save(onnx.helper.make_model(graph), folder / "valid")


def celeba_landmarks(path):
    samples_content(path.parent)
    read_celeba_landmarks(path.parent / "valid", path, path.parent / "written.parquet")


def writer(content):
    return lambda folder: (folder / "valid").write_bytes(content)


def table_bytes(save):
    buffer = io.BytesIO()
    save(pd.DataFrame({"image": ["1.jpg", "2.jpg"], "yaw": [1.0, -2.5], "detected": [1, 0]}), buffer)
    return buffer.getvalue()


def array_bytes(save):
    buffer = io.BytesIO()
    save(buffer, np.ones((4, 3)))
    return buffer.getvalue()


def user_features(path):
    return open_features(path).load()


LANDMARKS = "4\n" + " ".join(POINT_COLUMNS) + "\n" + "".join(f"{row} " + "1 " * 10 + "\n" for row in range(4))
READERS = {
    "idx": (read_idx, writer(idx_bytes(np.zeros((2, 3), np.uint8)))),
    "idx.gz": (read_idx, writer(gzip.compress(idx_bytes(np.zeros((2, 3), np.uint8))))),
    "samples.parquet": (lambda path: read_samples(path, ["sample_id", "image"], "train"), samples_content),
    "digest.parquet": (dataset_digest, samples_content),
    "features.parquet": (read_features, features_content),
    "info.parquet": (read_info, features_content),
    "ids.parquet": (read_sample_ids, features_content),
    "images.zip": (lambda path: ImageFiles(path).load("a.png"), zip_content),
    "pose.csv": (read_annotations, writer(table_bytes(lambda table, file: table.to_csv(file)))),
    "pose.parquet": (read_annotations, writer(table_bytes(lambda table, file: table.to_parquet(file)))),
    "factors.csv": (read_factor_table, writer(table_bytes(lambda table, file: table.to_csv(file)))),
    "factors.parquet": (read_factor_table, writer(table_bytes(lambda table, file: table.to_parquet(file)))),
    "mine.npy": (user_features, writer(array_bytes(np.save))),
    "mine.npz": (user_features, writer(array_bytes(np.savez_compressed))),
    "mine.csv": (user_features, writer(b"a,b\n1,2\n3,4\n")),
    "mine.parquet": (user_features, writer(table_bytes(lambda table, file: table[["yaw"]].to_parquet(file)))),
    "partition.txt": (read_table, writer(b"000001.jpg 0\n000002.jpg 1\n")),
    "landmarks.txt": (celeba_landmarks, writer(LANDMARKS.encode())),
    "weights.safetensors": (load_weights, writer(safetensors.numpy.save({"ip2.weight": np.ones((2, 2))}))),
    "head.safetensors": (
        load_head,
        writer(safetensors.numpy.save({"ip2.weight": np.ones(2), "ip2.bias": np.ones(2)})),
    ),
    "vgg.mat": (read_matconvnet, lambda folder: savemat(folder / "valid", {"layers": np.ones(3)}, appendmat=False)),
    "network.onnx": (lambda path: onnx_file(path, NETWORK), onnx_content),
    "config.yaml": (check_config_file, writer(b"seeds: [0]\ndigits: {dataset: mnist, angles: [0, 1]}\n")),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_a_file_or_refuses_it_by_name_in_one_line(name, tmp_path):
    read, write = READERS[name]
    write(tmp_path)
    valid, path = (tmp_path / "valid").read_bytes(), tmp_path / name

    @settings(max_examples=60)
    @given(
        content=st.one_of(
            st.binary(max_size=200),
            st.integers(0, len(valid)).map(lambda cut: valid[:cut]),
            st.tuples(st.integers(0, len(valid)), st.binary(max_size=9)).map(
                lambda change: valid[: change[0]] + change[1] + valid[change[0] + len(change[1]) :]
            ),
        )
    )
    def check(content):
        path.write_bytes(content)
        try:
            read(path)
        except ExoprobeError as error:
            said = str(error)
            assert name in said, said
            assert said.isprintable(), said

    check()


@given(arrays(np.uint8, array_shapes(max_dims=4, max_side=5)))
def test_any_array_of_bytes_survives_the_idx_format(array):
    np.testing.assert_array_equal(parse_idx(idx_bytes(array), "x"), array)


@pytest.mark.parametrize("content", [b"", b"40", b"\xff\xfe\xff", b"\n"])
def test_a_list_of_attributes_without_their_names_is_refused_by_name(tmp_path, content):
    for name in ("list_attr_celeba.txt", "list_eval_partition.txt", "identity_CelebA.txt", "img_align_celeba"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ExoprobeError, match=r"list_attr_celeba.txt: its second line must name the attributes"):
        celeba_attributes(tmp_path)


class Payload:
    """What a hostile pickle is: loading it runs a command."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


@pytest.mark.parametrize("read", [load_weights, load_head, read_matconvnet])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_in_a_weights_file_s_place_is_not_run(tmp_path, read, zipped):
    torch.save(Payload(tmp_path / "ran"), tmp_path / "w.bin", _use_new_zipfile_serialization=zipped)
    with pytest.raises(ExoprobeError):
        read(tmp_path / "w.bin")
    assert not (tmp_path / "ran").exists()


def test_a_pickle_in_a_torchscript_file_s_place_is_not_run(tmp_path):
    torch.save(Payload(tmp_path / "ran"), tmp_path / "w.bin")
    with pytest.raises(ExoprobeError, match=r"w.bin is not a TorchScript file"):
        torchscript_file(tmp_path / "w.bin", NETWORK)
    assert not (tmp_path / "ran").exists()
