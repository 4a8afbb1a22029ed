"""Networks that exoprobe trains on digits, or on cached features. A new one is a module here and a line below."""

from typing import Any

import torch

from exoprobe.models.architectures.deep_lenet import DeepLeNet
from exoprobe.models.architectures.lenet import LeNet
from exoprobe.models.architectures.network import Network
from exoprobe.models.architectures.perceptron import Perceptron
from exoprobe.models.architectures.polar_network import PolarNetwork
from exoprobe.models.architectures.residual_network import ResidualNetwork

# Each with the settings that it takes beside its name.
ARCHITECTURES: dict[str, tuple[type[Network], tuple[str, ...]]] = {
    "lenet": (LeNet, ()),
    "deep_lenet": (DeepLeNet, ("convolutions",)),
    "residual_network": (ResidualNetwork, ()),
    "polar_network": (PolarNetwork, ()),
    "perceptron": (Perceptron, ("inputs",)),
}


def build_network(settings: dict[str, Any], classes: int, generator: torch.Generator | None = None) -> Network:
    """Build the network of a variant.

    Args:
        settings: the variant: ``architecture``, a key of :data:`ARCHITECTURES` (``lenet`` if nothing is said), and
            what this one takes.
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
    """
    architecture, options = ARCHITECTURES[settings.get("architecture", "lenet")]
    return architecture(classes, generator, **{name: settings[name] for name in options})
