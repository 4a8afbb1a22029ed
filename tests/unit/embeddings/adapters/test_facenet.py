import importlib.util
import sys
import types

import pytest
import torch
from torch import nn

from exoprobe.embeddings.adapters.facenet import build as facenet
from exoprobe.errors import ExoprobeError


class TinyInception(nn.Module):
    """What of facenet-pytorch's class is used: ``avgpool_1a``, and a unit-length embedding."""

    def __init__(self, pretrained=None):
        super().__init__()
        assert pretrained is None
        self.stem = nn.Conv2d(3, 6, 8, stride=8)
        self.avgpool_1a = nn.AdaptiveAvgPool2d(1)
        self.last_linear = nn.Linear(6, 4, bias=False)

    def forward(self, x):
        return nn.functional.normalize(self.last_linear(self.avgpool_1a(self.stem(x)).flatten(1)))


@pytest.fixture
def tiny(monkeypatch):
    module = types.ModuleType("facenet_pytorch")
    module.InceptionResnetV1 = TinyInception
    monkeypatch.setitem(sys.modules, "facenet_pytorch", module)
    torch.manual_seed(0)
    return TinyInception()


@pytest.fixture
def images():
    return torch.randint(0, 256, (2, 3, 160, 160), dtype=torch.uint8, generator=torch.manual_seed(0))


def test_without_the_package_the_pip_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "facenet_pytorch", None)  # importing it now fails
    with pytest.raises(ExoprobeError, match="pip install --no-deps facenet-pytorch"):
        facenet(tmp_path / "weights.pt")


@torch.inference_mode()
def test_both_representations_come_out_and_the_classifier_stays_out(tiny, images, tmp_path):
    torch.save({**tiny.state_dict(), "logits.weight": torch.zeros(3, 4)}, tmp_path / "weights.pt")
    adapter = facenet(tmp_path / "weights.pt")
    normal = (images.float() - 127.5) / 128
    out = adapter.network(images)
    torch.testing.assert_close(out["penultimate"], tiny.stem(normal).mean((2, 3)))
    torch.testing.assert_close(out["embedding"], tiny(normal))
    assert not adapter.network.inception.avgpool_1a._forward_hooks  # they do not pile up
    assert adapter.crop.size == 160


def test_a_file_that_does_not_fit_is_refused_with_what_to_fetch(tiny, tmp_path):
    torch.save({"other.weight": torch.zeros(2)}, tmp_path / "weights.pt")
    whole = (tmp_path / "weights.pt").read_bytes()
    for content in (whole, whole[:100], b"", b"no weights"):
        (tmp_path / "weights.pt").write_bytes(content)
        with pytest.raises(ExoprobeError, match="(?s)weights.pt does not fit .*20180402-114759-vggface2.pt"):
            facenet(tmp_path / "weights.pt")


@pytest.mark.skipif(importlib.util.find_spec("facenet_pytorch") is None, reason="facenet-pytorch is not installed")
@torch.inference_mode()
def test_the_real_package_gives_1792_and_512_values(images, tmp_path):
    from facenet_pytorch import InceptionResnetV1

    torch.save(InceptionResnetV1(pretrained=None).state_dict(), tmp_path / "weights.pt")
    out = facenet(tmp_path / "weights.pt").network(images)
    assert out["penultimate"].shape == (2, 1792)
    torch.testing.assert_close(out["embedding"].norm(dim=1), torch.ones(2))
