import math

import pytest
import torch
import torch.nn.functional as F
from pytorch_metric_learning.losses import VICRegLoss

from exoprobe.training import objectives
from exoprobe.training.network_training import train_network
from exoprobe.training.objectives import build_objective
from exoprobe.training.objectives.adversarial import value_edges
from exoprobe.training.objectives.batch_pair import spread
from exoprobe.training.objectives.mean_activation import normalized_targets
from exoprobe.training.training_images import TrainingImages
from tests.unit.training.test_loop import RECIPE, bars

DATA = TrainingImages(
    images=torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0], [0.0, 4.0]]),
    labels=torch.tensor([0, 0, 1, 1]),
    groups=torch.tensor([0, 0, 1, 1]),
)
ROWS = torch.tensor([0, 2])


def identity(images):
    """A network whose layers are its input, so that losses can be computed by hand."""
    return {"ip1": images, "ip2": images}


def loss(settings, targets=None, data=DATA, rows=ROWS):
    objective = build_objective(settings, data, torch.Generator().manual_seed(0), targets)
    return objective.loss(identity, data, rows).item()


# Logits (1, 0) of class 0 and (0, 2) of class 1.
SOFTMAX = (math.log1p(math.exp(-1)) + math.log1p(math.exp(-2))) / 2


def test_softmax_loss_by_hand():
    assert loss({"objective": "softmax"}) == pytest.approx(SOFTMAX)


def test_softmax_measures_whether_it_is_wrong():
    logits = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
    objective = build_objective({"objective": "softmax"}, DATA, torch.Generator())
    assert objective.measure({"ip2": logits}, torch.tensor([0, 1])).tolist() == [0, 1]


def test_mean_activation_loss_is_caffes_euclidean_loss():
    # Both elements span 0 to 1 over the classes already. ½‖(1, 0) − (0, 1)‖² = 1 and ½‖(0, 2) − (1, 0)‖² = 2.5.
    targets = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert loss({"objective": "mean_activation"}, targets) == pytest.approx(1.75)


def test_targets_span_0_to_1_per_element_and_dead_elements_become_0():
    means = torch.tensor([[1.0, 5.0, 0.0], [2.0, 1.0, 0.0], [3.0, 3.0, 0.0]])
    expected = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.5, 0.0]])
    torch.testing.assert_close(normalized_targets(means), expected)


def test_targets_are_those_of_the_classes_that_are_trained_on():
    means = torch.tensor([[float("nan")] * 2, [1.0, 5.0], [float("nan")] * 2, [3.0, 3.0]])
    torch.testing.assert_close(normalized_targets(means)[[1, 3]], torch.tensor([[0.0, 1.0], [1.0, 0.0]]))


@pytest.mark.parametrize("pairs", ["source", "class"])
def test_pair_loss_is_softmax_on_the_first_plus_the_weighted_difference_to_the_partner(pairs):
    # Each row has one possible partner: (1,0)–(3,0) and (0,2)–(0,4), mean squared difference 2.
    settings = {"objective": "pair", "pairs": pairs, "layers": ["ip1"], "weight": 0.5}
    assert loss(settings) == pytest.approx(SOFTMAX + 0.5 * 2)


def test_batch_pair_draws_a_class_to_its_mean_in_the_batch():
    # The means are (2, 0) and (0, 3): every row is 1 away in one of two elements, at each of two layers.
    settings = {"objective": "batch_pair", "layers": ["ip1", "ip2"], "weight": 0.5}
    rows = torch.arange(4)
    softmax = loss({"objective": "softmax"}, rows=rows)
    assert loss(settings, rows=rows) == pytest.approx(softmax + 0.5 * (0.5 + 0.5))


def test_spread_is_half_the_mean_squared_difference_of_all_pairs_of_a_class():
    features = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([7, 2, 7, 2, 2, 7, 7, 2])
    pairs = [(a - b).square().mean() for of in (2, 7) for a in features[labels == of] for b in features[labels == of]]
    torch.testing.assert_close(spread(features, labels), torch.stack(pairs).mean() / 2)


def test_contrastive_loss_by_hand():
    # Unit vectors at right angles between the classes: 1 / T to the one of the class, 0 to the two others.
    settings = {"objective": "contrastive", "temperature": 0.5, "weight": 2}
    rows = torch.arange(4)
    expected = loss({"objective": "softmax"}, rows=rows) + 2 * math.log1p(2 * math.exp(-2))
    assert loss(settings, rows=rows) == pytest.approx(expected)


