from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import COLUMNS
from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import Crop, crop_face
from exoprobe.embeddings.image_features import extract_shard, gather_layer
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info
from exoprobe.io.files import digest_of_file

COUNT = 230  # more than seven batches


class ThreeLayers(nn.Module):
    """Means of the colors, a linear map of the pixels, and two pixels."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3 * 4 * 4, 5)

    def forward(self, images):
        images = images.float() / 255
        return {
            "color": images.mean((2, 3), keepdim=True),
            "linear": self.linear(images.flatten(1)),
            "last": images[:, 0, 0, :2],
        }


@pytest.fixture
def faces(tmp_path, rng):
    """Samples, images and landmarks of pictures of random pixels."""
    files = [f"{number}.png" for number in range(COUNT)]
    (tmp_path / "images").mkdir()
    for file in files:
        Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8)).save(tmp_path / "images" / file)
    landmarks = pd.DataFrame({"sample_id": np.arange(COUNT), "detected": 1, **dict.fromkeys(COLUMNS, 0.0)})
    landmarks[["right", "bottom"]] = rng.integers(4, 9, (COUNT, 2))
    landmarks.to_parquet(tmp_path / "landmarks.parquet")
    return write_dataset(tmp_path / "samples.parquet", files), tmp_path / "images", tmp_path / "landmarks.parquet"


def write_dataset(path, files, group=0):
    groups = group + np.arange(len(files))
    columns = {"sample_id": np.arange(len(files)), "file": np.array(files), "group": groups}
    write_samples(path, {**columns, "split": np.repeat("test", len(files))})
    return path


@pytest.fixture
def adapter():
    torch.manual_seed(0)
    return Adapter(Crop(4, "box"), ("color", "linear", "last"), ThreeLayers().eval())


@pytest.fixture
def extract(faces, adapter, tmp_path):
    def part(number, parts, adapter=adapter, weights=None):
        path = tmp_path / f"{number}_of_{parts}.parquet"
        options = {"shard": number, "shards": parts, "code_digest": "code", "device": "cpu"}
        extract_shard(*faces, path, adapter=adapter, weights=weights, **options)
        return path

    return part


def expected(faces, adapter, layer):
    images, where = ImageFiles(faces[1]), pd.read_parquet(faces[2]).to_dict("records")
    crops = np.stack([crop_face(images.load(f"{row}.png"), face, adapter.crop) for row, face in enumerate(where)])
    with torch.inference_mode():
        return adapter.network(torch.from_numpy(crops))[layer].flatten(1).numpy()


@pytest.mark.parametrize("parts", [2, 3, 7])
@pytest.mark.parametrize("group", [50, 100, 1000])
def test_the_number_of_parts_changes_no_bit_of_the_file(faces, extract, tmp_path, monkeypatch, parts, group):
    monkeypatch.setattr("exoprobe.features.feature_file.GROUP_BYTES", group * 5 * 4)
    for name, count in (("one", 1), ("many", parts)):
        gather_layer([extract(number, count) for number in range(count)], faces[0], tmp_path / name, layer="linear")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "many").read_bytes()


@pytest.mark.parametrize("parts", [1, 3, 7])
@pytest.mark.parametrize("layer", ["color", "linear", "last"])
def test_parts_gathered_equal_one_pass(faces, adapter, extract, tmp_path, parts, layer):
    files = [extract(number, parts) for number in range(parts)]
    gather_layer(files, faces[0], tmp_path / "layer.parquet", layer=layer)
    features = read_features(tmp_path / "layer.parquet", dataset_digest=dataset_digest(faces[0]))
    np.testing.assert_allclose(features, expected(faces, adapter, layer), rtol=1e-5, atol=1e-6)


def test_the_footer_says_where_the_layer_comes_from(faces, extract, tmp_path):
    (tmp_path / "weights").write_bytes(b"weights")
    parts = [extract(number, 2, weights=tmp_path / "weights") for number in range(2)]
    assert read_info(parts[0]).layer == "color:3,linear:5,last:2"
    gather_layer(parts, faces[0], tmp_path / "layer.parquet", layer="linear")
    info = read_info(tmp_path / "layer.parquet")
    assert (info.layer, info.dimension, info.rows, info.dtype) == ("linear", 5, COUNT, "float32")
    assert info.weights_digest == digest_of_file(tmp_path / "weights")
    assert info.code_digest == "code"


def test_a_part_does_not_depend_on_the_others(extract):
    """What resuming rests on: a lost part is computed again alone, and identically."""
    before = {path: path.read_bytes() for path in (extract(number, 3) for number in range(3))}
    lost = list(before)[1]
    for path in before:
        path.unlink()
    assert extract(1, 3) == lost
    assert lost.read_bytes() == before[lost]


def test_a_layer_that_the_network_lacks_is_refused(faces, extract, tmp_path):
    with pytest.raises(ExoprobeError, match="no layer ip1; it has color:3,linear:5,last:2"):
        gather_layer([extract(0, 1)], faces[0], tmp_path / "layer.parquet", layer="ip1")


def test_parts_of_another_dataset_are_refused(faces, extract, tmp_path):
    other = write_dataset(tmp_path / "other.parquet", [f"{number}.png" for number in range(COUNT)], group=9)
    with pytest.raises(ExoprobeError, match="features of another dataset"):
        gather_layer([extract(0, 1)], other, tmp_path / "layer.parquet", layer="color")
    assert not (tmp_path / "layer.parquet").exists()


@pytest.mark.parametrize("order", [(1, 0), (0, 0), (0,)])
def test_parts_that_do_not_add_up_are_refused(faces, extract, tmp_path, order):
    parts = [extract(number, 2) for number in range(2)]
    with pytest.raises(ExoprobeError, match="do not add up to the samples"):
        gather_layer([parts[number] for number in order], faces[0], tmp_path / "layer.parquet", layer="color")
    assert not (tmp_path / "layer.parquet").exists()


def test_parts_of_two_networks_are_refused(faces, adapter, extract, tmp_path):
    (tmp_path / "weights").write_bytes(b"weights")
    parts = [extract(0, 2), extract(1, 2, weights=tmp_path / "weights")]
    with pytest.raises(ExoprobeError, match="1_of_2.parquet was computed otherwise than"):
        gather_layer(parts, faces[0], tmp_path / "layer.parquet", layer="color")


def test_landmarks_of_another_dataset_are_refused(faces, extract):
    table = pd.read_parquet(faces[2])
    table[::-1].to_parquet(faces[2])
    with pytest.raises(ExoprobeError, match="landmarks.parquet does not hold the samples of"):
        extract(0, 1)


def test_the_landmarks_of_a_shard_are_enough(faces, extract, tmp_path, monkeypatch):
    whole = [extract(number, 2).read_bytes() for number in range(2)]
    table = pd.read_parquet(faces[2])
    for number, rows in enumerate((slice(0, 128), slice(128, None))):
        table.iloc[rows].to_parquet(faces[2])
        assert extract(number, 2).read_bytes() == whole[number]


@pytest.mark.parametrize("shards", [2, 5])
def test_whole_pictures_need_no_landmarks(faces, adapter, tmp_path, shards):
    whole = replace(adapter, crop=Crop(4, "image"))
    for count in (1, shards):
        files = [tmp_path / f"{number}_of_{count}.parquet" for number in range(count)]
        for number, file in enumerate(files):
            options = {"shard": number, "shards": count, "code_digest": "code", "device": "cpu"}
            extract_shard(faces[0], faces[1], None, file, adapter=whole, weights=None, **options)
        gather_layer(files, faces[0], tmp_path / f"{count}.parquet", layer="linear")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / f"{shards}.parquet").read_bytes()
    features = read_features(tmp_path / "1.parquet")
    np.testing.assert_allclose(features, expected(faces, whole, "linear"), rtol=1e-5, atol=1e-6)


def test_an_unreadable_image_stops_the_extraction_by_name(faces, extract):
    (faces[1] / "66.png").write_bytes(b"no image")
    with pytest.raises(ExoprobeError, match="66.png: not a readable image"):
        extract(0, 1)
