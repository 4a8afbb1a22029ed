"""Linear models of several targets at several settings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from exoprobe.features.blocks import Blocks
from exoprobe.probes.probe_data import ProbeData


@dataclass(frozen=True)
class LinearModels:
    """Linear models of T targets at L settings.

    Attributes:
        coef: float64 [L, T, D].
        intercept: float64 [L, T].
        settings: L of them: ``C`` of a support vector machine or ``alpha`` of ridge regression.
    """

    coef: np.ndarray
    intercept: np.ndarray
    settings: Sequence[dict[str, float]]

    def predict(self, features: Blocks) -> np.ndarray:
        """Return the outputs for features [N, D], float64 [L, N, T]."""
        coef, intercept = torch.from_numpy(self.coef), torch.from_numpy(self.intercept)
        outputs = [block @ coef.mT + intercept[:, None] for block in features.blocks(torch.float64)]
        return torch.cat(outputs, dim=1).numpy() if outputs else np.empty((len(coef), 0, coef.shape[1]))

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: float64 [L, n, T]."""
        return self.predict(data.blocks(rows))

    def select(self, chosen: np.ndarray) -> "LinearModels":
        """Return one model per target, at the settings with these indices [T]."""
        targets = np.arange(len(chosen))
        return LinearModels(self.coef[chosen, targets][None], self.intercept[chosen, targets][None], ({},))