def test_vicreg_is_the_librarys():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(40, 6, generator=generator)
    data = TrainingImages(features, torch.arange(40) % 2, torch.arange(40) // 2)
    objective = build_objective({"objective": "vicreg", "weight": 1}, data, generator)
    theirs = VICRegLoss()(features[:20], ref_emb=features[20:])
    torch.testing.assert_close(objective.term({"ip1": features}, data, torch.arange(40)), theirs)


def test_centers_are_learned_beside_the_network_and_reach_their_classes():
    settings = {"objective": "center", "weight": 1.0}
    features = torch.tensor([[1.0] * 500, [3.0] * 500])
    objective = build_objective(settings, DATA, torch.Generator())
    optimizer = torch.optim.SGD(objective.parameters(), lr=1)
    for _ in range(30):
        optimizer.zero_grad()
        objective.term({"ip1": features}, DATA, ROWS).backward()
        optimizer.step()
    torch.testing.assert_close(objective.centers.detach(), features, atol=1e-4, rtol=0)


def test_few_values_are_told_apart_each_and_many_in_equal_shares():
    angles = torch.tensor([-15.0, 0.0, 15.0]).repeat(5)
    assert torch.bucketize(angles, value_edges(angles)).tolist() == [0, 1, 2] * 5
    scales = torch.rand(1000, generator=torch.Generator().manual_seed(0))
    assert torch.bucketize(scales, value_edges(scales), right=True).bincount().tolist() == [100] * 10


def test_the_adversary_learns_the_factor_and_the_network_the_opposite():
    labels = torch.arange(64) % 2
    features = F.normalize(torch.randn(64, 500, generator=torch.Generator().manual_seed(0)))
    data = TrainingImages(features, labels, torch.arange(64), factors=labels[:, None].float())
    objective = build_objective({"objective": "adversarial", "weight": 1}, data, torch.Generator().manual_seed(0))
    seen = features.clone().requires_grad_()
    before = objective.term({"ip1": seen}, data, torch.arange(64))
    before.backward()
    with torch.no_grad():
        along = objective.term({"ip1": features - 10 * seen.grad}, data, torch.arange(64))
        assert along > before  # what descends for the network ascends for the adversary
        for parameter in objective.parameters():
            parameter -= 0.5 * parameter.grad
        assert objective.term({"ip1": features}, data, torch.arange(64)) < before


NEW_OBJECTIVE = """
from exoprobe.training.objectives.softmax_plus import SoftmaxPlus

SETTINGS = {"weight": "a number"}


class SmallFeatures(SoftmaxPlus):
    'Cross-entropy, and ip1 small.'

    def term(self, activations, data, rows):
        'Return the mean square of ip1.'
        return activations["ip1"].float().square().mean()
"""


def test_a_new_objective_is_one_short_file_and_is_trained_by_the_loop(monkeypatch, tmp_path):
    assert NEW_OBJECTIVE.count("\n") < 40
    (tmp_path / "small_features.py").write_text(NEW_OBJECTIVE)
    monkeypatch.setattr(objectives, "__path__", [*objectives.__path__, str(tmp_path)])
    size = {}
    for weight in (0, 10):
        model = {"objective": "small_features", "weight": weight}
        network, _ = train_network(model, bars(64, 1), bars(32, 2), RECIPE, seed=0)
        size[weight] = network(bars(32, 2).images)["ip1"].square().mean().item()
    assert size[10] < 0.1 * size[0]


VARIANTS = {
    "pair": {"layers": ["ip1"], "weight": 0.1},
    "batch_pair": {"layers": ["ip1"], "weight": 0.1},
    "contrastive": {"temperature": 0.1, "weight": 1},
    "center": {"weight": 0.01},
    "vicreg": {"weight": 0.01},
    "adversarial": {"weight": 0.1},
    "cosine_margin": {"margin": 0.2, "scale": 16},
}


@pytest.mark.parametrize("objective", VARIANTS)
def test_every_objective_learns_the_classes_by_the_same_loop(objective):
    data = bars(64, 1)
    data = TrainingImages(data.images, data.labels, torch.arange(64) // 4, torch.arange(64)[:, None] % 3 * 1.0)
    model = {"objective": objective, **VARIANTS[objective]}
    _, trained = train_network(model, data, bars(32, 2), {**RECIPE, "batch_size": 32}, seed=0)
    assert min(row["validation"] for row in trained.history if row["validation"] is not None) < 0.1
