"""Linear readouts of several targets at several penalties."""

from dataclasses import dataclass

import numpy as np
import torch

from exoprobe.features.blocks import Blocks


@dataclass(frozen=True)
class LinearReadouts:
    """Linear readouts of T targets at L penalties.

    Attributes:
        coef: float64 [L, T, D].
        intercept: float64 [L, T].
        penalties: L of them.
    """

    coef: np.ndarray
    intercept: np.ndarray
    penalties: tuple[float, ...]

    def outputs(self, features: Blocks) -> np.ndarray:
        """Return what is read from the features [N, D], float32 [L, N, T]."""
        coef, intercept = torch.from_numpy(self.coef), torch.from_numpy(self.intercept)
        parts = [(block @ coef.mT + intercept[:, None]).float() for block in features.blocks(torch.float64)]
        return torch.cat(parts, dim=1).numpy()

    def at(self, places: np.ndarray) -> "LinearReadouts":
        """Return one readout per target, at the penalties in these places [T]."""
        targets = np.arange(len(places))
        return LinearReadouts(self.coef[places, targets][None], self.intercept[places, targets][None], (np.nan,))
