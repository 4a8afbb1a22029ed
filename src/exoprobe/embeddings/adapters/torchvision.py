"""A network of torchvision by name, with weights from a file of yours, or untrained. Nothing is downloaded."""

import difflib
import pickle
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import torchvision
from torch import Tensor, nn

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.adapters.model_file import described, normalized
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

SETTINGS = {
    "model": "needed",
    "weights": "optional",
    "size": "optional",
    "align": "optional",
    "mean": "optional",
    "scale": "optional",
    "tensors": "optional",
}
LAYERS = ("penultimate",)  # where the configuration names no modules
SIZE = 224
# Of ImageNet, in gray levels: what torchvision's weights were trained with.
MEAN = (123.675, 116.28, 103.53)
SCALE = (1 / 58.395, 1 / 57.12, 1 / 57.375)


class HookedNetwork(nn.Module):
    """A network of which the activations of some modules are kept.

    Args:
        model: the network.
        settings: ``mean`` and ``scale``.
        modules: layer → the module whose output it is; None for ``penultimate``, the input of the last linear module.
    """

    def __init__(self, model: nn.Module, settings: dict[str, Any], modules: dict[str, str] | None) -> None:
        super().__init__()
        self.model, self.settings = model, settings
        self.kept: dict[str, Tensor] = {}
        if modules is None:
            _, head = last_linear(model)
            head.register_forward_pre_hook(lambda _, inputs: self._keep(LAYERS[0], inputs[0]))
        for layer, name in (modules or {}).items():
            model.get_submodule(name).register_forward_hook(lambda *seen, layer=layer: self._keep(layer, seen[2]))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map uint8 RGB [N, 3, size, size] to [N, D] per layer; maps are averaged over space."""
        self.kept = {}
        self.model(normalized(images, self.settings))
        return self.kept

    def _keep(self, layer: str, activations: Tensor) -> None:
        self.kept[layer] = activations.mean((2, 3)) if activations.ndim == 4 else activations


def build(weights: str | Path | None, settings: dict[str, Any], seed: int | None = None) -> Adapter:
    """Return the adapter.

    Args:
        weights: a state dict of the model, .safetensors or a file of torch.save's; None for random weights.
        settings: ``model``, the name in torchvision.models. All optional: ``size`` of the input (else 224),
            ``mean`` and ``scale`` (else ImageNet's), ``align``, ``tensors``: the name that each layer has here → the
            name of a module of the model (else ``penultimate``, what enters the last linear module).
        seed: of random weights.

    Raises:
        ExoprobeError: where there is no such model or module, or the weights are of another.
    """
    name, modules = settings["model"], settings.get("tensors")
    model = _random(name, seed) if weights is None else _from_file(name, weights)
    known = dict(model.named_modules())
    if lacking := [module for module in (modules or {}).values() if module not in known]:
        close = difflib.get_close_matches(lacking[0], known, n=3) or list(known)[-3:]
        raise ExoprobeError(f"torchvision's {name} has no module {lacking[0]!r}; there are {', '.join(close)}")
    preset: dict[str, Any] = {
        "mean": MEAN,
        "scale": SCALE,
        **{key: settings[key] for key in ("mean", "scale") if key in settings},
    }
    crop = Crop(settings.get("size") or SIZE, settings.get("align") or "image")
    return Adapter(crop, tuple(modules or LAYERS), HookedNetwork(model, preset, modules).eval(), described(preset))


def last_linear(model: nn.Module) -> tuple[str, nn.Linear]:
    """Return the last linear module and its name.

    Raises:
        ExoprobeError: where there is none.
    """
    linear = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise ExoprobeError(f"{type(model).__name__} has no linear module; name the modules to read with tensors")
    return linear[-1]


def _create(name: str, **options: int) -> nn.Module:
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "they are named as in torchvision.models, such as resnet18"
        raise ExoprobeError(f"torchvision has no image classifier {name!r}; {hint}")
    extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}  # they ask otherwise
    return torchvision.models.get_model(name, weights=None, **extra, **options)


def _random(name: str, seed: int | None) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed or 0)
        return _create(name)


def _from_file(name: str, weights: str | Path) -> nn.Module:
    """Return the model with as many classes as the file has."""
    path = require_weights(weights, f"a state dict of torchvision's {name}")
    fault = f"{path} holds no weights of torchvision's {name}; it must be a state dict of the whole model"
    try:
        if path.suffix == ".safetensors":
            state = safetensors.torch.load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
        with torch.device("meta"):
            head, _ = last_linear(_create(name))
        model = _create(name, num_classes=len(state[f"{head}.weight"]))
        model.load_state_dict(state)
    except (KeyError, TypeError, AttributeError) as error:
        raise ExoprobeError(f"{fault} ({type(error).__name__}: {error})") from error
    except (RuntimeError, EOFError, pickle.UnpicklingError, safetensors.SafetensorError) as error:
        raise ExoprobeError(f"{fault} ({str(error).splitlines()[0]})") from error
    return model
