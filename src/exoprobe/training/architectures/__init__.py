"""Networks that exoprobe trains on digits, or on cached features. A new one is a module here, with its SETTINGS."""

from typing import Any

import torch

from exoprobe.training.architectures.network import Network
from exoprobe.training.by_name import class_of


def build_network(settings: dict[str, Any], classes: int, generator: torch.Generator | None = None) -> Network:
    """Build the network of a variant.

    Args:
        settings: the variant: ``architecture``, a module here (default ``lenet``), and its settings.
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
    """
    architecture, names = class_of(__name__, settings.get("architecture", "lenet"), Network)
    return architecture(classes, generator, **{name: settings[name] for name in names})
