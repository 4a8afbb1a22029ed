"""Representations of layers: an array of samples × layers × dimensions in the configuration stands for all of them."""

from collections.abc import Mapping
from typing import Any

from exoprobe.datasets.layer_axis import common_layers, layer_names, layer_of


def with_layers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with every layer of features as a representation, ``net_layer3``, titled ``net:3``.

    Args:
        config: the configuration, whose section ``audit`` may be faulty still: what has no files stays as it is.

    Raises:
        ExoprobeError: where the training seeds of one representation have not equally many layers.
    """
    section = config.get("audit")
    stated = section.get("representations") if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping) or not isinstance(stated, Mapping):
        return dict(config)
    representations: dict[str, Any] = {}
    for name, entry in stated.items():
        files = entry.get("features") if isinstance(entry, Mapping) else None
        files = [files] if isinstance(files, str) else files
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            files = []
        layers = common_layers(str(name), files)
        if not layers:
            representations[name] = entry
        for layer in range(layers):
            key, title = layer_names(str(name), str(entry.get("title", name)), layer)
            representations[key] = {**entry, "title": title, "features": [layer_of(file, layer) for file in files]}
    return {**config, "audit": {**section, "representations": representations}}
