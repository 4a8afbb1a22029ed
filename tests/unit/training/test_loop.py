import pytest
import torch

from exoprobe.errors import ExoprobeError
from exoprobe.training.architectures.lenet import LeNet
from exoprobe.training.loop import train, validation_measure
from exoprobe.training.objectives.softmax import Softmax
from exoprobe.training.training_images import TrainingImages

RECIPE = {
    "optimizer": "adamw",
    "learning_rate": 0.002,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "schedule": "one_cycle",
    "warmup": 0.2,
    "batch_size": 16,
    "max_steps": 40,
    "validate_every": 10,
    "patience": 10,
}


def bars(count, seed):
    """Two classes, a vertical or a horizontal bar at a random place."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.zeros(count, 1, 28, 28, dtype=torch.uint8)
    labels = torch.arange(count) % 2
    for image, label, place in zip(images, labels, torch.randint(6, 20, (count,), generator=generator), strict=True):
        if label:
            image[0, :, place : place + 3] = 255
        else:
            image[0, place : place + 3] = 255
    return TrainingImages(images, labels, torch.arange(count))


def run(recipe=RECIPE, seed=0, objective=Softmax, **options):
    generator = torch.Generator().manual_seed(seed)
    network, data = LeNet(2, generator), bars(64, 1)
    objective = objective({}, data, generator)
    trained = train(network, objective, data, bars(32, 2), recipe, generator=generator, **options)
    return network, trained


def looks(trained):
    """The steps at which validation was looked at."""
    return [row["step"] for row in trained.history if row["validation"] is not None]


def test_it_learns_and_the_history_tells():
    _, trained = run()
    assert looks(trained) == [10, 20, 30, 40]
    assert len(trained.history) == 40
    assert trained.history[-1]["loss"] < 0.3 * trained.history[0]["loss"]
    assert trained.history[-1]["validation"] < 0.1


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    first, second, other = (run(seed=seed)[1].weights for seed in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["ip1.weight"], other["ip1.weight"])


def test_the_weights_kept_are_those_of_the_best_validation_measure():
    network, trained = run()
    network.load_state_dict(trained.weights)
    best = min(row["validation"] for row in trained.history if row["validation"] is not None)
    assert validation_measure(network, Softmax({}, bars(32, 2), None), bars(32, 2)) == best
    assert [row["validation"] for row in trained.history if row["best"]][-1] == best


def test_it_stops_when_validation_has_not_improved_for_patience_looks():
    # Nothing improves at a learning rate too small to change a prediction: one look is the best, two are patience.
    _, trained = run({**RECIPE, "learning_rate": 1e-12, "patience": 2})
    assert looks(trained) == [10, 20, 30]


def test_the_log_says_what_ended_the_training(caplog):
    caplog.set_level("INFO")
    run()
    run({**RECIPE, "schedule": "inverse_decay"})
    run({**RECIPE, "learning_rate": 1e-12, "patience": 2})
    assert [line for line in caplog.messages if not line.startswith("step")] == [
        "stopped at max_steps, the end of the one_cycle schedule",
        "stopped at max_steps",
        "converged: no better for 2 validations",
    ]


def test_a_training_that_diverges_stops_with_step_and_learning_rate():
    with pytest.raises(ExoprobeError, match=r"diverged: the loss is (nan|inf) at step \d+, learning rate"):
        run({**RECIPE, "optimizer": "sgd", "learning_rate": 1e6})


class SpoiledUpdate(Softmax):
    """A loss that is a number and whose gradient is not."""

    def loss(self, network, data, rows):
        zero = network.ip1.bias.sum() * 0
        return super().loss(network, data, rows) + torch.sqrt(zero.square())


def test_weights_that_the_last_update_spoils_are_not_kept():
    recipe = {**RECIPE, "max_steps": 1}
    with pytest.raises(ExoprobeError, match=r"diverged: weights are not numbers at step 1, learning rate \S+; lower"):
        run(recipe, objective=SpoiledUpdate)


def test_bfloat16_learns_as_float32_does():
    _, trained = run(precision=torch.bfloat16)
    assert trained.history[-1]["validation"] < 0.1
    assert trained.weights["ip1.weight"].dtype == torch.float32


class CountedRows(Softmax):
    """Two images of each row."""

    views = 2

    def loss(self, network, data, rows):
        assert len(rows) == RECIPE["batch_size"] // 2
        return super().loss(network, data, torch.cat([rows, rows]))


def test_a_batch_is_as_many_images_whatever_the_objective_makes_of_a_row():
    run({**RECIPE, "max_steps": 1}, objective=CountedRows)


def test_a_batch_too_small_for_a_pair_is_refused():
    class Pairs(Softmax):
        views = 2

    with pytest.raises(ExoprobeError, match="batch_size is 1; an image and its partner are 2"):
        run({**RECIPE, "batch_size": 1}, objective=Pairs)
