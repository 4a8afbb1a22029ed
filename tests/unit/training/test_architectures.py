import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exoprobe.datasets.rotated_digits import rotate_images
from exoprobe.training.architectures import build_network
from exoprobe.training.architectures.network import fill_for_relu
from exoprobe.training.architectures.polar_network import PolarNetwork, around

IMAGES = torch.randint(0, 256, (3, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
VARIANTS = {
    "lenet": {},
    "residual_network": {"architecture": "residual_network"},
    "polar_network": {"architecture": "polar_network"},
    **{f"lenet_{depth}": {"architecture": "deep_lenet", "convolutions": depth} for depth in range(2, 9)},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_network_lists_its_layers_and_ends_as_lenet_does(name):
    network = build_network(VARIANTS[name], 7)
    activations = network(IMAGES)
    assert tuple(activations) == network.layers
    assert all(re.fullmatch(r"(conv|pool|block|ip)\d+", layer) for layer in network.layers)
    assert network.layers[-2:] == ("ip1", "ip2")
    assert activations["ip1"].shape == (3, 500)
    assert activations["ip1"].min() == 0
    assert activations["ip2"].shape == (3, 7)
    assert tuple(build_network(VARIANTS[name], 0)(IMAGES)) == network.layers[:-1]


@pytest.mark.parametrize("name", VARIANTS)
def test_the_generator_alone_decides_the_weights(name):
    first, second = (build_network(VARIANTS[name], 7, torch.Generator().manual_seed(5)).state_dict() for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_pixel_of_a_digit_reaches_ip1(name):
    network, images = build_network(VARIANTS[name], 7), IMAGES.float().requires_grad_()
    fill_for_relu(network, torch.Generator().manual_seed(0))  # a residual branch starts at zero
    network(images)["ip1"].sum().backward()
    assert images.grad[:, :, 4:24, 4:24].abs().sum((0, 1)).min() > 0


@pytest.mark.parametrize(("depth", "before", "after"), [(2, 1, 1), (3, 2, 1), (6, 3, 3), (8, 4, 4)])
def test_of_a_deep_lenets_convolutions_half_stand_before_the_first_pool(depth, before, after):
    layers = list(build_network(VARIANTS[f"lenet_{depth}"], 7)(IMAGES))
    assert layers.index("pool1") == before
    assert layers.index("pool2") - layers.index("pool1") - 1 == after


def test_signals_do_not_fade_with_depth():
    size = {
        depth: build_network(VARIANTS[f"lenet_{depth}"], 7, torch.Generator().manual_seed(0))(IMAGES)["ip1"].std()
        for depth in (2, 8)
    }
    assert 0.3 < size[8] / size[2] < 3


def test_a_rotation_of_the_image_is_a_shift_of_the_polar_maps_and_changes_the_pooled_ones_little(digit):
    network = PolarNetwork(7, torch.Generator().manual_seed(0))
    upright, rotated = (network(torch.from_numpy(image)[None, None]) for image in rotate_images(digit, [0, 45]))
    # 45° counterclockwise are 6 of 48 steps against the direction of the angle, y pointing down.
    for layer, steps in (("conv1", 6), ("conv2", 3), ("conv3", 3)):
        shifted = upright[layer].roll(-steps, dims=3)
        assert F.cosine_similarity(shifted.flatten(), rotated[layer].flatten(), dim=0) > 0.97
        assert F.cosine_similarity(upright[layer].flatten(), rotated[layer].flatten(), dim=0) < 0.9
    assert F.cosine_similarity(upright["ip1"], rotated["ip1"]).item() > 0.99


def test_maps_are_padded_from_the_other_end_of_the_circle():
    maps = torch.arange(5.0).view(1, 1, 1, 5)
    assert around(maps, 2).flatten().tolist() == [3, 4, 0, 1, 2, 3, 4, 0, 1]


def test_a_perceptron_takes_vectors_and_does_not_mind_their_scale():
    network = build_network({"architecture": "perceptron", "inputs": 12}, 3, torch.Generator().manual_seed(0))
    vectors = torch.randn(4, 12, generator=torch.Generator().manual_seed(0))
    assert network.layers == ("ip1", "ip2")
    torch.testing.assert_close(network(vectors)["ip1"], network(100 * vectors)["ip1"], atol=1e-4, rtol=1e-4)


@pytest.fixture
def digit():
    """A seven, drawn: uint8 [1, 28, 28], smooth as a scan."""
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 7:10, 8:20] = 255
    for step in range(12):
        image[0, 0, 9 + step, 18 - step // 2 - 2 : 18 - step // 2 + 1] = 255
    return F.avg_pool2d(image, 3, 1, 1)[0].numpy().astype(np.uint8)
