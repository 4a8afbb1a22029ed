"""VGG-Face's layers, a few channels wide, in a MatConvNet file of the published form."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.io import savemat

from exoprobe.embeddings.adapters.vgg_face import MEAN_RGB
from exoprobe.embeddings.adapters.vgg_face import build as vgg_face
from exoprobe.errors import ExoprobeError

CONVOLUTIONS = [f"conv{stage}_{step}" for stage, steps in enumerate((2, 2, 3, 3, 3), 1) for step in range(1, steps + 1)]
POOLS = {"conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"}


@pytest.fixture
def parameters(rng):
    """Weight [height, width, inputs, outputs] and bias [outputs] by layer, up to the classifier fc8."""
    inputs, found = 3, {}
    for name in CONVOLUTIONS:
        found[name] = (3, 3, inputs, 2 + len(name) % 2 + int(name[4]) % 2)
        inputs = found[name][-1]
    found |= {"fc6": (7, 7, inputs, 6), "fc7": (1, 1, 6, 5), "fc8": (1, 1, 5, 4)}
    return {
        name: (rng.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape), rng.normal(0, 1, shape[-1]))
        for name, shape in found.items()
    }


def entries(parameters):
    """The network's layers as MatConvNet lists them."""
    found = []
    for name, (weight, bias) in parameters.items():
        weights = np.empty((1, 2), object)
        weights[0, 0], weights[0, 1] = weight.astype(np.float32), bias.astype(np.float32)[:, None]
        found.append({"name": name, "type": "conv", "weights": weights})
        found.append({"name": name.replace("conv", "relu"), "type": "relu", "weights": np.empty((0, 0), object)})
        if name in POOLS:
            found.append({"name": "pool", "type": "pool", "weights": np.empty((0, 0), object)})
    return found


def as_structs(layers):
    array = np.empty((1, len(layers)), [("name", object), ("type", object), ("weights", object)])
    for place, layer in enumerate(layers):
        array[0, place] = (layer["name"], layer["type"], layer["weights"])
    return array


def as_cells(layers):
    array = np.empty((1, len(layers)), object)
    array[0, :] = layers
    return array


def as_old_cells(layers):
    """The form of the first release: filters and biases as fields of their own."""
    array = np.empty((1, len(layers)), object)
    for place, layer in enumerate(layers):
        filters = dict(zip(("filters", "biases"), layer["weights"].ravel(), strict=False))
        array[0, place] = {"name": layer["name"], "type": layer["type"], **filters}
    return array


def by_hand(parameters, images):
    x = images.double() - torch.tensor(MEAN_RGB, dtype=torch.float64).view(1, 3, 1, 1)
    for name in CONVOLUTIONS:
        weight, bias = (torch.from_numpy(array) for array in parameters[name])
        x = F.relu(F.conv2d(x, weight.permute(3, 2, 0, 1), bias, padding=1))
        x = F.max_pool2d(x, 2, 2) if name in POOLS else x
    for name in ("fc6", "fc7"):
        weight, bias = (torch.from_numpy(array) for array in parameters[name])
        x = F.relu(torch.einsum("nchw,hwco->no", x, weight) + bias)[..., None, None]
    return x[..., 0, 0]


@pytest.mark.parametrize("form", [as_structs, as_cells, as_old_cells])
@torch.inference_mode()
def test_fc7_is_what_a_forward_pass_by_hand_gives(tmp_path, rng, parameters, form):
    path = tmp_path / "vgg-face.mat"
    savemat(path, {"layers": form(entries(parameters)), "classes": {"name": "someone"}})
    adapter = vgg_face(path)
    images = torch.from_numpy(rng.integers(0, 256, (2, 3, 224, 224), dtype=np.uint8))
    expected = by_hand(parameters, images)
    assert (expected > 0).any()
    assert adapter.layers == ("fc7",)
    assert adapter.crop.size == 224
    torch.testing.assert_close(adapter.network(images)["fc7"].double(), expected, rtol=1e-4, atol=1e-3)


def test_a_network_without_fc7_is_refused(tmp_path, parameters):
    savemat(tmp_path / "v.mat", {"layers": as_structs(entries(parameters)[:-4])})
    with pytest.raises(ExoprobeError, match=r"v.mat has no layer fc7. Fetch vgg-face.mat"):
        vgg_face(tmp_path / "v.mat")


def test_another_file_is_refused_with_what_to_fetch(tmp_path, parameters):
    with pytest.raises(ExoprobeError, match=r"missing.mat is missing. Fetch vgg-face.mat"):
        vgg_face(tmp_path / "missing.mat")
    savemat(tmp_path / "v.mat", {"layers": as_structs(entries(parameters))}, do_compression=True)
    whole = (tmp_path / "v.mat").read_bytes()
    savemat(tmp_path / "other.mat", {"x": 1.0})
    contents = [(tmp_path / "other.mat").read_bytes(), b"", b"text" * 100, whole[: len(whole) // 2], whole[:-20]]
    for content in contents:
        (tmp_path / "v.mat").write_bytes(content)
        with pytest.raises(ExoprobeError, match=r"v.mat is not a MatConvNet network .*Fetch vgg-face.mat"):
            vgg_face(tmp_path / "v.mat")
