import math

import pytest
import torch
from exoprobe.models.objectives import MeanActivation, Pair, Softmax, normalized_targets
from exoprobe.models.training_images import Partners, TrainingImages

DATA = TrainingImages(
    images=torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0], [0.0, 4.0]]),
    labels=torch.tensor([0, 0, 1, 1]),
    groups=torch.tensor([0, 0, 1, 1]),
)
ROWS = torch.tensor([0, 2])


def identity(images):
    """A network whose layers are its input, so that losses can be computed by hand."""
    return {"ip1": images, "ip2": images}


def test_softmax_loss_by_hand():
    # Logits (1, 0) of class 0 and (0, 2) of class 1.
    expected = (math.log1p(math.exp(-1)) + math.log1p(math.exp(-2))) / 2
    assert Softmax().loss(identity, DATA, ROWS).item() == pytest.approx(expected)


def test_softmax_measures_whether_it_is_wrong():
    logits = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
    assert Softmax().measure({"ip2": logits}, torch.tensor([0, 1])).tolist() == [0, 1]


def test_mean_activation_loss_is_caffes_euclidean_loss():
    # ½‖(1, 0) − (0, 0)‖² = 0.5 and ½‖(0, 2) − (1, 1)‖² = 1.
    objective = MeanActivation(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    assert objective.loss(identity, DATA, ROWS).item() == pytest.approx(0.75)


def test_targets_span_0_to_1_per_element_and_dead_elements_become_0():
    means = torch.tensor([[1.0, 5.0, 0.0], [2.0, 1.0, 0.0], [3.0, 3.0, 0.0]])
    expected = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.5, 0.0]])
    torch.testing.assert_close(normalized_targets(means), expected)


def test_pair_loss_is_softmax_on_the_first_plus_the_weighted_difference_to_the_partner():
    generator = torch.Generator().manual_seed(0)
    objective = Pair(Partners(DATA.groups), ["ip1"], 0.5, generator)
    # Each row has one possible partner: (1,0)–(3,0) and (0,2)–(0,4), mean squared difference 2.
    expected = Softmax().loss(identity, DATA, ROWS).item() + 0.5 * 2
    assert objective.loss(identity, DATA, ROWS).item() == pytest.approx(expected)


def test_a_pair_without_weight_is_plain_softmax():
    objective = Pair(Partners(DATA.groups), ["ip1", "ip2"], 0, torch.Generator())
    assert objective.loss(identity, DATA, ROWS).item() == pytest.approx(Softmax().loss(identity, DATA, ROWS).item())
