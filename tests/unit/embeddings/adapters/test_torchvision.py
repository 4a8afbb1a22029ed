import socket

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision

from exoprobe.embeddings.adapters.registry import load_adapter
from exoprobe.embeddings.adapters.torchvision import MEAN, SCALE
from exoprobe.errors import ExoprobeError

SETTINGS = {"adapter": "torchvision", "model": "resnet18", "size": 40}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("a download")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def images(rng):
    return torch.from_numpy(rng.integers(0, 256, (3, 3, 40, 40), dtype=np.uint8))


@torch.inference_mode()
def test_random_weights_come_from_the_seed(images):
    first, again, other = (load_adapter(SETTINGS, None, seed).network(images)["penultimate"] for seed in (0, 0, 1))
    assert first.shape == (3, 512)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@torch.inference_mode()
def test_weights_of_any_number_of_classes_are_read(tmp_path, images, suffix):
    model = torchvision.models.resnet18(weights=None, num_classes=7).eval()
    path = tmp_path / f"mine{suffix}"
    if suffix == ".pth":
        torch.save(model.state_dict(), path)
    else:
        safetensors.torch.save_file(model.state_dict(), path)
    adapter = load_adapter({**SETTINGS, "tensors": {"logits": "fc", "maps": "layer4"}}, path, None)
    assert adapter.layers == ("logits", "maps")
    out = adapter.network(images)
    inputs = (images - torch.tensor(MEAN).view(3, 1, 1)) * torch.tensor(SCALE).view(3, 1, 1)
    torch.testing.assert_close(out["logits"], model(inputs))
    torch.testing.assert_close(out["maps"] @ model.fc.weight.T + model.fc.bias, out["logits"])


def test_what_is_not_in_torchvision_is_refused(tmp_path):
    with pytest.raises(ExoprobeError, match="no image classifier 'resnet19'; did you mean resnet1"):
        load_adapter({**SETTINGS, "model": "resnet19"}, None, 0)
    with pytest.raises(ExoprobeError, match="resnet18 has no module 'layer5'; there are layer"):
        load_adapter({**SETTINGS, "tensors": {"maps": "layer5"}}, None, 0)
    torch.save({"fc.weight": torch.zeros(7, 512)}, tmp_path / "other.pth")
    for content in (None, b"no weights"):
        if content is not None:
            (tmp_path / "other.pth").write_bytes(content)
        with pytest.raises(ExoprobeError, match="other.pth holds no weights of torchvision's resnet18"):
            load_adapter(SETTINGS, tmp_path / "other.pth", 0)
