"""Softmax loss and a term that is to make a class's, or a source's, images alike."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.errors import ExoprobeError
from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import Partners, TrainingImages


class SoftmaxPlus(Objective):
    """The mean cross-entropy and, ``weight`` times, a term of the activations.

    Where ``views`` is 2, each row gets a partner, another row at random: of its source digit or, with ``pairs:
    class``, of its class. The term sees both, the rows first and their partners behind them; the cross-entropy
    only the rows.
    """

    def set_up(self, data: TrainingImages) -> None:
        """Find out who can be whose partner."""
        if self.views == 2:
            by_class = self.settings.get("pairs", "source") == "class"
            self.partners = Partners((data.labels if by_class else data.groups).cpu())

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the cross-entropy of the rows plus the weighted term."""
        seen = torch.cat([rows, self.partners.draw(rows, self.generator)]) if self.views == 2 else rows
        activations = network(data.images[seen])
        with torch.autocast(data.images.device.type, enabled=False):  # differences need float32
            loss = F.cross_entropy(activations["ip2"][: len(rows)].float(), data.labels[rows])
            return loss + self.settings["weight"] * self.term(activations, data, seen)

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the scalar that is added, from the activations of these rows of the training images."""
        raise NotImplementedError

    def drawn_together(self, activations: dict[str, Tensor]) -> list[Tensor]:
        """Return the activations at the ``layers``.

        Raises:
            ExoprobeError: where the network has no such layer.
        """
        if unknown := [layer for layer in self.settings["layers"] if layer not in activations]:
            raise ExoprobeError(f"layers: this network has no {unknown[0]}; it has {', '.join(activations)}")
        return [activations[layer] for layer in self.settings["layers"]]
