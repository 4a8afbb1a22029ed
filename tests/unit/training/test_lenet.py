import math

import torch

from exoprobe.training.architectures.lenet import LeNet

IMAGES = torch.randint(0, 256, (3, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_it_has_caffes_number_of_parameters():
    assert sum(p.numel() for p in LeNet().parameters()) == 431_080


def test_layers_have_caffes_shapes():
    shapes = {name: tuple(activation.shape[1:]) for name, activation in LeNet()(IMAGES).items()}
    assert tuple(shapes) == LeNet().layers
    assert shapes == {
        "conv1": (20, 24, 24),
        "pool1": (20, 12, 12),
        "conv2": (50, 8, 8),
        "pool2": (50, 4, 4),
        "ip1": (500,),
        "ip2": (10,),
    }


def test_the_only_relu_is_after_ip1():
    activations = LeNet()(IMAGES)
    assert activations["ip1"].min() == 0
    assert all(activations[layer].min() < 0 for layer in activations if layer != "ip1")


def test_pixels_are_scaled_by_1_in_256_without_a_mean():
    network = LeNet()
    expected = torch.nn.functional.conv2d(IMAGES.float() / 256, network.conv1.weight, network.conv1.bias)
    torch.testing.assert_close(network(IMAGES)["conv1"], expected)


def test_weights_are_uniform_within_root_3_over_fan_in_and_biases_zero():
    network = LeNet(generator=torch.Generator().manual_seed(0))
    for layer, fan_in in ((network.conv1, 25), (network.conv2, 500), (network.ip1, 800), (network.ip2, 500)):
        bound = math.sqrt(3 / fan_in)
        assert 0.97 * bound < layer.weight.abs().max() <= bound
        assert abs(layer.weight.std() / (bound / math.sqrt(3)) - 1) < 0.1
        assert not layer.bias.any()


def test_without_classes_it_stops_at_ip1():
    assert list(LeNet(classes=0)(IMAGES))[-1] == "ip1"


def test_the_generator_decides_the_weights():
    a, b = (LeNet(generator=torch.Generator().manual_seed(5)) for _ in range(2))
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
