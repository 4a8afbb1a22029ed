"""What networks are trained for. A new objective is a module here, with its SETTINGS."""

from typing import Any

import torch
from torch import Tensor

from exoprobe.training.by_name import class_of
from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import TrainingImages


def build_objective(
    settings: dict[str, Any], data: TrainingImages, generator: torch.Generator, targets: Tensor | None = None
) -> Objective:
    """Build the objective of a variant, on the device of the data.

    Args:
        settings: the variant: ``objective``, a module here, and its settings.
        data: the training images.
        generator: source of all that is drawn.
        targets: float32 [classes, 500], the teacher's mean activation vectors, for ``mean_activation``.
    """
    objective, _ = class_of(__name__, settings["objective"], Objective)
    return objective(settings, data, generator, targets).to(data.images.device)
