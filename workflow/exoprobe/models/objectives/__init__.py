"""What networks are trained for. A new objective is a module here and a line below."""

from typing import Any

import torch
from torch import Tensor

from exoprobe.models.objectives.adversarial import Adversarial
from exoprobe.models.objectives.batch_pair import BatchPair
from exoprobe.models.objectives.center import Center
from exoprobe.models.objectives.contrastive import Contrastive
from exoprobe.models.objectives.mean_activation import MeanActivation
from exoprobe.models.objectives.objective import Objective
from exoprobe.models.objectives.pair import Pair
from exoprobe.models.objectives.softmax import Softmax
from exoprobe.models.objectives.vicreg import VICReg
from exoprobe.models.training_images import TrainingImages

OBJECTIVES: dict[str, type[Objective]] = {
    "softmax": Softmax,
    "mean_activation": MeanActivation,
    "pair": Pair,
    "batch_pair": BatchPair,
    "contrastive": Contrastive,
    "center": Center,
    "vicreg": VICReg,
    "adversarial": Adversarial,
}


def build_objective(
    settings: dict[str, Any], data: TrainingImages, generator: torch.Generator, targets: Tensor | None = None
) -> Objective:
    """Build the objective of a variant, on the device of the data.

    Args:
        settings: the variant: ``objective``, a key of :data:`OBJECTIVES`, and its settings.
        data: the training images.
        generator: source of all that is drawn.
        targets: float32 [classes, 500], the teacher's mean activation vectors, for ``mean_activation``.
    """
    return OBJECTIVES[settings["objective"]](settings, data, generator, targets).to(data.images.device)
