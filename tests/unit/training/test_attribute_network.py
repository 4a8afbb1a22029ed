import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from exoprobe.datasets.landmarks import COLUMNS
from exoprobe.datasets.samples import SPLITS, write_samples
from exoprobe.training.attribute_network import (
    ARCHITECTURES,
    AttributeNetwork,
    attribute_adapter,
    balancing_weights,
)
from exoprobe.training.attribute_training import BalancedAttributes, jitter, train_attribute_network
from exoprobe.training.training_images import TrainingImages

RECIPE = {
    "optimizer": "adamw",
    "learning_rate": 0.003,
    "momentum": 0.9,
    "weight_decay": 0.01,
    "schedule": "one_cycle",
    "warmup": 0.2,
    "batch_size": 16,
    "max_steps": 30,
    "validate_every": 10,
    "patience": 5,
}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_has_a_1000_d_layer_and_an_output_per_attribute(architecture):
    layers = AttributeNetwork(architecture, 7).eval()(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))
    assert {name: tuple(layer.shape) for name, layer in layers.items()} == {
        "penultimate": (2, 1000),
        "attributes": (2, 7),
    }


def test_balancing_weights_by_hand():
    present = torch.tensor([[True, True], [False, True], [False, True], [False, False]])
    # A quarter present: the absent three weigh 1 / 3 each. Three quarters: the present ones do.
    torch.testing.assert_close(balancing_weights(present), torch.tensor([[1 / 3, 1], [1, 1 / 3]]))


def test_the_loss_by_hand():
    class Outputs(nn.Module):
        def forward(self, images):
            return {"attributes": torch.tensor([[0.5, -1.0], [1.0, 0.0]])}

    labels = torch.tensor([[True, False], [False, False]])
    data = TrainingImages(torch.zeros(2, 3, 8, 8, dtype=torch.uint8), labels, torch.arange(2))
    objective = BalancedAttributes({"size": 4}, data, torch.Generator().manual_seed(0))
    objective.weights = torch.tensor([[0.5, 0.25], [1.0, 1.0]])
    # 1 · (0.5 − 1)², 0.25 · (−1 + 1)², 0.5 · (1 + 1)², 0.25 · (0 + 1)²
    assert objective.loss(Outputs(), data, torch.arange(2)).item() == pytest.approx((0.25 + 0 + 2 + 0.25) / 4)
    wrong = objective.measure(Outputs()(None), labels)  # the second image: both read as present
    torch.testing.assert_close(wrong, torch.tensor([0.0, 1.0]))


def test_jittered_crops_show_the_middle_mirrored_half_the_time():
    images = torch.zeros(400, 3, 20, 20, dtype=torch.uint8)
    images[:, :, 8:12, 13:17] = 255  # right of the center
    crops = jitter(images, 16, torch.Generator().manual_seed(0))
    assert crops.shape == (400, 3, 16, 16)
    left = crops[..., :8].sum((1, 2, 3)) > crops[..., 8:].sum((1, 2, 3))
    assert 0.4 < left.float().mean() < 0.6
    assert not torch.equal(crops[0], crops[1])


@pytest.fixture
def faces(tmp_path, rng):
    """Pictures that are bright above where the attribute is present, and as often below where it is not."""
    count = 96
    present = rng.integers(0, 2, count)
    (tmp_path / "images").mkdir()
    files = [f"{number}.png" for number in range(count)]
    for file, label in zip(files, present, strict=True):
        pixels = rng.integers(0, 60, (40, 40, 3), dtype=np.uint8)
        pixels[: 20 if label else 40, :][20 * (1 - label) :] += 120
        Image.fromarray(pixels).save(tmp_path / "images" / file)
    columns = {"sample_id": np.arange(count), "file": np.array(files), "group": np.arange(count)}
    write_samples(
        tmp_path / "samples.parquet",
        {**columns, "split": np.repeat(SPLITS, count // 3), "bright": present.astype(np.int8)},
    )
    landmarks = pd.DataFrame({"sample_id": np.arange(count), "detected": 1, **dict.fromkeys(COLUMNS, 10.0)})
    landmarks[["right", "bottom"]] = 30.0
    landmarks.to_parquet(tmp_path / "landmarks.parquet")
    return tmp_path / "samples.parquet", tmp_path / "images", tmp_path / "landmarks.parquet"


def test_a_plain_attribute_is_learned_and_the_weights_make_an_adapter(faces, tmp_path):
    files = tmp_path / "weights.safetensors", tmp_path / "history.parquet"
    settings = {"architecture": "resnet10", "size": 32, "recipe": RECIPE}
    train_attribute_network(*faces, *files, attributes=["bright"], settings=settings, seed=0, precision="float32")
    assert pd.read_parquet(files[1])["validation"].min() < 0.1
    adapter = attribute_adapter(files[0])
    assert adapter.crop.size == 32
    with torch.inference_mode():
        outputs = adapter.network(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
    assert set(adapter.layers) <= set(outputs)
