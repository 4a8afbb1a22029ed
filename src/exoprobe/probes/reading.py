"""What a readout says of the test samples, after its setting was chosen on validation."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from exoprobe.probes.skill import best_constant, skill
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class Reading:
    """One readout's predictions.

    Attributes:
        targets: of which factors, of N samples.
        values: float32 [n, F], of the n test samples, as :func:`exoprobe.probes.targets.read_values` gives them.
        settings: the L settings that were tried (a penalty, a number of neighbors).
        skills: [L, F], of each on validation.
        chosen: int [F], the places of the best.
        bandwidths: of the L settings, where the readout has one.
    """

    targets: Targets
    values: np.ndarray
    settings: tuple[float, ...]
    skills: np.ndarray
    chosen: np.ndarray
    bandwidths: tuple[float, ...] | None = None

    def grid(self) -> pd.DataFrame:
        """Return a row per factor and setting.

        Its columns are ``factor``, ``setting``, ``bandwidth`` (missing where there is none), ``skill`` (on
        validation) and ``chosen``.
        """
        count = len(self.settings)
        bandwidths = np.full(count, np.nan) if self.bandwidths is None else self.bandwidths
        return pd.DataFrame(
            {
                "factor": np.repeat([factor.name for factor in self.targets.factors], count),
                "setting": np.tile(self.settings, len(self.targets.factors)),
                "bandwidth": np.tile(bandwidths, len(self.targets.factors)),
                "skill": self.skills.T.ravel(),
                "chosen": (np.arange(count) == self.chosen[:, None]).ravel(),
            }
        )


def skills_on(targets: Targets, rows: np.ndarray, train: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return the skill of outputs at several settings.

    Args:
        targets: of all N samples.
        rows: bool [N], the n samples that were read.
        train: bool [N], where the constant beside them comes from.
        outputs: [L, n, T].

    Returns:
        [L, F]; −inf where nothing is known to tell it from.
    """
    values = targets.read(outputs)
    skills = np.full((len(outputs), len(targets.factors)), -np.inf)
    for place, factor in enumerate(targets.factors):
        if factor.known[rows].any():
            constant = best_constant(factor, train)
            found = [skill(factor, factor.values[rows], one[:, place], constant) for one in values]
            skills[:, place] = np.nan_to_num(found, nan=-np.inf)
    return skills
