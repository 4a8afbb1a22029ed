import numpy as np
import pytest
import torch

from exoprobe.config.declared import adapter_layers, modules
from exoprobe.embeddings.adapters.registry import load_adapter
from exoprobe.errors import ExoprobeError


def test_pixels_are_a_gray_picture_from_0_to_1():
    adapter = load_adapter({"adapter": "pixels", "align": "image"}, None, 0)
    assert (adapter.crop.size, adapter.crop.gray) == (24, True)
    crops = torch.from_numpy(np.full((2, 1, 24, 24), 51, np.uint8))
    torch.testing.assert_close(adapter.network(crops)["pixels"], torch.full((2, 1, 24, 24), 0.2))


def test_the_untrained_network_takes_the_seed():
    image = torch.full((1, 3, 150, 150), 99, dtype=torch.uint8)
    with torch.inference_mode():
        outs = [load_adapter({"adapter": "untrained"}, None, seed).network(image)["embedding"] for seed in (1, 2)]
    assert not torch.equal(*outs)


@pytest.mark.parametrize("adapter", ["dlib_resnet", "vgg_face", "onnx", "torchscript"])
def test_every_network_with_weights_says_where_they_are_missing(adapter, tmp_path):
    settings = {"adapter": adapter, "size": 4, "align": "box", "mean": 0, "scale": 1, "tensors": {"a": "a"}}
    with pytest.raises(ExoprobeError, match="weights.bin is missing. Fetch"):
        load_adapter(settings, tmp_path / "weights.bin", 0)


@pytest.mark.parametrize("name", ["pixels", "untrained"])
def test_the_configuration_knows_the_layers_of_a_network(name):
    assert adapter_layers(name) == list(load_adapter({"adapter": name, "align": "image"}, None, 0).layers)


def test_the_configuration_knows_every_adapter():
    every = [
        "attribute_network",
        "dlib_resnet",
        "facenet",
        "onnx",
        "pixels",
        "torchscript",
        "torchvision",
        "untrained",
        "vgg_face",
    ]
    assert modules("adapter") == every


def test_an_unknown_adapter_is_an_error():
    with pytest.raises(ModuleNotFoundError, match="alexnet"):
        load_adapter({"adapter": "alexnet"}, None, 0)
