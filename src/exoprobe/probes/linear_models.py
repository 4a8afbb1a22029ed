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
        settings, targets, _ = self.coef.shape
        coef, intercept = torch.from_numpy(self.coef).flatten(0, 1), torch.from_numpy(self.intercept).flatten()
        outputs = np.empty((settings, features.shape[0], targets))
        start = 0
        for block in features.blocks(torch.float64):
            rows = slice(start, start := start + len(block))
            outputs[:, rows] = torch.addmm(intercept, block, coef.T).unflatten(1, (settings, targets)).movedim(0, 1)
        return outputs

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: float64 [L, n, T]."""
        return self.predict(data.blocks(rows))

    def select(self, chosen: np.ndarray) -> "LinearModels":
        """Return one model per target, at the settings with these indices [T]."""
        targets = np.arange(len(chosen))
        return LinearModels(self.coef[chosen, targets][None], self.intercept[chosen, targets][None], ({},))
