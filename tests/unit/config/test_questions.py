"""Networks and the questions that are asked of them."""

import pytest

from exoprobe.config.declared import adapter_layers, layers_of, modules, perturbations, settings
from exoprobe.config.model import load_config
from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.errors import ExoprobeError
from exoprobe.training.architectures import build_network


def test_settings_are_read_from_the_modules():
    assert {"softmax", "pair", "contrastive"} <= set(modules("objective"))
    assert set(modules("architecture")) == {"lenet", "deep_lenet", "polar_network", "residual_network"}
    assert settings("architecture", "deep_lenet") == {"convolutions": "a whole number from 2 to 8"}
    assert settings("objective", "softmax") == {}
    assert adapter_layers("onnx") == ["output"]


def test_limits_of_perturbations_are_read_from_their_module():
    assert perturbations() == {name: entry.limits for name, entry in PERTURBATIONS.items()}


@pytest.mark.parametrize("name", ["lenet", "mu_lenet", "lenet_2", "lenet_8", "equivariant", "residual"])
def test_layers_are_those_that_the_network_has(shipped, name):
    network = load_config(shipped).networks[name]
    classes = 0 if network.objective == "mean_activation" else 10
    assert network.layers == list(build_network(network.settings, classes).layers)
    assert network.layers == layers_of(network.settings)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("networks.lenet.objective", "sofmax", "networks.lenet.objective is 'sofmax'; allowed: "),
        ("networks.lenet.architecture", "alexnet", "networks.lenet.architecture is 'alexnet'; allowed: "),
        ("networks.lenet.weight", 1, "networks.lenet.weight (value 1) is not a known key; allowed: "),
        (
            "networks.lenet_8.convolutions",
            6.5,
            "networks.lenet_8.convolutions is 6.5; it must be a whole",
        ),
        ("networks.lenet_8.convolutions", 9, "networks.lenet_8.convolutions is 9; it must be a whole"),
        ("networks.pair_lenet.layers", [], "networks.pair_lenet.layers is []; it must be a list"),
        (
            "networks.pair_lenet.pairs",
            "classes",
            "networks.pair_lenet.pairs is 'classes'; it must be source",
        ),
        ("networks.mu_lenet.teacher", "mu_lenet", "networks.mu_lenet.teacher is 'mu_lenet'; no network"),
        (
            "questions.trade_off.reference",
            "lenet_8",
            "questions.trade_off.reference: 'lenet_8' is not there; allowed: lenet,",
        ),
        (
            "questions.unseen_classes.identities.networks",
            ["adversarial"],
            "questions.unseen_classes.identities.networks: adversarial needs a factor",
        ),
        (
            "questions.perturbations.ranges.rotation",
            {"train_range": [-30, 30], "test_range": [-45, 45]},
            "questions.perturbations.ranges.rotation: the other questions ask of it",
        ),
        ("networks.pair_lenet.layers", ["ip1", 2], "networks.pair_lenet.layers[1] is 2; it must be text"),
        ("networks.center.weight", ..., "networks.center.weight is missing; center on lenet needs it"),
        (
            "networks.center.weight",
            7,
            "questions.trade_off.search.center.weight is [0.003, 0.01, 0.03]; the conf",
        ),
        (
            "networks.mu_lenet.teacher",
            "le_net",
            "networks.mu_lenet.teacher: 'le_net' is not there; allowed",
        ),
        (
            "questions.trade_off.networks",
            ["lenet", "pair_lenet", "lent"],
            "questions.trade_off.networks: 'lent' is not there; allowed: lenet",
        ),
        (
            "questions.layers.networks",
            {"lent": ["ip1"]},
            "questions.layers.networks: 'lent' is not there; allowed: lenet",
        ),
        (
            "questions.perturbations.ranges.scale.train_range",
            [2, 1],
            "questions.perturbations.ranges.scale.train_range is [2, 1]",
        ),
        (
            "questions.perturbations.ranges.blur.test_range",
            [0, 1],
            "questions.perturbations.ranges.blur.test_range is [0, 1]; it must",
        ),
    ],
)
def test_what_names_something_else_is_told_in_one_line(shipped, path, value, message):
    *parents, last = path.split(".")
    section = shipped
    for parent in parents:
        section = section[parent]
    if value is ...:
        del section[last]
    else:
        section[last] = value
    with pytest.raises(ExoprobeError) as error:
        load_config(shipped)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_on_people_no_teacher_may_have_a_teacher(shipped):
    shipped["networks"]["pupil"] = {**shipped["networks"]["mu_lenet"], "title": "P", "teacher": "mu_lenet"}
    shipped["questions"]["unseen_classes"]["identities"]["networks"] = ["pupil"]
    with pytest.raises(ExoprobeError, match="pupil's teacher, mu_lenet, has a teacher itself"):
        load_config(shipped)
