"""From an entry ``networks.…`` of the configuration to an adapter."""

from pathlib import Path
from typing import Any

from exoprobe.embeddings.adapters.adapter import Adapter


def load_adapter(settings: dict[str, Any], weights: str | Path | None, seed: int | None) -> Adapter:
    """Build the network that a configuration entry names.

    Args:
        settings: ``adapter`` and what it needs.
        weights: the weights' file, None for a network without.
        seed: of an untrained network's weights.
    """
    # Each adapter is imported where it is used: some need packages that others do not.
    match settings["adapter"]:
        case "dlib_resnet":
            from exoprobe.embeddings.adapters.dlib_resnet import dlib_resnet

            return dlib_resnet(weights)
        case "untrained":
            from exoprobe.embeddings.adapters.dlib_resnet import untrained_dlib_resnet

            return untrained_dlib_resnet(seed)
        case "pixels":
            from exoprobe.embeddings.adapters.pixels import pixels

            return pixels(settings["align"])
        case "facenet":
            from exoprobe.embeddings.adapters.facenet import facenet

            return facenet(weights)
        case "vgg_face":
            from exoprobe.embeddings.adapters.vgg_face import vgg_face

            return vgg_face(weights)
        case "onnx":
            from exoprobe.embeddings.adapters.onnx import build as build_onnx

            return build_onnx(weights, settings, seed)
        case "torchscript":
            from exoprobe.embeddings.adapters.torchscript import build as build_torchscript

            return build_torchscript(weights, settings, seed)
        case "torchvision":
            from exoprobe.embeddings.adapters.torchvision import build as build_torchvision

            return build_torchvision(weights, settings, seed)
        case "attribute_network":
            from exoprobe.training.attribute_network import attribute_adapter

            return attribute_adapter(weights)
    raise ValueError(settings["adapter"])
