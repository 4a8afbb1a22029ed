import pytest
import torch
from torch import nn

from exoprobe.training.solvers import CaffeSGD, build_optimizer, learning_rate_factor, set_learning_rate


def test_caffe_sgd_follows_caffes_update_by_hand():
    # v = m·v + lr·(g + wd·w); w = w − v, with g = 1 throughout and the learning rate halved at the second step.
    weight = nn.Parameter(torch.tensor([[2.0]]))
    bias = nn.Parameter(torch.tensor([2.0]))
    optimizer = CaffeSGD([weight, bias], lr=0.1, momentum=0.9, weight_decay=0.5)
    v, w, expected = [0.0, 0.0], [2.0, 2.0], None
    for rate in (0.1, 0.05):
        set_learning_rate(optimizer, rate)
        weight.grad, bias.grad = torch.ones(1, 1), torch.ones(1)
        optimizer.step()
        for place, scale in enumerate((1, 2)):
            v[place] = 0.9 * v[place] + scale * rate * (1 + 0.5 * w[place])
            w[place] -= v[place]
        expected = w
    assert [weight.item(), bias.item()] == pytest.approx(expected)


def test_caffe_sgd_leaves_alone_what_the_objective_does_not_use():
    used, unused = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))
    used.grad = torch.ones(2, 2)
    CaffeSGD([used, unused], lr=0.1, momentum=0.9, weight_decay=0.5).step()
    assert (used < 1).all()
    assert (unused == 1).all()


def test_caffe_sgd_equals_torchs_at_a_constant_rate_but_for_biases():
    weights = [nn.Parameter(torch.ones(2, 2)) for _ in range(2)]
    ours = CaffeSGD([weights[0]], lr=0.1, momentum=0.9, weight_decay=0.01)
    theirs = torch.optim.SGD([weights[1]], lr=0.1, momentum=0.9, weight_decay=0.01)
    for step in range(5):
        for weight, optimizer in zip(weights, (ours, theirs), strict=True):
            weight.grad = torch.full((2, 2), float(step))
            optimizer.step()
    torch.testing.assert_close(*weights)


def test_inverse_decay_is_caffes_inv_policy():
    factor = learning_rate_factor({"schedule": "inverse_decay"})
    assert factor(0) == 1
    assert 0.01 * factor(10_000) == pytest.approx(0.00594604, rel=1e-6)  # Caffe's log at 10,000 iterations


def test_one_cycle_rises_to_1_and_falls_to_0():
    factor = learning_rate_factor({"schedule": "one_cycle", "warmup": 0.25, "max_steps": 100})
    values = [factor(step) for step in range(100)]
    assert values[24] == pytest.approx(1)
    assert values[:25] == sorted(values[:25])
    assert values[25:] == sorted(values[25:], reverse=True)
    assert 0 < values[-1] < 0.001


@pytest.mark.parametrize("name", ["adamw", "sgd", "caffe_sgd"])
def test_every_optimizer_of_the_schema_is_built_and_lowers_a_loss(name):
    torch.manual_seed(0)
    layer, x = nn.Linear(3, 1), torch.randn(50, 3)
    y = x.sum(1, keepdim=True)
    recipe = {"optimizer": name, "learning_rate": 0.02, "momentum": 0.9, "weight_decay": 0.0}
    optimizer = build_optimizer(layer, recipe)
    losses = []
    for _ in range(30):
        loss = (layer(x) - y).square().mean()
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < 0.5 * losses[0]
