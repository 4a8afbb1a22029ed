"""Ridge regressions of very many targets on the same features: one factorization, and products for the rest."""

from collections.abc import Sequence

import numpy as np
import torch

from exoprobe.features.moments import Moments
from exoprobe.probes.methods.fourier import DISTANCE_ROWS, FEATURES, balance, draw_fourier_features
from exoprobe.probes.skill import measures, summed_statistics
from exoprobe.probes.targets import Targets

ROUNDING = 1e-7  # of the largest variance
ALPHAS = tuple(10.0**power for power in range(-3, 2))


class SharedRidge:
    """Ridge regressions on the same training rows.

    Args:
        features: float32 [N, M].
        train: bool [N].
        alphas: of which one is chosen for each target, relative to the mean variance of the features' directions.
    """

    def __init__(self, features: np.ndarray, train: np.ndarray, alphas: Sequence[float] = ALPHAS) -> None:
        chosen = torch.from_numpy(features[train])
        mean = chosen.mean(0)
        centered = chosen - mean
        gram = (centered.T @ centered).double().numpy()
        self.values, vectors = np.linalg.eigh(gram)
        self.values = self.values.clip(min=0)
        self.train, self.alphas = train, alphas
        self.rotated = (torch.from_numpy(features) - mean) @ torch.from_numpy(vectors).float()
        self.fitted = self.rotated[torch.from_numpy(train)]

    def predict(self, targets: Targets, validation: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Fit factors of one kind, known for the same rows, choose each one's alpha on validation, and predict test.

        Args:
            targets: of F factors of N samples.
            validation: bool [N], rows where the factors are known.
            test: likewise.

        Returns:
            [n, F], as :func:`exoprobe.probes.targets.to_values` gives them.
        """
        columns = targets.columns[self.train]
        mean, count = columns.mean(0), len(columns)
        cross = (self.fitted.T @ torch.from_numpy(columns - mean).float()).double().numpy()
        moments = Moments(count, np.zeros(len(cross)), mean, np.empty((0, 0)), cross)
        ridges = np.multiply.outer(self.alphas, np.full(len(cross), self.values.mean()))
        coef = (cross / (self.values + ridges + np.finfo(np.float64).tiny)[..., None]).swapaxes(1, 2)
        scale, offset = balance(coef, moments, targets)
        coef = coef * scale[:, None]
        chosen = np.zeros(len(targets.owner), int)
        if len(self.alphas) > 1:
            chosen = self._choose(targets, coef, offset, validation)[targets.owner]
        index = np.arange(len(chosen))
        outputs = _outputs(self.rotated[torch.from_numpy(test)], coef[chosen, index], offset[chosen, index])
        return targets.values(outputs)

    def _choose(self, targets: Targets, coef: np.ndarray, offset: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the index of the alpha of most skill on some rows, int [F]; any constant has the same order."""
        factor, features = targets.factors[0], self.rotated[torch.from_numpy(rows)]
        truths = np.stack([factor.values[rows] for factor in targets.factors], axis=1)
        skills = []
        for model in zip(coef, offset, strict=True):
            sums = summed_statistics(targets.factors, truths, targets.values(_outputs(features, *model)))
            skills.append(measures(factor, sums)["skill"])
        return np.asarray(np.nan_to_num(skills, nan=-np.inf).argmax(0))


def _outputs(features: torch.Tensor, coef: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return the outputs of models [T, M] of rotated features [n, M]: [n, T]."""
    outputs = features @ torch.from_numpy(coef.T).float()
    return np.asarray(outputs.double().numpy() + offset)


def principal_components(features: np.ndarray) -> np.ndarray:
    """Return features in the coordinates of their principal components, the largest first: float32 [N, r].

    Components that vary by rounding alone are left out.

    Args:
        features: float32 [N, D], centered.
    """
    rows = torch.from_numpy(features)
    wide = features.shape[1] > len(features)
    values, vectors = np.linalg.eigh((rows @ rows.T if wide else rows.T @ rows).double().numpy())
    kept = np.flatnonzero(values > ROUNDING * values[-1])[::-1]
    vectors = np.ascontiguousarray(vectors[:, kept])
    if wide:
        return np.asarray(vectors * np.sqrt(values[kept]), np.float32)
    return np.asarray((rows @ torch.from_numpy(vectors).float()).numpy())


def fourier_features(features: np.ndarray) -> np.ndarray:
    """Return the random cosines of features that the Fourier probe takes at its first bandwidth: float32 [N, M].

    Args:
        features: float32 [N, D].
    """
    drawn = draw_fourier_features(features[:DISTANCE_ROWS], min(FEATURES, 2 * len(features)))
    return np.asarray(drawn.cosines(torch.from_numpy(features) @ drawn.directions, 0).numpy())
