import numpy as np
import pytest
import torch

from exoprobe.embeddings.adapters.dlib_resnet import LAYERS
from exoprobe.embeddings.adapters.dlib_resnet import build as dlib_resnet
from exoprobe.embeddings.adapters.untrained import build as untrained
from exoprobe.errors import ExoprobeError

NAME = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture
def chips(rng):
    """Noise, a smooth gradient, and something with two dark eyes and a mouth: uint8 [4, 150, 150, 3]."""
    y, x = np.mgrid[:150, :150]
    noise = rng.integers(0, 256, (150, 150, 3))
    gradient = np.stack([x, y, (x + y) // 2], axis=2)
    face = 180 - 100 * sum(
        np.exp(-(((x - px) / wide) ** 2 + ((y - py) / high) ** 2))
        for px, py, wide, high in ((47, 47, 12, 7), (100, 47, 12, 7), (73, 102, 25, 7))
    )
    face = face[..., None] * (1, 0.8, 0.7)
    chips = np.stack([noise, gradient, face, face + rng.normal(0, 8, face.shape)])
    return np.clip(chips, 0, 255).astype(np.uint8)


def to_torch(chips):
    return torch.from_numpy(np.ascontiguousarray(chips.transpose(0, 3, 1, 2)))


@torch.inference_mode()
def test_the_embedding_is_dlib_s_own(chips, dlib_model):
    dlib = pytest.importorskip("dlib")
    path = dlib_model(NAME)
    theirs = dlib.face_recognition_model_v1(str(path))
    expected = np.stack([theirs.compute_face_descriptor(chip) for chip in chips])
    ours = dlib_resnet(path).network(to_torch(chips))
    np.testing.assert_allclose(ours["embedding"].numpy(), expected, atol=1e-5)
    assert ours["penultimate"].shape == (4, 256)
    assert (ours["penultimate"] >= 0).all()


@torch.inference_mode()
def test_the_untrained_network_is_seeded_and_tells_images_apart(chips):
    images = to_torch(chips)
    first, again, other = (untrained(None, None, seed).network(images) for seed in (3, 3, 4))
    for layer, width in zip(LAYERS, (256, 128), strict=True):
        assert first[layer].shape == (4, width)
        assert torch.isfinite(first[layer]).all()
        assert torch.equal(first[layer], again[layer])
        assert not torch.allclose(first[layer], other[layer])
        assert len(torch.unique(first[layer], dim=0)) == 4
        assert (first[layer].std(0) > 0).float().mean() > 0.3  # not all dead


def test_a_missing_or_another_file_is_refused_with_what_to_fetch(tmp_path):
    path = tmp_path / NAME
    with pytest.raises(ExoprobeError, match=rf"{NAME} is missing. Fetch .*dlib.net/files"):
        dlib_resnet(path)
    path.write_bytes(b"another file")
    with pytest.raises(ExoprobeError, match=rf"{NAME} is another file \(SHA-256 [0-9a-f]+, expected 5553.*Fetch"):
        dlib_resnet(path)
