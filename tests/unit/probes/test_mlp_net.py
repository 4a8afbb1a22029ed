import numpy as np
import pytest
import torch

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import Projection
from exoprobe.probes.mlp_net import Net
from exoprobe.probes.targets import join_targets


@pytest.fixture
def factors(rng):
    """A factor of each kind, of 40 samples, unknown here and there."""
    holes = np.where(rng.random((4, 40)) < 0.2, np.nan, 0)
    return [
        Factor("rare", "binary", (rng.random(40) < 0.3) + holes[0], ("no", "yes")),
        Factor("category", "categorical", rng.integers(3, size=40) + holes[1], ("a", "b", "c")),
        Factor("number", "continuous", 100 + 20 * rng.normal(size=40) + holes[2]),
        Factor("angle", "angle", 360 * rng.random(40) + holes[3]),
    ]


def make_erasers(rng, count):
    """Return projections along 1 or 2 random directions, about a mean."""
    bases = [np.linalg.qr(rng.normal(size=(6, 1 + index % 2)))[0] for index in range(count)]
    return [Projection(rng.normal(size=6), basis, basis) for basis in bases]


@pytest.mark.parametrize("erased", [False, True])
def test_the_gradients_are_those_of_the_losses(rng, factors, erased):
    targets = join_targets(factors)
    torch.manual_seed(0)
    net = Net(6, targets, targets.columns, make_erasers(rng, len(factors)) if erased else None)
    features, wanted = torch.from_numpy(rng.normal(size=(40, 6)).astype(np.float32)), net.scaled(targets.columns)
    gradients = net.gradients(features, wanted.nan_to_num(), net.weigh(wanted))
    for parameter in net.parameters:
        parameter.requires_grad_()
    net.losses(net.hidden(features), wanted).sum().backward()
    for parameter, gradient in zip(net.parameters, gradients, strict=True):
        expected = parameter.grad * net.connected if parameter is net.output else parameter.grad
        torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-6)


def test_what_no_factor_has_no_weight(rng, factors):
    """Units and targets of two factors are not connected, and a target that is unknown everywhere has no gradient."""
    nowhere = Factor("nowhere", "binary", np.full(40, np.nan), ("no", "yes"))
    targets = join_targets([*factors, nowhere])
    net = Net(6, targets, targets.columns, None)
    wanted = net.scaled(targets.columns)
    *_, of_output, of_offset = net.gradients(torch.ones(40, 6), wanted.nan_to_num(), net.weigh(wanted))
    assert not of_output[net.connected == 0].any()
    assert not net.output[net.connected == 0].any()
    assert of_offset[-1] == 0
    assert of_offset[:-1].abs().min() > 0
