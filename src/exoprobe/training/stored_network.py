"""A trained network, rebuilt from its weights file."""

import json
from pathlib import Path

import torch

from exoprobe.training.architectures import build_network
from exoprobe.training.architectures.network import Network
from exoprobe.training.checkpoint import load_weights
from exoprobe.training.metadata import read_metadata


def load_network(weights: str | Path) -> Network:
    """Rebuild a trained network, truncated or not, on the CPU.

    Raises:
        ExoprobeError: where the file is not whole.
    """
    state = load_weights(weights)
    settings = json.loads(read_metadata(weights)["settings"])
    network = build_network(settings, len(state["ip2.bias"]) if "ip2.bias" in state else 0)
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last).eval()
